"""What all registers together delivered: one row per local day and group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd
from sqlalchemy import func, select

from data.readings import ReadingsStore
from data.store import fleet, manifest
from data.store.calendars import number_of
from data.store.tables import SEGMENT, SERIES, STAGING

COLUMNS = ["local_date", "name", "registers", "n_expected", "n", "energy_wh"]


@dataclass(frozen=True)
class StoreFacts:
    """What the readings store holds: stored values, superseded ones included, and from when to when."""

    readings: int
    staged: int  # of them not yet in a file
    files: int
    size_bytes: int
    first_utc: datetime | None
    end_utc: datetime | None


def store_facts(store: ReadingsStore) -> StoreFacts:
    """From the manifest alone: no file is opened."""
    live = SEGMENT.c.retired_layout.is_(None)
    with store.manifest.reading() as connection:
        files, size = connection.execute(
            select(func.count(), func.coalesce(func.sum(SEGMENT.c.size_bytes), 0)).where(live)
        ).one()
        rows = connection.execute(select(func.sum(SEGMENT.c.row_count)).where(live, SEGMENT.c.kind == "raw")).scalar()
        staged = connection.execute(select(func.count()).select_from(STAGING)).scalar_one()
        first_s, end_s = connection.execute(select(func.min(SERIES.c.first_s), func.max(SERIES.c.end_s))).one()
    first, end = (None if s is None else datetime.fromtimestamp(s, UTC) for s in (first_s, end_s))
    return StoreFacts(int(rows or 0) + staged, staged, files, int(size), first, end)


def days(store: ReadingsStore, first: date, end: date) -> pd.DataFrame:
    """Local days `[first, end)` as of the last roll-up; `registers` counts those with at least one reading that day.

    Dates are those of each register's own clock. `attrs["waiting"]` counts register-days that changed since.
    """
    span = (number_of(first), number_of(end))
    with store.manifest.reading() as connection:
        rows = fleet.by_day(connection, *span)
        runs = manifest.touched(connection, None)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["local_date"] = frame["local_date"].to_numpy().astype("datetime64[D]").astype("datetime64[s]")
    frame.attrs["waiting"] = sum(max(0, min(r.end_day, span[1]) - max(r.first_day, span[0])) for r in runs)
    return frame
