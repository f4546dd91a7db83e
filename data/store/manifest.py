"""The manifest: one transaction names new segments, retires old ones and remembers what was touched."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, bindparam, case, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from data.session import make_engine
from data.store import fleet
from data.store.layout import Layout, load_layout
from data.store.tables import DAMAGE, GROUP, METADATA, SEGMENT, SERIES, STAGING, STATE, TOUCHED, VERSION
from data.store.values import Rows, Segment, Series, Touched

IDS_PER_QUERY = 5000  # below SQLite's and PostgreSQL's limits on bound values

# Every read asks for it: building a statement takes longer than its answer.
LAYOUT_NUMBER = select(STATE.c.layout)


class ConflictError(Exception):
    """Another process replaced the same segments first; nothing was changed."""


@dataclass(frozen=True)
class Change:
    """What one commit does to the manifest, all or nothing."""

    add: Sequence[Segment] = ()
    retire: Collection[str] = ()
    version: int | None = None
    known_at: datetime | None = None
    touched: Sequence[Touched] = ()
    extents: Sequence[tuple[int, int, int]] = ()  # register, first_s, end_s
    staged_rows: int = 0  # how many staged rows up to `staged_version` the new segments replace
    staged_version: int = 0
    settled: Sequence[Touched] = ()  # roll-ups recomputed as of `settled_revision`
    settled_revision: int = 0
    forget: Sequence[int] = ()  # registers of which nothing may remain but their declaration
    fleet: Sequence[fleet.FleetDays] = ()


class Manifest:
    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: Engine | None = None
        self._pid = 0
        self._layout: Layout | None = None
        with self.writing() as connection:
            self._create(connection)

    @property
    def engine(self) -> Engine:
        if self._engine is None or self._pid != os.getpid():
            if self._engine is not None:
                self._engine.dispose(close=False)  # a fork must not share the parent's connections
            self._engine, self._pid = make_engine(self._url), os.getpid()
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot for several statements."""
        engine = self.engine
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.execution_options(writes=True).connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose(close=self._pid == os.getpid())
            self._engine = None

    def _create(self, connection: Connection) -> None:
        """Tables on first use; several processes may start at once."""
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(724680311)"))
        METADATA.create_all(connection)
        if connection.execute(select(STATE.c.id)).first() is None:
            connection.execute(insert(STATE).values(id=1, revision=0, layout=0, last_version=0))

    # reading

    def revision(self) -> int:
        with self.reading() as connection:
            return int(connection.execute(select(STATE.c.revision)).scalar_one())

    def layout(self, connection: Connection) -> Layout:
        number = int(connection.execute(LAYOUT_NUMBER).scalar_one())
        held = self._layout
        if held is None or held.number != number:
            held = self._layout = load_layout(connection, number)
        return held

    def current_layout(self) -> Layout:
        with self.reading() as connection:
            return self.layout(connection)

    def known_versions(self, low: int, high: int, known_at: datetime) -> list[int]:
        """Versions between two numbers that were known at an instant."""
        query = select(VERSION.c.version).where(
            VERSION.c.version.between(low, high), VERSION.c.known_us <= _micros(known_at)
        )
        with self.reading() as connection:
            return list(connection.execute(query).scalars())

    def known_times(self, low: int, high: int) -> dict[int, int]:
        """When each version between two numbers was known, by version. [us since 1970]"""
        query = select(VERSION.c.version, VERSION.c.known_us).where(VERSION.c.version.between(low, high))
        with self.reading() as connection:
            return {int(version): int(known_us) for version, known_us in connection.execute(query)}

    def extents(self, register_ids: Collection[int]) -> dict[int, tuple[int, int]]:
        found = {}
        with self.reading() as connection:
            for ids in chunks(register_ids):
                query = select(SERIES.c.register_id, SERIES.c.first_s, SERIES.c.end_s)
                query = query.where(SERIES.c.register_id.in_(ids), SERIES.c.first_s.is_not(None))
                found.update({int(row[0]): (int(row[1]), int(row[2])) for row in connection.execute(query)})
        return found

    # writing

    def declare(self, series: Collection[Series]) -> None:
        """Add series; where zone or interval of a known one changes, all of its days count as touched."""
        with self.writing() as connection:
            held = self.layout(connection).series
            changed = [s for s in series if held.get(s.register_id) != s]
            if not changed:
                return
            revision, _ = _bump(connection, layout=True)
            statement = _insert(connection)(SERIES)
            statement = statement.on_conflict_do_update(
                index_elements=["register_id"],
                set_={"zone_name": statement.excluded.zone_name, "interval_s": statement.excluded.interval_s},
            )
            connection.execute(statement, [asdict(s) for s in changed])
            _touch_whole(connection, [s.register_id for s in changed if s.register_id in held], revision)

    def group(self, names: Mapping[int, str]) -> None:
        """Say which registers the fleet sums together; all days of those that move count as touched."""
        with self.writing() as connection:
            held = self.layout(connection).groups
            moved = {i: name for i, name in names.items() if held.get(i) != name}
            if moved:
                revision, _ = _bump(connection, layout=True)
                statement = _insert(connection)(GROUP)
                statement = statement.on_conflict_do_update(
                    index_elements=["register_id"], set_={"name": statement.excluded.name}
                )
                connection.execute(statement, [{"register_id": i, "name": name} for i, name in moved.items()])
                _touch_whole(connection, list(moved), revision)

    def reserve_version(self) -> int:
        """A number for a batch whose file is written before its commit; a gap is harmless."""
        with self.writing() as connection:
            return _next_version(connection)

    def commit(self, change: Change) -> int:
        """Apply a change in one durable transaction; the new revision."""
        with self.writing() as connection:
            moves_files = bool(change.add or change.retire)
            revision, layout = _bump(connection, layout=moves_files)
            self._move_files(connection, change, layout)
            if change.version is not None:
                connection.execute(insert(VERSION).values(version=change.version, known_us=_micros(change.known_at)))
            _extend(connection, change.extents)
            _touch(connection, change.touched, revision)
            _settle(connection, change.settled, change.settled_revision)
            _forget(connection, change.forget)
            fleet.replace(connection, change.fleet)
        if change.forget:
            self._scrub()
        return revision

    def _scrub(self) -> None:
        """Overwrite what SQLite's write-ahead log still holds of deleted rows."""
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")

    def stage(self, rows: Rows, change: Change) -> int:
        """Insert live rows under a version given in the same transaction; that version."""
        with self.writing() as connection:
            revision, _ = _bump(connection, layout=False)
            version = _next_version(connection)
            connection.execute(insert(VERSION).values(version=version, known_us=_micros(change.known_at)))
            connection.execute(insert(STAGING), _staging_rows(rows, version))
            _extend(connection, change.extents)
            _touch(connection, change.touched, revision)
            return version

    def _move_files(self, connection: Connection, change: Change, layout: int) -> None:
        if change.retire:
            statement = update(SEGMENT).where(SEGMENT.c.name.in_(change.retire), SEGMENT.c.retired_layout.is_(None))
            retired = connection.execute(statement.values(retired_layout=layout)).rowcount
            if retired != len(change.retire):
                raise ConflictError
            connection.execute(delete(DAMAGE).where(DAMAGE.c.name.in_(change.retire)))
        if change.add:
            try:
                connection.execute(insert(SEGMENT), [asdict(s) for s in change.add])
            except IntegrityError:
                raise ConflictError from None
        if change.staged_rows:
            flushed = connection.execute(delete(STAGING).where(STAGING.c.version <= change.staged_version)).rowcount
            if flushed != change.staged_rows:
                raise ConflictError

    # retired files and damage

    def named(self) -> set[str]:
        with self.reading() as connection:
            return set(connection.execute(select(SEGMENT.c.name)).scalars())

    def retired(self, until_layout: int | None = None) -> list[str]:
        query = select(SEGMENT.c.name).where(SEGMENT.c.retired_layout.is_not(None))
        if until_layout is not None:
            query = query.where(SEGMENT.c.retired_layout <= until_layout)
        with self.reading() as connection:
            return list(connection.execute(query).scalars())

    def drop_names(self, names: Collection[str]) -> None:
        with self.writing() as connection:
            for chunk in chunks(names):
                connection.execute(delete(SEGMENT).where(SEGMENT.c.name.in_(chunk)))

    def note_damage(self, name: str, reason: str) -> None:
        """Remember a damaged file for every process; the pages' cache keys must move with it."""
        with self.writing() as connection:
            held = connection.execute(select(DAMAGE.c.reason).where(DAMAGE.c.name == name)).scalar()
            if held != reason:
                _bump(connection, layout=False)
                connection.execute(delete(DAMAGE).where(DAMAGE.c.name == name))
                connection.execute(insert(DAMAGE).values(name=name, reason=reason))

    def clear_damage(self, names: Collection[str]) -> None:
        with self.writing() as connection:
            if connection.execute(delete(DAMAGE).where(DAMAGE.c.name.in_(names))).rowcount:
                _bump(connection, layout=False)

    def damaged(self) -> dict[str, str]:
        with self.reading() as connection:
            return {row.name: row.reason for row in connection.execute(select(DAMAGE))}


