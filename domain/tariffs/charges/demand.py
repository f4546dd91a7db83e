"""Demand: a price per kW of the highest power of a month or year, with steps and a ratchet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from domain.calendar import add_months
from domain.errors import Issue
from domain.tariffs.base import Charge, Scope, Span, charge_kind
from domain.tariffs.blocks import Block, block_issues, split_total
from domain.tariffs.lines import IntervalSet, Line, Part
from domain.tariffs.slots import Laid
from domain.units import SECONDS_PER_HOUR, WH_PER_KWH


@dataclass(frozen=True, kw_only=True)
class Ratchet:
    """Billed is at least this share of the highest peak of the months before, and at least `min_kw`."""

    __pydantic_config__ = {"extra": "forbid"}

    share: Decimal = Decimal(0)
    lookback_months: int = 11
    min_kw: Decimal = Decimal(0)


@charge_kind("demand")
@dataclass(frozen=True, kw_only=True)
class Demand(Charge):
    """price per kW of the month's (or year's) peak. A partial month pays its peak in full; peaks are never added up.

    window_min : a peak is the mean power of so many minutes
    when : the bands that count; all when empty
    peaks : the mean of so many highest windows, of different days with `distinct_days`
    blocks : prices by kW, the last one open
    """

    flow: str = "import"
    price: Decimal | None = None
    blocks: tuple[Block, ...] = ()
    per: Literal["month", "year"] = "month"
    window_min: Literal[15, 30, 60] = 15
    when: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    peaks: int = 1
    distinct_days: bool = True
    ratchet: Ratchet | None = None

    @property
    def flows(self) -> tuple[str, ...]:
        return (self.flow,)

    @property
    def table(self) -> tuple[Block, ...]:
        return (Block(price=self.price),) if self.price is not None else self.blocks

    def issues(self, bands: Sequence[str]) -> list[Issue]:
        found = block_issues(self.blocks, "blocks")
        if (self.price is None) == (not self.blocks):
            found.append(Issue("price", "price_or_blocks"))
        found += [
            Issue(f"when[{place}]", "unknown_band", {"band": name, "known": ", ".join(bands)})
            for place, name in enumerate(self.when)
            if name not in bands
        ]
        if self.peaks < 1:
            found.append(Issue("peaks", "not_positive"))
        if self.ratchet and not (0 <= self.ratchet.share <= 1 and 1 <= self.ratchet.lookback_months <= 36):
            found.append(Issue("ratchet", "out_of_range"))
        return found

    def lines(self, scope: Scope) -> list[Line]:
        found = []
        for span in scope.spans():
            if self.months and span.first.month not in self.months:
                continue
            laid = scope.book.laid(self.flow)
            if not scope.mask(laid, self.when)[laid.slots.span(span.first, span.end)].any():
                continue  # a band of another season
            peak_kw, places = self._billed(scope, span)
            # Several prices in one month share its one peak by days.
            share = span.share("year") if self.per == "year" else Fraction(span.days, _billed_days(scope, span))
            intervals = IntervalSet(self.flow, laid, places)
            limits = [Fraction(block.up_to) for block in self.table if block.up_to is not None]
            for place, kilowatts in enumerate(split_total(peak_kw, limits)):
                if place and not kilowatts:
                    continue
                price = self.table[place].price
                part = Part(span.first, span.end, kilowatts * share, kilowatts * share * Fraction(price))
                tier = place + 1 if limits else 0
                month = replace(scope, first=span.first, end=span.end)
                band = ", ".join(self.when)
                unit = f"kW_{self.per}"
                found.append(month.line(self, [part], unit, price, band=band, tier=tier, intervals=intervals))
        return found

    def _billed(self, scope: Scope, span: Span) -> tuple[Fraction, npt.NDArray[np.int64]]:
        """Billed demand [kW] and the intervals of its highest window."""
        book = scope.book
        first, end = (span.month, add_months(span.month, 1))
        if self.per == "year":
            first, end = date(span.first.year, 1, 1), date(span.first.year + 1, 1, 1)
        laid = book.laid(self.flow)
        peak, places = self._peak(scope, laid, max(first, book.first), min(end, book.end))
        if self.ratchet is None:
            return peak, places
        return max(
            peak, self._earlier(scope, span) * Fraction(self.ratchet.share), Fraction(self.ratchet.min_kw)
        ), places

    def _earlier(self, scope: Scope, span: Span) -> Fraction:
        """The highest peak of the months that the ratchet looks back on, as far as readings go. [kW]"""
        assert self.ratchet is not None
        first = add_months(span.month, -self.ratchet.lookback_months)
        known = scope.book.use.first_day(self.flow)
        if known is None or known > first:
            scope.book.tell("history_missing", self.code, needed_from=first, known_from=known)
        first = max(first, known or span.month)
        if first >= span.month:
            return Fraction(0)
        return self._peak(scope, scope.book.laid(self.flow, first, span.month), first, span.month)[0]

    def _peak(self, scope: Scope, laid: Laid, first: date, end: date) -> tuple[Fraction, npt.NDArray[np.int64]]:
        """The (mean of the) highest windows of some days. A window with a missing interval is no window."""
        size = max(1, self.window_min * 60 // laid.slots.interval_s)
        length_s = size * laid.slots.interval_s
        if length_s != self.window_min * 60:
            scope.book.tell("other_window", self.code, found_min=length_s // 60, asked_min=self.window_min)
        part = laid.slots.span(first, end)
        counted = np.flatnonzero((laid.is_known & scope.mask(laid, self.when))[part]) + part.start
        window = laid.slots.start_s[counted] // length_s
        if len(counted) == 0:
            return Fraction(0), counted
        begin = np.flatnonzero(np.append(True, window[1:] != window[:-1]))
        sizes = np.diff(np.append(begin, len(window)))
        energy = np.where(sizes == size, np.add.reduceat(laid.energy_wh[counted], begin), 0)
        chosen = self._highest(energy, laid.slots.day[counted[begin]])
        total = int(energy[chosen].sum())
        kilowatts = Fraction(total * SECONDS_PER_HOUR, length_s * WH_PER_KWH * self.peaks)
        return kilowatts, np.sort(np.concatenate([counted[begin[n] : begin[n] + sizes[n]] for n in chosen]))

    def _highest(self, energy: npt.NDArray[np.int64], day: npt.NDArray[np.int32]) -> list[int]:
        order = np.argsort(-energy, kind="stable")
        if self.distinct_days and self.peaks > 1:
            _days, first = np.unique(day[order], return_index=True)
            order = order[np.sort(first)]
        return [int(place) for place in order[: self.peaks]]


def _billed_days(scope: Scope, span: Span) -> int:
    """The days of the month that this rating bills."""
    end = min(add_months(span.month, 1), scope.book.end)
    return (end - max(span.month, scope.book.first)).days
