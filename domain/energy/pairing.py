"""Which day of one period meets which of another, and which bucket of a chart stands beside which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from domain.calendar import Period
from domain.energy.balance import UseSeries

Days = Sequence[tuple[date | None, date | None]]
WEEK_DAYS = 7
NONE = -1  # a bucket without a partner
UNITS = {"month": "M", "year": "Y"}


def pair_days(now: Period, then: Period, align: str) -> list[tuple[date | None, date | None]]:
    """All days of both periods, in order, beside each other; a day without a partner stands beside None.

    align : "weekday" moves `then` by at most three days so that Mondays meet Mondays. "date" lets 1 March meet
        1 March where both periods begin on the same date of a year, else the first day meets the first. Less
        than a week has no weekdays to align.
    """
    if align == "weekday" and min(now.day_count, then.day_count) >= WEEK_DAYS:
        shift = (now.first.weekday() - then.first.weekday() + 3) % 7 - 3
        return _by_place(now, then, shift)
    if now.first != then.first and (now.first.month, now.first.day) == (then.first.month, then.first.day):
        return _by_date(now, then)
    return _by_place(now, then, 0)


def _by_place(now: Period, then: Period, shift: int) -> list[tuple[date | None, date | None]]:
    """Day n of `now` beside day n + shift of `then`."""
    low, high = min(0, -shift), max(now.day_count, then.day_count - shift)
    return [(_day(now, place), _day(then, place + shift)) for place in range(low, high)]


def _day(period: Period, place: int) -> date | None:
    return date.fromordinal(period.first.toordinal() + place) if 0 <= place < period.day_count else None


def _by_date(now: Period, then: Period) -> list[tuple[date | None, date | None]]:
    """The same date of the year; 29 February meets nothing where the other year has none."""
    years = then.first.year - now.first.year
    wanted = {(day.year - years, day.month, day.day): day for day in then.days()}
    rows: list[tuple[tuple[int, int, int], date | None, date | None]] = []
    for day in now.days():
        key = (day.year, day.month, day.day)
        rows.append((key, day, wanted.pop(key, None)))
    rows += [(key, None, day) for key, day in wanted.items()]
    return [(left, right) for _key, left, right in sorted(rows, key=lambda row: row[0])]


@dataclass(frozen=True)
class Pairing:
    """Places in two series, side by side; NONE where one has nothing there."""

    now: tuple[int, ...]
    then: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.now)


def pair_buckets(now: UseSeries, then: UseSeries, days: Days, resolution: str) -> Pairing:
    """Months and years by how far they are from the first of their period, which a series that begins later does
    not hold; days, hours and intervals by their day and what the clock on the wall shows.
    """
    if resolution in UNITS:
        nth_now, nth_then = (
            _by_distance(now, _begin(days, 0), resolution),
            _by_distance(then, _begin(days, 1), resolution),
        )
        numbers = sorted(nth_now.keys() | nth_then.keys())
        return Pairing(tuple(nth_now.get(n, NONE) for n in numbers), tuple(nth_then.get(n, NONE) for n in numbers))
    left, right = _by_day(now), _by_day(then)
    rows: list[tuple[int, int]] = []
    for day_now, day_then in days:
        first, second = left.get(day_now, {}), right.get(day_then, {})
        rows += [(first.get(key, NONE), second.get(key, NONE)) for key in sorted(first.keys() | second.keys())]
    return Pairing(tuple(row[0] for row in rows), tuple(row[1] for row in rows))


def _by_distance(series: UseSeries, begin: date | None, resolution: str) -> dict[int, int]:
    """The place of each bucket by its number of months or years after the day on which its period begins."""
    unit = f"datetime64[{UNITS[resolution]}]"
    distance = (series.label.astype(unit) - np.datetime64(begin, "D").astype(unit)).astype(np.int64)
    return {number: place for place, number in enumerate(distance.tolist())}


def _begin(days: Days, side: int) -> date | None:
    """The first day of one of two paired periods."""
    return next((pair[side] for pair in days if pair[side] is not None), None)


def _by_day(series: UseSeries) -> dict[date | None, dict[tuple[int, int, int], int]]:
    """Per day the places by hour, fold and second, which is the order in which time passed."""
    found: dict[date | None, dict[tuple[int, int, int], int]] = {}
    days = series.label.astype("datetime64[D]")
    seconds = (series.label - days).astype("timedelta64[s]").astype(np.int64).tolist()
    for place, (day, second, fold) in enumerate(zip(days.tolist(), seconds, series.fold.tolist(), strict=True)):
        found.setdefault(day, {})[(second // 3600, fold, second)] = place
    return found