def touched(connection: Connection, register_ids: Collection[int] | None) -> list[Touched]:
    columns = [TOUCHED.c.register_id, TOUCHED.c.first_day, TOUCHED.c.end_day]
    if register_ids is None:
        return [Touched(*row) for row in connection.execute(select(*columns))]
    return [
        Touched(*row)
        for ids in chunks(register_ids)
        for row in connection.execute(select(*columns).where(TOUCHED.c.register_id.in_(ids)))
    ]


def revision_of(connection: Connection) -> int:
    return int(connection.execute(select(STATE.c.revision)).scalar_one())


def last_version_of(connection: Connection) -> int:
    return int(connection.execute(select(STATE.c.last_version)).scalar_one())


def _bump(connection: Connection, *, layout: bool) -> tuple[int, int]:
    """Grow the counters; the row lock this takes puts all commits in one order."""
    values = {"revision": STATE.c.revision + 1, "layout": STATE.c.layout + int(layout)}
    row = connection.execute(update(STATE).values(values).returning(STATE.c.revision, STATE.c.layout)).one()
    return int(row[0]), int(row[1])


def _next_version(connection: Connection) -> int:
    statement = update(STATE).values(last_version=STATE.c.last_version + 1).returning(STATE.c.last_version)
    return int(connection.execute(statement).scalar_one())


