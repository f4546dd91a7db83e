"""Which sites, meters and registers there are: rows for the service that checks who may see them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.tables.sites import Device, Meter, MeterInstallation, MeterRegister, Register, Site, SupplyPoint


def sites(db: Session, site_ids: Sequence[int]) -> list[Site]:
    return list(db.scalars(select(Site).where(Site.id.in_(site_ids)).order_by(Site.id)))


def registers(db: Session, site_ids: Sequence[int]) -> list[tuple[int, str, Register]]:
    """`(site_id, commodity, register)` of several sites."""
    rows = db.execute(
        select(SupplyPoint.site_id, SupplyPoint.commodity, Register)
        .join(Register, Register.supply_point_id == SupplyPoint.id)
        .where(SupplyPoint.site_id.in_(site_ids))
        .order_by(Register.id)
    )
    return [(site_id, commodity, register) for site_id, commodity, register in rows]


def installations(db: Session, site_ids: Sequence[int]) -> list[tuple[int, str, Meter, MeterInstallation]]:
    """`(site_id, commodity, meter, installation)`, oldest first."""
    rows = db.execute(
        select(SupplyPoint.site_id, SupplyPoint.commodity, Meter, MeterInstallation)
        .join(MeterInstallation, MeterInstallation.supply_point_id == SupplyPoint.id)
        .join(Meter, Meter.id == MeterInstallation.meter_id)
        .where(SupplyPoint.site_id.in_(site_ids))
        .order_by(MeterInstallation.installed_utc, Meter.id)
    )
    return [(site_id, commodity, meter, installed) for site_id, commodity, meter, installed in rows]


def meter_registers(db: Session, meter_ids: Sequence[int]) -> list[tuple[int, int]]:
    """`(meter_id, register_id)` pairs."""
    rows = db.execute(
        select(MeterRegister.meter_id, MeterRegister.register_id)
        .where(MeterRegister.meter_id.in_(meter_ids))
        .order_by(MeterRegister.register_id)
    )
    return [(meter_id, register_id) for meter_id, register_id in rows]


def devices(db: Session, site_id: int) -> list[Device]:
    return list(db.scalars(select(Device).where(Device.site_id == site_id).order_by(Device.id)))


def every_site(db: Session) -> list[Site]:
    return list(db.scalars(select(Site).order_by(Site.id)))
