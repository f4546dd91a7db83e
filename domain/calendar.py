"""The only place that turns a site's IANA zone into local hours, days, weeks, months and years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

STEP_S = 900  # every zone's offset is a whole number of quarter-hours


class PeriodKind(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"
    CUSTOM = "custom"


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_midnight_utc(day: date, zone_name: str) -> datetime:
    """The instant at which the local day begins; in zones that skip midnight, the first instant of the day."""
    tz = zone(zone_name)
    # A midnight that a zone skipped is read with the offset before: never too early, at most too late.
    instant = datetime(day.year, day.month, day.day, tzinfo=tz).astimezone(UTC)
    while (instant - timedelta(seconds=STEP_S)).astimezone(tz).date() >= day:
        instant -= timedelta(seconds=STEP_S)
    return instant


def local_date(instant: datetime, zone_name: str) -> date:
    return instant.astimezone(zone(zone_name)).date()


def day_length_s(day: date, zone_name: str) -> int:
    """82,800, 86,400 or 90,000 in most zones. [s]"""
    span = local_midnight_utc(day + timedelta(days=1), zone_name) - local_midnight_utc(day, zone_name)
    return int(span.total_seconds())


def add_months(day: date, months: int) -> date:
    """The same day of another month, clipped to that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def days_in_month(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days


@dataclass(frozen=True)
class Period:
    """Whole local days `[first, end)` of one kind."""

    kind: PeriodKind
    first: date
    end: date

    @classmethod
    def of(cls, kind: PeriodKind, day: date) -> Period:
        """The day, ISO week, month or year that holds a local date."""
        if kind is PeriodKind.DAY:
            return cls(kind, day, day + timedelta(days=1))
        if kind is PeriodKind.WEEK:
            monday = day - timedelta(days=day.weekday())
            return cls(kind, monday, monday + timedelta(days=7))
        if kind is PeriodKind.MONTH:
            first = day.replace(day=1)
            return cls(kind, first, add_months(first, 1))
        if kind is PeriodKind.YEAR:
            return cls(kind, date(day.year, 1, 1), date(day.year + 1, 1, 1))
        raise ValueError("own dates and all years are built from two dates")

    @classmethod
    def spanning(cls, first: date, last: date) -> Period:
        """From the first to the last day; a whole day, week, month or year is named as such."""
        end = last + timedelta(days=1)
        kinds = (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.YEAR)
        named = (cls.of(kind, first) for kind in kinds)
        return next(
            (found for found in named if (found.first, found.end) == (first, end)), cls(PeriodKind.CUSTOM, first, end)
        )

    @classmethod
    def years(cls, first: date, last: date) -> Period:
        """All calendar years that hold some of these days."""
        return cls(PeriodKind.ALL, date(first.year, 1, 1), date(last.year + 1, 1, 1))

    @property
    def day_count(self) -> int:
        return (self.end - self.first).days

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.day_count)]

    def shift(self, steps: int) -> Period:
        """The neighbour by calendar steps: the month after January has 28 or 29 days; all years have none."""
        if self.kind is PeriodKind.ALL:
            return self
        if self.kind is PeriodKind.MONTH:
            return Period.of(self.kind, add_months(self.first, steps))
        if self.kind is PeriodKind.YEAR:
            return Period.of(self.kind, date(self.first.year + steps, 1, 1))
        move = timedelta(days=steps * self.day_count)
        return Period(self.kind, self.first + move, self.end + move)

    def last_year(self, *, by_weekday: bool = False) -> Period:
        """The period a year earlier; by weekday it moves by 364 days so that Mondays meet Mondays."""
        if self.kind in {PeriodKind.MONTH, PeriodKind.YEAR} and not by_weekday:
            return self.shift(-12 if self.kind is PeriodKind.MONTH else -1)
        if by_weekday or self.kind is PeriodKind.WEEK:
            move = timedelta(days=364)
            return Period(
                self.kind if self.kind in {PeriodKind.DAY, PeriodKind.WEEK} else PeriodKind.CUSTOM,
                self.first - move,
                self.end - move,
            )
        first = add_months(self.first, -12)
        return Period(self.kind, first, first + (self.end - self.first))

    def clip(self, first: date, end: date | None) -> Period | None:
        """The part of the period inside `[first, end)`, or nothing."""
        low, high = max(self.first, first), min(self.end, end) if end else self.end
        return (
            Period(self.kind if (low, high) == (self.first, self.end) else PeriodKind.CUSTOM, low, high)
            if low < high
            else None
        )

    def bounds_utc(self, zone_name: str) -> tuple[datetime, datetime]:
        return local_midnight_utc(self.first, zone_name), local_midnight_utc(self.end, zone_name)


