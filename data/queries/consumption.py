"""How much did a register use? Raw intervals for the fine view, local-time roll-ups for everything else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import numpy as np
import pandas as pd

from data import rollups
from data.readings import Found, ReadingsStore
from data.store import batches
from data.store.values import Rows, instant, seconds
from domain.energy.intervals import Intervals

DEFAULT_INTERVAL_S = 900  # of a register that was never declared and has no readings


def intervals(
    store: ReadingsStore, register_id: int, start_utc: datetime, end_utc: datetime, *, known_at: datetime | None = None
) -> Intervals:
    """The newest version of each interval that starts in `[start_utc, end_utc)`, or as it was known at an instant."""
    found = store.find([register_id], seconds(start_utc), seconds(end_utc))
    rows = _as_known(store, found.rows, known_at) if known_at and len(found.rows) else found.rows
    return _intervals(register_id, batches.newest(rows), found, (start_utc, end_utc))


def _intervals(register_id: int, rows: Rows, found: Found, span: tuple[datetime, datetime]) -> Intervals:
    series = found.series.get(register_id)
    return Intervals(
        register_id=register_id,
        interval_s=series.interval_s if series else DEFAULT_INTERVAL_S,
        start_utc=rows.start_s.astype("datetime64[s]"),
        energy_wh=rows.energy_wh,
        quality=rows.quality,
        first_utc=span[0],
        end_utc=span[1],
        damaged=found.damaged,
    )


def intervals_of_many(
    store: ReadingsStore,
    register_ids: Iterable[int],
    start_utc: datetime,
    end_utc: datetime,
    known_at: datetime | None = None,
) -> dict[int, Intervals]:
    """As `intervals`, of many registers in one read, by register."""
    ids = sorted(set(register_ids))
    if not ids:
        return {}
    found = store.find(ids, seconds(start_utc), seconds(end_utc))
    rows = _as_known(store, found.rows, known_at) if known_at and len(found.rows) else found.rows
    rows = batches.newest(rows)
    places = dict(batches.spans(rows.register_id)) if len(rows) else {}
    return {
        number: _intervals(number, rows.pick(places.get(number, slice(0, 0))), found, (start_utc, end_utc))
        for number in ids
    }


def known_since(
    store: ReadingsStore, register_ids: Iterable[int], start_utc: datetime, end_utc: datetime, since: datetime
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Readings that became known after an instant, by register: start [s] and when known [us since 1970] of each."""
    ids = sorted(set(register_ids))
    rows = store.find(ids, seconds(start_utc), seconds(end_utc)).rows if ids else Rows.empty()
    if not len(rows):
        return {}
    times = store.manifest.known_times(int(rows.version.min()), int(rows.version.max()))
    late = {version: known_us for version, known_us in times.items() if known_us > since.timestamp() * 1_000_000}
    rows = rows.pick(np.isin(rows.version, list(late)))
    found = {}
    for number in ids:
        own = rows.pick(rows.register_id == number)
        if len(own):
            found[number] = (own.start_s, np.array([late[int(version)] for version in own.version], dtype=np.int64))
    return found


def stamp(
    store: ReadingsStore, register_ids: Iterable[int], start_utc: datetime, end_utc: datetime
) -> tuple[object, ...] | None:
    """Equal as long as `intervals` of these registers answers the same; None while a file is damaged."""
    return store.stamp(list(register_ids), seconds(start_utc), seconds(end_utc))


def _as_known(store: ReadingsStore, rows: Rows, known_at: datetime) -> Rows:
    low, high = int(rows.version.min()), int(rows.version.max())
    return rows.pick(np.isin(rows.version, store.manifest.known_versions(low, high, known_at)))


def hours(store: ReadingsStore, register_ids: Iterable[int], first: date, end: date) -> pd.DataFrame:
    """Local hours of the days `[first, end)`; `fold` is 1 for the second 02:xx of the long day."""
    return rollups.frame(store, "hour", register_ids, first, end)


def days(store: ReadingsStore, register_ids: Iterable[int], first: date, end: date) -> pd.DataFrame:
    """Local days `[first, end)` that have at least one reading."""
    return rollups.frame(store, "day", register_ids, first, end)


def months(store: ReadingsStore, register_ids: Iterable[int], first: date, end: date) -> pd.DataFrame:
    """Local months whose first day lies in `[first, end)`; `n_expected` is that of the whole month."""
    return rollups.frame(store, "month", register_ids, first, end)


def extent(store: ReadingsStore, register_ids: Iterable[int]) -> dict[int, tuple[datetime, datetime]]:
    """First start and end of the last interval of each register that has readings."""
    found = store.manifest.extents(list(register_ids))
    return {register: (instant(first), instant(end)) for register, (first, end) in found.items()}
