"""The readings store: immutable Parquet segments named by a manifest, a staging tail, newest version wins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np

from data.store import batches, manifest, staged
from data.store.engine import COPY_OPTIONS, Cursor, Engine, arrow_of, quoted, rows_of, scan_of
from data.store.files import Draft, SegmentFiles
from data.store.kept import Columns, Kept
from data.store.layout import Layout
from data.store.manifest import Change, Manifest
from data.store.values import Batch, Damage, Rows, Segment, Series, bucket_of, id_runs, instant

__all__ = ["Batch", "Damage", "ReadingsStore", "Series"]

ATTEMPTS = 6  # a reader that meets an unlinked file takes a fresh snapshot and tries again
T = TypeVar("T")
Stamp = tuple[object, ...]


class StaleError(Exception):
    """A file of the snapshot is gone because it was replaced meanwhile."""


@dataclass(frozen=True)
class Found:
    """Rows of a look-up, whether a damaged file may have held more, and the series as of the same snapshot."""

    rows: Rows
    damaged: bool
    series: Mapping[int, Series]


class ReadingsStore:
    """Durable when a write returns; readers never wait for writers and never see half of a batch."""

    def __init__(self, folder: str | Path, manifest_url: str, *, threads: int = 2, memory: str = "1GB") -> None:
        self.files = SegmentFiles(Path(folder))
        self.manifest = Manifest(manifest_url)
        self.engine = Engine(Path(folder), threads=threads, memory=memory)
        self.kept = Kept()
        self.sweep()

    @property
    def version(self) -> int:
        """Grows with every visible change: part of every cache key."""
        return self.manifest.revision()

    def close(self) -> None:
        self.engine.close()
        self.manifest.close()

    def sweep(self) -> list[str]:
        """Remove retired files and files no row names, unless some process is writing right now."""
        with self.files.alone() as alone:
            if not alone:
                return []
            self.unlink_retired()
            orphans = self.files.orphans(self.manifest.named())
            for path in orphans:
                path.unlink(missing_ok=True)
            return [path.name for path in orphans]

    def unlink_retired(self, until_layout: int | None = None) -> None:
        """Unlink files replaced up to a layout; readers get at least one round of rewriting to let go of a name."""
        names = self.manifest.retired(until_layout)
        self.files.unlink(names)
        self.manifest.drop_names(names)

    # writing

    def declare(self, series: Iterable[Series]) -> None:
        """Say zone and interval of registers; saying it again changes nothing."""
        self.manifest.declare(list(series))

    def group(self, names: Mapping[int, str]) -> None:
        """Say in which sum of the fleet registers belong, such as "electricity/import"."""
        held = self.manifest.current_layout().groups
        if any(held.get(register) != name for register, name in names.items()):
            self.manifest.group(names)

    def series(self) -> dict[int, Series]:
        return self.manifest.current_layout().series

    def append(self, batch: Batch, *, known_at: datetime, skip_known: bool = False) -> int:
        """Write a batch as segments; durable when this returns. The version it got.

        With `skip_known`, rows equal to the newest held version are left out; if none remains, the
        current last version is returned and nothing changes.
        """
        series = self.series()
        rows = batches.prepare(batch, series)
        if skip_known:
            rows = self._unknown(rows)
        if len(rows) == 0:
            return self._last_version()
        with self.files.writing():
            version = self.manifest.reserve_version()
            rows = replace(rows, version=np.full(len(rows), version, dtype=np.int64))
            change = Change(
                add=self.write_raw(list(batches.pieces(rows))),
                version=version,
                known_at=known_at,
                touched=batches.touched_runs(rows, series),
                extents=batches.extents(rows, series),
            )
            self.manifest.commit(change)
        return version

    def stage(self, batch: Batch, *, known_at: datetime) -> int:
        """Add live readings to the manifest's own tail; visible and durable when this returns."""
        series = self.series()
        rows = batches.prepare(batch, series)
        if len(rows) == 0:
            return self._last_version()
        change = Change(
            known_at=known_at,
            touched=batches.touched_runs(rows, series),
            extents=batches.extents(rows, series),
        )
        return self.manifest.stage(rows, change)

    def compact(self, *, force: bool = False) -> int:
        """Turn the staging tail into a segment and many segments into few; how many files were written."""
        from data.store.compaction import compact

        return compact(self, force=force)

    def erase(self, register_ids: Collection[int]) -> None:
        """Remove every reading of these registers from files, roll-ups and manifest."""
        from data.store.compaction import erase

        erase(self, register_ids)

    def write_raw(self, parts: list[Rows]) -> list[Segment]:
        """Sorted rows as published files, one each; the caller holds `files.writing()` and commits."""
        drafts = [self.files.draft("raw", bucket_of(int(rows.register_id[0]))) for rows in parts]
        with self.engine.cursor() as cursor:
            for draft, rows in zip(drafts, parts, strict=True):
                cursor.register("portal_rows", arrow_of(rows))
                cursor.execute(f"COPY portal_rows TO {quoted(draft.path.resolve())} ({COPY_OPTIONS})")
                cursor.unregister("portal_rows")
        facts = self.files.publish(drafts)
        return [_raw_segment(draft, rows, *facts[draft.name]) for draft, rows in zip(drafts, parts, strict=True)]

    def _last_version(self) -> int:
        with self.manifest.reading() as connection:
            return manifest.last_version_of(connection)

    def _unknown(self, rows: Rows) -> Rows:
        kept = []
        for part in batches.pieces(rows):
            ids = batches.distinct(part.register_id)
            found = self.find([int(i) for i in ids], int(part.start_s.min()), int(part.start_s.max()) + 1)
            kept.append(batches.differing(part, batches.newest(found.rows)))
        return Rows.join(kept) if kept else rows

    # reading

    def find(self, register_ids: list[int], start_s: int, end_s: int) -> Found:
        """Every version of the readings of some registers in `[start_s, end_s)`, files and staging tail."""
        return self.consistently(lambda: self._find(register_ids, start_s, end_s))

    def _find(self, register_ids: list[int], start_s: int, end_s: int) -> Found:
        with self.manifest.reading() as connection:
            layout = self.manifest.layout(connection)
            tail = staged.rows(connection, register_ids, start_s, end_s)
        segments = layout.raw_of(min(register_ids), max(register_ids), start_s, end_s)
        good, bad = self.usable(segments)
        parts = [tail] if len(tail) else []
        if good:
            span = (start_s, end_s)
            asked = ("raw", tuple(register_ids), span)
            parts.append(Rows(**self.kept.columns(layout, good, asked, lambda: self._read(good, register_ids, span))))
        rows = parts[0] if len(parts) == 1 else Rows.join(parts) if parts else Rows.empty()
        damaged = any(set(s.register_ids()) & set(register_ids) for s in bad)
        return Found(rows, damaged, layout.series)

    def stamp(self, register_ids: list[int], start_s: int, end_s: int) -> Stamp | None:
        """What the readings of a few registers in `[start_s, end_s)` come from: equal stamps, equal readings.

        None while a file of them is damaged.
        """
        return self.consistently(lambda: self._stamp(register_ids, start_s, end_s))

    def _stamp(self, register_ids: list[int], start_s: int, end_s: int) -> Stamp | None:
        with self.manifest.reading() as connection:
            layout = self.manifest.layout(connection)
            tail = staged.stamp(connection, register_ids, start_s, end_s)
        good, bad = self.usable(layout.raw_of(min(register_ids), max(register_ids), start_s, end_s))
        series = tuple(layout.series.get(i) for i in register_ids)
        return None if bad else (tuple(segment.sha256 for segment in good), tail, series)

    def _read(self, segments: list[Segment], register_ids: list[int], span: tuple[int, int]) -> Columns:
        with self.engine.cursor() as cursor:
            return vars(_select(cursor, self.paths(segments), register_ids, span))

    def paths(self, segments: Iterable[Segment]) -> list[Path]:
        return [self.files.path(s.name) for s in segments]

    def usable(self, segments: Iterable[Segment]) -> tuple[list[Segment], list[Segment]]:
        """Segments that verify, and those that do not; the latter are noted for every process."""
        good, bad = [], []
        for segment in segments:
            fault = self.files.fault(segment)
            if fault is None:
                good.append(segment)
                continue
            if not self.manifest.current_layout().names(segment):
                raise StaleError
            self._note(segment, fault)
            bad.append(segment)
        return good, bad

    def _note(self, segment: Segment, fault: str) -> None:
        if self.manifest.damaged().get(segment.name) != fault:
            self.manifest.note_damage(segment.name, fault)

    def consistently(self, work: Callable[[], T]) -> T:
        """Run a read again when a file vanished under it because a writer replaced it.

        What layout the read began with is not asked beforehand, since that would cost every read a look at the manifest:
        the first failure is always tried again.
        """
        failed_at = None
        for _ in range(ATTEMPTS):
            try:
                return work()
            except StaleError:
                continue
            except (duckdb.Error, OSError):
                number = self.manifest.current_layout().number
                if number == failed_at and not self._new_damage():
                    raise
                failed_at = number
        return work()

    def _new_damage(self) -> bool:
        """Whether a live file fails its check that passed it when the read began."""
        layout, known = self.manifest.current_layout(), self.manifest.damaged()
        segments = [*layout.raw, *layout.rollups.values()]
        return any(self.files.fault(s) is not None for s in segments if s.name not in known)

    # damage

    def damage(self, *, again: bool = False) -> list[Damage]:
        """Live files that are missing, truncated or changed; `again` reads every byte of every file."""
        layout = self.manifest.current_layout()
        noted = self.manifest.damaged()
        found = {}
        for segment in [*layout.raw, *layout.rollups.values()]:
            fault = self.files.fault(segment, again=again or segment.name in noted)
            if fault is not None:
                found[segment.name] = (segment, fault)
                if noted.get(segment.name) != fault:
                    self.manifest.note_damage(segment.name, fault)
        if mended := [name for name in noted if name not in found]:
            self.manifest.clear_damage(mended)
        return [self._damage(segment, fault, layout) for segment, fault in found.values()]

    def _damage(self, segment: Segment, fault: str, layout: Layout) -> Damage:
        ids = segment.register_ids()
        step = max((layout.series[i].interval_s for i in ids if i in layout.series), default=0)
        end = instant(segment.max_start_s + step)
        return Damage(ids, instant(segment.min_start_s), end, segment.name, fault)


