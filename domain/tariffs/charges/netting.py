"""Import against export: settled per interval, banked in kWh from month to month, or each at its own price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from domain.calendar import add_months
from domain.errors import Issue
from domain.tariffs.base import Charge, Scope, Span, charge_kind, month_spans, priced
from domain.tariffs.blocks import BandRate, rate_issues
from domain.tariffs.errors import refuse
from domain.tariffs.lines import IntervalSet, Line
from domain.tariffs.slots import Laid
from domain.units import WH_PER_KWH

Int64s = npt.NDArray[np.int64]


@charge_kind("netting")
@dataclass(frozen=True, kw_only=True)
class Netting(Charge):
    """Two flows and their prices per kWh, by band.

    mode : `interval` nets import and export within `window_min` (net billing); `period_kwh` nets them within a month and
        band and carries a surplus in kWh to the next month (net metering); `buy_all_sell_all` nets nothing
    taken, given : the two flows, `import` and `export` unless the mode is buy_all_sell_all: `use` and `production`
    sell : what a kWh given is paid; in `period_kwh` it is worth what a kWh taken costs
    year_end_price, true_up_month : what the bank is paid at the end of its year
    """

    mode: Literal["interval", "period_kwh", "buy_all_sell_all"]
    buy: tuple[BandRate, ...]
    sell: tuple[BandRate, ...] = ()
    taken: str = ""
    given: str = ""
    window_min: Literal[0, 15, 30, 60] = 0
    year_end_price: Decimal = Decimal(0)
    true_up_month: int = 12

    @property
    def flows(self) -> tuple[str, ...]:
        default = ("use", "production") if self.mode == "buy_all_sell_all" else ("import", "export")
        return (self.taken or default[0], self.given or default[1])

    def issues(self, bands: Sequence[str]) -> list[Issue]:
        found = rate_issues(self.buy, bands, "buy")
        if self.mode == "period_kwh":
            found += [Issue("sell", "not_in_this_mode")] if self.sell else []
        else:
            found += rate_issues(self.sell, bands, "sell")
        blocked = [side for side in ("buy", "sell") if any(rate.blocks for rate in getattr(self, side))]
        found += [Issue(side, "no_blocks_here") for side in blocked]
        if not 1 <= self.true_up_month <= 12:
            found.append(Issue("true_up_month", "not_a_month"))
        return found

    def lines(self, scope: Scope) -> list[Line]:
        if self.mode == "period_kwh":
            return self._banked(scope)
        taken, given = (scope.book.laid(flow) for flow in self.flows)
        amounts: tuple[Int64s, Int64s] = (taken.energy_wh, given.energy_wh)
        if self.mode == "interval":
            amounts = self._netted(taken, given)
        found = [self._sums(scope, taken, self.flows[0], amounts[0], rate, 1) for rate in self.buy]
        return found + [self._sums(scope, given, self.flows[1], amounts[1], rate, -1) for rate in self.sell]

    def _netted(self, taken: Laid, given: Laid) -> tuple[Int64s, Int64s]:
        """Both flows after netting within each window. Both must be known, or neither counts."""
        _refuse_other_intervals(taken, given)
        both = taken.is_known & given.is_known
        net = np.where(both, taken.energy_wh - given.energy_wh, 0)
        size_s = max(self.window_min * 60, taken.slots.interval_s)
        _names, begin = np.unique(taken.slots.start_s // size_s, return_index=True)
        if size_s == taken.slots.interval_s or len(net) == 0:
            return np.maximum(net, 0), np.maximum(-net, 0)
        # The window's net stands in its first interval, so that every window is in one month and one band.
        sums = np.add.reduceat(net, begin)
        net = np.zeros_like(net)
        net[begin] = sums
        return np.maximum(net, 0), np.maximum(-net, 0)

    def _sums(self, scope: Scope, laid: Laid, flow: str, energy: Int64s, rate: BandRate, sign: int) -> Line:
        mask = scope.mask(laid, (rate.band,) if rate.band else ())
        spans = scope.spans()
        quantities = []
        for span in spans:
            month = laid.slots.span(span.first, span.end)
            quantities.append(Fraction(int(energy[month][mask[month]].sum()), WH_PER_KWH))
        segment = laid.slots.span(scope.first, scope.end)
        intervals = IntervalSet(flow, laid, np.flatnonzero(mask[segment]) + segment.start)
        price = sign * rate.table[0].price
        return scope.line(self, priced(spans, quantities, price), "kWh", price, band=rate.band, intervals=intervals)

    def _banked(self, scope: Scope) -> list[Line]:
        start = self._bank_starts(scope)
        taken, given = (scope.book.laid(flow, min(start, scope.book.first), scope.book.end) for flow in self.flows)
        _refuse_other_intervals(taken, given)
        net = np.where(taken.is_known & given.is_known, taken.energy_wh - given.energy_wh, 0)
        masks = {rate.band: scope.mask(taken, (rate.band,) if rate.band else ()) for rate in self.buy}
        billed: dict[str, list[Fraction]] = {rate.band: [] for rate in self.buy}
        paid: list[Fraction] = []
        bank = dict.fromkeys(billed, 0)
        for span in (*month_spans(start, scope.first), *scope.spans()):
            month = taken.slots.span(span.first, span.end)
            sums = {band: int(net[month][mask[month]].sum()) for band, mask in masks.items()}
            due, surplus = self._settle(span, sums, bank)
            if span.first >= scope.first:
                for band, energy in due.items():
                    billed[band].append(Fraction(energy, WH_PER_KWH))
                paid.append(Fraction(surplus, WH_PER_KWH))
        found = [self._bank_line(scope, rate, billed[rate.band]) for rate in self.buy]
        if any(paid):
            price = -self.year_end_price
            found.append(scope.line(self, priced(scope.spans(), paid, price), "kWh", price, band="bank"))
        return found

    def _settle(self, span: Span, sums: Mapping[str, int], bank: dict[str, int]) -> tuple[dict[str, int], int]:
        """Energy to pay by band in one month, and the bank paid out at its end; `bank` is brought forward. [Wh]"""
        due = {}
        for band, net in sums.items():
            due[band], bank[band] = max(0, net - bank[band]), max(0, bank[band] - net)
        if span.first.month != self.true_up_month or span.end.day != 1:
            return due, 0
        surplus = sum(bank.values())
        bank.update(dict.fromkeys(bank, 0))
        return due, surplus

    def _bank_line(self, scope: Scope, rate: BandRate, quantities: list[Fraction]) -> Line:
        laid = scope.book.laid(self.flows[0])
        segment = laid.slots.span(scope.first, scope.end)
        mask = scope.mask(laid, (rate.band,) if rate.band else ())
        intervals = IntervalSet(self.flows[0], laid, np.flatnonzero(mask[segment]) + segment.start)
        price = rate.table[0].price
        parts = priced(scope.spans(), quantities, price)
        return scope.line(self, parts, "kWh", price, band=rate.band, intervals=intervals)

    def _bank_starts(self, scope: Scope) -> date:
        """The first day of the bank's year, of the contract or of the readings, whichever is latest."""
        month = scope.first.replace(day=1)
        start = max(add_months(month, -((month.month - self.true_up_month - 1) % 12)), scope.since)
        known = [day for day in map(scope.book.use.first_day, self.flows) if day is not None]
        begins = min(max([start, *known]), scope.first)
        if begins > start:
            scope.book.tell("history_missing", self.code, needed_from=start, known_from=begins)
        return begins


def _refuse_other_intervals(taken: Laid, given: Laid) -> None:
    if taken.slots is not given.slots:
        raise refuse("readings_too_coarse", interval_min=max(taken.slots.interval_s, given.slots.interval_s) // 60)
