"""Which sites, meters and registers there are: rows for the service that checks who may see them.

Every request asks for them: the statements are built once, and rows of columns come without the ORM's identity map,
which took two thirds of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from data.tables.sites import Device, Meter, MeterInstallation, MeterRegister, Register, Site, SupplyPoint


class SiteRow(NamedTuple):
    id: int
    public_id: str
    name: str
    city: str
    kind: str
    time_zone: str
    has_solar: bool
    has_ev: bool
    people: int | None
    heating: str
    business_type: str
    weather_register_id: int | None
    source: str


class RegisterRow(NamedTuple):
    site_id: int
    commodity: str
    id: int
    public_id: str
    flow: str
    kind: str
    phase: int
    label: str
    interval_s: int
    unit: str


class InstalledRow(NamedTuple):
    """A meter in the time it stood; one row per register it carries, one with None for a meter without."""

    site_id: int
    commodity: str
    id: int
    public_id: str
    serial: str
    label: str
    model: str
    kind: str
    installed_utc: datetime
    removed_utc: datetime | None
    installation_id: int
    register_id: int | None


class OfSites(NamedTuple):
    """One question as two statements: most people have one site, and a list of them is laid out anew each time."""

    one: Select
    several: Select

    @classmethod
    def made(cls, query: Select, column: ColumnElement[int]) -> OfSites:
        return cls(
            query.where(column == bindparam("site_id")),
            query.where(column.in_(bindparam("site_ids", expanding=True))),
        )

    def rows(self, db: Session, site_ids: Sequence[int]) -> Sequence[Any]:
        if len(site_ids) == 1:
            return db.connection().execute(self.one, {"site_id": site_ids[0]}).all()
        return db.connection().execute(self.several, {"site_ids": list(site_ids)}).all()


SITE, POINT, METER = Site.__table__.c, SupplyPoint.__table__.c, Meter.__table__.c
INSTALLATION, CARRIED, REGISTER = MeterInstallation.__table__.c, MeterRegister.__table__.c, Register.__table__.c

EVERY_SITE: Select = select(*(SITE[name] for name in SiteRow._fields)).order_by(SITE.id)
SITES = OfSites.made(EVERY_SITE, SITE.id)
REGISTERS: Select = (
    select(POINT.site_id, POINT.commodity, *(REGISTER[name] for name in RegisterRow._fields[2:]))
    .join_from(SupplyPoint.__table__, Register.__table__, REGISTER.supply_point_id == POINT.id)
    .order_by(REGISTER.id)
)
OF_SITES_REGISTERS = OfSites.made(REGISTERS, POINT.site_id)
INSTALLED: Select = (
    select(
        POINT.site_id, POINT.commodity, *(METER[name] for name in InstalledRow._fields[2:8]),
        INSTALLATION.installed_utc, INSTALLATION.removed_utc, INSTALLATION.id, CARRIED.register_id,
    )
    .join_from(SupplyPoint.__table__, MeterInstallation.__table__, INSTALLATION.supply_point_id == POINT.id)
    .join(Meter.__table__, METER.id == INSTALLATION.meter_id)
    .outerjoin(MeterRegister.__table__, CARRIED.meter_id == METER.id)
    .order_by(INSTALLATION.installed_utc, METER.id, INSTALLATION.id, CARRIED.register_id)
)  # fmt: skip
OF_SITES_INSTALLED = OfSites.made(INSTALLED, POINT.site_id)


def sites(db: Session, site_ids: Sequence[int]) -> list[SiteRow]:
    return [SiteRow(*row) for row in SITES.rows(db, site_ids)]


def registers(db: Session, site_ids: Sequence[int]) -> list[RegisterRow]:
    return [RegisterRow(*row) for row in OF_SITES_REGISTERS.rows(db, site_ids)]


def installed(db: Session, site_ids: Sequence[int]) -> list[InstalledRow]:
    """Meters with their registers, oldest first."""
    return [InstalledRow(*row) for row in OF_SITES_INSTALLED.rows(db, site_ids)]


def devices(db: Session, site_id: int) -> list[Device]:
    return list(db.scalars(select(Device).where(Device.site_id == site_id).order_by(Device.id)))


def every_site(db: Session) -> list[SiteRow]:
    return [SiteRow(*row) for row in db.connection().execute(EVERY_SITE)]
