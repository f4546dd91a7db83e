"""Rewriting: the staging tail into a segment, many segments into few, and files without an erased register."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from data.store import batches, fleet, staged
from data.store.engine import COPY_OPTIONS, quoted, rows_of, scan_of
from data.store.files import Draft
from data.store.fleet import FleetDays
from data.store.layout import Layout
from data.store.manifest import Change, ConflictError, last_version_of
from data.store.values import BUCKET_REGISTERS, Rows, Segment, Touched, bucket_of, id_runs
from domain.errors import DamagedSegmentError

if TYPE_CHECKING:
    from data.readings import ReadingsStore

MOST_SEGMENTS = 8  # per bucket before they are merged: each costs a point query about 0.3 ms
ATTEMPTS = 4
EVER = (-(2**33), 2**33)
ALL_DAYS = (-(2**20), 2**20)


def compact(store: ReadingsStore, *, force: bool = False) -> int:
    """Flush staging, then merge crowded buckets (all with more than one segment per year when forced)."""
    before = store.manifest.current_layout().number
    written = _again(lambda: _flush(store)) + _again(lambda: _merge(store, force=force))
    store.unlink_retired(before)
    return written


def _again(work: Callable[[], int]) -> int:
    """Start over from a fresh snapshot when another process was faster."""
    for attempt in range(ATTEMPTS):
        try:
            return work()
        except ConflictError:
            if attempt == ATTEMPTS - 1:
                raise
    return 0


def _flush(store: ReadingsStore) -> int:
    with store.files.writing():
        with store.manifest.reading() as connection:
            version = last_version_of(connection)
            rows = staged.rows(connection, None, *EVER)
        rows = rows.pick(rows.version <= version)
        if len(rows) == 0:
            return 0
        parts = list(batches.pieces(_ordered(rows)))
        change = Change(add=store.write_raw(parts), staged_rows=len(rows), staged_version=version)
        store.manifest.commit(change)
        return len(parts)


def _ordered(rows: Rows) -> Rows:
    """By register, start and version; a row that is there twice in the same version once."""
    key = batches.key_of(rows.register_id, rows.start_s)
    order = np.lexsort((rows.version, key))
    steps = (np.diff(key[order]) != 0) | (np.diff(rows.version[order]) != 0)
    return rows.pick(order[np.append(steps, True)])


def _merge(store: ReadingsStore, *, force: bool) -> int:
    layout = store.manifest.current_layout()
    written = 0
    for buckets in _components(layout, 1 if force else MOST_SEGMENTS):
        with store.files.writing():
            written += store.consistently(partial(_merge_buckets, store, buckets))
    return written


def _components(layout: Layout, most: int) -> list[set[int]]:
    """Buckets to merge together: a crowded one and all that share a spanning segment with it."""
    crowded = {
        b for b, held in layout.by_bucket.items() if len(held) > most or any(s.bucket_end > s.bucket for s in held)
    }
    if most > 1:
        crowded = {b for b, held in layout.by_bucket.items() if len(held) > most}
    found: list[set[int]] = []
    open_buckets = set(crowded)
    while open_buckets:
        group, edge = set(), {open_buckets.pop()}
        while edge:
            bucket = edge.pop()
            group.add(bucket)
            for segment in layout.by_bucket.get(bucket, ()):
                edge |= set(range(segment.bucket, segment.bucket_end + 1)) - group
        open_buckets -= group
        found.append({b for b in group if b in layout.by_bucket})
    return found


def _merge_buckets(store: ReadingsStore, buckets: set[int]) -> int:
    layout = store.manifest.current_layout()
    pool = {s.name: s for b in buckets for s in layout.by_bucket.get(b, ())}
    good, _ = store.usable(pool.values())
    settled = {s.name for s in good if _is_settled(s, good)}
    sources = [s for s in good if s.name not in settled]
    if not sources:
        return 0
    added: list[Segment] = []
    for bucket in sorted(buckets):
        for year in _years(sources):
            rows = _bucket_rows(store, sources, bucket, year)
            if len(rows):
                added += store.write_raw([_ordered(rows)])
    store.manifest.commit(Change(add=added, retire=[s.name for s in sources]))
    return len(added)


def _is_settled(segment: Segment, others: Iterable[Segment]) -> bool:
    """Already the only file of its bucket and UTC year: merging it again would change nothing."""
    year = _year(segment.min_start_s)
    if segment.bucket != segment.bucket_end or _year(segment.max_start_s) != year:
        return False
    low, high = segment.bucket * BUCKET_REGISTERS, (segment.bucket + 1) * BUCKET_REGISTERS - 1
    return not any(
        o.name != segment.name and o.meets(low, high, _year_start_s(year), _year_start_s(year + 1)) for o in others
    )


def _years(segments: Iterable[Segment]) -> list[int]:
    return sorted({y for s in segments for y in range(_year(s.min_start_s), _year(s.max_start_s) + 1)})


def _year(epoch_s: int) -> int:
    return int(np.datetime64(epoch_s, "s").astype("datetime64[Y]").astype(int)) + 1970


def _year_start_s(year: int) -> int:
    return int(np.datetime64(f"{year}-01-01", "s").astype(np.int64))


def _bucket_rows(store: ReadingsStore, sources: list[Segment], bucket: int, year: int) -> Rows:
    low, high = bucket * BUCKET_REGISTERS, (bucket + 1) * BUCKET_REGISTERS - 1
    meeting = [s for s in sources if s.meets(low, high, _year_start_s(year), _year_start_s(year + 1))]
    if not meeting:
        return Rows.empty()
    with store.engine.cursor() as cursor:
        columns = cursor.execute(
            f"SELECT register_id, start_utc, energy_wh, quality, version FROM {scan_of(store.paths(meeting))}"
            f" WHERE register_id BETWEEN {low} AND {high}"
            f" AND start_utc >= TIMESTAMP '{year}-01-01' AND start_utc < TIMESTAMP '{year + 1}-01-01'"
        ).fetchnumpy()
    return rows_of(columns)


def erase(store: ReadingsStore, register_ids: Collection[int]) -> None:
    """Rewrite every file that holds one of the registers, then unlink the old files at once."""
    ids = {int(i) for i in register_ids}
    if not ids:
        return
    with store.files.writing():
        _again(lambda: store.consistently(lambda: _erase(store, ids)))
    store.unlink_retired()


def _erase(store: ReadingsStore, ids: set[int]) -> int:
    layout = store.manifest.current_layout()
    segments = [s for s in (*layout.raw, *layout.rollups.values()) if ids & set(s.register_ids())]
    good, bad = store.usable(segments)
    touched = _lost_rollups(bad, ids)
    added = [made for segment in good for made in _without(store, segment, ids)]
    names = {s.name for s in segments}
    kept = [s for s in layout.rollups.values() if s.name not in names]
    sums = [_fleet_without(store, layout, b, [*added, *kept]) for b in {bucket_of(i) for i in ids}]
    store.manifest.commit(Change(add=added, retire=names, touched=touched, forget=sorted(ids), fleet=sums))
    return len(added)


def _fleet_without(store: ReadingsStore, layout: Layout, bucket: int, remaining: Iterable[Segment]) -> FleetDays:
    """The bucket's fleet days summed again from the day files that remain."""
    held = [s for s in remaining if (s.kind, s.bucket) == ("day", bucket)]
    if not held:
        return FleetDays(bucket, (ALL_DAYS,), ())
    with store.engine.cursor() as cursor:
        return fleet.summed(cursor, bucket, layout.groups_of(bucket), [ALL_DAYS], scan_of(store.paths(held)))


