"""A moved customer's answers do not depend on anything from before or after the stay.

Whatever happened outside of the tenancy is changed, and every page, chart and export must stay the same to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select

from app import create_app
from data.readings import Batch
from data.repositories import accounts, identity, sites
from data.rollups import rollup
from data.tables.accounts import Tenancy
from data.tables.billing import BillingDocument
from data.tables.contracts import Contract
from data.tables.identity import User
from data.tables.sites import Meter, MeterInstallation, Register, Site, SiteEvent, SupplyPoint
from domain.calendar import local_midnight_utc
from domain.energy import benchmark
from services import portal as portals
from tests.factories.bills import bill
from tests.factories.world import NOW, PASSWORD, tiny_world
from tests.web.gate import csrf_of, form_token
from tests.web.walk import address_of, call, callbacks_of, draw, held_by, pages, roles_of_page, seen, text_of

SITE = "Lindenweg 14"
ZONE = "Europe/Berlin"
MOVED_OUT, MOVED_IN = date(2026, 10, 14), date(2026, 10, 20)  # both within a month, five days apart
KNOWN = NOW - timedelta(hours=1)


class House:
    """One home in which two customers lived one after the other."""

    def __init__(self, made: portals.Portal) -> None:
        self.portal = made
        with made.records.transaction() as tx:
            site = tx.scalars(select(Site).where(Site.name == SITE)).one()
            old = tx.scalars(select(Tenancy).where(Tenancy.site_id == site.id)).one()
            old.end_date = MOVED_OUT
            hashed = tx.scalars(select(User.password_hash).where(User.email == "consumer@demo.example")).one()
            user = identity.add_user(tx, identity.NewUser("after@demo.example", "Ada", hashed, is_demo=True), now=NOW)
            customer = accounts.add_customer(tx, kind="residential", name="Ada", now=NOW)
            account = accounts.add_account(tx, customer_id=customer.id, number="C-999 001")
            accounts.add_membership(tx, user_id=user.id, account_id=account.id)
            accounts.add_tenancy(tx, account_id=account.id, site_id=site.id, first_date=MOVED_IN)
            self.id, self.public_id = site.id, site.public_id
            self.point = tx.scalars(
                select(SupplyPoint.id).where(SupplyPoint.site_id == site.id, SupplyPoint.commodity == "electricity")
            ).one()
            wanted = select(Meter.public_id).join(MeterInstallation, MeterInstallation.meter_id == Meter.id)
            self.meters = tx.scalars(wanted.where(MeterInstallation.supply_point_id == self.point)).all()

        bill(
            made
        )  # the contract goes on after the move: the stay alone must end what is billed, compared and estimated
        with made.records.reading() as db:
            own = select(Tenancy.account_id).where(Tenancy.site_id == self.id)
            wanted = select(BillingDocument.public_id).where(BillingDocument.account_id.in_(own))
            self.bills = db.scalars(wanted.order_by(BillingDocument.id)).all()
            self.contracts = db.scalars(
                select(Contract.public_id).where(Contract.supply_point_id == self.point).order_by(Contract.id)
            ).all()

    def registers(self) -> list[int]:
        with self.portal.records.reading() as db:
            wanted = select(Register.id).join(SupplyPoint).where(SupplyPoint.site_id == self.id)
            return list(db.scalars(wanted.where(Register.flow != "temperature")))

    def double(self, first: datetime, end: datetime) -> int:
        """Every reading of the home in `[first, end)` becomes twice as large; how many there were."""
        store = self.portal.readings
        low, high = (int(instant.timestamp()) for instant in (first, end))
        rows = store.find(self.registers(), low, high).rows
        store.append(
            Batch(rows.register_id, rows.start_s.astype("datetime64[s]"), rows.energy_wh * 2 + 1, rows.quality),
            known_at=KNOWN,
        )
        rollup(store)
        return len(rows.start_s)

    def add_readings(self, first: datetime, hours: int) -> None:
        """Readings where there were none, for every register of the home."""
        starts = np.datetime64(first.replace(tzinfo=None), "s") + np.arange(hours * 4) * np.timedelta64(900, "s")
        for register in self.registers():
            count = len(starts)
            self.portal.readings.append(
                Batch(np.full(count, register), starts, np.full(count, 777), np.zeros(count, np.uint8)), known_at=KNOWN
            )
        rollup(self.portal.readings)

    def tell(self, at: datetime, span: tuple[datetime, datetime]) -> None:
        params = {"first": span[0].isoformat(), "end": span[1].isoformat(), "count": 24, "old_wh": 9871, "new_wh": 9113}
        with self.portal.records.transaction() as tx:
            tx.add(SiteEvent(site_id=self.id, at=at, kind="readings_corrected", params=json.dumps(params)))

    def add_meter(self, serial: str, installed: datetime, removed: datetime | None) -> None:
        """A sub-meter with a telling name."""
        with self.portal.records.transaction() as tx:
            meter = sites.add_meter(
                tx, supply_point_id=self.point, serial=serial, installed_utc=installed, kind="submeter", label=serial
            )
            sites.add_register(
                tx, supply_point_id=self.point, meter_id=meter.id, flow="submeter", kind="other", label=serial
            )
            installation = tx.scalars(select(MeterInstallation).where(MeterInstallation.meter_id == meter.id)).one()
            installation.removed_utc = removed


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Two customers' home, in a portal where even a group of two is compared."""
    monkeypatch.setattr(benchmark.standing, "__defaults__", (2,))
    made = tiny_world(tmp_path)
    made = replace(made, config=made.config.model_copy(update={"static_cache": str(tmp_path / "static")}))
    with portals.using(made):
        yield House(made)
    made.readings.close()
    made.cache.close()
    made.records.dispose()


