"""The intervals a period should hold, and the readings laid over them: what is there, what is missing."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from domain import calendar
from domain.energy.intervals import Intervals
from domain.energy.quality import ORDER
from domain.tariffs.bands import DAY_MIN, NO_BAND, STEP_MIN, STEPS, Calendar, compiled
from domain.tariffs.errors import refuse
from domain.tariffs.holidays import Holidays

DAY_S = 86_400
EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    return (day - EPOCH).days


@dataclass(frozen=True, eq=False)
class Slots:
    """Arrays of equal length, ordered: one entry per interval of the local days `[first, end)`.

    start_s : int64, UTC seconds
    day : int32, local date as days since 1970-01-01
    minute : int16, minutes since local 00:00 on the wall clock
    """

    zone_name: str
    first: date
    end: date
    interval_s: int
    start_s: npt.NDArray[np.int64]
    day: npt.NDArray[np.int32]
    minute: npt.NDArray[np.int16]
    _spans: dict[tuple[date, date], slice] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.start_s)

    def span(self, first: date, end: date) -> slice:
        """The places of some local days; found once, as the months of a year are asked for again and again."""
        found = self._spans.get((first, end))
        if found is None:
            edges = np.array((day_number(first), day_number(end)), dtype=np.int32)  # another type would copy all days
            low, high = np.searchsorted(self.day, edges)
            found = self._spans[first, end] = slice(int(low), int(high))
        return found

    @cached_property
    def places(self) -> npt.NDArray[np.int64]:
        """The place of every interval, for sharing."""
        found = np.arange(len(self), dtype=np.int64)
        found.flags.writeable = False
        return found

    @cached_property
    def always(self) -> npt.NDArray[np.bool_]:
        """True for every interval, for sharing."""
        found = np.ones(len(self), dtype=bool)
        found.flags.writeable = False
        return found


def stretch_sums(values: npt.NDArray[np.int64], stretches: Sequence[slice]) -> list[int]:
    """The sum of each of some stretches that follow each other, such as the months of a period."""
    if not stretches or any(one.start >= one.stop for one in stretches):
        return [int(values[one].sum()) for one in stretches]
    low = stretches[0].start
    found = np.add.reduceat(values[low : stretches[-1].stop], [one.start - low for one in stretches])
    return [int(total) for total in found.tolist()]


@lru_cache(maxsize=128)
def slots(zone_name: str, first: date, end: date, interval_s: int, phase_s: int) -> Slots:
    """The intervals of some local days; `phase_s` is where they start within their own length, in UTC.

    Daily readings start at local midnight, so that the long and the short day are one interval too.
    """
    low, high = (int(calendar.local_midnight_utc(day, zone_name).timestamp()) for day in (first, end))
    if interval_s == DAY_S:
        days = [first + timedelta(days=n) for n in range((end - first).days)]
        starts = np.array(
            [int(calendar.local_midnight_utc(day, zone_name).timestamp()) for day in days], dtype=np.int64
        )
    else:
        starts = np.arange(low + (phase_s - low) % interval_s, high, interval_s, dtype=np.int64)
    return Slots(zone_name, first, end, interval_s, starts, *_labels(starts, zone_name))


def _labels(start_s: npt.NDArray[np.int64], zone_name: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int16]]:
    """Local day since 1970-01-01 and minute on the wall clock."""
    day, minute = calendar.local_labels(start_s.view("datetime64[s]"), zone_name)
    return day.view(np.int64).astype(np.int32), minute.astype(np.int16)


@lru_cache(maxsize=128)
def band_codes(grid: Slots, bands: Calendar, holidays: Holidays | None) -> npt.NDArray[np.int8]:
    """The band of every interval; intervals in which the price changes are too coarse to be priced."""
    if len(grid) == 0:
        return np.zeros(0, dtype=np.int8)
    codes = _codes(grid, bands, holidays, grid.day, grid.minute)
    if (codes == NO_BAND).any():
        raise refuse("band_missing", zone=grid.zone_name)
    table = compiled(bands)
    if grid.interval_s > STEP_MIN * 60 and (table != table[..., :1]).any():
        _refuse_coarse(grid, bands, holidays, codes)
    codes.flags.writeable = False
    return codes


@dataclass(frozen=True, eq=False)
class Cells:
    """The intervals of some local days by band and month, so that one pass over the readings sums them all.

    by_band : places in the grid, in order of time
    """

    by_band: tuple[npt.NDArray[np.int64], ...]
    _order: npt.NDArray[np.int64]
    _starts: npt.NDArray[np.int64]
    _cells: tuple[int, ...]
    _months: int

    def sums(self, values: npt.NDArray[np.int64]) -> list[list[int]]:
        """The sum of each band in each month; 0 where it has no interval."""
        found = [0] * (len(self.by_band) * self._months)
        if self._cells:
            totals = np.add.reduceat(values[self._order], self._starts).tolist()
            for cell, total in zip(self._cells, totals, strict=True):
                found[cell] = total
        return [found[band * self._months : (band + 1) * self._months] for band in range(len(self.by_band))]


@lru_cache(maxsize=128)
def cells(grid: Slots, bands: Calendar, holidays: Holidays | None, first: date, end: date) -> Cells:
    """The local days `[first, end)` of a grid by band and month."""
    span = grid.span(first, end)
    names, months = len(bands.bands), (end.year - first.year) * 12 + end.month - first.month + (end.day > 1)
    if names * months > np.iinfo(np.int16).max:
        raise ValueError(f"{names} bands in {months} months are more cells than are told apart here")
    low = day_number(first)
    days = np.arange(low, day_number(end)).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    month = (days - ((first.year - EPOCH.year) * 12 + first.month - 1)).astype(np.int16)
    cell = (
        band_codes(grid, bands, holidays)[span] * np.int16(months) + month[grid.day[span] - low]
    )  # short: sorted faster
    order = np.argsort(cell, kind="stable")
    ordered = cell[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else order
    if span.start:
        order += span.start
    order.flags.writeable = False
    edges = np.searchsorted(ordered, (np.arange(names + 1) * months).astype(np.int16))
    by_band = tuple(order[low:high] for low, high in itertools.pairwise(edges.tolist()))
    return Cells(by_band, order, starts, tuple(ordered[starts].tolist()), months)


def _codes(
    grid: Slots, bands: Calendar, holidays: Holidays | None, day: npt.NDArray[np.int32], minute: npt.NDArray[np.int16]
) -> npt.NDArray[np.int8]:
    """The band of each local day and minute: first the bands of each day of the grid, then the time."""
    first = int(grid.day[0])
    days = np.arange(first, max(int(grid.day[-1]), int(day.max(initial=first))) + 1, dtype=np.int32)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    is_holiday = np.zeros(len(days), dtype=np.int64)
    if bands.holidays is not None:
        if holidays is None:
            raise refuse("holidays_missing", region=bands.holidays, year=grid.first.year)
        is_holiday = holidays.is_holiday(days).astype(np.int64)
    by_day = compiled(bands)[month, weekday, is_holiday]
    found: npt.NDArray[np.int8] = by_day.ravel().take((day - first) * STEPS + minute // STEP_MIN)
    return found


def _refuse_coarse(grid: Slots, bands: Calendar, holidays: Holidays | None, codes: npt.NDArray[np.int8]) -> None:
    """Refuse intervals in which the band changes."""
    steps, rest = divmod(grid.interval_s, STEP_MIN * 60)
    minutes = steps * STEP_MIN
    jumped = _jumps(grid, minutes)
    if steps in {2, 4} and rest == 0 and not (grid.minute[np.append(0, jumped + 1)] % minutes).any():
        table = compiled(bands)
        by_interval = table.reshape(*table.shape[:-1], -1, steps)
        if (by_interval == by_interval[..., :1]).all():
            # Bands change between intervals only, unless the clock is changed inside one.
            jumped = np.append(jumped, len(grid) - 1)  # what comes after the last one is not known
            instants = (grid.start_s[jumped, None] + np.arange(steps) * STEP_MIN * 60).ravel()
            day, minute = _labels(instants, grid.zone_name)
            if (_codes(grid, bands, holidays, day, minute) != np.repeat(codes[jumped], steps)).any():
                raise refuse("readings_too_coarse", interval_min=grid.interval_s // 60)
            return
    fine = slots(grid.zone_name, grid.first, grid.end, STEP_MIN * 60, int(grid.start_s[0]) % (STEP_MIN * 60))
    place = np.searchsorted(grid.start_s, fine.start_s, side="right") - 1
    inside = place >= 0
    if (band_codes(fine, bands, holidays)[inside] != codes[place[inside]]).any():
        raise refuse("readings_too_coarse", interval_min=grid.interval_s // 60)


def _jumps(grid: Slots, minutes: int) -> npt.NDArray[np.int64]:
    """Places of the intervals after which the wall clock is not as much later as they are long."""
    step = np.diff(grid.minute)
    return np.flatnonzero((step != minutes) & (step != minutes - DAY_MIN)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Laid:
    """Readings laid over their slots. `energy_wh` is 0 where `is_known` is false: ask `is_known` before counting it.

    energy_wh : int64. [Wh]
    quality : uint8, see `domain.energy.quality`
    """

    slots: Slots
    energy_wh: npt.NDArray[np.int64]
    is_known: npt.NDArray[np.bool_]
    quality: npt.NDArray[np.uint8]
    is_whole: bool

    def missing(self, span: slice) -> int:
        return 0 if self.is_whole else int((~self.is_known[span]).sum())


@dataclass(frozen=True, eq=False)
class Use:
    """What was metered at one site, by flow; exactly what `data.queries.consumption.intervals` answers.

    flows : such as `import`, `export`, `production`; one register (or sum of registers) each. They may reach back
        before the rated period: ratchets and energy banks look there.
    """

    zone_name: str
    flows: Mapping[str, Intervals]
    _laid: dict[tuple[str, date, date], Laid] = field(default_factory=dict)

    def laid(self, flow: str, first: date, end: date) -> Laid:
        """The readings of some local days over the intervals these days should hold; laid out once."""
        key = (flow, first, end)
        if key not in self._laid:
            self._laid[key] = self._lay(*key)
        return self._laid[key]

    def _lay(self, flow: str, first: date, end: date) -> Laid:
        part = self.flows.get(flow)
        if part is None:
            raise refuse("flow_missing", flow=flow, known=", ".join(sorted(self.flows)))
        starts = part.start_utc.astype("datetime64[s]", copy=False).view(np.int64)
        phase_s = int(starts[0]) % part.interval_s if len(starts) else 0
        return _lay(part, starts, slots(self.zone_name, first, end, part.interval_s, phase_s))

    def first_day(self, flow: str) -> date | None:
        """The local day of the first reading of a flow."""
        part = self.flows[flow]
        if len(part.start_utc) == 0:
            return None
        day, _minute = calendar.local_labels(part.start_utc[:1], self.zone_name)
        return EPOCH + timedelta(days=int(day[0].astype(np.int64)))


def _lay(part: Intervals, starts: npt.NDArray[np.int64], grid: Slots) -> Laid:
    span_s = (int(grid.start_s[0]), int(grid.start_s[-1]) + 1) if len(grid) else (0, 0)
    low, high = np.searchsorted(starts, span_s)
    mine, energy, quality = starts[low:high], part.energy_wh[low:high], part.quality[low:high]
    if np.array_equal(mine, grid.start_s):
        return Laid(grid, np.asarray(energy, dtype=np.int64), grid.always, np.asarray(quality, dtype=np.uint8), True)
    if len(starts) > 1 and not (np.diff(starts) > 0).all():
        raise refuse("readings_disordered", register=part.register_id)
    place = np.searchsorted(grid.start_s, mine)
    if not (grid.start_s[place] == mine).all():
        raise refuse("readings_off_grid", register=part.register_id, interval_min=grid.interval_s // 60)
    whole_energy = np.zeros(len(grid), dtype=np.int64)
    whole_quality = np.zeros(len(grid), dtype=np.uint8)
    known = np.zeros(len(grid), dtype=bool)
    whole_energy[place], whole_quality[place], known[place] = energy, quality, True
    return Laid(grid, whole_energy, known, whole_quality, False)


@dataclass(frozen=True)
class Coverage:
    """How well a flow is known in a period, in intervals. A missing one was not priced, not even as zero."""

    flow: str
    expected: int
    present: int
    counts: tuple[int, ...]  # measured, estimated, customer, corrected, suspect
    energy_wh: int

    @property
    def missing(self) -> int:
        return self.expected - self.present

    @property
    def estimated(self) -> int:
        return self.counts[1]


def coverage(flow: str, laid: Laid, span: slice) -> Coverage:
    known = laid.is_known[span]
    present = len(known) - laid.missing(span)
    quality = laid.quality[span] if present == len(known) else laid.quality[span][known]
    counts = [present] + [0] * (len(ORDER) - 1)
    if quality.any():
        counts = [int(n) for n in np.bincount(quality, minlength=len(ORDER))]
    return Coverage(flow, len(known), present, tuple(counts), int(laid.energy_wh[span].sum()))
