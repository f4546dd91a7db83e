"""A portal with a few people and two customers, without readings: enough for sign-in and access."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from adapters.cache import make_cache
from adapters.clock import FrozenClock
from config import Config
from data.readings import ReadingsStore
from data.repositories import accounts, identity
from data.session import Records
from data.tables.base import new_public_id
from data.tables.sites import Meter, MeterInstallation, Register, Site, SupplyPoint
from domain.access import Role
from services import passwords, portal
from tests.factories.databases import bring_up

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
PASSWORD = "demo-portal-2026"
STAFF = ("agent", "admin", "analyst")


@dataclass
class Ids:
    """What a test needs to name: public ids and row ids by owner."""

    users: dict[str, int]
    customers: dict[str, str]
    accounts: dict[str, str]
    account_rows: dict[str, int]
    sites: dict[str, str]
    site_rows: dict[str, int]
    meters: dict[str, str]


@dataclass
class People:
    portal: portal.Portal
    ids: Ids

    @property
    def clock(self) -> FrozenClock:
        assert isinstance(self.portal.clock, FrozenClock)
        return self.portal.clock

    def wait(self, **length: float) -> None:
        """Let the frozen clock jump ahead."""
        self.clock.instant += timedelta(**length)


def make_portal(folder: Path, *, database_url: str | None = None, **settings: object) -> portal.Portal:
    """On a database that has its schema, or on a new file in the folder."""
    config = Config.model_validate({
        "database_url": database_url or f"sqlite:///{folder / 'portal.sqlite'}",
        "store": str(folder / "store"), "files": str(folder / "files"), "cache_url": f"disk://{folder / 'cache'}",
        **settings,
    })  # fmt: skip
    if database_url is None:
        bring_up(config.database_url)
    return portal.Portal(
        config=config,
        records=Records(config.database_url),
        readings=ReadingsStore(config.store, config.manifest_url),
        cache=make_cache(config.cache_url),
        clock=FrozenClock(NOW),
    )


@contextmanager
def people(folder: Path, *, database_url: str | None = None, **settings: object) -> Iterator[People]:
    """consumer and neighbour (one home each), agent, admin, analyst; all with PASSWORD."""
    made = make_portal(folder, database_url=database_url, **settings)
    with portal.using(made):
        yield People(made, _fill(made))
    made.readings.close()
    made.records.dispose()


@lru_cache(maxsize=1)
def _hashed() -> str:
    """At full cost, once in a process."""
    return passwords.hash_password(PASSWORD)


def _fill(made: portal.Portal) -> Ids:
    ids = Ids({}, {}, {}, {}, {}, {}, {})
    hashed = _hashed()
    with made.records.transaction() as tx:
        for role in STAFF:
            new = identity.NewUser(f"{role}@demo.example", f"{role.title()} Example", hashed, role, is_demo=True)
            ids.users[role] = identity.add_user(tx, new, now=NOW).id
        for number, name in enumerate(("consumer", "neighbour")):
            new = identity.NewUser(f"{name}@demo.example", f"{name.title()} Example", hashed, is_demo=True)
            user = identity.add_user(tx, new, now=NOW)
            ids.users[name] = user.id
            customer = accounts.add_customer(
                tx, kind="residential", name=f"{name.title()} Example", email=new.email, now=NOW
            )
            account = accounts.add_account(tx, customer_id=customer.id, number=f"C-104 88{number}")
            accounts.add_membership(tx, user_id=user.id, account_id=account.id)
            site, meter = _add_site(tx, name, number)
            accounts.add_tenancy(tx, account_id=account.id, site_id=site.id, first_date=date(2025, 1, 1))
            ids.customers[name], ids.accounts[name] = customer.public_id, account.public_id
            ids.account_rows[name], ids.sites[name], ids.site_rows[name] = account.id, site.public_id, site.id
            ids.meters[name] = meter.public_id
    return ids


def _add_site(tx: identity.Session, name: str, number: int) -> tuple[Site, Meter]:
    site = Site(
        public_id=new_public_id("site"), name=f"{name.title()} street 1", city="Berlin", time_zone="Europe/Berlin"
    )
    meter = Meter(public_id=new_public_id("meter"), serial=f"1EMH 0081 774{number}")
    tx.add_all([site, meter])
    tx.flush()
    point = SupplyPoint(public_id=new_public_id("point"), site_id=site.id, commodity="electricity")
    tx.add(point)
    tx.flush()
    tx.add(
        MeterInstallation(
            meter_id=meter.id, supply_point_id=point.id, installed_utc=datetime(2024, 12, 31, 23, tzinfo=UTC)
        )
    )
    tx.add(Register(public_id=new_public_id("register"), supply_point_id=point.id, flow="import"))
    tx.flush()
    return site, meter


ROLES = {"consumer": Role.CUSTOMER, "agent": Role.AGENT, "admin": Role.ADMIN, "analyst": Role.ANALYST}
