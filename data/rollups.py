"""Hour, day and month sums in local time: kept as files, recomputed for touched days only, exact before that too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from data.readings import ReadingsStore
from data.store import expression, fleet, fresh
from data.store.calendars import day_of, number_of
from data.store.engine import COPY_OPTIONS, Cursor, quoted, scan_of
from data.store.files import Draft
from data.store.fresh import Source
from data.store.kept import Columns
from data.store.layout import Layout
from data.store.manifest import Change, ConflictError, revision_of, touched
from data.store.parts import ORDER, SAME_DAY, between, bounds, changed_parts, part_days, parts_of, rows_in, year_days
from data.store.values import Int64s, Segment, Touched, bucket_of, id_runs

Progress = Callable[[int, int], None]
ATTEMPTS = 10
NO_IDS = np.zeros(0, dtype=np.int64)
WORKERS = 2  # while one bucket is sorted and written, which keeps one core busy, the next is summed


@dataclass(frozen=True)
class Task:
    """One bucket's touched days as of one revision."""

    bucket: int
    layout: Layout
    revision: int
    touched: tuple[Touched, ...]  # as the manifest holds them
    source: Source
    bad: frozenset[str]  # damaged roll-up files, to be made anew
    waiting: tuple[Touched, ...]  # days whose readings are damaged: they stay touched


def rollup(store: ReadingsStore, register_ids: Iterable[int] | None = None, progress: Progress | None = None) -> int:
    """Recompute the roll-ups of touched register-days; how many days were recomputed."""
    wanted = None if register_ids is None else list(register_ids)
    layout, runs = store.consistently(lambda: _outstanding(store, wanted))
    by_bucket: dict[int, list[Touched]] = {}
    for run in runs:
        by_bucket.setdefault(bucket_of(run.register_id), []).append(run)
    total = sum(run.end_day - run.first_day for run in runs)
    done = 0
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="rollup")
    try:
        for days in pool.map(lambda item: _rollup_bucket(store, *item), sorted(by_bucket.items())):
            done += days
            if progress:
                progress(min(done, total), total)
    finally:
        pool.shutdown(cancel_futures=True)
    if by_bucket:
        store.unlink_retired(layout.number)
    return done


def _outstanding(store: ReadingsStore, wanted: list[int] | None) -> tuple[Layout, tuple[Touched, ...]]:
    """Everything that waits for a roll-up, of these registers or of all."""
    with store.manifest.reading() as connection:
        layout = store.manifest.layout(connection)
        held = touched(connection, wanted)
    buckets = {key[1] for key in layout.rollups} if wanted is None else {bucket_of(i) for i in wanted}
    lost, _ = _lost(store, _all_of(layout, buckets))
    return layout, fresh.merge_runs([r for r in (*held, *lost) if _is_wanted(r, layout, wanted)])


def _is_wanted(run: Touched, layout: Layout, wanted: Collection[int] | None) -> bool:
    return run.register_id in layout.series and (wanted is None or run.register_id in wanted)


def _all_of(layout: Layout, buckets: Collection[int]) -> list[Segment]:
    return [segment for (_, bucket, _), segment in layout.rollups.items() if bucket in buckets]


def _lost(store: ReadingsStore, held: list[Segment]) -> tuple[list[Touched], frozenset[str]]:
    """Days whose roll-up file is damaged, and those files: they must come from the readings again."""
    _, bad = store.usable(held)
    runs = [Touched(i, *part_days(s.kind, s.part)) for s in bad for i in s.register_ids()]
    return runs, frozenset(s.name for s in bad)


def _rollup_bucket(store: ReadingsStore, bucket: int, runs: list[Touched]) -> int:
    ids = sorted({run.register_id for run in runs})
    for attempt in range(ATTEMPTS):
        try:
            with store.files.writing():
                return store.consistently(lambda: _recompute(store, bucket, ids))
        except ConflictError:
            if attempt == ATTEMPTS - 1:
                raise
    return 0


