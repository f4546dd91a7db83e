"""Writes a world's people, accounts, sites, meters and devices as rows of the operational store."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from data.seed.identifiers import number, public_id
from data.seed.moments import Event, exchange_utc, offline_utc
from data.seed.plan import (
    CustomerPlan,
    MeterPlan,
    RegisterPlan,
    SitePlan,
    Stay,
    WorldPlan,
    devices_of,
    meters_of,
)
from data.tables.accounts import Account, Customer, Membership, Tenancy
from data.tables.identity import User
from data.tables.sites import (
    Device,
    Meter,
    MeterInstallation,
    MeterRegister,
    Register,
    Site,
    SiteEvent,
    SupplyPoint,
)
from domain.calendar import local_date, local_midnight_utc

DEMO_DOMAIN = "demo.example"


@dataclass(frozen=True)
class Facts:
    """What a world is written with. first : the first local date of readings of a site, or None where it has none."""

    world: WorldPlan
    now: datetime
    password_hash: str

    def today(self, site: SitePlan) -> date:
        return local_date(self.now, site.model.region.zone_name)

    def first(self, site: SitePlan) -> date:
        return self.today(site) - timedelta(days=max(site.started_days, 1))

    def id(self, prefix: str, slug: str) -> str:
        return public_id(self.world.seed, prefix, slug)


@dataclass(frozen=True)
class Written:
    """Ids of what was written: sites by slug, registers by site and register slug."""

    site_ids: dict[str, int]
    register_ids: dict[tuple[str, str], int]


def write_sites(tx: Session, facts: Facts) -> Written:
    """Sites with all that stands there, and the weather stations."""
    written = Written({}, {})
    stations = {}
    for station in facts.world.stations:
        _write_site(tx, facts, station, written, None)
        stations[station.model.region.name] = written.register_ids[station.slug, "temperature"]
    for site in facts.world.sites:
        _write_site(tx, facts, site, written, stations.get(site.model.region.name))
    tx.flush()
    return written


def write_customers(tx: Session, facts: Facts, written: Written) -> None:
    """People, customers, accounts, and who lives where."""
    users = _write_people(tx, facts)
    for customer in facts.world.customers:
        _write_customer(tx, facts, customer, written, users)


def _write_people(tx: Session, facts: Facts) -> dict[str, int]:
    rows = {
        person.login: User(
            public_id=facts.id("user", person.login),
            email=f"{person.login}@{DEMO_DOMAIN}",
            name=person.name,
            password_hash=facts.password_hash,
            role=person.role,
            locale=person.locale,
            is_demo=True,
            created_at=facts.now,
        )
        for person in facts.world.people
    }
    tx.add_all(rows.values())
    tx.flush()
    return {login: row.id for login, row in rows.items()}


def _write_customer(tx: Session, facts: Facts, plan: CustomerPlan, written: Written, users: dict[str, int]) -> None:
    email = f"{plan.owner}@{DEMO_DOMAIN}" if plan.owner else f"{plan.slug}@customers.{DEMO_DOMAIN}"
    sites = {site.slug: site for site in facts.world.sites}
    begin = min(_first_date(facts, stay, sites[stay.site]) for stay in plan.stays)
    customer = Customer(
        public_id=facts.id("customer", plan.slug),
        kind=plan.kind,
        name=plan.name,
        email=email,
        created_at=datetime.combine(begin, time(9), UTC),
    )
    tx.add(customer)
    tx.flush()
    digits = number(facts.world.seed, plan.slug, 6)
    account = Account(
        public_id=facts.id("account", plan.slug), number=f"C-{digits[:3]} {digits[3:]}", customer_id=customer.id
    )
    tx.add(account)
    tx.flush()
    logins = [(plan.owner, "owner")] if plan.owner else []
    for login, role in logins + [(member, "member") for member in plan.members]:
        tx.add(Membership(user_id=users[login], account_id=account.id, role=role))
    tx.add_all(
        _tenancy(facts, stay, sites[stay.site], (written.site_ids[stay.site], account.id)) for stay in plan.stays
    )


def _tenancy(facts: Facts, stay: Stay, site: SitePlan, ids: tuple[int, int]) -> Tenancy:
    until = stay.until_days_ago
    end = None if until is None else facts.today(site) - timedelta(days=until)
    return Tenancy(site_id=ids[0], account_id=ids[1], first_date=_first_date(facts, stay, site), end_date=end)


def _first_date(facts: Facts, stay: Stay, site: SitePlan) -> date:
    return facts.first(site) if stay.from_days_ago is None else facts.today(site) - timedelta(days=stay.from_days_ago)


def _write_site(tx: Session, facts: Facts, plan: SitePlan, written: Written, weather_register_id: int | None) -> None:
    region = plan.model.region
    shift = int(number(facts.world.seed, plan.slug, 4))
    row = Site(
        public_id=facts.id("site", plan.slug),
        name=plan.name,
        street=plan.name,
        postcode=plan.postcode,
        city=plan.city,
        country=plan.country,
        region=region.name,
        time_zone=region.zone_name,
        kind=plan.kind,
        business_type=plan.business_type,
        people=plan.people,
        floor_area_m2=plan.floor_area_m2,
        heating=plan.model.heating,
        has_ev=plan.model.car is not None,
        has_solar=bool(plan.model.roofs),
        latitude=round(region.latitude + shift % 100 / 4000 - 0.0125, 4),
        longitude=round(region.longitude + shift // 100 / 4000 - 0.0125, 4),
        weather_register_id=weather_register_id,
        source=facts.world.source,
    )
    tx.add(row)
    tx.flush()
    written.site_ids[plan.slug] = row.id
    points: dict[str, int] = {}
    for meter in meters_of(plan):
        _write_meter(tx, facts, plan, meter, (written, points))
    _write_devices(tx, facts, plan, written)


def _write_meter(
    tx: Session, facts: Facts, site: SitePlan, plan: MeterPlan, into: tuple[Written, dict[str, int]]
) -> None:
    """The meter, its installation, its registers; where it was exchanged, its predecessor too."""
    written, points = into
    commodity = plan.registers[0].commodity
    if commodity not in points:
        points[commodity] = _write_supply_point(tx, facts, site, commodity, written)
    registers = [
        _write_register(tx, facts, site, register, (written, points[commodity])) for register in plan.registers
    ]
    zone_name = site.model.region.zone_name
    begin = local_midnight_utc(facts.first(site), zone_name)
    exchanged = exchange_utc(zone_name, facts.today(site)) if _is_exchanged(site, plan) else None
    if exchanged and exchanged > begin:
        _install(tx, _meter(facts, site, plan, "old"), (points[commodity], begin, exchanged), registers)
        begin = exchanged
    _install(tx, _meter(facts, site, plan), (points[commodity], begin, None), registers)


def _is_exchanged(site: SitePlan, meter: MeterPlan) -> bool:
    return "exchange" in site.blemishes and meter.slug == "main"


def serial(world: WorldPlan, site: SitePlan, meter: MeterPlan, which: str = "") -> str:
    """The number on the meter's plate. which : "old" for the one that was taken out."""
    return f"1DMO{number(world.seed, f'{site.slug}/{meter.slug}/{which}', 10)}"


