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
from domain.tariffs.base import Charge, Scope, Span, charge_kind, month_spans
from domain.tariffs.blocks import Block, block_issues, split_total
from domain.tariffs.lines import IntervalSet, Line, Part
from domain.tariffs.slots import Laid
from domain.units import SECONDS_PER_HOUR, WH_PER_KWH

YEAR = range(1, 13)


@dataclass(frozen=True, kw_only=True)
class Ratchet:
    """Billed is at least this share of the highest peak of the months before, and at least `min_kw`.

    months : which of the months before are looked at (1-12); all when empty
    """

    __pydantic_config__ = {"extra": "forbid"}

    share: Decimal = Decimal(0)
    lookback_months: int = 11
    min_kw: Decimal = Decimal(0)
    months: tuple[int, ...] = ()


@charge_kind("demand")
@dataclass(frozen=True, kw_only=True)
class Demand(Charge):
    """price per kW of the month's (or year's) peak. A partial month pays its peak in full; peaks are never added up.

    per : a price per year is due by days on the highest peak of the year so far; a higher one is billed for the days before
        too, so that any bills of a year add up to its peak
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
    def reach_back_months(self) -> int:
        yearly = 12 if self.per == "year" else 0
        return max(yearly, self.ratchet.lookback_months if self.ratchet else 0)

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
        looked_at = self.ratchet.months if self.ratchet else ()
        found += [
            Issue(f"months[{place}]", "not_a_month") for place, number in enumerate(self.months) if number not in YEAR
        ]
        found += [
            Issue(f"ratchet.months[{place}]", "not_a_month")
            for place, number in enumerate(looked_at)
            if number not in YEAR
        ]
        return found

    def lines(self, scope: Scope) -> list[Line]:
        found = []
        book = scope.book
        for span in scope.spans():
            if not self._counts(scope, book.laid(self.flow), span):
                continue
            first = self._year_starts(scope, span) if self.per == "year" else book.first
            laid = book.laid(self.flow, min(first, book.first), book.end)
            billed, places = (
                self._of_year(scope, laid, first, span) if self.per == "year" else self._of_month(scope, span)
            )
            intervals = IntervalSet(self.flow, laid, places)
            month = replace(scope, first=span.first, end=span.end)
            for place, (block, quantity) in enumerate(zip(self.table, billed, strict=True)):
                if place and not quantity:
                    continue
                part = Part(span.first, span.end, quantity, quantity * Fraction(block.price))
                tier = place + 1 if len(self.table) > 1 else 0
                band = ", ".join(self.when)
                unit = f"kW_{self.per}"
                found.append(month.line(self, [part], unit, block.price, band=band, tier=tier, intervals=intervals))
        return found

    def _counts(self, scope: Scope, laid: Laid, span: Span) -> bool:
        """Whether a month is billed at all: it may be another season's, by its number or by its bands."""
        if self.months and span.first.month not in self.months:
            return False
        return bool(scope.mask(laid, self.when)[laid.slots.span(span.first, span.end)].any())

    def _of_month(self, scope: Scope, span: Span) -> tuple[list[Fraction], npt.NDArray[np.int64]]:
        """Billed demand by block [kW], and the intervals of the highest window. Several prices in a month share its peak."""
        book = scope.book
        first, end = max(span.month, book.first), min(add_months(span.month, 1), book.end)
        peak_kw, places = self._peak(scope, book.laid(self.flow), first, end)
        return self._by_block(scope, peak_kw, span.month, Fraction(span.days, (end - first).days)), places

    def _of_year(
        self, scope: Scope, laid: Laid, first: date, span: Span
    ) -> tuple[list[Fraction], npt.NDArray[np.int64]]:
        """What the span adds to the year, by block [kW years], and the intervals of the year's highest window so far."""
        sums = []
        for end in (span.first, span.end):
            peak_kw, places = self._peak(scope, laid, first, end)
            counted = [one for one in month_spans(first, end) if self._counts(scope, laid, one)]
            share = sum((one.share("year") for one in counted), Fraction(0))
            sums.append(self._by_block(scope, peak_kw, first.replace(month=1, day=1), share))
        return [after - before for before, after in zip(*sums, strict=True)], places

    def _year_starts(self, scope: Scope, span: Span) -> date:
        """The first day whose peak counts: of the year, the contract, the price or the readings, whichever is latest."""
        start = max(date(span.first.year, 1, 1), scope.since, self.valid_from or date.min)
        known = scope.book.use.first_day(self.flow)
        begins = min(max(start, known or start), span.first)
        if begins > start:
            scope.book.tell("history_missing", self.code, needed_from=start, known_from=known)
        return begins

    def _by_block(self, scope: Scope, peak_kw: Fraction, month: date, share: Fraction) -> list[Fraction]:
        """A share of what is billed for a peak, by block; the ratchet looks back from the month. [kW x share]"""
        if self.ratchet is not None:
            earlier = self._earlier(scope, month, self.ratchet) * Fraction(self.ratchet.share)
            peak_kw = max(peak_kw, earlier, Fraction(self.ratchet.min_kw))
        limits = [Fraction(block.up_to) for block in self.table if block.up_to is not None]
        return [kilowatts * share for kilowatts in split_total(peak_kw, limits)]

    def _earlier(self, scope: Scope, month: date, ratchet: Ratchet) -> Fraction:
        """The highest peak of the months that the ratchet looks back on, as far as readings go. [kW]"""
        first = add_months(month, -ratchet.lookback_months)
        known = scope.book.use.first_day(self.flow)
        if known is None or known > first:
            scope.book.tell("history_missing", self.code, needed_from=first, known_from=known)
        first = max(first, known or month)
        if first >= month:
            return Fraction(0)
        return self._peak(scope, scope.book.laid(self.flow, first, month), first, month, ratchet.months)[0]

    def _peak(
        self, scope: Scope, laid: Laid, first: date, end: date, months: Sequence[int] = ()
    ) -> tuple[Fraction, npt.NDArray[np.int64]]:
        """The (mean of the) highest windows of some days [kW]. A window with a missing interval is no window."""
        size = max(1, self.window_min * 60 // laid.slots.interval_s)
        length_s = size * laid.slots.interval_s
        if length_s != self.window_min * 60:
            scope.book.tell("other_window", self.code, found_min=length_s // 60, asked_min=self.window_min)
        part = laid.slots.span(first, end)
        counted = np.flatnonzero((laid.is_known & scope.mask(laid, self.when))[part]) + part.start
        if months:
            number = laid.slots.day[counted].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
            counted = counted[np.isin(number, months)]
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