def _lost_rollups(bad: Iterable[Segment], ids: set[int]) -> list[Touched]:
    """Damaged roll-ups of others are made anew; damaged readings of others cannot be rewritten and must be restored."""
    runs = []
    for segment in bad:
        others = [i for i in segment.register_ids() if i not in ids]
        if others and segment.kind == "raw":
            raise DamagedSegmentError(file=segment.name)
        runs += [Touched(i, segment.min_start_s // 86400 - 31, segment.max_start_s // 86400 + 32) for i in others]
    return runs


def _without(store: ReadingsStore, segment: Segment, ids: set[int]) -> list[Segment]:
    """The segment's other rows as a new published file, or nothing when none remain."""
    from dataclasses import replace

    others = np.array([i for i in segment.register_ids() if i not in ids], dtype=np.int64)
    if len(others) == 0:
        return []
    if segment.kind == "raw":
        return store.write_raw([_rows_of_registers(store, segment, others)])
    draft: Draft = store.files.draft(segment.kind, segment.bucket)
    listed = ", ".join(str(i) for i in others)
    with store.engine.cursor() as cursor:
        scan = scan_of(store.paths([segment]))
        query = f"SELECT * FROM {scan} WHERE register_id IN ({listed}) ORDER BY ALL"
        count = cursor.execute(f"COPY ({query}) TO {quoted(draft.path.resolve())} ({COPY_OPTIONS})").fetchone()[0]
    size, sha256 = store.files.publish([draft])[draft.name]
    made = replace(segment, name=draft.name, row_count=int(count), size_bytes=size, sha256=sha256)
    return [replace(made, registers=id_runs(others), min_register=int(others[0]), max_register=int(others[-1]))]


def _rows_of_registers(store: ReadingsStore, segment: Segment, others: np.ndarray) -> Rows:
    with store.engine.cursor() as cursor:
        scan = scan_of(store.paths([segment]))
        columns = cursor.execute(
            f"SELECT register_id, start_utc, energy_wh, quality, version FROM {scan}"
            " WHERE register_id IN (SELECT unnest($1))",
            [others.tolist()],
        ).fetchnumpy()
    return _ordered(rows_of(columns))
