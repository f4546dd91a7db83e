"""Market prices passed on: multiplier, adders, cap and floor over a price series, settled at the contract's resolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Literal

import numpy as np
import numpy.typing as npt

from domain.errors import Issue
from domain.money import round_half_away
from domain.tariffs.base import Charge, Scope, charge_kind
from domain.tariffs.exact import decimals, dot, fits, scaled
from domain.tariffs.lines import ExactParts, IntervalSet, Line
from domain.tariffs.slots import Laid, stretch_sums
from domain.units import WH_PER_KWH

MEAN_DIGITS = 6  # of the mean price a line shows; its amount does not come from it
MULTIPLIER_DECIMALS, PRICE_DECIMALS = 4, 6  # keep every price of a series inside int64


@dataclass(frozen=True, kw_only=True)
class BandAdder:
    """What a band costs on top of the market. [currency / kWh]"""

    __pydantic_config__ = {"extra": "forbid"}

    band: str
    adder: Decimal


@charge_kind("spot")
@dataclass(frozen=True, kw_only=True)
class Spot(Charge):
    """price = min(cap, max(floor, multiplier x mean market price + adder + band adder)). [currency / kWh]

    resolution_min : settlement resolution of the contract; the market may be finer, then its mean counts
    mode : `zero_if_negative` takes a negative market price as zero
    is_credit : the customer is paid this price
    """

    series: str
    resolution_min: Literal[15, 30, 60] = 60
    flow: str = "import"
    multiplier: Decimal = Decimal(1)
    adder: Decimal = Decimal(0)
    band_adders: tuple[BandAdder, ...] = ()
    cap: Decimal | None = None
    floor: Decimal | None = None
    mode: Literal["pass_through", "zero_if_negative"] = "pass_through"
    is_credit: bool = False

    @property
    def flows(self) -> tuple[str, ...]:
        return (self.flow,)

    def issues(self, bands: Sequence[str]) -> list[Issue]:
        found = [
            Issue(f"band_adders[{place}].band", "unknown_band", {"band": row.band, "known": ", ".join(bands)})
            for place, row in enumerate(self.band_adders)
            if row.band not in bands
        ]
        if decimals(self.multiplier) > MULTIPLIER_DECIMALS:
            found.append(Issue("multiplier", "too_many_decimals", {"most": MULTIPLIER_DECIMALS}))
        if decimals(self.adder, self.cap, self.floor, *(row.adder for row in self.band_adders)) > PRICE_DECIMALS:
            found.append(Issue("adder", "too_many_decimals", {"most": PRICE_DECIMALS}))
        if self.cap is not None and self.floor is not None and self.cap < self.floor:
            found.append(Issue("cap", "below_floor"))
        return found

    def lines(self, scope: Scope) -> list[Line]:
        laid = scope.book.laid(self.flow)
        segment = laid.slots.span(scope.first, scope.end)
        price, scale = self._all_prices(scope, laid, segment)
        is_small = fits(laid.energy_wh[segment], price)
        spans = scope.spans()
        months = [laid.slots.span(span.first, span.end) for span in spans]
        sums = stretch_sums(laid.energy_wh, months)
        costs = []
        for month in months:
            energy, prices = laid.energy_wh[month], price[month.start - segment.start : month.stop - segment.start]
            costs.append(int(np.dot(energy, prices)) if is_small else dot(energy, prices))
        parts = ExactParts(spans, sums, WH_PER_KWH, costs, scale * WH_PER_KWH)
        mean = round_half_away(Fraction(sum(costs), scale * sum(sums)), MEAN_DIGITS) if sum(sums) else Decimal(0)
        intervals = IntervalSet(self.flow, laid, laid.slots.places[segment], price, scale)
        return [scope.line(self, parts, "kWh", mean, is_mean_price=True, intervals=intervals)]

    def _all_prices(self, scope: Scope, laid: Laid, segment: slice) -> tuple[npt.NDArray[np.int64], int]:
        """The price of each interval; 0 where it is missing and there is no energy to be priced."""
        if laid.is_whole:
            return self._prices(scope, laid, segment)
        known = np.flatnonzero(laid.is_known[segment])
        price = np.zeros(segment.stop - segment.start, dtype=np.int64)
        price[known], scale = self._prices(scope, laid, known + segment.start)
        return price, scale

    def _prices(
        self, scope: Scope, laid: Laid, places: npt.NDArray[np.int64] | slice
    ) -> tuple[npt.NDArray[np.int64], int]:
        """The price of each interval as a whole number of 1/scale per kWh."""
        series = scope.book.series(self.series, scope.currency)
        length_s = lcm(self.resolution_min * 60, series.interval_s, laid.slots.interval_s)
        if length_s > self.resolution_min * 60:
            scope.book.tell("coarser_settlement", self.code, found_min=length_s // 60, asked_min=self.resolution_min)
        market, scale = series.settled(laid.slots.start_s[places], length_s)
        if self.mode == "zero_if_negative":
            market = np.maximum(market, 0)
        adders = decimals(self.adder, self.cap, self.floor, *(row.adder for row in self.band_adders))
        factor = 10 ** decimals(self.multiplier)
        scale *= factor * 10**adders
        times = scaled(self.multiplier, factor) * 10**adders
        price = market if times == 1 else market * times
        if self.adder:
            price = price + scaled(self.adder, scale)
        for row in self.band_adders:
            price = price + scope.mask(laid, (row.band,))[places] * scaled(row.adder, scale)
        if self.floor is not None:
            price = np.maximum(price, scaled(self.floor, scale))
        if self.cap is not None:
            price = np.minimum(price, scaled(self.cap, scale))
        return (-price if self.is_credit else price), scale
