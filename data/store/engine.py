"""One long-lived DuckDB connection per process, confined to the store's folder; a cursor per request."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy.typing as npt

from data.store.values import Rows

Cursor = Any  # duckdb.DuckDBPyConnection; the package publishes no complete stubs
COPY_OPTIONS = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880"
# Connections made before a fork: their threads do not exist here, so even closing them could hang.
_ABANDONED: list[Any] = []


class Engine:
    def __init__(self, folder: Path, *, threads: int = 2, memory: str = "1GB") -> None:
        self.folder = folder.resolve()
        self._threads = threads
        self._memory = memory
        self._connection: Any = None
        self._pid = 0
        self._guard = threading.Lock()

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        cursor = self._connected().cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def _connected(self) -> Any:
        with self._guard:
            if self._pid != os.getpid():
                _ABANDONED.append(self._connection)
                self._connection, self._pid = self._connect(), os.getpid()
            return self._connection

    def _connect(self) -> Any:
        spill = self.folder / "spill"
        spill.mkdir(exist_ok=True)
        connection = duckdb.connect(":memory:", config={"threads": self._threads, "memory_limit": self._memory})
        for setting in (
            "TimeZone = 'UTC'",
            "enable_progress_bar = false",
            "parquet_metadata_cache = true",
            f"temp_directory = {quoted(spill)}",
            f"allowed_directories = [{quoted(f'{self.folder}/')}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {setting}")
        return connection

    def close(self) -> None:
        with self._guard:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection, self._pid = None, 0


def quoted(path: Path | str) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def scan_of(paths: list[Path]) -> str:
    """The table function over our own files, whose paths `SegmentFiles` makes; names never come from outside."""
    return f"read_parquet([{', '.join(quoted(path) for path in paths)}])"


def arrow_of(rows: Rows) -> Any:
    """A zero-copy Arrow table with the segment's columns."""
    import pyarrow as pa

    start_us = pa.array((rows.start_s * 1_000_000).view("datetime64[us]"))
    return pa.table(
        {
            "register_id": rows.register_id,
            "start_utc": start_us,
            "energy_wh": rows.energy_wh,
            "quality": rows.quality,
            "version": rows.version,
        }
    )


def rows_of(columns: dict[str, npt.NDArray]) -> Rows:
    """Fetched columns as rows; a missing column `register_id` is left to the caller."""
    return Rows(
        columns["register_id"],
        columns["start_utc"].astype("datetime64[s]").astype("int64"),
        columns["energy_wh"],
        columns["quality"],
        columns["version"],
    )
