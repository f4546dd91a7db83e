"""What all registers together delivered: one row per local day and group."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.readings import ReadingsStore
from data.store import fleet, manifest
from data.store.calendars import number_of

COLUMNS = ["local_date", "name", "registers", "n_expected", "n", "energy_wh"]


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