def _recompute(store: ReadingsStore, bucket: int, ids: list[int]) -> int:
    """One bucket: read a snapshot, compute, write the parts that changed, swap them in."""
    task = _task(store, bucket, ids)
    if task is None:
        return 0
    runs = list(bounds(task.source.runs))
    with store.engine.cursor() as cursor:
        fresh.create(cursor, store.files, task.source)
        cursor.register("touched_days", fresh.days_table(task.source.runs))
        drafts = _write_parts(store, cursor, task)
        summed = fleet.summed(cursor, bucket, task.layout.groups_of(bucket), runs, "day_rows")
    facts = store.files.publish([draft for draft, _ in drafts])
    added = [_sized(segment, *facts[draft.name]) for draft, segment in drafts]
    replaced = [task.layout.rollups.get((s.kind, s.bucket, s.part)) for s in added]
    settled = tuple(t for t in task.touched if t.register_id in task.source.series)
    store.manifest.commit(
        Change(
            add=added,
            retire=[s.name for s in replaced if s is not None],
            touched=task.waiting,
            settled=settled,
            settled_revision=task.revision,
            fleet=[summed],
        )
    )
    return sum(end - first for first, end in runs)


def _task(store: ReadingsStore, bucket: int, ids: list[int]) -> Task | None:
    """What is to be recomputed now; registers in damaged segments wait until those are restored."""
    with store.manifest.reading() as connection:
        layout = store.manifest.layout(connection)
        revision = revision_of(connection)
        held = tuple(touched(connection, ids))
        lost, bad_files = _lost(
            store, _all_of(layout, {bucket})
        )  # also of registers nobody asked for: they share the file
        runs = fresh.merge_runs([r for r in (*held, *lost) if _is_wanted(r, layout, None)])
        ready, waiting, good = _unblocked(store, layout, runs)
        if not ready:
            return None
        first = not waiting and not any(key[1] == bucket for key in layout.rollups)
        source = fresh.source_of(connection, layout, ready, whole=first)
    usable = tuple(s for s in source.segments if s.name in good)
    return Task(bucket, layout, revision, held, replace(source, segments=usable), bad_files, waiting)


def _unblocked(
    store: ReadingsStore, layout: Layout, runs: tuple[Touched, ...]
) -> tuple[tuple[Touched, ...], tuple[Touched, ...], set[str]]:
    """Runs that can be computed, runs that must wait, and the names of the raw segments that can be read."""
    if not runs:
        return (), (), set()
    span = fresh.span_s(runs, layout.series)
    good, bad = store.usable(layout.raw_of(runs[0].register_id, runs[-1].register_id, *span))
    blocked = {i for s in bad for i in s.register_ids()}
    ready = tuple(r for r in runs if r.register_id not in blocked)
    return ready, tuple(r for r in runs if r.register_id in blocked), {s.name for s in good}


def _write_parts(store: ReadingsStore, cursor: Cursor, task: Task) -> list[tuple[Draft, Segment]]:
    runs, fresh_ids = task.source.runs, _fresh_ids(cursor)
    hours, years = changed_parts("hour", runs), changed_parts("day", runs)
    drafts = []
    for part in hours:
        drafts += _write(store, cursor, task, ("hour", part), _merged(store, task, "hour", [part]), fresh_ids)
    bucket_series = [s for i, s in task.layout.series.items() if bucket_of(i) == task.bucket]
    cursor.register("series", fresh.series_table(bucket_series))
    cursor.register("month_names", fresh.month_table(bucket_series, year_days(years[0])[0], year_days(years[-1])[1]))
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW day_rows AS {_merged(store, task, 'day', years)}")
    fresh.create_empty(cursor, "month_rows", "month")
    cursor.execute(f"INSERT INTO month_rows {expression.sql('month')}")
    for kind in ("day", "month"):
        for part in years:
            query = f"SELECT * FROM {kind}_rows WHERE {between(year_days(part))}"
            drafts += _write(store, cursor, task, (kind, part), query, fresh_ids)
    return drafts


