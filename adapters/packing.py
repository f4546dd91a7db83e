"""Values to bytes and back without pickle: JSON for plain values, Arrow for frames and arrays."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa

TAG = "__kind__"
MAGIC = b"portal1\n"
_DECODERS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "float": float,
    "tuple": tuple,
}


def pack(value: object) -> bytes:
    """Plain values, dates, decimals, tuples, frames and arrays, nested at will; TypeError for anything else."""
    blobs: list[bytes] = []
    text = orjson.dumps(_encode(value, blobs))
    out = io.BytesIO()
    out.write(MAGIC)
    for part in (text, *blobs):
        out.write(len(part).to_bytes(8, "big"))
        out.write(part)
    return out.getvalue()


def unpack(packed: bytes) -> Any:
    """What `pack` was given; ValueError when the bytes are not a packed value."""
    if not packed.startswith(MAGIC):
        raise ValueError("not a packed value")
    parts = []
    position = len(MAGIC)
    while position < len(packed):
        size = int.from_bytes(packed[position : position + 8], "big")
        parts.append(packed[position + 8 : position + 8 + size])
        position += 8 + size
    if position != len(packed) or not parts:
        raise ValueError("a packed value is cut short")
    return _decode(orjson.loads(parts[0]), parts[1:])


def _encode(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, dict):
        if TAG in value or not all(isinstance(key, str) for key in value):
            return {TAG: "pairs", "value": [[_encode(k, blobs), _encode(v, blobs)] for k, v in value.items()]}
        return {key: _encode(item, blobs) for key, item in value.items()}
    if isinstance(value, tuple):
        return {TAG: "tuple", "value": [_encode(item, blobs) for item in value]}
    if isinstance(value, list):
        return [_encode(item, blobs) for item in value]
    if isinstance(value, datetime | date):
        return {TAG: "datetime" if isinstance(value, datetime) else "date", "value": value.isoformat()}
    if isinstance(value, Decimal):
        return {TAG: "decimal", "value": str(value)}
    if isinstance(value, np.generic):
        return _encode(value.item(), blobs)
    if isinstance(value, float) and not math.isfinite(value):
        return {TAG: "float", "value": str(value)}  # JSON knows neither NaN nor infinity
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return _encode_blob(value, blobs)


def _encode_blob(value: Any, blobs: list[bytes]) -> dict[str, Any]:
    if isinstance(value, pd.DataFrame):
        blobs.append(_table_bytes(pa.Table.from_pandas(value)))
        return {TAG: "frame", "blob": len(blobs) - 1}
    if isinstance(value, np.ndarray) and value.dtype != object:
        buffer = io.BytesIO()
        np.save(buffer, value, allow_pickle=False)
        blobs.append(buffer.getvalue())
        return {TAG: "array", "blob": len(blobs) - 1}
    if isinstance(value, bytes):
        blobs.append(value)
        return {TAG: "bytes", "blob": len(blobs) - 1}
    raise TypeError(f"a {type(value).__name__} cannot be cached; make it plain values, frames or arrays")


def _decode(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, list):
        return [_decode(item, blobs) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(TAG)
    if kind is None:
        return {key: _decode(item, blobs) for key, item in value.items()}
    if "blob" in value:
        return _decode_blob(kind, blobs[value["blob"]])
    inner = _decode(value["value"], blobs)
    return {_hashable(k): v for k, v in inner} if kind == "pairs" else _DECODERS[kind](inner)


def _hashable(key: Any) -> Any:
    return tuple(key) if isinstance(key, list) else key


def _decode_blob(kind: str, blob: bytes) -> Any:
    if kind == "frame":
        with pa.ipc.open_stream(blob) as reader:
            return reader.read_all().to_pandas()
    if kind == "array":
        return np.load(io.BytesIO(blob), allow_pickle=False)
    return blob


def _table_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())
