"""Real homes of open data as customers of the portal: who lives there, what is metered, and the readings themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from adapters.importers.tidy_parquet import read_series
from data.queries.registers import registers_named
from data.repositories import accounts, identity, sites
from data.repositories.identity import NewUser
from data.tables.sites import Site
from domain import calendar
from domain.ingest.options import IngestOptions
from services.ingest import ingest
from services.ingest_report import IngestReport
from services.passwords import hash_password
from services.portal import Portal, using
from services.rollups import roll_up

DEMO_PASSWORD = "demo-portal-2026"  # noqa: S105 - published on purpose; production refuses demo users
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Dataset:
    """A folder of open data. login : the first part of its customers' demo addresses; source : its attribution."""

    folder: str
    login: str
    name: str
    city: str
    country: str
    latitude: float
    longitude: float
    source: str
    kind: str = "home"
    business_type: str = ""
    station_of: tuple[tuple[str, str], ...] = ()  # customer, weather station


DATASETS = (
    Dataset("opsd_konstanz", "opsd", "Konstanz home", "Konstanz", "DE", 47.66, 9.18,
            "Open Power System Data, Household Data 2020-04-15 (CoSSMic, ISC Konstanz), CC BY 4.0, registers differenced"),
    Dataset("sgsc_nsw", "sgsc", "New South Wales home", "Newcastle", "AU", -32.93, 151.78,
            "Smart-Grid Smart-City Customer Trial Data, Australian Government, data.gov.au, CC BY 3.0 AU"),
    Dataset("opendsm_uk", "uk", "British home", "", "GB", 52.5, -1.5, "OpenDSM contributors, LF Energy, Apache-2.0",
            station_of=(("UK_0", "UK_0"), ("UK_1", "UK_1_2"), ("UK_2", "UK_1_2"))),
    Dataset("uci_household", "uci", "Home in Sceaux", "Sceaux", "FR", 48.78, 2.29,
            "Hebrail & Berard (2006), UCI Machine Learning Repository, doi.org/10.24432/C58K54, CC BY 4.0"),
    Dataset("nmecr_school", "school", "School building", "", "US", 37.0, -120.0, "kW-Labs nmecr, MIT",
            kind="business", business_type="school", station_of=(("SCHOOL_1", "SCHOOL_1"),)),
)  # fmt: skip


@dataclass(frozen=True)
class Role:
    """What a published channel is at a site."""

    commodity: str
    flow: str
    kind: str
    label: str
    meter: str  # registers of one site with the same word share a meter
    meter_kind: str


CHANNELS = {
    "grid_import": Role("electricity", "import", "", "From the grid", "main", "main"),
    "grid_export": Role("electricity", "export", "", "To the grid", "main", "main"),
    "pv_production": Role("electricity", "production", "solar", "Solar", "solar", "production"),
    "heat_pump": Role("electricity", "submeter", "heat_pump", "Heat pump", "heat_pump", "submeter"),
    "ev_charging": Role("electricity", "submeter", "ev", "Wall box", "ev", "submeter"),
    "gas": Role("gas", "import", "", "Gas", "gas", "main"),
    "district_heat": Role("heat", "import", "", "District heat", "heat", "main"),
}
APPLIANCES = (  # a word of the published label, our kind, the name shown
    ("dishwasher, oven", "cooking", "Kitchen"),
    ("dishwasher", "dishwasher", "Dishwasher"),
    ("washing machine", "laundry", "Washing machine"),
    ("freezer", "freezer", "Freezer"),
    ("refrigerator", "fridge", "Fridge"),
    ("circulation pump", "circulation_pump", "Circulation pump"),
    ("water heater", "hot_water", "Water heater and air conditioner"),
)


def role_of(channel: str, label: str) -> Role | None:
    """The place of a published series in a site; None for what no register can hold (derived loads, costs)."""
    if channel != "appliance":
        return CHANNELS.get(channel)
    plain = label.replace("_", " ").lower()
    word, kind, shown = next((found for found in APPLIANCES if found[0] in plain), ("", "other", label.capitalize()))
    return Role("electricity", "submeter", kind, shown, word or plain, "submeter")


def load(here: Portal, data_folder: str | Path, progress: Progress | None = None) -> list[IngestReport]:
    """Customers, sites and readings of every dataset that is there. Loading again changes nothing."""
    folder, tell = Path(data_folder), progress or (lambda _name: None)
    reports = []
    with using(here):
        password_hash = hash_password(DEMO_PASSWORD)
        for dataset in DATASETS:
            if (folder / dataset.folder / "readings.parquet").is_file():
                tell(dataset.folder)
                reports += _load(here, dataset, folder / dataset.folder, password_hash)
        roll_up(here)
    return reports


def _load(here: Portal, dataset: Dataset, folder: Path, password_hash: str) -> list[IngestReport]:
    rows = read_series(folder)
    unwanted = {str(row["series_id"]) for row in rows if row["derived"] or _role(row) is None}
    wanted = [row for row in rows if row["series_id"] not in unwanted]
    with here.records.transaction() as tx:
        known = {row.external_id for row in registers_named(tx, [str(row["series_id"]) for row in wanted])}
        if not known:
            _make_customers(tx, _Making(dataset, here.clock.now(), password_hash), wanted)
    reports = []
    stations = {station: f"weather-{station}" for _, station in dataset.station_of}
    if stations:
        weather = folder / "weather.parquet"
        # A station's own contradictions (one hour published twice) are left out: weather bills nobody.
        reports.append(ingest(weather, IngestOptions(registers=stations, keep_good=True)))
    reports.append(ingest(folder / "readings.parquet", IngestOptions(ignore=frozenset(unwanted))))
    return reports


