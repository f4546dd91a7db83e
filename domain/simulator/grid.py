"""The quarter-hours of a span of local days, with the labels that habits follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from domain.calendar import calendar_table
from domain.simulator.noise import Floats, Ints

STEP_S = 900
LEAD_DAYS = 2  # days before the span whose sessions may still run at its beginning
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Grid:
    """Arrays per quarter-hour of `[first, end)`, and per day of the same span with `LEAD_DAYS` before it.

    start_s : begin of each quarter-hour, seconds since 1970 UTC. [s]
    minute : minutes on the wall clock since local 00:00. [min]
    day_of : position of each quarter-hour's local day in `days`
    days : local days, counted from 1970-01-01
    day_start_s : begin of each local day, seconds since 1970 UTC. [s]
    """

    zone_name: str
    first: date
    end: date
    start_s: Ints
    minute: Ints
    day_of: Ints
    days: Ints
    day_start_s: Ints

    @property
    def weekday(self) -> Ints:
        """0 is Monday, one per day of `days`."""
        return (self.days + 3) % 7  # 1970-01-01 was a Thursday

    @property
    def is_weekend(self) -> npt.NDArray[np.bool_]:
        return self.weekday >= 5

    @property
    def hour(self) -> Floats:
        """Hours on the wall clock, such as 13.25. [h]"""
        return self.minute / 60.0


@lru_cache(maxsize=64)
def make_grid(zone_name: str, first: date, end: date) -> Grid:
    """The grid of the local days `[first, end)`; 92 to 100 quarter-hours a day where clocks change."""
    table = calendar_table(zone_name, first - timedelta(days=LEAD_DAYS), end)
    day_number = table.local_date.astype("datetime64[D]").astype(np.int64)
    start_s = table.start_utc.astype(np.int64)
    days, begins = np.unique(day_number, return_index=True)
    inside = day_number >= (first - EPOCH).days
    return Grid(
        zone_name=zone_name,
        first=first,
        end=end,
        start_s=start_s[inside],
        minute=table.local_minute[inside].astype(np.int64),
        day_of=np.searchsorted(days, day_number[inside]),
        days=days,
        day_start_s=start_s[begins],
    )


def sum_to(energy_wh: Ints, interval_s: int) -> Ints:
    """Quarter-hours added up to longer intervals of the same span. [Wh]"""
    steps = interval_s // STEP_S
    total: Ints = energy_wh if steps == 1 else energy_wh.reshape(-1, steps).sum(axis=1)
    return total
