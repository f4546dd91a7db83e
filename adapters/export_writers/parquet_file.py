"""Typed columns, zstd; units and where the data comes from are in the file's own metadata."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adapters.export_writers import WRITERS, FileFormat
from adapters.export_writers.json_file import NAMES, metadata
from domain.exports import Chunks, ExportHead, ExportRows, iso_local

TEXT = pa.dictionary(pa.int32(), pa.string())


def schema(head: ExportHead) -> pa.Schema:
    def column(name: str, kind: pa.DataType, **notes: str) -> pa.Field:
        return pa.field(name, kind, nullable=False, metadata=notes)

    fields = [
        column("meter", TEXT),
        column("register", TEXT),
        column("commodity", TEXT),
        column("start_local", pa.string(), format="ISO 8601 with offset", time_zone=head.zone_name),
        column("start_utc", pa.timestamp("s", tz="UTC")),
        column("energy_kwh", pa.decimal128(18, 3), unit="kWh"),
        column("energy_wh", pa.int64(), unit="Wh"),
        column("quality", TEXT),
        column("readings", pa.int64()),
        column("readings_expected", pa.int64()),
    ]
    return pa.schema(fields, metadata={"portal": json.dumps(metadata(head), ensure_ascii=False)})


def write(path: str, head: ExportHead, chunks: Chunks) -> int:
    shape = schema(head)
    count = 0
    with pq.ParquetWriter(path, shape, compression="zstd") as file:
        for rows in chunks:
            if len(rows):
                file.write_table(_table(rows, shape))
                count += len(rows)
    return count


def _table(rows: ExportRows, shape: pa.Schema) -> pa.Table:
    """Texts that repeat are stored once."""
    register, n = rows.register, len(rows)

    def same(text: str) -> pa.Array:
        return pa.DictionaryArray.from_arrays(np.zeros(n, dtype=np.int32), pa.array([text], pa.string()))

    columns = [
        same(register.serials),
        same(register.label),
        same(register.commodity),
        pa.array(iso_local(rows), pa.string()),
        pa.array(rows.start_utc.astype("datetime64[s]")).cast(pa.timestamp("s", tz="UTC")),
        _kwh(rows.energy_wh),
        pa.array(rows.energy_wh),
        pa.DictionaryArray.from_arrays(rows.quality.astype(np.int32), pa.array(NAMES, pa.string())),
        pa.array(rows.readings),
        pa.array(rows.expected),
    ]
    return pa.Table.from_arrays(columns, schema=shape)


def _kwh(energy_wh: np.ndarray) -> pa.Array:
    """decimal(18, 3) has the same 128-bit integers as Wh: low word and sign word."""
    words = np.empty((len(energy_wh), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = energy_wh, np.where(energy_wh < 0, -1, 0)
    return pa.Array.from_buffers(pa.decimal128(18, 3), len(energy_wh), [None, pa.py_buffer(words.tobytes())])


WRITERS.register("parquet")(FileFormat(write, "parquet", "application/vnd.apache.parquet"))
