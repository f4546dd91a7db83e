"""Readings of a file brought into order (register, start, line) at a bounded size in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

MEMORY_ROWS = 1_000_000  # up to here everything stays in memory (29 bytes a row)
BATCH_ROWS = 1_000_000
SORT_MEMORY = "512MB"
SCHEMA = pa.schema(
    [
        ("slot", pa.int32()),
        ("start_s", pa.int64()),
        ("amount", pa.int64()),
        ("quality", pa.uint8()),
        ("line", pa.int64()),
    ]
)


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
        if isinstance(index, np.ndarray) and index.dtype == bool and index.all():
            return self
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
        self._spill: pa.RecordBatchFileWriter | None = None
        self._is_finished = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
        if self._folder is None:
            yield from self._parts
            return
        with pa.OSFile(str(self._path("ordered"))) as file:  # a map would count the whole file as resident
            reader = pa.ipc.open_file(file)
            for index in range(reader.num_record_batches):
                batch = reader.get_batch(index)
                yield Judged(*(batch.column(n).to_numpy(zero_copy_only=False) for n in range(len(SCHEMA))))

    def _path(self, name: str) -> Path:
        assert self._folder is not None  # only asked for once something was spilled
        return Path(self._folder.name) / f"{name}.arrow"

    def _watch_order(self, part: Judged) -> None:
        if self._in_order:
            slot, start = part.slot, part.start_s
            rising = (slot[1:] > slot[:-1]) | ((slot[1:] == slot[:-1]) & (start[1:] >= start[:-1]))
            self._in_order = self._last <= (int(slot[0]), int(start[0])) and bool(rising.all())
            self._last = (int(slot[-1]), int(start[-1]))

    def _flush(self) -> None:
        if self._spill is None:
            self._folder = tempfile.TemporaryDirectory(prefix="portal-ingest-")
            self._spill = pa.ipc.new_file(str(self._path("ordered")), SCHEMA)
        if self._parts:
            rows = Judged.join(self._parts)
            columns = [pa.array(getattr(rows, column.name)) for column in fields(rows)]
            self._spill.write_batch(pa.record_batch(columns, schema=SCHEMA))
        self._parts, self._held = [], 0

    def _finish(self) -> None:
        self._is_finished = True
        if self._spill is not None:
            self._flush()
            self._spill.close()
            if not self._in_order:
                self._sort_spilled()
        elif self._parts:
            rows = Judged.join(self._parts)
            if not self._in_order:
                rows = rows.pick(np.lexsort((rows.line, rows.start_s, rows.slot)))
            self._parts = [rows]

    def _sort_spilled(self) -> None:
        """An external sort by DuckDB, within its own limit of memory, into a second file."""
        self._path("ordered").rename(self._path("raw"))
        config = {"memory_limit": SORT_MEMORY, "threads": 2, "temp_directory": str(self._path("sort"))}
        with duckdb.connect(":memory:", config=config) as connection, pa.OSFile(str(self._path("raw"))) as spilled:
            connection.execute("SET enable_progress_bar = false")
            reader = pa.ipc.open_file(spilled)
            batches = (reader.get_batch(index) for index in range(reader.num_record_batches))
            # One batch after the other: a dataset would read many ahead into memory.
            connection.register("raw", pa.RecordBatchReader.from_batches(SCHEMA, batches))
            query = f"SELECT {', '.join(SCHEMA.names)} FROM raw ORDER BY slot, start_s, line"
            connection.execute(f"CREATE TABLE sorted AS {query}")
            self._path("raw").unlink()
            # A table is read back in the order in which it was written.
            with pa.ipc.new_file(str(self._path("ordered")), SCHEMA) as file:
                held: list[pa.RecordBatch] = []
                for batch in connection.sql("SELECT * FROM sorted").to_arrow_reader(BATCH_ROWS):
                    held.append(batch)
                    if sum(part.num_rows for part in held) >= BATCH_ROWS:
                        file.write_table(pa.Table.from_batches(held).combine_chunks())
                        held = []
                if held:
                    file.write_table(pa.Table.from_batches(held).combine_chunks())
