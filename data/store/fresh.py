"""Roll-up rows computed from readings for touched days, on one cursor: used by the roll-up and by queries before it ran."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from data.store import expression, staged
from data.store.calendars import CalendarTables, calendar_tables, day_of, midnight_s, month_lengths_s
from data.store.engine import Cursor, arrow_of, scan_of
from data.store.files import SegmentFiles
from data.store.layout import Layout
from data.store.values import Rows, Segment, Series, Touched

PLACE = f"(epoch_us(start_utc) // {expression.PLACE_S * 1_000_000})::INTEGER AS place"
_TYPES = {"local_date": "DATE", "local_hour": "TINYINT", "fold": "TINYINT", "hour_id": "INTEGER"}


def stored_columns(kind: str) -> tuple[str, ...]:
    """Hours are kept as sums; days and months as they are shown."""
    return expression.SUMS if kind == "hour" else shown_columns(kind)


def shown_columns(kind: str) -> tuple[str, ...]:
    return (*expression.KEYS[kind], *expression.MEASURES)


@dataclass(frozen=True)
class Source:
    """What one snapshot offers for some touched days."""

    series: dict[int, Series]
    runs: tuple[Touched, ...]  # merged: per register ordered, without overlap
    segments: tuple[Segment, ...]
    tail: Rows
    whole: bool = False  # everything these files hold of the registers is wanted


def merge_runs(runs: Iterable[Touched]) -> tuple[Touched, ...]:
    """Overlapping and adjoining runs of a register become one."""
    merged: list[Touched] = []
    for run in sorted(runs, key=lambda r: (r.register_id, r.first_day)):
        last = merged[-1] if merged else None
        if last and last.register_id == run.register_id and run.first_day <= last.end_day:
            merged[-1] = Touched(last.register_id, last.first_day, max(last.end_day, run.end_day))
        else:
            merged.append(run)
    return tuple(merged)


def clip_runs(runs: Iterable[Touched], first_day: int, end_day: int) -> list[Touched]:
    clipped = (Touched(r.register_id, max(r.first_day, first_day), min(r.end_day, end_day)) for r in runs)
    return [r for r in clipped if r.first_day < r.end_day]


def span_s(runs: Collection[Touched], series: dict[int, Series]) -> tuple[int, int]:
    """UTC seconds that hold all runs whatever their zone; a day of margin costs nothing."""
    return (
        (min(r.first_day for r in runs) - 1) * 86400,
        (max(r.end_day for r in runs) + 1) * 86400,
    )


def source_of(connection: Connection, layout: Layout, runs: tuple[Touched, ...], *, whole: bool = False) -> Source:
    """Segments and staged rows that hold the touched days."""
    ids = sorted({r.register_id for r in runs})
    low, high = span_s(runs, layout.series)
    return Source(
        series={i: layout.series[i] for i in ids},
        runs=runs,
        segments=tuple(layout.raw_of(ids[0], ids[-1], low, high)),
        tail=staged.rows(connection, ids, low, high),
        whole=whole,
    )


def create(cursor: Cursor, files: SegmentFiles, source: Source) -> None:
    """Fill the temporary tables `hour_new` and `day_new` with the roll-ups of the source's runs."""
    create_empty(cursor, "day_new", "day")
    cursor.execute("DROP TABLE IF EXISTS hour_new")
    cursor.register("series", series_table(source.series.values()))
    cursor.register("tail", arrow_of(source.tail))
    by_zone: dict[str, list[Touched]] = {}
    for run in source.runs:
        by_zone.setdefault(source.series[run.register_id].zone_name, []).append(run)
    for number, (zone_name, runs) in enumerate(by_zone.items()):
        _create_zone(cursor, files, source, zone_name, runs)
        if number == 0:
            cursor.execute("ALTER TABLE hour_sums RENAME TO hour_new")
        else:
            cursor.execute("INSERT INTO hour_new SELECT * FROM hour_sums; DROP TABLE hour_sums")


def create_empty(cursor: Cursor, name: str, kind: str) -> None:
    columns = ", ".join(f"{column} {_TYPES.get(column, 'BIGINT')}" for column in stored_columns(kind))
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")


def _create_zone(cursor: Cursor, files: SegmentFiles, source: Source, zone_name: str, runs: list[Touched]) -> None:
    tables = _calendar(source, zone_name, runs)
    # A table of DuckDB's own has statistics: the join then looks up by position instead of hashing.
    cursor.register("calendar_rows", tables.calendar)
    cursor.execute("CREATE OR REPLACE TEMP TABLE calendar AS SELECT * FROM calendar_rows")
    cursor.register("day_names", tables.day_names)
    cursor.register("wanted", _wanted(runs, zone_name))
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW readings AS {_readings(files, source, runs)}")
    create_empty(cursor, "hour_sums", "hour")
    cursor.execute(f"INSERT INTO hour_sums {expression.sql('sums')}")
    cursor.execute(f"INSERT INTO day_new {expression.sql('day')}")
    cursor.execute("DROP VIEW readings")


