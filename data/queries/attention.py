"""What staff should look at: devices that fell silent, and registers whose readings do not come."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from data.readings import ReadingsStore
from data.store.manifest import chunks
from data.store.tables import SERIES
from data.tables.accounts import Account, Customer, Tenancy
from data.tables.sites import Device, MeterInstallation, MeterRegister, Register, Site, SupplyPoint


@dataclass(frozen=True)
class PlaceRow:
    """A site and the customer whose stay holds the day; no customer where nobody lives."""

    site_id: int
    name: str
    city: str
    zone_name: str
    customer_public_id: str | None


@dataclass(frozen=True)
class RegisterRow:
    register_id: int
    site_id: int
    interval_s: int


def silent_devices(db: Session, before: datetime, *, limit: int) -> tuple[int, list[tuple[int, str, datetime]]]:
    """How many devices were last heard before an instant, and of the latest of them site, name and when."""
    silent = Device.last_seen_at < before
    total = db.scalar(select(func.count()).select_from(Device).where(silent)) or 0
    query = select(Device.site_id, Device.name, Device.last_seen_at).where(silent)
    rows = db.execute(query.order_by(Device.last_seen_at.desc(), Device.id).limit(limit))
    return total, [(row[0], row[1], row[2]) for row in rows if row[2] is not None]


def ends_before(store: ReadingsStore, before: datetime) -> dict[int, datetime]:
    """The instant after the last reading of every register that has none since."""
    query = select(SERIES.c.register_id, SERIES.c.end_s).where(SERIES.c.end_s < int(before.timestamp()))
    with store.manifest.reading() as connection:
        return {row[0]: datetime.fromtimestamp(row[1], UTC) for row in connection.execute(query)}


def metering(db: Session, register_ids: Collection[int]) -> list[RegisterRow]:
    """Those of the registers that a meter in place counts as supply; submeters have devices of their own."""
    query = (
        select(Register.id, SupplyPoint.site_id, Register.interval_s)
        .join(SupplyPoint, SupplyPoint.id == Register.supply_point_id)
        .join(MeterRegister, MeterRegister.register_id == Register.id)
        .join(MeterInstallation, MeterInstallation.meter_id == MeterRegister.meter_id)
        .where(MeterInstallation.removed_utc.is_(None), Register.flow.in_(("import", "export", "production")))
        .where(SupplyPoint.commodity != "weather")
        .distinct()
    )
    found = (db.execute(query.where(Register.id.in_(some))) for some in chunks(list(register_ids)))
    return [RegisterRow(*row) for rows in found for row in rows]


def places(db: Session, site_ids: Iterable[int], day: date) -> dict[int, PlaceRow]:
    query = (
        select(Site.id, Site.name, Site.city, Site.time_zone, Customer.public_id)
        .outerjoin(Tenancy, (Tenancy.site_id == Site.id) & _holds(day))
        .outerjoin(Account, Account.id == Tenancy.account_id)
        .outerjoin(Customer, Customer.id == Account.customer_id)
        .where(Site.id.in_(list(site_ids)))
    )
    return {row[0]: PlaceRow(*row) for row in db.execute(query)}


def _holds(day: date) -> ColumnElement[bool]:
    return (Tenancy.first_date <= day) & or_(Tenancy.end_date.is_(None), Tenancy.end_date > day)
