"""Readings of a file brought into order (register, start, line) at a bounded size in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

MEMORY_ROWS = 3_000_000  # up to here everything stays in memory (29 bytes a row)
BATCH_ROWS = 1_000_000
COLUMNS = "slot, start_s, amount, quality, line"


@dataclass(frozen=True)
class Judged:
    """Readings with their meaning settled; arrays of equal length.

    slot : which register of the file's registers
    start_s : UTC, start of the interval
    amount : exact, in the slot's own fraction of the base unit
    """

    slot: npt.NDArray[np.int32]
    start_s: npt.NDArray[np.int64]
    amount: npt.NDArray[np.int64]
    quality: npt.NDArray[np.uint8]
    line: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.slot)

    def pick(self, index: slice | npt.NDArray) -> Judged:
        return Judged(*(getattr(self, column.name)[index] for column in fields(self)))

    @classmethod
    def join(cls, parts: list[Judged]) -> Judged:
        return cls(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(cls)))


class ReadingSorter:
    """Add in any order, then read the batches as often as needed. Few rows stay in memory, many go to a temporary file."""

    def __init__(self, memory_rows: int = MEMORY_ROWS) -> None:
        self._memory_rows = memory_rows
        self._parts: list[Judged] = []
        self._held = 0
        self._last: tuple[int, int] = (-1, 0)
        self._in_order = True
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._spill: Any = None
        self._is_finished = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._spill is not None:
            self._spill.close()
        if self._folder is not None:
            self._folder.cleanup()

    def add(self, part: Judged) -> None:
        if len(part) == 0:
            return
        self._watch_order(part)
        self._parts.append(part)
        self._held += len(part)
        if self._held > self._memory_rows:
            self._flush()

    def batches(self) -> Iterator[Judged]:
        """Everything that was added, in order."""
        if not self._is_finished:
            self._finish()
        if self._spill is None:
            yield from self._parts
            return
        reader = self._spill.execute(f"SELECT {COLUMNS} FROM readings").to_arrow_reader(BATCH_ROWS)
        for batch in reader:
            yield Judged(*(batch.column(index).to_numpy(zero_copy_only=False) for index in range(5)))

    def _watch_order(self, part: Judged) -> None:
        if self._in_order:
            slot, start = part.slot.astype(np.int64), part.start_s
            rising = (slot[1:] > slot[:-1]) | ((slot[1:] == slot[:-1]) & (start[1:] >= start[:-1]))
            self._in_order = self._last <= (int(slot[0]), int(start[0])) and bool(rising.all())
            self._last = (int(slot[-1]), int(start[-1]))

    def _flush(self) -> None:
        if self._spill is None:
            self._folder = tempfile.TemporaryDirectory(prefix="portal-ingest-")
            folder = Path(self._folder.name)
            config = {"memory_limit": "768MB", "threads": 2, "temp_directory": str(folder / "spill")}
            self._spill = duckdb.connect(str(folder / "readings.duckdb"), config=config)
            self._spill.execute("SET enable_progress_bar = false")
            self._spill.execute(
                "CREATE TABLE readings (slot INTEGER, start_s BIGINT, amount BIGINT, quality UTINYINT, line BIGINT)"
            )
        for part in self._parts:
            table = pa.table({column.name: getattr(part, column.name) for column in fields(part)})
            self._spill.register("part", table)
            self._spill.execute(f"INSERT INTO readings SELECT {COLUMNS} FROM part")
            self._spill.unregister("part")
        self._parts, self._held = [], 0

    def _finish(self) -> None:
        self._is_finished = True
        if self._spill is not None:
            self._flush()
            if not self._in_order:
                self._spill.execute(
                    f"CREATE TABLE sorted AS SELECT {COLUMNS} FROM readings ORDER BY slot, start_s, line"
                )
                self._spill.execute("DROP TABLE readings")
                self._spill.execute("ALTER TABLE sorted RENAME TO readings")
        elif self._parts:
            rows = Judged.join(self._parts)
            if not self._in_order:
                rows = rows.pick(np.lexsort((rows.line, rows.start_s, rows.slot)))
            self._parts = [rows]
