"""Calendar tables of a zone as Arrow, for the joins of the roll-up expression."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from data.store.expression import LAST_SLOT, PLACE_S
from domain.calendar import STEP_S, add_months, calendar_table, local_midnight_utc

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class CalendarTables:
    """Arrow tables named as in `data.store.expression`."""

    calendar: Any
    hour_names: Any
    day_names: Any


def day_of(number: int) -> date:
    """The date of days since 1970-01-01."""
    return EPOCH + timedelta(days=number)


def number_of(day: date) -> int:
    return (day - EPOCH).days


@lru_cache(maxsize=64)
def midnight_s(number: int, zone_name: str) -> int:
    """Epoch second at which the local day begins."""
    return int(local_midnight_utc(day_of(number), zone_name).timestamp())


@lru_cache(maxsize=64)
def calendar_tables(zone_name: str, first_day: int, end_day: int, step_s: int) -> CalendarTables:
    """All starts of the local days `[first_day, end_day)` (days since 1970) on a grid of 900 or 300 seconds."""
    import pyarrow as pa

    table = calendar_table(zone_name, day_of(first_day), day_of(end_day))
    start_s = table.start_utc.astype(np.int64)
    day = table.local_date.astype(np.int64)
    hour = table.local_minute // 60
    local_s = start_s + table.offset_min.astype(np.int64) * 60
    latest = np.maximum.accumulate(np.append(np.int64(-(2**62)), local_s[:-1]))
    fold = (local_s <= latest).astype(np.int8)  # the wall clock has shown this before
    new_hour = np.append(True, (np.diff(day) != 0) | (np.diff(hour) != 0) | (np.diff(fold) != 0))
    hour_id = ((day * 24 + hour) * 2 + fold).astype(np.int32)
    days, first_index = np.unique(day, return_index=True)
    day_start = start_s[first_index]
    day_length = np.diff(np.append(day_start, start_s[-1] + STEP_S))
    slot = (start_s - day_start[np.searchsorted(days, day)]) // PLACE_S
    firsts = np.flatnonzero(new_hour)
    return CalendarTables(
        calendar=_starts(start_s, hour_id, slot, step_s),
        hour_names=pa.table(
            {
                "zone_name": pa.array([zone_name] * len(firsts), pa.string()),
                "hour_id": hour_id[firsts],
                "local_date": _dates(day[firsts]),
                "local_hour": hour[firsts].astype(np.int8),
                "fold": fold[firsts],
                "length_s": np.diff(np.append(firsts, len(day))) * STEP_S,
                "day_start_s": day_start[np.searchsorted(days, day[firsts])],
            }
        ),
        day_names=pa.table(
            {
                "day_id": days.astype(np.int32),
                "local_date": _dates(days),
                "length_s": day_length,
                "day_start_s": day_start,
            }
        ),
    )


def _starts(start_s: npt.NDArray, hour_id: npt.NDArray, slot: npt.NDArray, step_s: int) -> Any:
    """The quarter-hours, or with finer readings each of them three times."""
    import pyarrow as pa

    if step_s < STEP_S:
        steps = np.arange(STEP_S // PLACE_S)
        start_s = (start_s[:, None] + steps * PLACE_S).ravel()
        hour_id = np.repeat(hour_id, len(steps))
        slot = (slot[:, None] + steps).ravel()
    place, earliness = (start_s // PLACE_S).astype(np.int32), (LAST_SLOT - slot).astype(np.int32)
    return pa.table({"place": place, "hour_id": hour_id, "earliness": earliness})


def _dates(numbers: npt.NDArray) -> Any:
    import pyarrow as pa

    return pa.array(numbers.astype(np.int32)).cast(pa.date32())


@lru_cache(maxsize=64)
def month_lengths_s(zone_name: str, first: date, end: date) -> tuple[tuple[date, int], ...]:
    """First days of the months that meet `[first, end)`, with the length of each month. [s]"""
    found = []
    month = first.replace(day=1)
    while month < end:
        following = add_months(month, 1)
        span = local_midnight_utc(following, zone_name) - local_midnight_utc(month, zone_name)
        found.append((month, int(span.total_seconds())))
        month = following
    return tuple(found)
