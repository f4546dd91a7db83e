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


@dataclass(frozen=True, eq=False)
class _Flows:
    """Taken and given: the readings, and the energy of each interval that counts. [Wh]"""

    laid: tuple[Laid, Laid]
    energy_wh: tuple[Int64s, Int64s]


@charge_kind("netting")
@dataclass(frozen=True, kw_only=True)
class Netting(Charge):
    """Two flows and their prices per kWh, by band.

    mode : `interval` nets import and export within `window_min` (net billing); `month` nets them within a month and band;
        `period_kwh` does so too and carries a surplus in kWh to the next month (net metering); `buy_all_sell_all` nets
        nothing
    taken, given : the two flows, `import` and `export` unless the mode is buy_all_sell_all: `use` and `production`
    sell : what a kWh given is paid; in `period_kwh` it is worth what a kWh taken costs
    surplus : what becomes of the money for energy given. `paid` at once, even beyond what was taken; `carried` pays for what
        was taken, and what is left pays for later months; `next_month` pays for later months only
    credit_payout : the share of the money left at the end of the year that is paid; the rest is lost
    year_end_price, true_up_month : what a bank of kWh is paid, and the last month of the year of either bank
    """

    mode: Literal["interval", "month", "period_kwh", "buy_all_sell_all"]
    buy: tuple[BandRate, ...]
    sell: tuple[BandRate, ...] = ()
    taken: str = ""
    given: str = ""
    window_min: Literal[0, 15, 30, 60] = 0
    surplus: Literal["paid", "carried", "next_month"] = "paid"
    credit_payout: Decimal = Decimal(1)
    year_end_price: Decimal = Decimal(0)
    true_up_month: int = 12

    @property
    def flows(self) -> tuple[str, ...]:
        default = ("use", "production") if self.mode == "buy_all_sell_all" else ("import", "export")
        return (self.taken or default[0], self.given or default[1])

    @property
    def reach_back_months(self) -> int:
        """A bank is filled since the month after the last true-up."""
        return 12 if self.mode == "period_kwh" or self.surplus != "paid" else 0

    def issues(self, bands: Sequence[str]) -> list[Issue]:
        found = rate_issues(self.buy, bands, "buy")
        if self.mode == "period_kwh":
            found += [Issue("sell", "not_in_this_mode")] if self.sell else []
            found += [Issue("surplus", "not_in_this_mode")] if self.surplus != "paid" else []
        else:
            found += rate_issues(self.sell, bands, "sell")
        blocked = [side for side in ("buy", "sell") if any(rate.blocks for rate in getattr(self, side))]
        found += [Issue(side, "no_blocks_here") for side in blocked]
        if self.mode == "month" and {rate.band for rate in self.sell} - {rate.band for rate in self.buy}:
            found.append(Issue("sell", "netted_bands_differ"))
        if not 0 <= self.credit_payout <= 1:
            found.append(Issue("credit_payout", "out_of_range"))
        if not 1 <= self.true_up_month <= 12:
            found.append(Issue("true_up_month", "not_a_month"))
        return found

    def lines(self, scope: Scope) -> list[Line]:
        if self.mode == "period_kwh":
            return self._banked(scope)
        start = scope.first if self.surplus == "paid" else self._bank_starts(scope)
        flows = self._metered(scope, min(start, scope.book.first))
        found = [self._side_line(scope, flows, side, rate) for side, rate in self._rates()]
        if self.surplus == "paid":
            return found
        kept = self._kept(scope, flows, start)
        if any(kept):
            found.append(
                scope.line(self, priced(scope.spans(), kept, Decimal(1)), scope.currency, Decimal(1), band="credit")
            )
        return found

    def _rates(self) -> list[tuple[int, BandRate]]:
        """Side (0 taken, 1 given) and rate of each line."""
        return [(0, rate) for rate in self.buy] + [(1, rate) for rate in self.sell]

    def _metered(self, scope: Scope, first: date) -> _Flows:
        taken, given = (scope.book.laid(flow, first, scope.book.end) for flow in self.flows)
        if self.mode == "buy_all_sell_all":
            return _Flows((taken, given), (taken.energy_wh, given.energy_wh))
        net = self._netted(taken, given)
        if self.mode == "month":
            return _Flows((taken, given), (net, -net))
        return _Flows((taken, given), (np.maximum(net, 0), np.maximum(-net, 0)))

    def _netted(self, taken: Laid, given: Laid) -> Int64s:
        """Taken less given, within each window. Both must be known, or neither counts. [Wh]"""
        _refuse_other_intervals(taken, given)
        both = taken.is_known & given.is_known
        net: Int64s = np.where(both, taken.energy_wh - given.energy_wh, 0)
        size_s = max(self.window_min * 60, taken.slots.interval_s)
        if size_s == taken.slots.interval_s or len(net) == 0 or self.mode == "month":
            return net
        # The window's net stands in its first interval, so that every window is in one month and one band.
        _names, begin = np.unique(taken.slots.start_s // size_s, return_index=True)
        sums = np.add.reduceat(net, begin)
        net = np.zeros_like(net)
        net[begin] = sums
        return net

    def _energy(self, flows: _Flows, mask: npt.NDArray[np.bool_], side: int, span: Span) -> Fraction:
        """What counts as taken or given in some days of a month. [kWh]"""
        month = flows.laid[side].slots.span(span.first, span.end)
        total = int(flows.energy_wh[side][month][mask[month]].sum())
        return Fraction(max(0, total) if self.mode == "month" else total, WH_PER_KWH)

    def _side_line(self, scope: Scope, flows: _Flows, side: int, rate: BandRate) -> Line:
        laid = flows.laid[side]
        mask = scope.mask(laid, (rate.band,) if rate.band else ())
        spans = scope.spans()
        quantities = [self._energy(flows, mask, side, span) for span in spans]
        segment = laid.slots.span(scope.first, scope.end)
        intervals = IntervalSet(self.flows[side], laid, np.flatnonzero(mask[segment]) + segment.start)
        price = (1, -1)[side] * rate.table[0].price
        return scope.line(self, priced(spans, quantities, price), "kWh", price, band=rate.band, intervals=intervals)

    def _kept(self, scope: Scope, flows: _Flows, start: date) -> list[Fraction]:
        """By month, what of the money for energy given is kept back for later (positive) or spent from before (negative)."""
        masks = [scope.mask(flows.laid[side], (rate.band,) if rate.band else ()) for side, rate in self._rates()]
        kept = []
        credit = Fraction(0)
        for span in (*month_spans(start, scope.first), *scope.spans()):
            sides = [Fraction(0), Fraction(0)]
            for (side, rate), mask in zip(self._rates(), masks, strict=True):
                sides[side] += self._energy(flows, mask, side, span) * Fraction(rate.table[0].price)
            due, credit = self._spent(sides[0], sides[1], credit)
            if self._ends_year(span):
                due, credit = due - credit * Fraction(self.credit_payout), Fraction(0)
            if span.first >= scope.first:
                kept.append(due - sides[0] + sides[1])
        return kept

    def _spent(self, bought: Fraction, sold: Fraction, credit: Fraction) -> tuple[Fraction, Fraction]:
        """What is due for a month, and the credit after it."""
        earned_later = sold if self.surplus == "next_month" else Fraction(0)
        left = bought - credit - (sold - earned_later)
        return max(Fraction(0), left), max(Fraction(0), -left) + earned_later

    def _ends_year(self, span: Span) -> bool:
        return span.first.month == self.true_up_month and span.end.day == 1

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
        if not self._ends_year(span):
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
