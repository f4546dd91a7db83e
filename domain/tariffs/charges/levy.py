"""Public levies per kWh, priced from the dated levy table by day of supply."""

from __future__ import annotations

from dataclasses import dataclass

from domain.tariffs.base import Charge, Scope, charge_kind, priced_counts
from domain.tariffs.lines import IntervalSet, Line
from domain.tariffs.slots import stretch_sums
from domain.units import WH_PER_KWH


@charge_kind("levy")
@dataclass(frozen=True, kw_only=True)
class Levy(Charge):
    """levy : the row of the levy table; its price changes without a new tariff, and each price is its own line"""

    levy: str
    flow: str = "import"

    @property
    def flows(self) -> tuple[str, ...]:
        return (self.flow,)

    @property
    def levy_name(self) -> str:
        return self.levy

    def lines(self, scope: Scope) -> list[Line]:
        price = scope.book.market.taxes.levy(self.levy, scope.first).price
        laid = scope.book.laid(self.flow)
        spans = scope.spans()
        sums = stretch_sums(laid.energy_wh, [laid.slots.span(span.first, span.end) for span in spans])
        segment = laid.slots.span(scope.first, scope.end)
        intervals = IntervalSet(self.flow, laid, laid.slots.places[segment])
        parts = priced_counts(spans, sums, WH_PER_KWH, price)
        return [scope.line(self, parts, "kWh", price, intervals=intervals)]