def _fresh_ids(cursor: Cursor) -> dict[tuple[str, int], Int64s]:
    """Registers with new rows, by kind and part."""
    query = "SELECT DISTINCT register_id, year(local_date) * 4 + quarter(local_date) - 1 AS quarter FROM day_new"
    found = cursor.execute(query).fetchnumpy()
    ids, quarters = found["register_id"], found["quarter"]
    by_part = {("hour", int(part)): ids[quarters == part] for part in np.unique(quarters)}
    for year in np.unique(quarters // 4):
        by_part["day", int(year)] = by_part["month", int(year)] = np.unique(ids[quarters // 4 == year])
    return by_part


def _merged(store: ReadingsStore, task: Task, kind: str, parts: list[int]) -> str:
    """What the old files of adjoining parts say of untouched days, and the new rows."""
    names = ", ".join(fresh.stored_columns(kind))
    span = (part_days(kind, parts[0])[0], part_days(kind, parts[-1])[1])
    union = f"SELECT {names} FROM {kind}_new WHERE {rows_in(kind, span)}"
    held = [s for part in parts if (s := task.layout.rollups.get((kind, task.bucket, part))) is not None]
    if old := [s for s in held if s.name not in task.bad]:
        anti = f"ANTI JOIN touched_days t ON t.register_id = o.register_id AND {SAME_DAY[kind]}"
        union += f" UNION ALL SELECT {names} FROM {scan_of(store.paths(old))} o {anti}"
    return union


def _write(
    store: ReadingsStore,
    cursor: Cursor,
    task: Task,
    target: tuple[str, int],
    query: str,
    fresh_ids: dict[tuple[str, int], Int64s],
) -> list[tuple[Draft, Segment]]:
    """Copy the rows of one part, in order, into a draft; its segment lacks only size and hash."""
    kind, part = target
    draft = store.files.draft(kind, task.bucket)
    ordered = f"SELECT * FROM ({query}) ORDER BY {ORDER[kind]}"
    count = cursor.execute(f"COPY ({ordered}) TO {quoted(draft.path.resolve())} ({COPY_OPTIONS})").fetchone()[0]
    if not count:
        draft.path.unlink()
        return []
    old = task.layout.rollups.get((kind, task.bucket, part))
    old_ids = np.array(old.register_ids() if old else (), dtype=np.int64)
    ids = np.union1d(fresh_ids.get(target, NO_IDS), old_ids)
    first, end = part_days(kind, part)
    segment = Segment(
        name=draft.name,
        kind=kind,
        bucket=task.bucket,
        bucket_end=task.bucket,
        part=part,
        min_register=int(ids[0]),
        max_register=int(ids[-1]),
        min_start_s=first * 86400,
        max_start_s=end * 86400 - 1,
        row_count=int(count),
        size_bytes=0,
        sha256="",
        min_version=task.revision,
        max_version=task.revision,
        unique_keys=True,
        registers=id_runs(ids),
    )
    return [(draft, segment)]


def _sized(segment: Segment, size_bytes: int, sha256: str) -> Segment:
    return replace(segment, size_bytes=size_bytes, sha256=sha256)


# reading


def frame(store: ReadingsStore, kind: str, register_ids: Iterable[int], first: date, end: date) -> pd.DataFrame:
    """Roll-up rows of local days (months: first days) in `[first, end)`; touched days come from the readings."""
    ids = sorted({int(i) for i in register_ids})
    if not ids or first >= end:
        return _to_frame(kind, None, damaged=False)
    return store.consistently(lambda: _frame(store, kind, ids, (number_of(first), number_of(end))))


def _frame(store: ReadingsStore, kind: str, ids: list[int], span: tuple[int, int]) -> pd.DataFrame:
    reach = _whole_months(span) if kind == "month" else span
    wanted = set(ids)
    with store.manifest.reading() as connection:
        layout = store.manifest.layout(connection)
        asked = ("day", "month") if kind == "month" else (kind,)  # where days are touched, months come from days
        lost, bad_files = _lost(store, [s for one in asked for s in _held(layout, one, ids, reach)])
        outstanding = [r for r in (*touched(connection, ids), *lost) if _is_wanted(r, layout, wanted)]
        runs = fresh.merge_runs(fresh.clip_runs(outstanding, *reach))
        source = fresh.source_of(connection, layout, runs) if runs else None
    ask = Ask(kind, ids, span, reach, bad_files, mixed=source is not None)
    if source is None:
        return _to_frame(kind, _settled(store, layout, ask), damaged=False)
    good, bad = store.usable(source.segments)
    damaged = any(set(s.register_ids()) & source.series.keys() for s in bad)
    with store.engine.cursor() as cursor:
        fresh.create(cursor, store.files, Source(source.series, runs, tuple(good), source.tail))
        cursor.register("touched_days", fresh.days_table(runs))
        return _to_frame(kind, _query(store, cursor, layout, ask), damaged=damaged)


def _settled(store: ReadingsStore, layout: Layout, ask: Ask) -> Columns:
    """Where no day is touched, files alone hold the answer; hours are named by the zone of their register, too."""
    series = tuple(layout.series.get(i) for i in ask.ids)

    def make() -> Columns:
        with store.engine.cursor() as cursor:
            return _query(store, cursor, layout, ask) or {}

    files = [s for s in _held(layout, ask.kind, ask.ids, ask.span) if s.name not in ask.bad]
    return store.kept.columns(layout, files, (ask.kind, tuple(ask.ids), ask.span, series), make)


@dataclass(frozen=True)
class Ask:
    kind: str
    ids: list[int]
    span: tuple[int, int]
    reach: tuple[int, int]  # for months: the whole months' days
    bad: frozenset[str]  # damaged roll-up files
    mixed: bool  # some days come from `hour_new` and `day_new`


def _held(layout: Layout, kind: str, ids: list[int], span: tuple[int, int]) -> list[Segment]:
    """The roll-up files that may hold these registers in local days of a span."""
    buckets = sorted({bucket_of(i) for i in ids})
    keys = [(kind, bucket, part) for bucket in buckets for part in parts_of(kind, *span)]
    return [layout.rollups[key] for key in keys if key in layout.rollups]


def _whole_months(span: tuple[int, int]) -> tuple[int, int]:
    """Days of the months whose first day lies in the span."""
    last = day_of(span[1] - 1)
    following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return span[0], number_of(following)


def _query(store: ReadingsStore, cursor: Cursor, layout: Layout, ask: Ask) -> dict[str, np.ndarray] | None:
    series = [layout.series[i] for i in ask.ids if i in layout.series]
    from_days = ask.kind == "month" and ask.mixed
    days = replace(ask, kind="day", span=ask.reach)
    found = _select(store, cursor, layout, days if from_days else ask)
    if found is None:
        return None
    if from_days or ask.kind == "hour":
        cursor.register("series", fresh.series_table(series))
    if from_days:
        cursor.register("month_names", fresh.month_table(series, *ask.reach))
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW day_rows AS {found}")
        found = f"SELECT * FROM ({expression.sql('month')}) WHERE {between(ask.span)}"
    elif ask.kind == "hour":
        cursor.register("hour_names", fresh.hour_table(series, *ask.span))
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW hour_sums AS {found}")
        found = expression.sql("hour")
    order = ", ".join(expression.KEYS[ask.kind])
    columns: dict[str, np.ndarray] = cursor.execute(f"SELECT * FROM ({found}) ORDER BY {order}").fetchnumpy()
    return columns


def _select(store: ReadingsStore, cursor: Cursor, layout: Layout, ask: Ask) -> str | None:
    """Stored rows outside the touched days, and fresh rows inside."""
    names = ", ".join(f"o.{name}" for name in fresh.stored_columns(ask.kind))
    which = f"{_among(cursor, ask.ids)} AND {rows_in(ask.kind, ask.span)}"
    good = [s for s in _held(layout, ask.kind, ask.ids, ask.span) if s.name not in ask.bad]
    parts = []
    if good:
        rows = f"(SELECT * FROM {scan_of(store.paths(good))} WHERE {which}) o"
        if ask.mixed:
            rows += f" ANTI JOIN touched_days t ON t.register_id = o.register_id AND {SAME_DAY[ask.kind]}"
        parts.append(f"SELECT {names} FROM {rows}")
    if ask.mixed:
        parts.append(f"SELECT {names} FROM {ask.kind}_new o WHERE {rows_in(ask.kind, ask.span)}")
    return " UNION ALL ".join(parts) or None


def _among(cursor: Cursor, ids: list[int]) -> str:
    if len(ids) <= 200:
        return f"register_id IN ({', '.join(map(str, ids))})"
    import pyarrow as pa

    cursor.register("asked", pa.table({"id": np.array(ids, dtype=np.int64)}))
    return f"register_id BETWEEN {ids[0]} AND {ids[-1]} AND register_id IN (SELECT id FROM asked)"


def _to_frame(kind: str, columns: Columns | None, *, damaged: bool) -> pd.DataFrame:
    data = {}
    for name in fresh.shown_columns(kind):
        held = np.asarray(columns[name]) if columns else np.zeros(0, dtype=np.int64)
        if name == "local_date":
            data[name] = held.astype("datetime64[s]")
        elif name == "peak_start_s":
            data["peak_start_utc"] = held.astype(np.int64).astype("datetime64[s]")
        else:
            data[name] = held.astype(np.int8 if name in {"local_hour", "fold"} else np.int64)
    made = pd.DataFrame(data)
    made.attrs["damaged"] = damaged
    return made
