"""How much did a register use? Raw intervals for the fine view, local-time roll-ups for everything else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import numpy as np
import pandas as pd

from data import rollups
from data.readings import ReadingsStore
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
    rows = batches.newest(rows)
    series = found.series.get(register_id)
    return Intervals(
        register_id=register_id,
        interval_s=series.interval_s if series else DEFAULT_INTERVAL_S,
        start_utc=rows.start_s.astype("datetime64[s]"),
        energy_wh=rows.energy_wh,
        quality=rows.quality,
        first_utc=start_utc,
        end_utc=end_utc,
        damaged=found.damaged,
    )


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
