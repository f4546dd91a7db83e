"""Standing charges: an amount per day, month or year, due whatever was used."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from domain.tariffs.base import Charge, Per, Scope, charge_kind, priced_counts, shares
from domain.tariffs.lines import Line


@charge_kind("fixed")
@dataclass(frozen=True, kw_only=True)
class Fixed(Charge):
    """amount per day, month or year, by calendar days: half of a 30-day month is 15/30, a short or long day is one day.

    The denominator is the whole month or year (365 or 366), never the billed part of it.
    """

    amount: Decimal
    per: Per = "month"

    def lines(self, scope: Scope) -> list[Line]:
        counts, per_unit = shares(scope.first, scope.end, self.per)
        parts = priced_counts(scope.spans(), counts, per_unit, self.amount)
        return [scope.line(self, parts, self.per, self.amount)]