@dataclass(frozen=True)
class CalendarTable:
    """One row per UTC quarter-hour: what the clock on the wall says. Arrays of equal length, ordered."""

    zone_name: str
    start_utc: npt.NDArray[np.datetime64]  # datetime64[s]
    local_date: npt.NDArray[np.datetime64]  # datetime64[D]
    local_minute: npt.NDArray[np.int16]  # minutes since local 00:00 on the wall clock
    offset_min: npt.NDArray[np.int16]  # local minus UTC. [min]


@lru_cache(maxsize=512)
def _transitions(zone_name: str, first: datetime, end: datetime) -> list[tuple[datetime, int]]:
    """`(instant, offset_s)` pairs: the offset in force from each instant on."""
    tz = zone(zone_name)

    def offset_s(instant: datetime) -> int:
        span = instant.astimezone(tz).utcoffset()
        return int(span.total_seconds()) if span is not None else 0

    found = [(first, offset_s(first))]
    cursor = first
    while cursor < end:
        following = min(cursor + timedelta(days=1), end)
        if offset_s(following) != found[-1][1]:
            low, high = cursor, following
            while high - low > timedelta(seconds=STEP_S):
                steps = int((high - low).total_seconds()) // STEP_S // 2
                middle = low + timedelta(seconds=steps * STEP_S)
                low, high = (middle, high) if offset_s(middle) == found[-1][1] else (low, middle)
            found.append((high, offset_s(high)))
            cursor = high
        else:
            cursor = following
    return found


def offsets_s(start_utc: npt.NDArray[np.datetime64], zone_name: str) -> npt.NDArray[np.int64]:
    """Local minus UTC at each instant, vectorised over the few transitions in range. [s]"""
    starts = np.ascontiguousarray(start_utc).astype("datetime64[s]", copy=False).view(np.int64)
    if len(starts) == 0:
        return np.zeros(0, dtype=np.int64)
    low = int(starts.min()) // 86400 * 86400
    high = int(starts.max()) // 86400 * 86400 + 86400
    table = _transitions(zone_name, datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC))
    edges = np.array([int(instant.timestamp()) for instant, _ in table], dtype=np.int64)
    values = np.array([offset for _, offset in table], dtype=np.int64)
    if len(table) == 1:
        return np.full(len(starts), values[0])
    return values[np.searchsorted(edges, starts, side="right") - 1]


def local_labels(
    start_utc: npt.NDArray[np.datetime64], zone_name: str
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.int64]]:
    """Local date (datetime64[D]) and local minute of the day of each instant."""
    starts = np.ascontiguousarray(start_utc).astype("datetime64[s]", copy=False)
    shifted = starts.view(np.int64) + offsets_s(starts, zone_name)
    days = np.floor_divide(shifted, 86400)
    return days.view("datetime64[D]"), np.floor_divide(shifted - days * 86400, 60)


def calendar_table(zone_name: str, first: date, end: date) -> CalendarTable:
    """The table for all quarter-hours of the local days `[first, end)`."""
    low = int(local_midnight_utc(first, zone_name).timestamp())
    high = int(local_midnight_utc(end, zone_name).timestamp())
    starts = np.arange(low, high, STEP_S, dtype=np.int64).astype("datetime64[s]")
    days, minutes = local_labels(starts, zone_name)
    offset = offsets_s(starts, zone_name) // 60
    return CalendarTable(zone_name, starts, days, minutes.astype(np.int16), offset.astype(np.int16))
