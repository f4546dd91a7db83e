"""What a row of a file means: its register, its instant, its exact amount; or why it is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from adapters.importers import Opened
from adapters.reading_sorter import Judged
from domain import calendar
from domain.ingest import folds, rounding, times
from domain.ingest.blocks import RawBlock
from domain.ingest.options import IngestOptions
from domain.ingest.problems import Problem, ProblemLog, refuse
from domain.ingest.units import WH, source_unit
from services.ingest_registers import IGNORED, UNKNOWN, RegisterBook

Mask = npt.NDArray[np.bool_]
Int64s = npt.NDArray[np.int64]
EARLIEST_S = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp())
AHEAD = timedelta(days=1)  # for clocks that go wrong a little; a reading of next week is a wrong date
SEEN_STEPS = 8  # so many neighbours a whole interval apart, and most of all, before an interval counts as wrong


class Judge:
    """Judges block after block; rows in the autumn fold wait until the whole file has been seen."""

    def __init__(
        self, opened: Opened, options: IngestOptions, book: RegisterBook, log: ProblemLog, now: datetime
    ) -> None:
        self._latest_s = int((now + AHEAD).timestamp())
        self._opened = opened
        self._options = options
        self._book = book
        self._log = log
        self._waiting: list[tuple[Judged, Int64s, Int64s]] = []
        self._steps: dict[int, list[int]] = {}
        self.ignored = 0
        units = [source_unit(name) for name in opened.units.values()]
        self._has_power = any(unit is None or unit.is_power for unit in units)

    @property
    def value_column(self) -> str:
        return self._opened.value_column

    def scales(self) -> Int64s:
        return self._book.scales(has_power=self._has_power)

    def block(self, raw: RawBlock) -> Judged:
        """The sound readings of a block; problems go to the log, ambiguous times wait for `folds`."""
        slot = self._book.slots(raw.names)[raw.series] if len(raw) else np.zeros(0, dtype=np.int64)
        usable = self._known(raw, slot)
        safe_slot = np.where(usable, slot, 0)
        amount, usable = self._amounts(raw, safe_slot, usable)
        rows = Judged(safe_slot.astype(np.int32), raw.wall_s, amount, raw.quality, raw.line)
        if not self._book.targets:
            return rows.pick(np.zeros(len(raw), dtype=bool))
        return self._timed(rows, raw, usable)

    def _known(self, raw: RawBlock, slot: Int64s) -> Mask:
        self.ignored += int((slot == IGNORED).sum())
        for index in np.unique(raw.series[slot == UNKNOWN]):
            rows = np.flatnonzero(raw.series == index)
            name = raw.names[int(index)]
            code = "unknown_register" if name else "register_needed"
            params: dict[str, object] = {"rows": len(rows), "known": ", ".join(self._book.similar(name))}
            column = self._opened.series_column or name or self._opened.value_column
            self._log.add(Problem(code, int(raw.line[rows[0]]), column, name, params), times=len(rows))
        return slot >= 0

    def _amounts(self, raw: RawBlock, slot: Int64s, usable: Mask) -> tuple[Int64s, Mask]:
        """Exact amounts in 1/scale base units; a wrong unit, a negative or an impossible value is refused."""
        if not self._book.targets or len(raw) == 0:
            return np.zeros(len(raw), dtype=np.int64), usable
        factor, is_power, is_fit = self._unit_tables(raw)
        # Nearly always there is one unit; a look-up per reading is for the others.
        is_one = bool(is_fit.all()) and bool((factor == factor[0, 0]).all())
        base_units = raw.value * (factor[0, 0] if is_one else factor[raw.series, raw.unit])
        has_sign = np.array([target.has_own_sign for target in self._book.targets])[slot]
        bad = (
            ("unit_unfit", np.zeros(len(raw), dtype=bool) if is_one else ~is_fit[raw.series, raw.unit]),
            ("negative", (raw.value < 0) & ~has_sign),
            ("too_large", np.abs(base_units) > rounding.LARGEST_UNITS),
        )
        for code, mask in bad:
            found = mask & usable
            if found.any():
                self._log_values(code, raw, found)
                usable = usable & ~found
        base_units = base_units if usable.all() else np.where(usable, base_units, 0)
        micro = np.rint(base_units * rounding.MICRO_PER_UNIT).astype(np.int64)
        return micro * self._multiplier(raw, slot, is_power) if self._has_power else micro, usable

    def _multiplier(self, raw: RawBlock, slot: Int64s, is_power: Mask) -> Int64s:
        intervals = [target.interval_s for target in self._book.targets]
        energy = np.array([rounding.power_denominator(s) for s in intervals], dtype=np.int64)
        power = np.array([rounding.power_numerator(s) for s in intervals], dtype=np.int64)
        return np.where(is_power[raw.series, raw.unit], power[slot], energy[slot])

    def _unit_tables(self, raw: RawBlock) -> tuple[npt.NDArray[np.float64], Mask, Mask]:
        """By series and unit of the block: factor, whether power, whether it fits the register."""
        shape = (len(raw.names), len(raw.units))
        factor, is_power, is_fit = np.zeros(shape), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        slots = self._book.slots(raw.names)
        given = self._opened.units
        for row, name in enumerate(raw.names):
            target = self._book.targets[slots[row]] if slots[row] >= 0 else None
            for column, word in enumerate(raw.units):
                unit = source_unit(word or given.get(name) or given.get("", ""))
                if unit is not None and target is not None:
                    factor[row, column], is_power[row, column] = unit.factor, unit.is_power
                    is_fit[row, column] = unit.base == (WH if target.unit == WH else target.unit)
        return factor, is_power, is_fit

    def _log_values(self, code: str, raw: RawBlock, found: Mask) -> None:
        shown = np.flatnonzero(found)
        for index in shown[:20]:
            name = raw.names[int(raw.series[index])]
            column = self._opened.value_column or name
            self._log.add(Problem(code, int(raw.line[index]), column, f"{raw.value[index]:g}", {"series": name}))
        self._log.add_count(code, max(0, len(shown) - 20))

    def _timed(self, rows: Judged, raw: RawBlock, usable: Mask) -> Judged:
        has_offset = raw.offset_s != times.NO_OFFSET
        utc_s = raw.wall_s - np.where(has_offset, raw.offset_s, 0)
        if not self._opened.is_utc:
            local = usable & ~has_offset
            for zone_name, part in self._by_zone(rows.slot, local):
                found = times.to_utc(raw.wall_s[part], zone_name, self._opened.label)
                utc_s[part] = found.utc_s
                gone = part[found.is_gap]
                shown = (f"{_wall(wall)} in {zone_name}" for wall in raw.wall_s[gone][:20])
                self._log.add_lines("gap_time", raw.line[gone], self._opened.time_column, shown)
                usable[gone] = False
                double = part[found.is_fold]
                waiting = self._placed(rows.pick(double), found.utc_s[found.is_fold])
                self._waiting.append((waiting, found.later_s[found.is_fold], raw.wall_s[double]))
                usable[double] = False
        return self._on_grid(self._near(self._placed(rows.pick(usable), utc_s[usable])))

    def _near(self, rows: Judged) -> Judged:
        """Without what no meter can have measured yet, nor long ago."""
        is_near = (rows.start_s >= EARLIEST_S) & (rows.start_s < self._latest_s)
        if is_near.all():
            return rows
        far = np.flatnonzero(~is_near)
        self._log.add_lines("far_time", rows.line[far], self._opened.time_column, map(_wall, rows.start_s[far][:20]))
        return rows.pick(is_near)

    def _by_zone(self, slot: npt.NDArray[np.int32], wanted: Mask) -> list[tuple[str, Int64s]]:
        if not wanted.any():
            return []
        if self._options.zone:
            return [(self._options.zone, np.flatnonzero(wanted))]
        zones = [target.zone_name for target in self._book.targets]
        of_slot = np.array([zones.index(name) for name in zones])[slot]
        return [(zones[index], np.flatnonzero(wanted & (of_slot == index))) for index in np.unique(of_slot[wanted])]

    def _placed(self, rows: Judged, label_s: Int64s) -> Judged:
        """Start of the interval from its label."""
        if self._opened.label == "end":
            label_s = label_s - self._interval_s()[rows.slot]
        return Judged(rows.slot, label_s, rows.amount, rows.quality, rows.line)

    def _interval_s(self) -> Int64s:
        return np.array([target.interval_s for target in self._book.targets], dtype=np.int64)

    def _on_grid(self, rows: Judged) -> Judged:
        """Starts are whole intervals since midnight, in UTC or on the wall clock (+05:45 has hours at :15)."""
        intervals = self._interval_s()
        is_one = len(intervals) > 0 and bool((intervals == intervals[0]).all())
        odd = np.flatnonzero(rows.start_s % (intervals[0] if is_one else intervals[rows.slot]) != 0)
        interval_s = intervals[rows.slot] if len(odd) else intervals
        for zone_name, part in self._local_parts(rows, odd):
            local_s = rows.start_s[part] + calendar.offsets_s(rows.start_s[part].astype("datetime64[s]"), zone_name)
            odd = np.setdiff1d(odd, part[local_s % interval_s[part] == 0], assume_unique=True)
        if len(odd) == 0:
            return rows
        self._log.add_lines("off_grid", rows.line[odd], self._opened.time_column, map(_wall, rows.start_s[odd][:20]))
        return rows.pick(np.setdiff1d(np.arange(len(rows)), odd, assume_unique=True))

    def _local_parts(self, rows: Judged, wanted: Int64s) -> list[tuple[str, Int64s]]:
        zones = [target.zone_name for target in self._book.targets]
        of_slot = np.array([zones.index(name) for name in zones])[rows.slot[wanted]]
        return [(zones[index], wanted[of_slot == index]) for index in np.unique(of_slot)]

    def folds(self) -> Judged:
        """The rows of the hour that comes twice, told apart by the order of the file, or refused."""
        none = np.zeros(0, dtype=np.int64)
        if not self._waiting:
            return Judged(none.astype(np.int32), none, none, none.astype(np.uint8), none)
        rows = Judged.join([part for part, _, _ in self._waiting])
        later_s = np.concatenate([later for _, later, _ in self._waiting])
        wall_s = np.concatenate([wall for _, _, wall in self._waiting])
        is_second, is_known = folds.second_pass(rows.slot.astype(np.int64), wall_s, rows.line)
        unknown = np.flatnonzero(~is_known)
        self._log.add_lines("fold_time", rows.line[unknown], self._opened.time_column, map(_wall, wall_s[unknown][:20]))
        later_s = self._placed(rows, later_s).start_s
        chosen = Judged(rows.slot, np.where(is_second, later_s, rows.start_s), rows.amount, rows.quality, rows.line)
        return self._on_grid(chosen.pick(is_known))

    def check_interval(self, rows: Judged) -> None:
        """Refuse hourly values for a quarter-hour register: nearly all neighbours are further apart than one interval."""
        interval_s = self._interval_s()
        steps = np.diff(rows.start_s)
        inside = (rows.slot[1:] == rows.slot[:-1]) & (steps > 0)
        wider = inside & (steps > interval_s[rows.slot[1:]])
        count = len(interval_s)
        of_slot = np.bincount(rows.slot[1:][inside], minlength=count)
        wide_of_slot = np.bincount(rows.slot[1:][wider], minlength=count)
        for slot in np.flatnonzero((wide_of_slot * 2 > of_slot) & (wide_of_slot >= SEEN_STEPS)):
            values, counts = np.unique(steps[wider & (rows.slot[1:] == slot)], return_counts=True)
            if counts.max() * 2 > of_slot[slot]:
                found_min, expected_min = int(values[counts.argmax()]) // 60, int(interval_s[slot]) // 60
                name = self._book.targets[int(slot)].name
                raise refuse("interval_differs", column=name, found_min=found_min, expected_min=expected_min)


def _wall(seconds: np.int64) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M")
