"""Brings a database to the current schema; several processes may ask at once, one does it and the others wait."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from data.session import make_engine

FOLDER = Path(__file__).resolve().parent / "migrations"
LOCK_KEY = 5_172_016  # any number, the same in every process of every release


def upgrade(target: Engine | str) -> None:
    """Run the missing migrations in one transaction under a lock held by one process of the deployment."""
    engine = make_engine(target) if isinstance(target, str) else target
    try:
        with _file_lock(engine), _writing(engine) as connection:
            _wait_for_turn(connection)
            settings = _settings()
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    finally:
        if isinstance(target, str):
            engine.dispose()


def is_current(engine: Engine) -> bool:
    """Whether the database carries the newest migration of this code."""
    heads = set(ScriptDirectory.from_config(_settings()).get_heads())
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _settings() -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(FOLDER))
    settings.set_main_option("path_separator", "os")
    return settings


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.execution_options(writes=True).begin() as connection:
        yield connection


def _wait_for_turn(connection: Connection) -> None:
    """PostgreSQL: a lock that ends with the transaction, so a killed process never keeps it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})


@contextmanager
def _file_lock(engine: Engine) -> Iterator[None]:
    """SQLite: a lock file beside the database; the kernel releases it when its process ends."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{path}.migrate.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