def _role(row: dict[str, object]) -> Role | None:
    return role_of(str(row["channel"]), str(row["label"]))


@dataclass(frozen=True)
class _Making:
    dataset: Dataset
    now: datetime
    password_hash: str


def _make_customers(tx: Session, making: _Making, rows: list[dict[str, Any]]) -> None:
    stations: dict[str, int] = {}
    for _, station in making.dataset.station_of:
        if station not in stations:
            stations[station] = _make_station(tx, making, station, str(rows[0]["tz"]))
    by_customer: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_customer[str(row["customer_id"])].append(row)
    for index, (customer_id, own) in enumerate(by_customer.items(), start=1):
        site = _make_site(tx, making, own, _number(customer_id, index))
        site.weather_register_id = stations.get(dict(making.dataset.station_of).get(customer_id, ""))
        _make_person(tx, making, site, _first_day(own))


def _number(customer_id: str, index: int) -> int:
    """The publisher's own small number (residential3, UK_0), else the place in the list."""
    digits = customer_id[len(customer_id.rstrip("0123456789")) :]
    return int(digits) if digits and len(digits) < 3 else index


def _first_day(rows: list[dict[str, Any]]) -> date:
    return calendar.local_date(min(_utc(row["first_utc"]) for row in rows), str(rows[0]["tz"]))


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _make_station(tx: Session, making: _Making, station: str, zone_name: str) -> int:
    """A thermometer of its own, without a customer; shared by the homes around it."""
    data = making.dataset
    site = sites.add_site(
        tx,
        name=f"Weather station {station}",
        time_zone=zone_name,
        city=data.city,
        country=data.country,
        source=data.source[:120],
    )
    point = sites.add_supply_point(tx, site_id=site.id, commodity="weather")
    meter = sites.add_meter(
        tx, supply_point_id=point.id, serial=f"{data.login}-{station}-weather", installed_utc=making.now, kind="weather"
    )
    register = sites.add_register(
        tx, supply_point_id=point.id, meter_id=meter.id, flow="temperature", label="Outdoor temperature",
        interval_s=3600, unit="mdegC", external_id=f"weather-{station}",
    )  # fmt: skip
    return register.id


def _make_site(tx: Session, making: _Making, rows: list[dict[str, Any]], number: int) -> Site:
    data = making.dataset
    channels = {str(row["channel"]) for row in rows}
    site = sites.add_site(
        tx,
        name=data.name if data.login in {"uci", "school"} else f"{data.name} {number}",
        time_zone=str(rows[0]["tz"]),
        city=data.city,
        country=data.country,
        kind=data.kind,
        business_type=data.business_type,
        heating="heat_pump" if "heat_pump" in channels else "gas" if "gas" in channels else "",
        has_solar="pv_production" in channels,
        has_ev="ev_charging" in channels,
        latitude=data.latitude,
        longitude=data.longitude,
        source=data.source[:120],
    )
    points: dict[str, int] = {}
    meters: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: (_order(row), str(row["series_id"]))):
        _make_register(tx, (f"{data.login}-{number}", site.id), row, (points, meters))
    return site


def _order(row: dict[str, Any]) -> int:
    names = [*CHANNELS, "appliance"]
    return names.index(str(row["channel"]))


def _make_register(
    tx: Session, place: tuple[str, int], row: dict[str, Any], into: tuple[dict[str, int], dict[str, int]]
) -> None:
    role = _role(row)
    assert role is not None  # series without a place were left out before
    points, meters = into
    slug, site_id = place
    if role.commodity not in points:
        points[role.commodity] = sites.add_supply_point(tx, site_id=site_id, commodity=role.commodity).id
    if role.meter not in meters:
        meters[role.meter] = sites.add_meter(
            tx,
            supply_point_id=points[role.commodity],
            serial=f"{slug}-{role.meter}"[:40],
            installed_utc=_utc(row["first_utc"]),
            kind=role.meter_kind,
            label="Electricity meter" if role.meter == "main" else role.label,
        ).id
    sites.add_register(
        tx,
        supply_point_id=points[role.commodity],
        meter_id=meters[role.meter],
        flow=role.flow,
        kind=role.kind,
        label=role.label,
        interval_s=int(row["interval_min"]) * 60,
        external_id=str(row["series_id"]),
    )


def _make_person(tx: Session, making: _Making, site: Site, first_date: date) -> None:
    """A customer with one account, and who signs in for it as `opsd-3@demo.example`."""
    number = site.name.rpartition(" ")[2] if making.dataset.login not in {"uci", "school"} else "1"
    login = f"{making.dataset.login}-{number}"
    email = f"{login}@demo.example"
    kind = "business" if site.kind == "business" else "residential"
    customer = accounts.add_customer(tx, kind=kind, name=site.name, email=email, now=making.now)
    account = accounts.add_account(tx, customer_id=customer.id, number=f"C-{login.upper()}")
    user = identity.user_by_email(tx, email) or identity.add_user(
        tx, NewUser(email=email, name=site.name, password_hash=making.password_hash, is_demo=True), now=making.now
    )
    accounts.add_membership(tx, user_id=user.id, account_id=account.id, role="owner")
    accounts.add_tenancy(tx, account_id=account.id, site_id=site.id, first_date=first_date)
