"""The values that travel between the store's parts: series, batches, rows, segments, touched days."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

BUCKET_REGISTERS = 64  # a year of quarter-hours of one bucket is 2.2 million rows, about 3 MB
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Series:
    register_id: int
    zone_name: str
    interval_s: int


@dataclass(frozen=True)
class Batch:
    """Readings in any order: arrays of equal length. Of one interval given twice the later row counts."""

    register_id: npt.NDArray[np.int64]
    start_utc: npt.NDArray[np.datetime64]  # datetime64[s]
    energy_wh: npt.NDArray[np.int64]
    quality: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Rows:
    """Readings as stored: start in epoch seconds, with their versions."""

    register_id: Int64s
    start_s: Int64s
    energy_wh: Int64s
    quality: npt.NDArray[np.uint8]
    version: Int64s

    def __len__(self) -> int:
        return len(self.start_s)

    def pick(self, index: slice | npt.NDArray) -> Rows:
        return Rows(
            self.register_id[index],
            self.start_s[index],
            self.energy_wh[index],
            self.quality[index],
            self.version[index],
        )

    @classmethod
    def join(cls, parts: list[Rows]) -> Rows:
        return cls(
            np.concatenate([p.register_id for p in parts]),
            np.concatenate([p.start_s for p in parts]),
            np.concatenate([p.energy_wh for p in parts]),
            np.concatenate([p.quality for p in parts]),
            np.concatenate([p.version for p in parts]),
        )

    @classmethod
    def empty(cls) -> Rows:
        none = np.zeros(0, dtype=np.int64)
        return cls(none, none, none, np.zeros(0, dtype=np.uint8), none)


@dataclass(frozen=True)
class Segment:
    """One immutable file as the manifest knows it."""

    name: str
    kind: str
    bucket: int
    bucket_end: int
    part: int
    min_register: int
    max_register: int
    min_start_s: int
    max_start_s: int
    row_count: int
    size_bytes: int
    sha256: str
    min_version: int
    max_version: int
    unique_keys: bool
    registers: str

    def meets(self, first_register: int, last_register: int, start_s: int, end_s: int) -> bool:
        return (
            self.min_register <= last_register
            and self.max_register >= first_register
            and self.min_start_s < end_s
            and self.max_start_s >= start_s
        )

    def register_ids(self) -> tuple[int, ...]:
        return tuple(i for low, high in json.loads(self.registers) for i in range(low, high + 1))


@dataclass(frozen=True)
class Touched:
    """Local days `[first_day, end_day)` of a register, in days since 1970-01-01."""

    register_id: int
    first_day: int
    end_day: int


@dataclass(frozen=True)
class Damage:
    """What a damaged or missing file takes away: these registers in this period `[first_utc, end_utc)`."""

    register_ids: tuple[int, ...]
    first: datetime
    end: datetime
    file: str
    reason: str = ""

    @property
    def is_of_readings(self) -> bool:
        """Readings are lost until restored; a damaged roll-up is summed again and hides nothing."""
        return self.file.startswith("raw-")


def bucket_of(register_id: int) -> int:
    return register_id // BUCKET_REGISTERS


def seconds(instant: datetime) -> int:
    """Epoch seconds; a naive instant is refused."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone cannot be looked up")
    return int(instant.timestamp())


def instant(epoch_s: int) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


def id_runs(ids: npt.NDArray) -> str:
    """Sorted distinct ids as JSON runs, `[[1, 64], [70, 70]]`."""
    breaks = np.flatnonzero(np.diff(ids) != 1)
    lows = ids[np.concatenate([[0], breaks + 1])]
    highs = ids[np.concatenate([breaks, [len(ids) - 1]])]
    return json.dumps([[int(a), int(b)] for a, b in zip(lows, highs, strict=True)])
