"""Roll-ups counted again the slow way: NumPy and zoneinfo only, sharing no code with the roll-up expression."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
QUARTER_S = 900


@dataclass(frozen=True)
class Counted:
    """One kind of roll-up of one register: `key` orders the rows, `values` has one column per measure."""

    key: Int64s  # hours: (day * 24 + hour) * 2 + fold; days: days since 1970; months: months since 1970
    values: Int64s  # energy, n, n_expected, five qualities, min, max, peak start


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=400_000)
def _label(start_s: int, zone_name: str) -> tuple[int, int, int]:
    """Local day number, hour and fold of an instant."""
    local = datetime.fromtimestamp(start_s, UTC).astimezone(_zone(zone_name))
    return local.toordinal() - 719_163, local.hour, local.fold


def recount(start_s: Int64s, energy_wh: Int64s, quality: Int64s, zone_name: str, interval_s: int) -> dict[str, Counted]:
    """Hours, days and months of one register's readings, ordered by start, each interval once."""
    hours_s = start_s // QUARTER_S * QUARTER_S
    distinct, place = np.unique(hours_s, return_inverse=True)
    labels = np.array([_label(s, zone_name) for s in distinct.tolist()], dtype=np.int64).reshape(-1, 3)[place]
    day, hour, fold = labels[:, 0], labels[:, 1], labels[:, 2]
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    rows = (start_s, energy_wh, quality)
    keys = {"hour": (day * 24 + hour) * 2 + fold, "day": day, "month": months}
    found = {}
    for kind, key in keys.items():
        groups, values = _sums(key, *rows)
        expected = [_expected(kind, int(group), zone_name, interval_s) for group in groups]
        found[kind] = Counted(groups, np.insert(values, 2, expected, axis=1))
    return found


def _sums(key: Int64s, start_s: Int64s, energy_wh: Int64s, quality: Int64s) -> tuple[Int64s, Int64s]:
    order = np.lexsort((start_s, key))
    groups, first = np.unique(key[order], return_index=True)
    energy = energy_wh[order]
    columns = [np.add.reduceat(energy, first), np.diff(np.append(first, len(key)))]
    columns += [np.add.reduceat((quality[order] == code).astype(np.int64), first) for code in range(5)]
    highest = np.maximum.reduceat(energy, first)
    columns += [np.minimum.reduceat(energy, first), highest]
    group_of = np.repeat(np.arange(len(groups)), np.diff(np.append(first, len(key))))
    peaks = np.flatnonzero(energy == highest[group_of])
    _, earliest = np.unique(group_of[peaks], return_index=True)
    columns.append(start_s[order][peaks[earliest]])
    return groups, np.stack(columns, axis=1).astype(np.int64)


@lru_cache(maxsize=200_000)
def _expected(kind: str, group: int, zone_name: str, interval_s: int) -> int:
    """How many intervals fit: by walking the quarter-hours of the day for hours, between midnights otherwise."""
    if kind == "hour":
        day, rest = divmod(group, 48)
        length_s = _hour_lengths(day, zone_name).get((rest // 2, rest % 2), 0)
    elif kind == "day":
        length_s = _midnight_s(group + 1, zone_name) - _midnight_s(group, zone_name)
    else:
        year, month = divmod(group, 12)
        first = date(1970 + year, month + 1, 1)
        following = date(1970 + year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
        length_s = _midnight_s(_number(following), zone_name) - _midnight_s(_number(first), zone_name)
    return max(1, length_s // interval_s)


@lru_cache(maxsize=20_000)
def _hour_lengths(day: int, zone_name: str) -> dict[tuple[int, int], int]:
    lengths: dict[tuple[int, int], int] = {}
    for start_s in range((day - 1) * 86400, (day + 2) * 86400, QUARTER_S):
        local_day, hour, fold = _label(start_s, zone_name)
        if local_day == day:
            lengths[hour, fold] = lengths.get((hour, fold), 0) + QUARTER_S
    return lengths


@lru_cache(maxsize=20_000)
def _midnight_s(day: int, zone_name: str) -> int:
    """First quarter-hour that bears the local date."""
    start_s = (day - 1) * 86400 + 9 * 3600
    while _label(start_s, zone_name)[0] < day:
        start_s += QUARTER_S
    return start_s


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1)