def signed_in(app, name: str):
    client = app.server.test_client()
    form = {"email": f"{name}@demo.example", "password": PASSWORD, "csrf_token": form_token(client)}
    assert client.post("/login", data=form).status_code == 303
    return client


# Days before, in and after both stays; weeks, months and years that hold a move.
METER_QUERIES = ("period=year&date=2026-10-16", "period=month&date=2026-10-16", "period=day&date=2026-10-17")
QUERIES = (
    *METER_QUERIES, "period=year&date=2025-10-16", "period=week&date=2026-10-13&resolution=fine",
    *(f"period=day&date={day}" for day in ("2026-10-13", "2026-10-14", "2026-10-20")),
    *(f"period=month&date={day}" for day in ("2026-03-10", "2026-11-03")),
    *(f"view={view}&date=2026-10-16" for view in ("meter", "phase", "appliance", "compare")),
    "view=compare&period=week&date=2026-10-13&compare=2026-10-20&align=date",
    "period=month&date=2026-11-16&compare=previous", "period=month&date=2026-10-16&known=2026-11-20",
    "commodity=gas&period=year", "commodity=gas&date=2026-10-16",
)  # fmt: skip


def answers(app, client, house: House) -> dict[str, str]:
    """All that a customer is told: pages in many states, their charts, and exports of everything."""
    told = {}
    for page in pages():
        if "customer" not in roles_of_page(page):
            continue
        for path, queries in asked_of(address_of(page), house):
            for query in queries:
                told |= page_and_charts(app, client, path, f"?{query}")
    for resolution in ("interval", "hour", "day", "month"):
        told[f"export {resolution}"] = exported(client, house.public_id, resolution)
    return told


def asked_of(template: str, house: House) -> list[tuple[str, Sequence[str]]]:
    """A page's addresses for this home, each with its queries; a page nobody thought of here is asked plainly."""
    if "<" not in template:
        return [(template, QUERIES if template == "/consumption" else ("", "first=2026-01-01&last=2026-12-31"))]
    ids = {
        "<meter>": (house.meters[:3], METER_QUERIES), "<site>": ([house.public_id], METER_QUERIES),
        "<invoice>": (house.bills, ("",)), "<contract>": (house.contracts, ("",)),
    }  # fmt: skip
    name = template[template.index("<") :].partition("/")[0]
    found, queries = ids[name]
    return [(template.replace(name, public_id), queries) for public_id in found]


def page_and_charts(app, client, path: str, query: str) -> dict[str, str]:
    drawn = draw(client, path, query)
    assert "Something went wrong" not in drawn.get_data(as_text=True), (path, query)
    told = {f"{path}{query}": text_of(drawn)}
    held = held_by(drawn)
    for output in callbacks_of(app, held):
        told[f"{path}{query} {output}"] = text_of(call(client, app, output, seen(app, output, held)))
    return told


def exported(client, site: str, resolution: str) -> str:
    """As a file at once: what is fine only around the moves, what is coarse for all years."""
    first, last = ("2026-10-01", "2026-10-31") if resolution in {"interval", "hour"} else ("2024-01-01", "2026-12-31")
    asked = {"site": site, "first": first, "last": last, "resolution": resolution, "format": "csv"}
    answer = client.post("/consumption/export/download", data={**asked, "csrf_token": csrf_of(client)})
    assert answer.status_code == 200
    return text_of(answer)


def unchanged(house: House, name: str, change: Callable[[], None]) -> None:
    """Ask everything, change what is outside of the stay, ask everything again."""
    app = create_app(house.portal.config, house.portal)
    client = signed_in(app, name)
    before = answers(app, client, house)
    assert sum("kWh" in text for text in before.values()) > 20, "the pages show readings"
    change()
    after = answers(app, client, house)
    assert before.keys() == after.keys()
    assert [key for key in before if before[key] != after[key]] == []


def midnight(day: date) -> datetime:
    return local_midnight_utc(day, ZONE).astimezone(UTC)


def test_who_moved_out_sees_nothing_of_what_came_after(house):
    def change() -> None:
        end = midnight(MOVED_OUT)
        assert house.double(end, NOW) > 1000
        house.tell(end + timedelta(days=3), (end, end + timedelta(hours=6)))
        house.tell(NOW - timedelta(hours=1), (end + timedelta(days=20), end + timedelta(days=21)))
        house.add_meter("NEW-PLUG", end + timedelta(days=2), None)

    unchanged(house, "consumer", change)


def test_who_moved_in_sees_nothing_of_what_was_before(house):
    def change() -> None:
        begin = midnight(MOVED_IN)
        assert house.double(datetime(2026, 1, 1, tzinfo=UTC), begin) > 1000
        house.add_readings(datetime(2026, 1, 10, tzinfo=UTC), 48)
        house.tell(begin - timedelta(days=3), (begin - timedelta(days=4), begin - timedelta(days=3)))
        house.tell(NOW - timedelta(hours=1), (begin - timedelta(days=9), begin - timedelta(days=8)))
        house.add_meter("OLD-PLUG", begin - timedelta(days=90), begin - timedelta(days=2))

    unchanged(house, "after", change)
