"""The whole fleet by local day and group: kept as one row per bucket, so that a touched day costs its own bucket only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa
from sqlalchemy import Connection, delete, func, insert, select

from data.store.engine import Cursor
from data.store.tables import FLEET_DAY


@dataclass(frozen=True)
class FleetDay:
    """Registers of one bucket and group that have a reading on a local day, and their sums."""

    bucket: int
    day: int  # days since 1970
    name: str
    registers: int
    n_expected: int
    n: int
    energy_wh: int


@dataclass(frozen=True)
class FleetDays:
    """What a bucket's rows of these days `[first_day, end_day)` are from now on."""

    bucket: int
    runs: tuple[tuple[int, int], ...]
    rows: tuple[FleetDay, ...]


def summed(
    cursor: Cursor, bucket: int, groups: Mapping[int, str], runs: Iterable[tuple[int, int]], source: str
) -> FleetDays:
    """The day rows of `source`, which holds a whole bucket, summed by group for the days of some runs."""
    merged = _merged(runs)
    wanted = " OR ".join(f"day >= {first} AND day < {end}" for first, end in merged)
    names = pa.table(
        {"register_id": pa.array(groups.keys(), pa.int64()), "name": pa.array(groups.values(), pa.string())}
    )
    cursor.register("fleet_groups", names)
    found = cursor.execute(
        "SELECT day, coalesce(name, '') AS name, count(*), sum(n_expected)::BIGINT, sum(n)::BIGINT,"
        f" sum(energy_wh)::BIGINT FROM (SELECT *, local_date - DATE '1970-01-01' AS day FROM {source})"
        f" LEFT JOIN fleet_groups USING (register_id) WHERE {wanted} GROUP BY ALL"
    ).fetchall()
    return FleetDays(bucket, merged, tuple(FleetDay(bucket, *row) for row in found))


def _merged(runs: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for first, end in sorted(runs):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((first, end))
    return tuple(merged)


def replace(connection: Connection, changes: Sequence[FleetDays]) -> None:
    """Put new rows in the place of what the buckets said of these days."""
    columns = FLEET_DAY.c
    for change in changes:
        for first, end in change.runs:
            where = (columns.bucket == change.bucket, columns.day >= first, columns.day < end)
            connection.execute(delete(FLEET_DAY).where(*where))
        if change.rows:
            connection.execute(insert(FLEET_DAY), [asdict(row) for row in change.rows])


def by_day(connection: Connection, first_day: int, end_day: int) -> list[tuple[int, str, int, int, int, int]]:
    """Day, group, registers, n_expected, n and energy of all buckets together, in this order."""
    columns = FLEET_DAY.c
    buckets = select(columns.bucket).distinct()  # each of them is a range of the primary key
    sums = [func.sum(column) for column in (columns.registers, columns.n_expected, columns.n, columns.energy_wh)]
    query = (
        select(columns.day, columns.name, *sums)
        .where(columns.bucket.in_(buckets), columns.day >= first_day, columns.day < end_day)
        .group_by(columns.day, columns.name)
        .order_by(columns.day, columns.name)
    )
    return [(row[0], row[1], *map(int, row[2:])) for row in connection.execute(query)]


def of_bucket(connection: Connection, bucket: int) -> list[FleetDay]:
    return [FleetDay(*row) for row in connection.execute(select(FLEET_DAY).where(FLEET_DAY.c.bucket == bucket))]
