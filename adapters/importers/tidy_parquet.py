"""Tidy Parquet: `series_id, ts_utc, value[, quality]`, one row per reading; its folder's `series.parquet` says units.

Weather files of the same folders, `station, ts_utc, temp_c`, are read too: degrees Celsius by station.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adapters.importers.base import IMPORTERS, Opened
from domain.ingest.blocks import RawBlock
from domain.ingest.options import IngestOptions
from domain.ingest.problems import ProblemLog, refuse
from domain.ingest.qualities import quality

NEEDED = ("series_id", "ts_utc", "value")
WEATHER = ("station", "ts_utc", "temp_c")
NUMBERS = (pa.types.is_floating, pa.types.is_integer, pa.types.is_decimal)
BATCH_ROWS = 500_000


class TidyParquet:
    def matches(self, path: Path, options: IngestOptions) -> bool:  # noqa: ARG002 - the importers' common shape
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"

    def open(self, path: Path, options: IngestOptions) -> Opened:
        file, needed = _opened(path)
        units = {"": options.unit or "degC"} if needed == WEATHER else _units(path, options)
        return Opened(
            importer="tidy_parquet",
            is_utc=True,
            label=options.label or "start",
            interval_s=options.interval_s,
            units=units,
            settled={"layout": "tidy Parquet", "time": "UTC", "label": options.label or "start"},
            blocks=lambda log: _blocks(file, needed, log),
            time_column=needed[1],
            value_column=needed[2],
            series_column=needed[0],
        )


IMPORTERS.register("tidy_parquet")(TidyParquet())


def _opened(path: Path) -> tuple[pq.ParquetFile, tuple[str, str, str]]:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError):
        raise refuse("damaged_file", value=path.name) from None
    needed = WEATHER if set(WEATHER) <= set(file.schema_arrow.names) else NEEDED
    if missing := [name for name in needed if name not in file.schema_arrow.names]:
        names = ", ".join(file.schema_arrow.names)[:120]
        raise refuse(
            "columns_missing", column=missing[0], value=names, wanted=" and ".join((", ".join(needed[:2]), needed[2]))
        )
    stamp, number = (file.schema_arrow.field(name).type for name in needed[1:])
    if not pa.types.is_timestamp(stamp):
        raise refuse("column_type", column=needed[1], value=str(stamp), wanted="timestamp, UTC")
    if not any(is_number(number) for is_number in NUMBERS):
        raise refuse("column_type", column=needed[2], value=str(number), wanted="double")
    if file.metadata.num_rows == 0:
        raise refuse("no_rows", value=path.name)
    return file, needed


def _units(path: Path, options: IngestOptions) -> dict[str, str]:
    beside = path.with_name("series.parquet")
    found = {"": options.unit or "kWh"}
    if not options.unit and beside.is_file():
        table = pq.read_table(beside, columns=["series_id", "unit"])
        found |= dict(zip(table["series_id"].to_pylist(), table["unit"].to_pylist(), strict=True))
    return found


def _blocks(file: pq.ParquetFile, needed: tuple[str, str, str], log: ProblemLog) -> Iterator[RawBlock]:
    columns = [*needed, *(["quality"] if "quality" in file.schema_arrow.names else [])]
    row = 0
    try:
        for batch in file.iter_batches(BATCH_ROWS, columns=columns):
            named = batch.rename_columns({needed[0]: "series_id", needed[2]: "value"})
            yield _block(named, row, file.metadata.num_rows, log)
            row += batch.num_rows
    except (pa.ArrowInvalid, OSError):
        raise refuse("damaged_file", line=row + 1) from None


def _block(batch: pa.RecordBatch, row: int, total: int, log: ProblemLog) -> RawBlock:
    line = np.arange(row + 1, row + 1 + batch.num_rows, dtype=np.int64)
    names, series = _encoded(batch.column("series_id"))
    value = batch.column("value").cast(pa.float64()).to_numpy(zero_copy_only=False)
    stamp = batch.column("ts_utc")
    codes = _qualities(batch, line, log)
    is_there, is_endless = ~np.isnan(value), np.isinf(value)
    log.add_lines("bad_number", line[is_endless], "value", map(str, value[is_endless][:20]))
    keep = is_there & ~is_endless & (series >= 0) & (codes >= 0) & ~stamp.is_null().to_numpy(zero_copy_only=False)
    log.add_lines("missing_series", line[(series < 0) & is_there], "series_id")
    log.add_lines("bad_time", line[stamp.is_null().to_numpy(zero_copy_only=False) & is_there], "ts_utc")
    wall_s = stamp.cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.int64()).fill_null(0).to_numpy()
    broken = keep & (
        pc.cast(stamp, pa.timestamp("ms", "UTC"), safe=False).cast(pa.int64()).fill_null(0).to_numpy() % 1000 != 0
    )
    log.add_lines("off_grid", line[broken], "ts_utc")
    keep &= ~broken
    count = int(keep.sum())
    return RawBlock(
        names=names,
        series=series[keep],
        wall_s=wall_s[keep],
        offset_s=np.zeros(count, dtype=np.int64),
        value=value[keep],
        units=("",),
        unit=np.zeros(count, dtype=np.int16),
        quality=codes[keep].astype(np.uint8),
        line=line[keep],
        rows=batch.num_rows,
        empty=int((~is_there).sum()),
        done=(row + batch.num_rows) / total,
    )


def _encoded(column: pa.Array) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    encoded = column.cast(pa.string()).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return tuple(encoded.dictionary.to_pylist()), codes


def _qualities(batch: pa.RecordBatch, line: npt.NDArray[np.int64], log: ProblemLog) -> npt.NDArray[np.int64]:
    if "quality" not in batch.schema.names:
        return np.zeros(batch.num_rows, dtype=np.int64)
    words, codes = _encoded(batch.column("quality").cast(pa.string()).fill_null(""))
    meanings = [quality(word) for word in words]
    table = np.array([-1 if meaning is None else int(meaning) for meaning in meanings] or [0], dtype=np.int64)
    found = table[codes]
    bad = found < 0
    log.add_lines("unknown_quality", line[bad], "quality", (words[code] for code in codes[bad][:50]))
    return found


def read_series(folder: Path) -> list[dict[str, object]]:
    """The rows of a dataset's `series.parquet`, for making its sites; empty where there is none."""
    path = folder / "series.parquet"
    return [dict(row) for row in pq.read_table(path).to_pylist()] if path.is_file() else []
