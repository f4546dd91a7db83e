"""What staff are shown first is what is really late or silent, and only to those who may find customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.clock import FrozenClock
from data.tables.accounts import Account, Customer, Tenancy
from data.tables.sites import Device, Site
from domain.access import Role, Viewer
from domain.energy.freshness import Health
from domain.errors import ForbiddenError
from pages.admin import _attention as page
from services import attention, portal
from services.attention import Attention
from tests.factories.world import NOW, tiny_world
from tests.unit.components.trees import by_type, text_of

STAFF = Viewer(1, "", "", Role.AGENT)


@pytest.fixture
def later(world):
    """The same stores some time after NOW, when nothing has come since."""

    def at(hours):
        return portal.using(replace(world, clock=FrozenClock(NOW + timedelta(hours=hours))))

    return at


def test_only_those_who_find_customers_are_told(viewer_of):
    for name in ("consumer", "analyst"):
        with pytest.raises(ForbiddenError):
            attention.overview(viewer_of(name))


def test_ten_hours_of_silence_are_late_and_three_days_are_silent(later):
    with later(10):
        found = attention.overview(STAFF)
        assert (found.sites_late, found.sites_silent) == (5, 0)
    with later(72):
        found = attention.overview(STAFF)
        assert (found.sites_late, found.sites_silent) == (0, 5)
        assert {each.health for each in found.first} == {Health.SILENT}
        with portal.current().records.reading() as db:
            devices = db.scalars(select(Device).where(Device.last_seen_at.is_not(None))).all()
        assert found.devices_offline == len(devices)  # nobody has been heard for three days
        assert len(found.first) == attention.SHOWN
        assert [each.device for each in found.first[:5]] == [""] * 5  # sites first


def test_each_names_its_site_since_when_and_the_customer_of_today(later):
    with later(10), portal.current().records.reading() as db:
        first = attention.overview(STAFF).first[0]
        customer = db.scalar(
            select(Customer.public_id).join(Account, Account.customer_id == Customer.id)
            .join(Tenancy, Tenancy.account_id == Account.id).where(Tenancy.site_id == first.place.site_id)
        )  # fmt: skip
    assert first.place.customer_public_id == customer
    assert NOW - timedelta(hours=24) < first.since <= NOW


def test_a_device_is_offline_after_two_hours_and_an_empty_home_leads_nowhere(tmp_path):
    made = tiny_world(tmp_path)
    with portal.using(made):
        with made.records.transaction() as tx:
            site = tx.scalars(select(Site).where(Site.name == "Lindenweg 14")).one()
            for device in tx.scalars(select(Device)).all():
                device.last_seen_at = NOW
            gateway = tx.scalars(select(Device).where(Device.site_id == site.id)).first()
            gateway.last_seen_at = NOW - timedelta(hours=2, minutes=1)
            tx.delete(tx.scalars(select(Tenancy).where(Tenancy.site_id == site.id)).one())
            name = gateway.name
        (device,) = [each for each in attention.overview(STAFF).first if each.device]
        assert (device.device, device.place.name, device.place.customer_public_id) == (name, "Lindenweg 14", None)
        drawn = page.card(Attention(1, 0, 0, (device,)))
        assert "1 device does not answer." in text_of(drawn)
        assert "last heard 20 Nov 2026, 10:06" in text_of(drawn)  # two hours and a minute before 12:07 in Berlin
        assert by_type(drawn, "Link") == []
    made.records.dispose()
    made.readings.close()


def test_the_card_counts_what_it_does_not_show():
    assert "Every meter is on time and every device answers." in text_of(page.card(Attention(0, 0, 0, ())))
    said = text_of(page.card(Attention(devices_offline=9, sites_late=1, sites_silent=2, first=())))
    assert "2 sites are silent. 1 site is late. 9 devices do not answer." in said
    assert "and 12 more" in said  # 9 + 1 + 2


def test_a_late_site_says_how_far_its_data_reaches():
    place = attention.PlaceRow(1, "Kontor am See", "Konstanz", "Europe/Berlin", "customer-1")
    since = datetime(2026, 11, 19, 17, 15, tzinfo=UTC)
    drawn = page.card(Attention(0, 1, 0, (attention.Trouble(place, "", Health.LATE, since),)))
    assert "Readings are lateKontor am See, Konstanzdata up to 19 Nov 2026, 18:15" in text_of(drawn)
    (link,) = by_type(drawn, "Link")
    assert link.href == "/admin/customers/customer-1"
