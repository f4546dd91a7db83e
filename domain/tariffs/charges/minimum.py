"""Minimum bills: what is missing to an agreed amount becomes its own line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from domain.tariffs.base import Charge, Per, Scope, charge_kind, priced
from domain.tariffs.charges.percent import base_amount, selected
from domain.tariffs.lines import CostGroup, Line


@charge_kind("minimum")
@dataclass(frozen=True, kw_only=True)
class Minimum(Charge):
    """amount per day, month or year that some lines reach at least; by days in a partial month or year.

    A yearly minimum is compared with the whole segment, and its line falls into the last month.
    """

    is_derived: ClassVar[bool] = True

    amount: Decimal
    per: Per = "month"
    cost_groups: tuple[CostGroup, ...] = ()
    codes: tuple[str, ...] = ()

    def lines(self, scope: Scope) -> list[Line]:
        chosen = selected(scope.earlier, self.cost_groups, self.codes)
        spans = scope.spans()
        short = [Fraction(self.amount) * span.share(self.per) - base_amount(chosen, span) for span in spans]
        if self.per == "year":
            short = [Fraction(0)] * (len(spans) - 1) + [sum(short, Fraction(0))]
        parts = priced(spans, [max(Fraction(0), missing) for missing in short], Decimal(1))
        return [scope.line(self, parts, scope.currency, Decimal(1))] if any(part.amount for part in parts) else []
