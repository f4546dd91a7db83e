"""Stores and batches with readable defaults."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from data.readings import Batch, ReadingsStore, Series

KNOWN = datetime(2026, 11, 1, tzinfo=UTC)
POSTGRES_URL = os.environ.get("PORTAL_TEST_POSTGRES_URL", "postgresql+psycopg://root@127.0.0.1/test")


def make_store(folder: Path, manifest_url: str | None = None) -> ReadingsStore:
    """A store in a temporary folder, its manifest beside the segments unless a URL is given."""
    return ReadingsStore(folder / "store", manifest_url or f"sqlite:///{folder / 'store' / 'manifest.sqlite'}")


def make_series(register_id: int = 1, zone_name: str = "Europe/Berlin", interval_s: int = 900) -> Series:
    return Series(register_id, zone_name, interval_s)


def make_starts(first: str, end: str, interval_s: int = 900) -> np.ndarray:
    """Starts of a UTC period such as `2026-03-01T00:00` to `2026-04-01T00:00`."""
    low, high = (int(np.datetime64(x, "s").astype(np.int64)) for x in (first, end))
    return np.arange(low, high, interval_s).astype("datetime64[s]")


def make_batch(register_id: int, starts: np.ndarray, energy_wh: object = 250, quality: object = 0) -> Batch:
    """Readings of one register; one number stands for all intervals. 250 Wh in a quarter-hour is 1 kW."""
    count = len(starts)
    return Batch(
        np.full(count, register_id, dtype=np.int64),
        np.asarray(starts).astype("datetime64[s]"),
        np.broadcast_to(np.asarray(energy_wh, dtype=np.int64), count).copy(),
        np.broadcast_to(np.asarray(quality, dtype=np.uint8), count).copy(),
    )


def join(*parts: Batch) -> Batch:
    return Batch(
        np.concatenate([p.register_id for p in parts]),
        np.concatenate([p.start_utc for p in parts]),
        np.concatenate([p.energy_wh for p in parts]),
        np.concatenate([p.quality for p in parts]),
    )


@contextmanager
def postgres_schema() -> Iterator[str]:
    """The URL of an empty schema of its own, dropped at the end; skips without a server."""
    name = f"readings_{uuid.uuid4().hex[:10]}"
    engine = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
    except Exception as error:
        if os.environ.get("REQUIRE_SERVICES"):
            raise
        pytest.skip(f"no PostgreSQL at {POSTGRES_URL}: {type(error).__name__}")
    try:
        yield f"{POSTGRES_URL}?options=-csearch_path%3D{name}"
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        engine.dispose()