def _calendar(source: Source, zone_name: str, runs: list[Touched]) -> CalendarTables:
    step_s = 300 if any(source.series[r.register_id].interval_s < 900 for r in runs) else 900
    return calendar_tables(zone_name, min(r.first_day for r in runs), max(r.end_day for r in runs), step_s)


def _wanted(runs: list[Touched], zone_name: str) -> Any:
    """Runs as instants."""
    first = np.array([midnight_s(r.first_day, zone_name) for r in runs], dtype=np.int64)
    end = np.array([midnight_s(r.end_day, zone_name) for r in runs], dtype=np.int64)
    return pa.table(
        {
            "register_id": np.array([r.register_id for r in runs], dtype=np.int64),
            "first_utc": pa.array((first * 1_000_000).view("datetime64[us]")),
            "end_utc": pa.array((end * 1_000_000).view("datetime64[us]")),
        }
    )


def _readings(files: SegmentFiles, source: Source, runs: list[Touched]) -> str:
    """SELECT of the newest version of each wanted reading."""
    where = _filter(source, runs)
    columns = f"r.register_id, {PLACE}, r.energy_wh, r.quality"
    parts = [f"SELECT {columns}, r.version FROM tail r {where}"] if len(source.tail) or not source.segments else []
    if source.segments:
        scan = scan_of([files.path(s.name) for s in source.segments])
        parts.append(f"SELECT {columns}, r.version FROM {scan} r {where}")
    union = " UNION ALL ".join(parts)
    if len(parts) == 1 and not _may_repeat(source.segments):
        return f"SELECT register_id, place, energy_wh, quality FROM ({union})"
    return (
        "SELECT register_id, place, max_by(energy_wh, version) AS energy_wh, max_by(quality, version) AS quality"
        f" FROM ({union}) GROUP BY register_id, place"
    )


def _filter(source: Source, runs: list[Touched]) -> str:
    """Bounds first, since they skip row groups; the exact runs only where bounds are not the whole truth."""
    ids = sorted({r.register_id for r in runs})
    bounds = f"r.register_id BETWEEN {ids[0]} AND {ids[-1]}"
    held = {i for s in source.segments for i in s.register_ids() if ids[0] <= i <= ids[-1]}
    if source.whole and held <= set(ids) and not len(source.tail):
        return f"WHERE {bounds}"
    extremes = "(SELECT min(first_utc) FROM wanted) AND r.start_utc < (SELECT max(end_utc) FROM wanted)"
    exact = "w.register_id = r.register_id AND r.start_utc >= w.first_utc AND r.start_utc < w.end_utc"
    return f"JOIN wanted w ON {exact} WHERE {bounds} AND r.start_utc >= {extremes}"


def _may_repeat(segments: Collection[Segment]) -> bool:
    """Whether one interval may occur twice: inside a file, or in files whose rectangles overlap."""
    if not all(s.unique_keys for s in segments):
        return True
    ordered = sorted(segments, key=lambda s: s.min_register)
    if all(a.max_register < b.min_register for a, b in pairwise(ordered)):
        return False
    return any(
        a.meets(b.min_register, b.max_register, b.min_start_s, b.max_start_s + 1)
        for i, a in enumerate(ordered)
        for b in ordered[i + 1 :]
    )


def series_table(series: Iterable[Series]) -> Any:
    listed = list(series)
    return pa.table(
        {
            "register_id": pa.array([s.register_id for s in listed], pa.int64()),
            "zone_name": pa.array([s.zone_name for s in listed], pa.string()),
            "interval_s": pa.array([s.interval_s for s in listed], pa.int64()),
        }
    )


def month_table(series: Iterable[Series], first_day: int, end_day: int) -> Any:
    """`month_names` of the zones in use."""
    zones = sorted({s.zone_name for s in series})
    rows = [(z, m, n) for z in zones for m, n in month_lengths_s(z, day_of(first_day), day_of(end_day))]
    return pa.table(
        {
            "zone_name": pa.array([r[0] for r in rows], pa.string()),
            "local_date": pa.array([r[1] for r in rows], pa.date32()),
            "length_s": pa.array([r[2] for r in rows], pa.int64()),
        }
    )


def hour_table(series: Iterable[Series], first_day: int, end_day: int) -> Any:
    """`hour_names` of the zones in use."""
    zones = sorted({s.zone_name for s in series}) or ["UTC"]
    return pa.concat_tables([calendar_tables(z, first_day, end_day, 900).hour_names for z in zones])


def days_table(runs: Collection[Touched]) -> Any:
    """Each touched register-day as a row."""
    counts = np.array([r.end_day - r.first_day for r in runs], dtype=np.int64)
    ids = np.repeat(np.array([r.register_id for r in runs], dtype=np.int64), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    days = np.repeat(np.array([r.first_day for r in runs], dtype=np.int64), counts) + offsets
    dates = pa.array(days.astype(np.int32)).cast(pa.date32())
    return pa.table({"register_id": ids, "local_date": dates, "day_id": days.astype(np.int32)})
