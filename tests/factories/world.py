"""The smallest world that has one of everything: `tiny_world(tmp_path)` gives a portal to look at it with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from adapters.cache import make_cache
from adapters.clock import FrozenClock
from config import Config
from data.readings import ReadingsStore
from data.rollups import rollup
from data.seed import cast
from data.seed.records import Facts
from data.seed.stores import Stores
from data.seed.world import make_world
from data.session import Records
from services.demo import continue_live
from services.demo_contracts import make_contracts
from services.passwords import hash_password
from services.portal import Portal, using
from tests.factories.databases import bring_up, current_database

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
PASSWORD = "demo-portal-2026"
# About a month on either side of both clock changes; the autumn part ends yesterday.
SPANS = ((date(2026, 2, 15), date(2026, 4, 15)), (date(2026, 9, 21), date(2026, 11, 20)))


@lru_cache(maxsize=1)
def _password_hash() -> str:
    return hash_password(PASSWORD)


def tiny_portal(folder: Path, *, now: datetime = NOW, database_url: str = "") -> Portal:
    """An empty portal in a folder, on a database that has its schema or a new file there, with the clock stopped."""
    config = Config(
        database_url=database_url or f"sqlite:///{folder / 'portal.sqlite'}",
        store=str(folder / "store"),
        cache_url=f"disk://{folder / 'cache'}",
        files=str(folder / "files"),
        now=now,
    )
    if not database_url:
        bring_up(config.database_url)
    return Portal(
        config=config,
        records=Records(config.database_url),
        readings=ReadingsStore(config.store, config.manifest_url),
        cache=make_cache(config.cache_url),
        clock=FrozenClock(now),
    )


@contextmanager
def bare_portal(kind: str, folder: Path, now: datetime = NOW) -> Iterator[Portal]:
    """An empty portal in use, on a database of the asked kind."""
    with current_database(kind, folder) as url, using(tiny_portal(folder, now=now, database_url=url)) as found:
        yield found
        found.records.dispose()
        found.readings.close()


def tiny_world(folder: Path, *, now: datetime = NOW, database_url: str = "", is_signed: bool = True) -> Portal:
    """The tiny cast with readings over `SPANS` and today's live ones, rolled up; contracts since the first of them."""
    portal = tiny_portal(folder, now=now, database_url=database_url)
    stores = Stores(portal.records, portal.readings)
    make_world(stores, Facts(cast.tiny(), now, _password_hash()), SPANS)
    if is_signed:
        with using(portal):
            make_contracts(SPANS[0][0])
    continue_live(portal)
    rollup(portal.readings)
    return portal
