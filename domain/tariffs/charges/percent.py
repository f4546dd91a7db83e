"""Shares of other lines: discounts, bonuses, municipal levies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

from domain.errors import Issue
from domain.tariffs.base import Charge, Scope, Span, charge_kind, priced
from domain.tariffs.lines import CostGroup, Line


@charge_kind("percent")
@dataclass(frozen=True, kw_only=True)
class Percent(Charge):
    """share of the lines before it; negative is a discount. -0.05 takes 5 % off.

    cost_groups, codes : which lines; all before it when both are empty
    basis : `gross` counts the VAT of those lines in (a concession after tax), `net` does not
    """

    is_derived: ClassVar[bool] = True

    share: Decimal
    cost_groups: tuple[CostGroup, ...] = ()
    codes: tuple[str, ...] = ()
    basis: Literal["net", "gross"] = "net"

    def issues(self, bands: Sequence[str]) -> list[Issue]:  # noqa: ARG002 - the kinds' common shape
        return [Issue("share", "out_of_range")] if not -1 <= self.share <= 10 else []

    def lines(self, scope: Scope) -> list[Line]:
        chosen = selected(scope.earlier, self.cost_groups, self.codes)
        spans = scope.spans()
        bases = [base_amount(chosen, span, is_gross=self.basis == "gross") for span in spans]
        return [scope.line(self, priced(spans, bases, self.share), scope.currency, self.share)]


def selected(lines: Sequence[Line], groups: Sequence[str], codes: Sequence[str]) -> list[Line]:
    """The lines of some cost groups or codes; all when neither is named."""
    if not groups and not codes:
        return list(lines)
    return [line for line in lines if line.cost_group in groups or line.code in codes]


def base_amount(lines: Sequence[Line], span: Span, *, is_gross: bool = False) -> Fraction:
    """What the lines cost in some days of one month; a part that is longer counts by its days."""
    total = Fraction(0)
    for line in lines:
        factor = 1 + Fraction(line.tax.rate) if is_gross else Fraction(1)
        for part in line.parts:
            days = (min(part.end, span.end) - max(part.first, span.first)).days
            if days > 0:
                total += part.amount * Fraction(days, (part.end - part.first).days) * factor
    return total
