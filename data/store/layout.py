"""What is live: segments, series and groups of one layout number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from sqlalchemy import Connection, select

from data.store.tables import GROUP, SEGMENT, SERIES
from data.store.values import BUCKET_REGISTERS, Segment, Series

_SEGMENT_COLUMNS = [SEGMENT.c[item.name] for item in fields(Segment)]


@dataclass(frozen=True)
class Layout:
    """Live segments and series as of one layout number; cached until that number moves."""

    number: int
    raw: tuple[Segment, ...]
    rollups: dict[tuple[str, int, int], Segment]
    series: dict[int, Series]
    groups: dict[int, str]
    by_bucket: dict[int, list[Segment]] = field(default_factory=dict)

    def names(self, segment: Segment) -> bool:
        """Whether the segment is still live."""
        return segment in (self.raw if segment.kind == "raw" else self.rollups.values())

    def groups_of(self, bucket: int) -> dict[int, str]:
        """Groups of a bucket's registers."""
        ids = range(bucket * BUCKET_REGISTERS, (bucket + 1) * BUCKET_REGISTERS)
        return {i: self.groups[i] for i in ids if i in self.groups}

    def raw_of(self, first_register: int, last_register: int, start_s: int, end_s: int) -> list[Segment]:
        """Raw segments that may hold rows of these registers in `[start_s, end_s)`."""
        low, high = first_register // BUCKET_REGISTERS, last_register // BUCKET_REGISTERS
        pool: Iterable[Segment] = self.raw if low != high else self.by_bucket.get(low, ())
        return [s for s in pool if s.meets(first_register, last_register, start_s, end_s)]


def load_layout(connection: Connection, number: int) -> Layout:
    found = connection.execute(select(*_SEGMENT_COLUMNS).where(SEGMENT.c.retired_layout.is_(None)))
    segments = [Segment(*row) for row in found]
    raw = tuple(s for s in segments if s.kind == "raw")
    by_bucket: dict[int, list[Segment]] = {}
    for segment in raw:
        for bucket in range(segment.bucket, segment.bucket_end + 1):
            by_bucket.setdefault(bucket, []).append(segment)
    rollups = {(s.kind, s.bucket, s.part): s for s in segments if s.kind != "raw"}
    groups = {row.register_id: row.name for row in connection.execute(select(GROUP))}
    rows = connection.execute(select(SERIES.c.register_id, SERIES.c.zone_name, SERIES.c.interval_s))
    return Layout(number, raw, rollups, {row[0]: Series(*row) for row in rows}, groups, by_bucket)
