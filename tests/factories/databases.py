"""An operational database of the asked kind, gone after the test: empty, or with the schema of now.

The migrations run once in a process; further databases are copies of what they made. What the migrations themselves do
is tried by tests/integration/data/test_migrate.py, on empty databases.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from data.migrate import upgrade
from data.store.manifest import Manifest

POSTGRES = os.environ.get("PORTAL_TEST_POSTGRES_URL", "postgresql+psycopg://root@127.0.0.1/test")
BOTH = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """Its URL; skips where PostgreSQL is asked for and not there."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'portal.sqlite'}"
        return
    with _named_database() as url:
        yield url


@contextmanager
def current_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of one with all tables and no rows; skips like `empty_database`."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'portal.sqlite'}"
        bring_up(url)
        yield url
        return
    with _named_database(_postgres_model) as url:
        yield url


def bring_up(url: str) -> None:
    """The schema of now, as `upgrade` leaves it."""
    parsed = make_url(url)
    is_new_file = parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists()
    if not is_new_file:
        upgrade(url)
        return
    Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_sqlite_model(), str(parsed.database))


@lru_cache(maxsize=1)
def _sqlite_model() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="portal-model-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    upgrade(f"sqlite:///{folder / 'model.sqlite'}")  # leaves no WAL: its last connection was closed
    return folder / "model.sqlite"


@lru_cache(maxsize=1)
def _postgres_model() -> str:
    """The name of a database that new ones are copied from; nobody may be connected to it meanwhile."""
    made = _named_database()
    url = made.__enter__()
    atexit.register(made.__exit__, None, None, None)
    upgrade(url)
    Manifest(url).close()  # the readings' own tables, which a store makes on first use
    return str(make_url(url).database)


@contextmanager
def _named_database(model: Callable[[], str] | None = None) -> Iterator[str]:
    name = f"portal_auth_{uuid.uuid4().hex[:10]}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        _run(server, f"create database {name}" + (f" template {model()}" if model else ""))
        try:
            yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        finally:
            _run(server, f"drop database {name} with (force)")
    finally:
        server.dispose()


def _run(server: Engine, statement: str) -> None:
    try:
        with server.connect() as connection:
            connection.execute(text(statement))
    except OperationalError as error:
        pytest.skip(f"PostgreSQL is not reachable: {error.orig}")