def _raw_segment(draft: Draft, rows: Rows, size_bytes: int, sha256: str) -> Segment:
    key = batches.key_of(rows.register_id, rows.start_s)
    first, last = int(rows.register_id[0]), int(rows.register_id[-1])
    return Segment(
        name=draft.name,
        kind="raw",
        bucket=bucket_of(first),
        bucket_end=bucket_of(last),
        part=0,
        min_register=first,
        max_register=last,
        min_start_s=int(rows.start_s.min()),
        max_start_s=int(rows.start_s.max()),
        row_count=len(rows),
        size_bytes=size_bytes,
        sha256=sha256,
        min_version=int(rows.version.min()),
        max_version=int(rows.version.max()),
        unique_keys=bool((np.diff(key) > 0).all()),
        registers=id_runs(batches.distinct(rows.register_id)),
    )


def _select(cursor: Cursor, paths: list[Path], register_ids: list[int], span: tuple[int, int]) -> Rows:
    one = len(register_ids) == 1
    wanted = "register_id = $1" if one else "register_id IN (SELECT unnest($1))"
    start, end = (instant(s).replace(tzinfo=None) for s in span)
    columns = cursor.execute(
        f"SELECT register_id, start_utc, energy_wh, quality, version FROM {scan_of(paths)}"
        f" WHERE {wanted} AND start_utc >= $2 AND start_utc < $3",
        [register_ids[0] if one else register_ids, start, end],
    ).fetchnumpy()
    return rows_of(columns)
