"""Real homes from a folder of open data: their sites and registers, ready for an ingest of their readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.readings import Batch, ReadingsStore, Series
from data.seed.identifiers import public_id
from data.seed.records import DEMO_DOMAIN
from data.session import Records
from data.tables.accounts import Account, Customer, Membership, Tenancy
from data.tables.identity import User
from data.tables.sites import Meter, MeterInstallation, MeterRegister, Register, Site, SupplyPoint
from domain.calendar import local_date

LOGIN = "opendata"
SEED = 0  # real homes are the same in every world


@dataclass(frozen=True)
class DataSet:
    """A publisher's homes. name : of the customer; home : how its sites are called, counted; source : attribution."""

    folder: str
    name: str
    home: str
    city: str
    country: str
    source: str
    kind: str = "residential"


DATA_SETS = (
    DataSet("opsd_konstanz", "Open data: Konstanz", "Konstanz home", "Konstanz", "DE",
            "Open Power System Data 2020, Household Data, doi.org/10.25832/household_data/2020-04-15, CC BY 4.0"),
    DataSet("sgsc_nsw", "Open data: New South Wales", "Newcastle home", "Newcastle", "AU",
            "Smart-Grid Smart-City Customer Trial Data, Australian Government, data.gov.au, CC BY 3.0 AU"),
    DataSet("opendsm_uk", "Open data: United Kingdom", "English home", "", "GB", "OpenDSM contributors, LF Energy, Apache-2.0"),
    DataSet("uci_household", "Open data: Sceaux", "Sceaux home", "Sceaux", "FR",
            "Hebrail & Berard 2006, Individual Household Power Consumption, doi.org/10.24432/C58K54, CC BY 4.0"),
    DataSet("nmecr_school", "Open data: school", "School building", "", "US", "kW-Labs nmecr, MIT", "business"),
)  # fmt: skip

# channel of the data set -> commodity, flow, kind
CHANNELS = {
    "grid_import": ("electricity", "import", ""),
    "grid_export": ("electricity", "export", ""),
    "pv_production": ("electricity", "production", "solar"),
    "heat_pump": ("electricity", "submeter", "heat_pump"),
    "ev_charging": ("electricity", "submeter", "ev"),
    "appliance": ("electricity", "submeter", "other"),
    "gas": ("gas", "import", ""),
}
# label of an appliance -> label here, kind
APPLIANCES = {
    "dishwasher": ("Dishwasher", "dishwasher"),
    "freezer": ("Freezer", "freezer"),
    "refrigerator": ("Fridge", "fridge"),
    "washing_machine": ("Washing machine", "laundry"),
    "circulation_pump": ("Circulation pump", "circulation_pump"),
    "kitchen": ("Kitchen", "cooking"),
    "laundry": ("Laundry", "laundry"),
    "electric water heater + air conditioner": ("Water heater and air conditioning", "hot_water"),
}
STATIONS = {"UK_1_2": "UK_1"}  # stations that are not called like the home they belong to
LABELS = {
    "import": "From the grid",
    "export": "To the grid",
    "heat_pump": "Heat pump",
    "ev": "Wall box",
    "solar": "Solar",
}


@dataclass(frozen=True)
class SeriesRow:
    """One line of `series.parquet`."""

    series_id: str
    customer_id: str
    channel: str
    label: str
    interval_min: int
    tz: str
    first_utc: datetime

    @property
    def flow(self) -> tuple[str, str, str]:
        return CHANNELS[self.channel]

    @property
    def shown(self) -> tuple[str, str]:
        """Label and kind."""
        _, flow, kind = self.flow
        if self.channel == "appliance":
            return APPLIANCES.get(self.label.split(":")[0], (self.label[:80], "other"))
        return ("Gas" if self.channel == "gas" else LABELS[kind or flow]), kind


def present(folder: Path) -> tuple[DataSet, ...]:
    """The data sets that a folder holds."""
    return tuple(each for each in DATA_SETS if (folder / each.folder / "readings.parquet").is_file())


def published(folder: Path, data_set: DataSet) -> tuple[list[SeriesRow], frozenset[str]]:
    """Measured series by home, and the names of those that the publisher's user derived from others."""
    rows = pq.read_table(folder / data_set.folder / "series.parquet").to_pylist()
    fields = SeriesRow.__dataclass_fields__
    measured = [SeriesRow(**{name: row[name] for name in fields}) for row in rows if not row["derived"]]
    usable = sorted(
        (row for row in measured if row.channel in CHANNELS), key=lambda row: (row.customer_id, row.series_id)
    )
    return usable, frozenset({row["series_id"] for row in rows} - {row.series_id for row in usable})


def write_real(records: Records, data_set: DataSet, rows: Iterable[SeriesRow], who: tuple[str, datetime]) -> int:
    """Customer, account and sites of a data set; how many sites were new. who : password hash and now."""
    with records.transaction() as tx:
        account_id = _account(tx, data_set, _user(tx, *who), who[1])
        homes = [list(group) for _, group in groupby(rows, key=lambda row: row.customer_id)]
        return sum(_write_home(tx, data_set, home, (number, account_id)) for number, home in enumerate(homes, 1))


def _user(tx: Session, password_hash: str, now: datetime) -> int:
    email = f"{LOGIN}@{DEMO_DOMAIN}"
    user = tx.scalar(select(User).where(User.email == email))
    if user is None:
        user = User(
            public_id=public_id(SEED, "user", LOGIN), email=email, name="Open data", password_hash=password_hash,
            is_demo=True, created_at=now,
        )  # fmt: skip
        tx.add(user)
        tx.flush()
    return user.id