def _meter(facts: Facts, site: SitePlan, plan: MeterPlan, which: str = "") -> Meter:
    return Meter(
        public_id=facts.id("meter", f"{site.slug}/{plan.slug}/{which}"),
        serial=serial(facts.world, site, plan, which),
        label=plan.label,
        model=plan.model,
        kind=plan.kind,
    )


def _install(tx: Session, meter: Meter, place: tuple[int, datetime, datetime | None], registers: Iterable[int]) -> None:
    supply_point_id, installed, removed = place
    tx.add(meter)
    tx.flush()
    tx.add(
        MeterInstallation(
            meter_id=meter.id, supply_point_id=supply_point_id, installed_utc=installed, removed_utc=removed
        )
    )
    tx.add_all(MeterRegister(meter_id=meter.id, register_id=register) for register in registers)


def _write_supply_point(tx: Session, facts: Facts, site: SitePlan, commodity: str, written: Written) -> int:
    slug = f"{site.slug}/{commodity}"
    point = SupplyPoint(
        public_id=facts.id("supply", slug),
        site_id=written.site_ids[site.slug],
        commodity=commodity,
        code="" if commodity == "weather" else number(facts.world.seed, slug, 11),
    )
    tx.add(point)
    tx.flush()
    return point.id


def _write_register(tx: Session, facts: Facts, site: SitePlan, plan: RegisterPlan, into: tuple[Written, int]) -> int:
    written, supply_point_id = into
    row = Register(
        public_id=facts.id("register", f"{site.slug}/{plan.slug}"),
        supply_point_id=supply_point_id,
        flow=plan.flow,
        kind=plan.kind,
        phase=plan.phase,
        label=plan.label,
        interval_s=plan.interval_s,
        unit=plan.unit,
    )
    tx.add(row)
    tx.flush()
    written.register_ids[site.slug, plan.slug] = row.id
    return row.id


def _write_devices(tx: Session, facts: Facts, site: SitePlan, written: Written) -> None:
    if not (site.model.household or site.model.business):
        return
    silent_since = offline_utc(site.model.region.zone_name, facts.today(site))
    for plan in devices_of(site):
        silent = plan.register in site.offline and bool(plan.register)
        tx.add(
            Device(
                public_id=facts.id("device", f"{site.slug}/{plan.slug}"),
                site_id=written.site_ids[site.slug],
                kind=plan.kind,
                name=plan.name,
                model=plan.model,
                rated_w=plan.rated_w,
                register_id=written.register_ids.get((site.slug, plan.register)),
                commissioned_on=facts.first(site),
                last_seen_at=silent_since if silent else last_seen(site, facts.now),
            )
        )


def last_seen(site: SitePlan, now: datetime) -> datetime | None:
    """When the gateway of a site last delivered; never where there is no reading yet."""
    return None if site.started_days == 0 else now - timedelta(hours=site.late_h, minutes=2)


def write_events(tx: Session, site_id: int, events: Iterable[Event]) -> None:
    tx.add_all(
        SiteEvent(site_id=site_id, at=event.at, kind=event.kind, params=json.dumps(event.params)) for event in events
    )
