"""Contracted capacity: a price per kW, kVA or ampere of the connection."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.tariffs.base import Charge, Per, Scope, charge_kind, priced
from domain.tariffs.errors import refuse
from domain.tariffs.lines import Line


@charge_kind("capacity")
@dataclass(frozen=True, kw_only=True)
class Capacity(Charge):
    """price per unit and day, month or year. The size comes from the contract, or from the tariff if it is the same for all.

    unit : kW, kVA or A; also the name of the contract's fact
    """

    price: Decimal
    unit: str
    per: Per = "month"
    size: Decimal | None = None

    def lines(self, scope: Scope) -> list[Line]:
        size = self.size if self.size is not None else scope.book.facts.capacities.get(self.unit)
        if size is None:
            raise refuse("fact_missing", charge=self.code, fact=self.unit)
        spans = scope.spans()
        quantities = [Fraction(size) * span.share(self.per) for span in spans]
        return [scope.line(self, priced(spans, quantities, self.price), f"{self.unit}_{self.per}", self.price)]