def _account(tx: Session, data_set: DataSet, user_id: int, now: datetime) -> int:
    name = public_id(SEED, "account", data_set.folder)
    account = tx.scalar(select(Account).where(Account.public_id == name))
    if account is not None:
        return account.id
    customer_name = public_id(SEED, "customer", data_set.folder)
    customer = Customer(public_id=customer_name, kind=data_set.kind, name=data_set.name, created_at=now)
    tx.add(customer)
    tx.flush()
    account = Account(public_id=name, number=f"O-{data_set.folder[:20]}", customer_id=customer.id)
    tx.add(account)
    tx.flush()
    tx.add(Membership(user_id=user_id, account_id=account.id, role="owner"))
    return account.id


def _write_home(tx: Session, data_set: DataSet, rows: list[SeriesRow], place: tuple[int, int]) -> bool:
    """A site with all its series; False where it is there already."""
    number, account_id = place
    name = public_id(SEED, "site", rows[0].customer_id)
    if tx.scalar(select(Site.id).where(Site.public_id == name)) is not None:
        return False
    channels = {row.channel for row in rows}
    site = Site(
        public_id=name,
        name=f"{data_set.home} {number}",
        city=data_set.city,
        country=data_set.country,
        time_zone=rows[0].tz,
        kind="business" if data_set.kind == "business" else "home",
        heating="heat_pump" if "heat_pump" in channels else "gas" if "gas" in channels else "",
        has_ev="ev_charging" in channels,
        has_solar="pv_production" in channels,
        source=data_set.source,
    )
    tx.add(site)
    tx.flush()
    first = min(row.first_utc for row in rows)
    tx.add(Tenancy(site_id=site.id, account_id=account_id, first_date=local_date(first, rows[0].tz), end_date=None))
    points: dict[str, int] = {}
    for row in rows:
        commodity = row.flow[0]
        if commodity not in points:
            points[commodity] = _point(tx, site.id, commodity, row.customer_id)
        _write_series(tx, row, points[commodity])
    return True


def _point(tx: Session, site_id: int, commodity: str, customer_id: str) -> int:
    slug = f"{customer_id}/{commodity}"
    point = SupplyPoint(public_id=public_id(SEED, "supply", slug), site_id=site_id, commodity=commodity)
    tx.add(point)
    tx.flush()
    return point.id


def _write_series(tx: Session, row: SeriesRow, supply_point_id: int) -> None:
    """One meter with one register, as the publisher measured it."""
    _, flow, _ = row.flow
    label, kind = row.shown
    register = Register(
        public_id=public_id(SEED, "register", row.series_id), supply_point_id=supply_point_id, flow=flow, kind=kind,
        label=label, interval_s=row.interval_min * 60, external_id=row.series_id,
    )  # fmt: skip
    meter = Meter(
        public_id=public_id(SEED, "meter", row.series_id), serial=f"open-{row.series_id}"[:40], label=label,
        kind={"submeter": "submeter", "production": "production"}.get(flow, "main"),
    )  # fmt: skip
    tx.add_all([register, meter])
    tx.flush()
    tx.add(MeterInstallation(meter_id=meter.id, supply_point_id=supply_point_id, installed_utc=row.first_utc))
    tx.add(MeterRegister(meter_id=meter.id, register_id=register.id))


def add_weather(records: Records, readings: ReadingsStore, folder: Path, now: datetime) -> int:
    """Hourly temperatures that belong to homes of a data set; how many were new stations."""
    path = folder / "weather.parquet"
    if not path.is_file():
        return 0
    table = pq.read_table(path, columns=["station", "ts_utc", "temp_c"])
    stations = np.array(table["station"].to_pylist())
    start_s = table["ts_utc"].to_numpy().astype("datetime64[s]").astype(np.int64)
    celsius = table["temp_c"].to_numpy()
    added = 0
    for station in sorted(set(stations.tolist())):
        rows = (stations == station) & (start_s % 3600 == 0) & np.isfinite(celsius)
        made = _station_register(records, STATIONS.get(station, station))
        if made is None:
            continue
        register_id, zone_name = made
        order = np.argsort(start_s[rows], kind="stable")
        values = np.rint(celsius[rows][order] * 1000.0).astype(np.int64)
        readings.declare([Series(register_id, zone_name, 3600)])
        starts = start_s[rows][order].astype("datetime64[s]")
        ids = np.full(len(values), register_id, dtype=np.int64)
        readings.append(Batch(ids, starts, values, np.zeros(len(values), dtype=np.uint8)), known_at=now)
        added += 1
    return added


def _station_register(records: Records, station: str) -> tuple[int, str] | None:
    """A new temperature register for the home of that name; None without such a home, or where it has one."""
    with records.transaction() as tx:
        site = tx.scalar(select(Site).where(Site.public_id == public_id(SEED, "site", station)))
        if site is None or site.weather_register_id is not None:
            return None
        register = Register(
            public_id=public_id(SEED, "register", f"{station}/weather"), flow="temperature", interval_s=3600, unit="mdegC",
            supply_point_id=_point(tx, site.id, "weather", station), label="Outdoor temperature",
        )  # fmt: skip
        tx.add(register)
        tx.flush()
        site.weather_register_id = register.id
        return register.id, site.time_zone


def paths(folder: Path) -> Iterator[tuple[DataSet, Path]]:
    """Each data set with the folder it lies in."""
    for data_set in present(folder):
        yield data_set, folder / data_set.folder
