"""The readings store beside bare DuckDB, PostgreSQL and a NumPy slice: same data, same process, rounds in turn."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from data.queries import consumption
from data.readings import Batch, ReadingsStore, Series
from data.rollups import rollup
from data.store import fresh
from data.store.calendars import calendar_tables, number_of
from data.store.engine import scan_of
from data.store.expression import sql

Row = tuple[str, str, str, str, str]
ZONE = "Europe/Berlin"
YEAR_START_S = 1_735_689_600  # 2025-01-01T00:00Z
SLOTS = 35_040
QUARTER = (date(2025, 4, 1), date(2025, 7, 1))  # the months that PostgreSQL holds
KNOWN = datetime(2026, 1, 1, tzinfo=UTC)
POSTGRES_EPOCH_S = 946_684_800  # 2000-01-01T00:00Z
# A row of its binary COPY, big-endian: how many fields, then size and value of each.
POSTGRES_ROW = np.dtype(
    {
        "names": ["fields", "id_size", "id", "start_size", "start", "energy_size", "energy", "quality_size", "quality"],
        "formats": [">i2", ">i4", ">i8", ">i4", ">i8", ">i4", ">i8", ">i4", ">i2"],
    }
)
POSTGRES = os.environ.get("PORTAL_TEST_POSTGRES_URL", "postgresql://root@127.0.0.1/test").replace("+psycopg", "")


@dataclass(frozen=True)
class World:
    """The same readings three times: in the store, in PostgreSQL (one quarter) and as an array."""

    store: ReadingsStore
    energy_wh: np.ndarray  # int32[register, slot]

    @property
    def registers(self) -> int:
        return len(self.energy_wh)


def run(*, full: bool = False, registers: int | None = None) -> Iterator[Row]:
    count = registers or (10_000 if full else 200)
    folder = Path(tempfile.mkdtemp(prefix="bench-store-"))
    try:
        yield from _ingest(folder, 8_000_000 if full else 2_000_000)
        world = _world(folder, count)
        yield from _rollup(world)
        with _postgres() as connection:
            if connection is not None:
                _load_readings(connection, world)
                yield from _month(connection, world)
                _load_days(connection, world)
                yield from _year(connection, world)
        world.store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _world(folder: Path, count: int) -> World:
    """Seeded loads: a base, a daily shape and appliance spikes; different for every register."""
    random = np.random.default_rng(20261122)
    energy = np.empty((count, SLOTS), dtype=np.int32)
    store = ReadingsStore(folder / "store", f"sqlite:///{folder / 'store' / 'manifest.sqlite'}")
    store.declare([Series(i, ZONE, 900) for i in range(count)])
    shape = 40 + 35 * np.sin((np.arange(SLOTS) % 96 - 40) / 96 * 2 * np.pi)
    slots = np.arange(SLOTS) * 900 + YEAR_START_S
    for low in range(0, count, 64):
        ids = np.arange(low, min(low + 64, count))
        noise = random.gamma(1.2, 40, (len(ids), SLOTS)) + shape * random.uniform(0.3, 3, (len(ids), 1))
        energy[ids] = noise
        quality = (random.random(energy[ids].size) < 0.01).astype(np.uint8)
        starts = np.tile(slots, len(ids)).astype("datetime64[s]")
        store.append(
            Batch(np.repeat(ids, SLOTS), starts, energy[ids].ravel().astype(np.int64), quality), known_at=KNOWN
        )
    return World(store, energy)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _percentiles(seconds: list[float]) -> str:
    p50, p95 = np.percentile(seconds, [50, 95]) * 1000
    return f"{p50:.2f} / {p95:.2f} ms"


# ingest


def _ingest(folder: Path, rows: int) -> Iterator[Row]:
    """The file is in order of arrival: all registers of a quarter-hour, then the next."""
    source = folder / "arrival.parquet"
    _write_arrival(source, rows)
    plain = duckdb.connect(":memory:", config={"threads": 2})
    bare, ours = [], []
    for number in range(3):
        target = folder / f"bare{number}.parquet"
        statement = (
            f"COPY (SELECT * FROM read_parquet('{source}') ORDER BY register_id, start_utc) TO '{target}'"
            " (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880)"
        )
        bare.append(_timed(lambda statement=statement: plain.execute(statement)))
        ours.append(_timed(lambda number=number: _append_file(folder / f"ingest{number}", source)))
    best, base = rows / min(ours), rows / min(bare)
    yield (
        f"ingest of {rows / 1e6:.0f} million rows from Parquet, durable, checked, versioned",
        f"{best / 1e6:.2f} M rows/s",
        f"{base / 1e6:.2f} M rows/s, bare DuckDB read, ORDER BY, COPY",
        f"{best / base:.2f}x",
        ">= 0.50x",
    )


def _write_arrival(path: Path, rows: int) -> None:
    random = np.random.default_rng(1)
    ids, per = 200, rows // 200
    columns = {
        "register_id": np.tile(np.arange(ids), per),
        "start_utc": (np.repeat(np.arange(per), ids) * 900 + YEAR_START_S).astype("datetime64[s]"),
        "energy_wh": random.gamma(1.2, 60, ids * per).astype(np.int64),
        "quality": np.zeros(ids * per, dtype=np.uint8),
    }
    pq.write_table(pa.table(columns), path, compression="zstd")


def _append_file(folder: Path, source: Path) -> None:
    """Open a fresh store and append the file in batches of four million rows at most."""
    store = ReadingsStore(folder, f"sqlite:///{folder / 'manifest.sqlite'}")
    store.declare([Series(i, ZONE, 900) for i in range(200)])
    for part in pq.ParquetFile(source).iter_batches(4_000_000):
        columns = [part[name].to_numpy() for name in ("register_id", "start_utc", "energy_wh", "quality")]
        store.append(Batch(*columns), known_at=KNOWN)
    store.close()


# roll-up


def _rollup(world: World) -> Iterator[Row]:
    """Local days against bare UTC days; hours, days and months, written, against bare UTC days and bare UTC hours."""
    store = world.store
    paths = store.paths(store.manifest.current_layout().raw)
    plain = duckdb.connect(":memory:", config={"threads": 2})
    by_day = lambda: plain.execute(_bare_rollup("start_utc::DATE", paths))  # noqa: E731 - timed three times
    rollup(_tiny_store(Path(store.files.folder).parent / "warm"))  # imports and statements made once per process
    days = [_timed(by_day)]
    same_work = _timed(lambda: _local_days_only(store))
    days.append(_timed(by_day))
    hours = _timed(lambda: [plain.execute(_bare_rollup("time_bucket(INTERVAL 1 HOUR, start_utc)", [p])) for p in paths])
    whole = _timed(lambda: rollup(store))
    days.append(_timed(by_day))
    day = float(np.median(days))
    compared = (
        ("local days only (the same work)", same_work, "UTC day", day, "<= 2.00x"),
        ("local hours, days and months, merged, hashed and written durably", whole, "UTC day", day, "<= 2.00x"),
        ("local hours, days and months, merged, hashed and written durably", whole, "UTC hour", hours, ""),
    )
    rows = world.registers * SLOTS
    for what, seconds, unit, base, aim in compared:
        yield (
            f"roll-up of {rows / 1e6:.0f} million rows to {what}",
            f"{rows / seconds / 1e6:.1f} M rows/s",
            f"{rows / base / 1e6:.1f} M rows/s, bare DuckDB GROUP BY {unit}, same aggregates, nothing written",
            f"{seconds / base:.2f}x its time",
            aim,
        )


def _bare_rollup(label: str, paths: list[Path]) -> str:
    counts = ", ".join(f"count(*) FILTER (quality = {code})" for code in range(5))
    return (
        f"CREATE OR REPLACE TABLE bare AS SELECT register_id, {label} AS label, sum(energy_wh), count(*), {counts},"
        f" min(energy_wh), max(energy_wh), arg_max(start_utc, energy_wh) FROM {scan_of(paths)} GROUP BY ALL"
    )


def _tiny_store(folder: Path) -> ReadingsStore:
    store = ReadingsStore(folder, f"sqlite:///{folder / 'manifest.sqlite'}")
    store.declare([Series(1, ZONE, 900)])
    one = np.ones(1, dtype=np.int64)
    start = np.array([YEAR_START_S]).astype("datetime64[s]")
    store.append(Batch(one, start, one, np.zeros(1, dtype=np.uint8)), known_at=KNOWN)
    return store


def _local_days_only(store: ReadingsStore) -> None:
    """The roll-up's own expressions over a calendar that knows days only, for all registers at once."""
    tables = calendar_tables(ZONE, number_of(date(2024, 12, 31)), number_of(date(2026, 1, 3)), 900)
    hour_id = tables.calendar["hour_id"].to_numpy()
    layout = store.manifest.current_layout()
    with store.engine.cursor() as cursor:
        cursor.register("days", tables.calendar.set_column(1, "hour_id", pa.array(hour_id // 48 * 48)))
        cursor.register("day_names", tables.day_names)
        cursor.register("series", fresh.series_table(layout.series.values()))
        cursor.execute("CREATE TEMP TABLE calendar AS SELECT * FROM days")
        scan = scan_of(store.paths(layout.raw))
        cursor.execute(
            f"CREATE TEMP VIEW readings AS SELECT register_id, {fresh.PLACE}, energy_wh, quality FROM {scan}"
        )
        cursor.execute(f"CREATE TEMP TABLE hour_sums AS {sql('sums')}")
        cursor.execute(f"CREATE TEMP TABLE local_days AS {sql('day')}")


# views


@contextmanager
def _postgres() -> Iterator[psycopg.Connection | None]:
    """A connection whose search path is a schema of its own, dropped at the end."""
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True)
    except psycopg.OperationalError:
        print("no PostgreSQL: its comparisons are left out")
        yield None
        return
    schema = f"bench_{uuid.uuid4().hex[:8]}"
    connection.execute(f"CREATE SCHEMA {schema}")
    connection.execute(f"SET search_path = {schema}")
    try:
        yield connection
    finally:
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
        connection.close()


def _slot(day: date) -> int:
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() - YEAR_START_S) // 900)


def _load_readings(connection: psycopg.Connection, world: World) -> None:
    """One quarter, in the order of register and start: clustered as well as a table can be."""
    connection.execute(
        "CREATE UNLOGGED TABLE readings (register_id bigint, start_utc timestamp, energy_wh bigint, quality smallint)"
    )
    low, high = _slot(QUARTER[0]), _slot(QUARTER[1])
    rows = np.zeros(high - low, dtype=POSTGRES_ROW)
    rows["fields"], rows["id_size"], rows["start_size"], rows["energy_size"], rows["quality_size"] = 4, 8, 8, 8, 2
    rows["start"] = (np.arange(low, high) * 900 + YEAR_START_S - POSTGRES_EPOCH_S) * 1_000_000
    with connection.cursor().copy("COPY readings FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8))
        for register in range(world.registers):
            rows["id"], rows["energy"] = register, world.energy_wh[register, low:high]
            copy.write(rows.tobytes())
        copy.write(b"\xff\xff")
    connection.execute("ALTER TABLE readings ADD PRIMARY KEY (register_id, start_utc)")
    connection.execute("VACUUM ANALYZE readings")


def _month(connection: psycopg.Connection, world: World) -> Iterator[Row]:
    random = np.random.default_rng(3)
    ours, theirs, slices = [], [], []
    once = range(0, world.registers, 64)  # a process verifies a file when it first meets it
    for number, register in enumerate([*once, *random.integers(world.registers, size=300).tolist()]):
        first = date(2025, int(random.integers(4, 7)), 1)
        end = date(2025, first.month + 1, 1)
        span = tuple(datetime(d.year, d.month, d.day, tzinfo=UTC) for d in (first, end))
        found = []
        world.store.kept.forget()  # each ask is the first of its kind
        timings = (
            _timed(lambda r=register, s=span, f=found: f.append(consumption.intervals(world.store, r, *s).energy_wh)),
            _timed(lambda r=register, s=span, f=found: f.append(_month_in_postgres(connection, r, s))),
            _timed(
                lambda r=register, a=first, b=end, f=found: f.append(world.energy_wh[r, _slot(a) : _slot(b)].copy())
            ),
        )
        assert np.array_equal(found[0], found[1])
        assert np.array_equal(found[0], found[2])
        if number >= len(once):
            for seconds, held in zip(timings, (ours, theirs, slices), strict=True):
                held.append(seconds)
    what = f"month fine view at {world.registers:,} registers x 1 year, p50 / p95"
    own = float(np.median(ours))
    beside = {"PostgreSQL, clustered by register, one quarter": theirs, "NumPy slice of the array": slices}
    for name, held in beside.items():
        aim = "10 / 25 ms" if held is theirs else ""
        yield (
            what,
            _percentiles(ours),
            f"{_percentiles(held)}, {name}",
            f"{own / float(np.median(held)):.2f}x its time",
            aim,
        )


def _month_in_postgres(connection: psycopg.Connection, register: int, span: tuple[datetime, datetime]) -> np.ndarray:
    low, high = (instant.replace(tzinfo=None) for instant in span)
    rows = connection.execute(
        "SELECT extract(epoch FROM start_utc)::bigint, energy_wh, quality FROM readings"
        " WHERE register_id = %s AND start_utc >= %s AND start_utc < %s ORDER BY start_utc",
        (register, low, high),
    ).fetchall()
    return np.array(rows, dtype=np.int64)[:, 1]


def _load_days(connection: psycopg.Connection, world: World) -> None:
    """The same roll-up rows the store holds."""
    connection.execute(
        "CREATE UNLOGGED TABLE days (register_id bigint, local_date date, energy_wh bigint, n bigint, n_expected bigint,"
        " n_measured bigint, n_estimated bigint, n_customer bigint, n_corrected bigint, n_suspect bigint,"
        " min_wh bigint, max_wh bigint, peak_start_utc timestamp)"
    )
    for low in range(0, world.registers, 500):
        ids = range(low, min(low + 500, world.registers))
        frame = consumption.days(world.store, ids, date(2025, 1, 1), date(2026, 1, 1))
        with connection.cursor().copy("COPY days FROM STDIN WITH (FORMAT csv)") as copy:
            copy.write(frame.to_csv(index=False, header=False))
    connection.execute("ALTER TABLE days ADD PRIMARY KEY (register_id, local_date)")
    connection.execute("VACUUM ANALYZE days")


def _year(connection: psycopg.Connection, world: World) -> Iterator[Row]:
    random = np.random.default_rng(4)
    ours, theirs = [], []
    span = (date(2025, 1, 1), date(2026, 1, 1))
    once = range(0, world.registers, 64)
    for number, register in enumerate([*once, *random.integers(world.registers, size=300).tolist()]):
        found = []
        world.store.kept.forget()  # each ask is the first of its kind
        timings = (
            _timed(lambda r=register, f=found: f.append(consumption.days(world.store, [r], *span)["energy_wh"].sum())),
            _timed(lambda r=register, f=found: f.append(_year_in_postgres(connection, r, span))),
        )
        assert found[0] == found[1]
        if number >= len(once):
            ours.append(timings[0])
            theirs.append(timings[1])
    yield (
        f"year view (365 days) at {world.registers:,} registers, p50 / p95",
        _percentiles(ours),
        f"{_percentiles(theirs)}, same roll-up table in PostgreSQL",
        f"{float(np.median(ours) / np.median(theirs)):.2f}x its time",
        "",
    )


def _year_in_postgres(connection: psycopg.Connection, register: int, span: tuple[date, date]) -> int:
    import pandas as pd

    cursor = connection.execute(
        "SELECT * FROM days WHERE register_id = %s AND local_date >= %s AND local_date < %s ORDER BY local_date",
        (register, *span),
    )
    names = [column.name for column in cursor.description or ()]
    return int(pd.DataFrame(cursor.fetchall(), columns=names)["energy_wh"].sum())


def main() -> None:
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registers", type=int, default=200)
    for row in run(registers=parser.parse_args().registers):
        print(" | ".join(row), flush=True)


if __name__ == "__main__":
    main()
