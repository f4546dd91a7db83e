"""How a demo world goes on: minute by minute, after an interruption, and never in production."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from config import Config
from data.seed import cast
from data.seed.records import Facts
from data.seed.stores import Stores
from data.seed.world import make_world
from data.tables.accounts import Account, Customer, Membership, Tenancy
from data.tables.identity import User
from data.tables.sites import Device, Register, Site
from services import demo
from services.portal import Portal
from tests.factories.lookups import readings, scalar
from tests.factories.settings import PRODUCTION
from tests.factories.world import SPANS, tiny_portal, tiny_world

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_world(tmp_path_factory.mktemp("tiny"))


def everything(portal):
    """Newest readings of all registers by public id."""
    with portal.records.reading() as db:
        rows = list(db.execute(select(Register.public_id, Register.id)))
    span = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))
    found = {name: readings(portal, register, span) for name, register in rows}
    return {
        name: (each.start_utc.tobytes(), each.energy_wh.tobytes(), each.quality.tobytes())
        for name, each in found.items()
    }


def test_the_same_seed_makes_the_same_bytes(tiny, tmp_path):
    again = tiny_world(tmp_path)
    assert everything(again) == everything(tiny)
    public_ids = [scalar(portal, select(func.group_concat(Account.public_id))) for portal in (tiny, again)]
    assert public_ids[0] == public_ids[1]


def test_asking_again_for_the_same_minute_adds_nothing(tiny):
    version = tiny.readings.version
    assert demo.continue_live(tiny) == 0
    assert tiny.readings.version == version


def test_minute_by_minute_and_at_once_give_the_same_readings(tmp_path):
    # One portal is asked every 95 minutes for 26 hours, the other once at the end.
    often, once = tiny_world(tmp_path / "often"), tiny_world(tmp_path / "once")
    end = NOW + timedelta(hours=26)
    steps = [NOW + timedelta(minutes=95 * n) for n in range(1, 17)]
    added = sum(demo.continue_live(often, until) for until in [*steps, end])
    assert demo.continue_live(once, end) == added > 0
    assert everything(often) == everything(once)


def test_an_interrupted_world_is_made_anew(tiny, tmp_path):
    portal = tiny_portal(tmp_path)
    stores, facts = Stores(portal.records, portal.readings), Facts(cast.tiny(), NOW, "unused")

    def stop(done, total):
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_world(stores, facts, SPANS, stop)
    assert demo.is_empty(portal)
    assert scalar(portal, select(func.count(Site.id))) == 7  # five sites and two weather stations
    make_world(stores, facts, SPANS)
    assert not demo.is_empty(portal)
    assert scalar(portal, select(func.count(Site.id))) == 7
    demo.continue_live(portal)
    assert everything(portal) == everything(tiny)


def test_readings_of_a_world_without_customers_are_removed(tiny, tmp_path):
    # As if the process had been killed just before its last transaction.
    portal = tiny_world(tmp_path, is_signed=False)
    with portal.records.transaction() as tx:
        for table in (Tenancy, Membership, Account, Customer, User):
            tx.execute(delete(table))
    make_world(Stores(portal.records, portal.readings), Facts(cast.tiny(), NOW, "unused"), SPANS)
    demo.continue_live(portal)
    assert everything(portal) == everything(tiny)


def test_devices_are_seen_while_readings_come_in(tiny):
    later = NOW + timedelta(hours=1)
    assert demo.continue_live(tiny, later) > 0
    seen = scalar(tiny, select(func.max(Device.last_seen_at)))
    assert seen is not None
    assert later - seen.replace(tzinfo=UTC) == timedelta(minutes=2)


def test_production_refuses_demo_users(tiny):
    config = Config(**PRODUCTION)
    production = Portal(config, tiny.records, tiny.readings, tiny.cache, tiny.clock)
    with pytest.raises(demo.NotADemoError):
        demo.make(production)
    assert demo.continue_live(production, NOW + timedelta(days=1)) == 0
