"""Prices per kWh: flat, by time-of-use band, by block, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from domain.errors import Issue
from domain.tariffs.base import Charge, Scope, Span, charge_kind, priced, priced_counts
from domain.tariffs.blocks import BandRate, Block, chronological, proportional, rate_issues
from domain.tariffs.lines import IntervalSet, Line
from domain.tariffs.slots import Laid, stretch_sums
from domain.units import SECONDS_PER_HOUR, WH_PER_KWH


@dataclass(frozen=True, eq=False)
class Rated:
    """The intervals of one segment that one rate prices."""

    rate: BandRate
    table: tuple[Block, ...]
    places: npt.NDArray[np.int64]
    mask: npt.NDArray[np.bool_]  # over the laid-out readings


@charge_kind("energy")
@dataclass(frozen=True, kw_only=True)
class Energy(Charge):
    """price per kWh of a flow. Give `price`, or `rates` by band, or `blocks`, or `rates` with blocks.

    limit_per : what a block's limit is counted over: kWh per day (times days), month, year (by days), or per kW of the
        month's highest interval
    block_mode : `proportional` shares the blocks between bands, `chronological` fills them as the month goes
    block_scope : `shared` counts the energy of all bands together, `band` each on its own
    is_credit : the customer is paid
    """

    flow: str = "import"
    price: Decimal | None = None
    blocks: tuple[Block, ...] = ()
    rates: tuple[BandRate, ...] = ()
    limit_per: Literal["day", "month", "year", "kw"] = "month"
    block_mode: Literal["proportional", "chronological"] = "proportional"
    block_scope: Literal["shared", "band"] = "shared"
    is_credit: bool = False

    @property
    def flows(self) -> tuple[str, ...]:
        return (self.flow,)

    @property
    def all_rates(self) -> tuple[BandRate, ...]:
        return self.rates or (BandRate(price=self.price, blocks=self.blocks),)

    def issues(self, bands: Sequence[str]) -> list[Issue]:
        if sum((self.price is not None, bool(self.blocks), bool(self.rates))) != 1:
            return [Issue("price", "one_of_price_blocks_rates")]
        found = rate_issues(self.all_rates, bands)
        limits = {tuple(block.up_to for block in rate.table) for rate in self.all_rates}
        if not found and self.block_scope == "shared" and len(limits) > 1:
            found.append(Issue("rates", "shared_blocks_differ"))
        return found if self.rates else [Issue(issue.field.removeprefix("rates[0]."), issue.code) for issue in found]

    def lines(self, scope: Scope) -> list[Line]:
        laid = scope.book.laid(self.flow)
        rates = self.all_rates
        if all(rate.price is not None for rate in rates):
            return (
                self._lines_of_bands(scope, laid, rates) if rates[0].band else [self._flat_line(scope, laid, rates[0])]
            )
        segment = laid.slots.span(scope.first, scope.end)
        rated = [self._rated(scope, laid, rate, segment) for rate in rates]
        tiers = [self._by_tier(laid, rated, span) for span in scope.spans()]
        return [
            line
            for place, one in enumerate(rated)
            for line in self._band_lines(scope, laid, one, [month[place] for month in tiers])
        ]

    def _flat_line(self, scope: Scope, laid: Laid, rate: BandRate) -> Line:
        """One price at all times."""
        months = [laid.slots.span(span.first, span.end) for span in scope.spans()]
        places = laid.slots.places[laid.slots.span(scope.first, scope.end)]
        return self._line(scope, laid, rate, stretch_sums(laid.energy_wh, months), places)

    def _lines_of_bands(self, scope: Scope, laid: Laid, rates: Sequence[BandRate]) -> list[Line]:
        """A price for each band, all summed in one pass; a band of another season is no line."""
        found, bands = scope.cells(laid, [rate.band for rate in rates])
        sums = found.sums(laid.energy_wh)
        return [
            self._line(scope, laid, rate, sums[band], found.by_band[band])
            for rate, band in zip(rates, bands, strict=True)
            if len(found.by_band[band])
        ]

    def _line(
        self, scope: Scope, laid: Laid, rate: BandRate, energy_wh: Sequence[int], places: npt.NDArray[np.int64]
    ) -> Line:
        price = self._signed(rate.price or Decimal(0))
        parts = priced_counts(scope.spans(), energy_wh, WH_PER_KWH, price)
        intervals = IntervalSet(self.flow, laid, places)
        return scope.line(self, parts, "kWh", price, band=rate.band, intervals=intervals)

    def _signed(self, price: Decimal) -> Decimal:
        return -price if self.is_credit else price

    def _rated(self, scope: Scope, laid: Laid, rate: BandRate, segment: slice) -> Rated:
        table = tuple(Block(price=self._signed(block.price), up_to=block.up_to) for block in rate.table)
        if not rate.band:
            return Rated(rate, table, laid.slots.places[segment], laid.slots.always)
        mask = scope.mask(laid, (rate.band,))
        return Rated(rate, table, np.flatnonzero(mask[segment]) + segment.start, mask)

    def _by_tier(self, laid: Laid, rated: Sequence[Rated], span: Span) -> list[list[Fraction]]:
        """Energy of one month by rate and block. [kWh]"""
        month = laid.slots.span(span.first, span.end)
        energy, masks = laid.energy_wh[month], [one.mask[month] for one in rated]
        if self.block_scope == "shared":
            found = self._blocks(energy, masks, self._limits(rated[0].table, span, laid, month))
        else:
            found = [
                self._blocks(energy, [mask], self._limits(one.table, span, laid, month))[0]
                for one, mask in zip(rated, masks, strict=True)
            ]
        return [[wh / WH_PER_KWH for wh in tiers] for tiers in found]

    def _blocks(
        self, energy: npt.NDArray[np.int64], masks: list[npt.NDArray[np.bool_]], limits: list[Fraction]
    ) -> list[list[Fraction]]:
        if limits and self.block_mode == "chronological":
            mine = np.logical_or.reduce(masks)
            return chronological(np.where(mine, energy, 0), masks, limits)
        sums = [int(energy.sum()) if mask.all() else int(energy[mask].sum()) for mask in masks]
        return proportional(sums, limits) if limits else [[Fraction(total)] for total in sums]

    def _limits(self, table: Sequence[Block], span: Span, laid: Laid, month: slice) -> list[Fraction]:
        """The blocks' limits for the days of this month that are billed. [Wh]"""
        limits = [Fraction(block.up_to) * WH_PER_KWH for block in table if block.up_to is not None]
        if not limits:
            return []
        if self.limit_per != "kw":
            return [limit * span.share(self.limit_per) for limit in limits]
        peak_wh = int(laid.energy_wh[month].max(initial=0))
        peak_kw = Fraction(peak_wh * SECONDS_PER_HOUR, laid.slots.interval_s * WH_PER_KWH)
        return [limit * peak_kw * span.share("month") for limit in limits]

    def _band_lines(self, scope: Scope, laid: Laid, one: Rated, energy_kwh: Sequence[Sequence[Fraction]]) -> list[Line]:
        if one.rate.band and len(one.places) == 0:
            return []  # a band of another season
        found = []
        spans = scope.spans()
        intervals = IntervalSet(self.flow, laid, one.places)
        for place, block in enumerate(one.table):
            quantities = [month[place] for month in energy_kwh]
            if place and not any(quantities):
                continue  # a block nobody reached is no line
            tier = place + 1 if len(one.table) > 1 else 0
            parts = priced(spans, quantities, block.price)
            found.append(
                scope.line(self, parts, "kWh", block.price, band=one.rate.band, tier=tier, intervals=intervals)
            )
        return found
