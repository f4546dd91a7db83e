"""The manifest's tables: which segments are live, which versions exist, what is staged and what has been touched."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, and_

METADATA = MetaData()

# One row. `revision` grows with every visible change, `layout` only when files or series change.
STATE = Table(
    "readings_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("layout", BigInteger, nullable=False),
    Column("last_version", BigInteger, nullable=False),
)
SERIES = Table(
    "readings_series",
    METADATA,
    Column("register_id", BigInteger, primary_key=True, autoincrement=False),
    Column("zone_name", String(64), nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("first_s", BigInteger),  # start of the first reading, end of the last: epoch seconds
    Column("end_s", BigInteger),
)
VERSION = Table(
    "readings_version",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("known_us", BigInteger, nullable=False),  # epoch microseconds
)
SEGMENT = Table(
    "readings_segment",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("kind", String(8), nullable=False),  # raw, hour, day, month
    Column("bucket", Integer, nullable=False),
    Column("bucket_end", Integer, nullable=False),  # last bucket; larger than `bucket` for a fresh spanning segment
    Column("part", Integer, nullable=False),  # roll-ups: local year, or year * 4 + quarter for hours
    Column("min_register", BigInteger, nullable=False),
    Column("max_register", BigInteger, nullable=False),
    Column("min_start_s", BigInteger, nullable=False),
    Column("max_start_s", BigInteger, nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("min_version", BigInteger, nullable=False),
    Column("max_version", BigInteger, nullable=False),
    Column("unique_keys", Boolean, nullable=False),  # no interval twice inside this file
    Column("registers", Text, nullable=False),  # JSON runs [[first, last], ...]: who is hit when the file is damaged
    Column("retired_layout", BigInteger),  # replaced; unlinked late because readers may still hold the name
    Index("ix_readings_segment_retired_layout", "retired_layout"),
)
# Two processes that both make the first file of a part have nothing to retire that would tell them of each other.
_LIVE_ROLLUP = and_(SEGMENT.c.kind != "raw", SEGMENT.c.retired_layout.is_(None))
Index(
    "uq_readings_segment_live_rollup",
    SEGMENT.c.kind,
    SEGMENT.c.bucket,
    SEGMENT.c.part,
    unique=True,
    sqlite_where=_LIVE_ROLLUP,
    postgresql_where=_LIVE_ROLLUP,
)
STAGING = Table(
    "readings_staging",
    METADATA,
    Column("register_id", BigInteger, primary_key=True, autoincrement=False),
    Column("start_s", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("energy_wh", BigInteger, nullable=False),
    Column("quality", Integer, nullable=False),
    sqlite_with_rowid=False,
)
# Local days (days since 1970-01-01) whose roll-ups are older than their readings, as half-open runs.
TOUCHED = Table(
    "readings_touched",
    METADATA,
    Column("register_id", BigInteger, primary_key=True, autoincrement=False),
    Column("first_day", Integer, primary_key=True, autoincrement=False),
    Column("end_day", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
# Which registers are summed together for the fleet, such as "electricity/import"; without a row: "".
GROUP = Table(
    "readings_group",
    METADATA,
    Column("register_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False),
)
# Days of all registers of a bucket and group: replaced in the transaction that swaps in the bucket's roll-ups.
FLEET_DAY = Table(
    "readings_fleet_day",
    METADATA,
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # local, days since 1970-01-01
    Column("name", String(40), primary_key=True),
    Column("registers", BigInteger, nullable=False),
    Column("n_expected", BigInteger, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("energy_wh", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
DAMAGE = Table(
    "readings_damage",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("reason", String(40), nullable=False),
)