def _insert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def _touch(connection: Connection, runs: Sequence[Touched], revision: int) -> None:
    if not runs:
        return
    statement = _insert(connection)(TOUCHED)
    statement = statement.on_conflict_do_update(
        index_elements=["register_id", "first_day", "end_day"], set_={"revision": statement.excluded.revision}
    )
    connection.execute(statement, [{**asdict(run), "revision": revision} for run in runs])


def _touch_whole(connection: Connection, register_ids: Sequence[int], revision: int) -> None:
    """Every day of these registers."""
    for ids in chunks(register_ids):
        query = select(SERIES).where(SERIES.c.register_id.in_(ids), SERIES.c.first_s.is_not(None))
        found = connection.execute(query).all()
        runs = [Touched(row.register_id, row.first_s // 86400 - 1, row.end_s // 86400 + 2) for row in found]
        _touch(connection, runs, revision)


def _settle(connection: Connection, runs: Sequence[Touched], revision: int) -> None:
    """Forget recomputed runs unless they were touched again since the snapshot was read."""
    if not runs:
        return
    statement = delete(TOUCHED).where(
        TOUCHED.c.register_id == bindparam("register"),
        TOUCHED.c.first_day == bindparam("first"),
        TOUCHED.c.end_day == bindparam("end"),
        TOUCHED.c.revision <= revision,
    )
    connection.execute(statement, [{"register": r.register_id, "first": r.first_day, "end": r.end_day} for r in runs])


def _forget(connection: Connection, register_ids: Sequence[int]) -> None:
    """Delete staged rows and clear extents; SQLite zeroes the freed pages."""
    if register_ids and connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    for ids in chunks(register_ids):
        for table in (STAGING, TOUCHED):
            connection.execute(delete(table).where(table.c.register_id.in_(ids)))
        connection.execute(update(SERIES).where(SERIES.c.register_id.in_(ids)).values(first_s=None, end_s=None))


def _extend(connection: Connection, extents: Sequence[tuple[int, int, int]]) -> None:
    if not extents:
        return
    first: BindParameter[int] = bindparam("low")
    end: BindParameter[int] = bindparam("high")
    statement = (
        update(SERIES)
        .where(SERIES.c.register_id == bindparam("register"))
        .values(
            first_s=case((SERIES.c.first_s <= first, SERIES.c.first_s), else_=first),
            end_s=case((SERIES.c.end_s >= end, SERIES.c.end_s), else_=end),
        )
    )
    connection.execute(statement, [{"register": r, "low": low, "high": high} for r, low, high in extents])


def _staging_rows(rows: Rows, version: int) -> list[dict[str, int]]:
    names = ("register_id", "start_s", "energy_wh", "quality")
    columns = [getattr(rows, name).tolist() for name in names]
    return [{**dict(zip(names, values, strict=True)), "version": version} for values in zip(*columns, strict=True)]


def _micros(instant: datetime | None) -> int:
    if instant is None or instant.tzinfo is None:
        raise ValueError("known_at needs an instant with a zone")
    return round(instant.timestamp() * 1_000_000)


def chunks(items: Collection[Any]) -> Iterator[list[Any]]:
    """In lists that one statement may carry."""
    ordered = [int(i) if not isinstance(i, str) else i for i in items]
    for start in range(0, len(ordered), IDS_PER_QUERY):
        yield ordered[start : start + IDS_PER_QUERY]
