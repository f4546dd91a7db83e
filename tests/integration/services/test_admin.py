"""What staff see of a customer who moved: the stay, and nothing of who lives there now."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from data.repositories import sites as repository
from data.tables.accounts import Account, Customer, Membership, Tenancy
from data.tables.identity import User
from data.tables.sites import Site, SupplyPoint
from domain.calendar import local_midnight_utc
from services import admin, portal
from tests.factories.world import NOW, tiny_world


@pytest.fixture
def moved(tmp_path):
    """The consumer's customer id, in a portal where the consumer moved out on 14 October 2026."""
    made = tiny_world(tmp_path)
    with portal.using(made), made.records.transaction() as tx:
        site = tx.scalars(select(Site).where(Site.name == "Lindenweg 14")).one()
        tx.scalars(select(Tenancy).where(Tenancy.site_id == site.id)).one().end_date = date(2026, 10, 14)
        point = tx.scalars(
            select(SupplyPoint.id).where(SupplyPoint.site_id == site.id, SupplyPoint.commodity == "electricity")
        ).one()
        repository.add_meter(tx, supply_point_id=point, serial="NEW-PLUG", installed_utc=NOW, kind="submeter")
        account = select(Membership.account_id).join(User).where(User.email == "consumer@demo.example")
        public_id = tx.scalar(select(Customer.public_id).join(Account).where(Account.id.in_(account)))
    with portal.using(made):
        yield public_id
    made.records.dispose()
    made.readings.close()


def agent():
    from domain.access import Role, Viewer

    with portal.current().records.reading() as db:
        user = db.scalars(select(User).where(User.email == "agent@demo.example")).one()
    return Viewer(user.id, user.email, user.name, Role.AGENT)


def test_the_last_reading_and_the_meters_are_those_of_the_stay(moved):
    (site,) = admin.customer(agent(), moved).sites
    # The home sends until today, 20 November; the stay ended with 13 October.
    assert site.last_reading_utc == local_midnight_utc(date(2026, 10, 14), "Europe/Berlin")
    assert site.last_reading_utc.astimezone(UTC) == datetime(2026, 10, 13, 22, tzinfo=UTC)
    assert "NEW-PLUG" not in {meter.serial for meter in site.meters}
    assert site.meters


def test_who_has_not_moved_in_yet_has_no_reading(moved):
    with portal.current().records.transaction() as tx:
        stay = tx.scalars(
            select(Tenancy).join(Site, Site.id == Tenancy.site_id).where(Site.name == "Lindenweg 14")
        ).one()
        stay.first_date, stay.end_date = date(2026, 12, 1), None
    (site,) = admin.customer(agent(), moved).sites
    assert site.last_reading_utc is None
