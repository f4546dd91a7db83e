"""The rows of an export, register after register, from the one query that every page is drawn from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data.queries import consumption as queries
from data.tables.operations import Job
from domain.calendar import Period, add_months, local_midnight_utc
from domain.energy.buckets import slots
from domain.energy.quality import Quality
from domain.exports import ExportRegister, ExportRows, by_meter, effective_resolution, rows_of
from services import portal
from services.sites import SiteView

CHUNK_DAYS = 92
Progress = Callable[[int, int], None] | None
COUNTS = ("energy_wh", "n", "n_expected", "n_estimated", "n_customer", "n_corrected", "n_suspect")
# The most doubtful reading names its bucket.
CAUTION = (
    ("n_corrected", Quality.CORRECTED), ("n_customer", Quality.CUSTOMER), ("n_estimated", Quality.ESTIMATED),
    ("n_suspect", Quality.SUSPECT),
)  # fmt: skip


def chunks(
    shown: SiteView, resolution: str, period: Period, registers: Sequence[ExportRegister], progress: Progress = None
) -> Iterator[ExportRows]:
    """At most a quarter of a year at a time, so that memory does not grow with the history."""
    spans = [period] if resolution == "month" else _spans(period)
    total = len(registers) * len(spans)
    for done, (register, span) in enumerate((register, span) for register in registers for span in spans):
        if progress is not None:
            progress(done, total)
        told = effective_resolution(resolution, register.interval_s)
        rows = (_raw if told == "interval" else _rolled)(register, shown.zone_name, span, told)
        yield from by_meter(rows, _meters(shown, register.id))
    if progress is not None:
        progress(total, total)


def _meters(shown: SiteView, register_id: int) -> list[tuple[datetime, str]]:
    return [(meter.installed_utc, meter.serial) for meter in shown.meters if register_id in meter.register_ids]


def _spans(period: Period) -> list[Period]:
    step = timedelta(days=CHUNK_DAYS)
    count = -(-period.day_count // CHUNK_DAYS)
    return [
        Period(period.kind, period.first + n * step, min(period.first + (n + 1) * step, period.end))
        for n in range(count)
    ]


def _raw(register: ExportRegister, zone_name: str, span: Period, _resolution: str) -> ExportRows:
    first, end = span.bounds_utc(zone_name)
    found = queries.intervals(portal.current().readings, register.id, first, end)
    return rows_of(register, zone_name, found.start_utc, found.energy_wh, found.quality)


def _rolled(register: ExportRegister, zone_name: str, span: Period, resolution: str) -> ExportRows:
    """Months are summed from days, so that neither days outside the period nor another's tenancy are in them."""
    ask = queries.hours if resolution == "hour" else queries.days
    frame = ask(portal.current().readings, [register.id], span.first, span.end)
    frame = _by_month(frame, span, zone_name, register.interval_s) if resolution == "month" else frame
    start = _hour_starts(frame, zone_name, span) if resolution == "hour" else _day_starts(frame, zone_name)
    rows = rows_of(register, zone_name, start, frame["energy_wh"].to_numpy(), _qualities(frame))
    return rows.counted(frame["n"].to_numpy(), frame["n_expected"].to_numpy())


def _by_month(frame: pd.DataFrame, span: Period, zone_name: str, interval_s: int) -> pd.DataFrame:
    """Labelled with the first day of the month that is in the period; days without a row were expected too."""
    label = frame["local_date"].to_numpy().astype("datetime64[M]").astype("datetime64[D]")
    label = np.maximum(label, np.datetime64(span.first, "D")).astype("datetime64[s]")
    grouped: pd.DataFrame = frame.assign(local_date=label).groupby("local_date", as_index=False)[list(COUNTS)].sum()
    firsts: list[date] = grouped["local_date"].to_numpy().astype("datetime64[D]").tolist()
    now = portal.current().clock.now()
    expected = []
    for first in firsts:
        low, high = Period(span.kind, first, min(add_months(first.replace(day=1), 1), span.end)).bounds_utc(zone_name)
        expected.append(int((min(high, now) - low).total_seconds()) // interval_s)
    return grouped.assign(n_expected=np.array(expected, dtype=np.int64))


def _qualities(frame: pd.DataFrame) -> npt.NDArray[np.uint8]:
    codes = np.full(len(frame), Quality.MEASURED, dtype=np.uint8)
    for column, quality in CAUTION:
        codes[frame[column].to_numpy() > 0] = quality
    return codes


def _day_starts(frame: pd.DataFrame, zone_name: str) -> npt.NDArray[np.datetime64]:
    days: list[date] = frame["local_date"].to_numpy().astype("datetime64[D]").tolist()
    starts = [local_midnight_utc(day, zone_name).astimezone(UTC).replace(tzinfo=None) for day in days]
    return np.array(starts, dtype="datetime64[s]")


def _hour_starts(frame: pd.DataFrame, zone_name: str, span: Period) -> npt.NDArray[np.datetime64]:
    """The first quarter-hour of each hour on the wall clock; the repeated hour has a second one."""
    grid = slots(zone_name, span.first, span.end, 900)
    keys, places = np.unique(_hour_keys(grid.label, grid.fold), return_index=True)
    label = frame["local_date"].to_numpy().astype("datetime64[s]") + frame["local_hour"].to_numpy().astype(
        "timedelta64[h]"
    )
    wanted = np.searchsorted(keys, _hour_keys(label, frame["fold"].to_numpy()))
    return np.asarray(grid.start_utc[places[wanted]])


def _hour_keys(label: npt.NDArray[np.datetime64], fold: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    return label.astype("datetime64[h]").astype(np.int64) * 2 + fold


def forget_jobs(tx: Session, kind: str, before: datetime) -> set[str]:
    """Remove finished jobs of a kind from before; the names of the files that the others have."""
    tx.execute(delete(Job).where(Job.kind == kind, Job.finished_at < before))
    rows = tx.scalars(select(Job.result).where(Job.kind == kind, Job.state == "done"))
    return {str(json.loads(row).get("file", "")) for row in rows}
