"""Minimum bills: what is missing to an agreed amount becomes its own line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from domain.tariffs.base import Charge, Per, Scope, Span, charge_kind, month_spans, priced
from domain.tariffs.charges.percent import base_amount, selected
from domain.tariffs.lines import CostGroup, Line

YEAR_DAYS = 365


@charge_kind("minimum")
@dataclass(frozen=True, kw_only=True)
class Minimum(Charge):
    """amount per day, month or year that some lines reach at least; by days in a partial month or year.

    A yearly minimum is settled in the bill in which the year or the contract ends, with all lines of that year; or in a bill of
    a year or more, with all of its lines. Its part falls into the last month.
    """

    is_derived: ClassVar[bool] = True

    amount: Decimal
    per: Per = "month"
    cost_groups: tuple[CostGroup, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def reach_back_months(self) -> int:
        return 12 if self.per == "year" else 0

    def lines(self, scope: Scope) -> list[Line]:
        spans = scope.spans()
        if self.per != "year":
            short = [self._short(scope.earlier, [span]) for span in spans]
        elif (scope.book.end - scope.book.first).days >= YEAR_DAYS:
            short = [Fraction(0)] * (len(spans) - 1) + [self._short(scope.earlier, spans)]
        else:
            ends = (date(scope.first.year + 1, 1, 1), scope.until)
            short = [self._short_of_year(scope, span) if span.end in ends else Fraction(0) for span in spans]
        parts = priced(spans, [max(Fraction(0), missing) for missing in short], Decimal(1))
        return [scope.line(self, parts, scope.currency, Decimal(1))] if any(part.amount for part in parts) else []

    def _short(self, lines: Sequence[Line], spans: Sequence[Span]) -> Fraction:
        """What the lines of some days are below the minimum of these days; negative where they are above."""
        chosen = selected(lines, self.cost_groups, self.codes)
        wanted = sum((span.share(self.per) for span in spans), Fraction(0)) * Fraction(self.amount)
        return wanted - sum((base_amount(chosen, span) for span in spans), Fraction(0))

    def _short_of_year(self, scope: Scope, last: Span) -> Fraction:
        """The same for the year that ends with a span, from its first day with contract, price and readings on."""
        start = max(date(last.first.year, 1, 1), scope.since, self.valid_from or date.min)
        flows = scope.book.use.flows
        known = max((day for day in map(scope.book.use.first_day, flows) if day), default=start)
        begins = min(max(start, known), scope.first)
        if begins > start:
            scope.book.tell("history_missing", self.code, needed_from=start, known_from=known)
        return self._short([*scope.before(begins), *scope.earlier], month_spans(begins, last.end))
