"""Removes the simulated sites that an interrupted attempt left behind: sites in which no account has ever lived."""

from __future__ import annotations

from sqlalchemy import delete, select

from data.seed.stores import Stores
from data.tables.accounts import Tenancy
from data.tables.sites import Device, Meter, MeterInstallation, MeterRegister, Register, Site, SiteEvent, SupplyPoint


def remove_leftovers(stores: Stores) -> int:
    """Readings first, then rows, so that an interruption here is mended by the next attempt; how many sites."""
    sites = _abandoned(stores)
    if not sites:
        return 0
    points = select(SupplyPoint.id).where(SupplyPoint.site_id.in_(sites))
    registers = select(Register.id).where(Register.supply_point_id.in_(points))
    with stores.records.reading() as db:
        register_ids = list(db.scalars(registers))
        meters = list(
            db.scalars(select(MeterInstallation.meter_id).where(MeterInstallation.supply_point_id.in_(points)))
        )
    stores.readings.erase(register_ids)
    with stores.records.transaction() as tx:
        tx.execute(delete(Device).where(Device.site_id.in_(sites)))
        tx.execute(delete(SiteEvent).where(SiteEvent.site_id.in_(sites)))
        tx.execute(delete(MeterRegister).where(MeterRegister.register_id.in_(register_ids)))
        tx.execute(delete(MeterInstallation).where(MeterInstallation.meter_id.in_(meters)))
        tx.execute(delete(Register).where(Register.id.in_(register_ids)))
        tx.execute(delete(SupplyPoint).where(SupplyPoint.site_id.in_(sites)))
        tx.execute(delete(Meter).where(Meter.id.in_(meters)))
        tx.execute(delete(Site).where(Site.id.in_(sites)))
    return len(sites)


def _abandoned(stores: Stores) -> list[int]:
    """Simulated sites, where no simulated site has a tenancy: then the world was never finished."""
    simulated = select(Site.id).where(Site.source.like("Demo simulator, world %"))
    with stores.records.reading() as db:
        if db.scalar(select(Tenancy.id).where(Tenancy.site_id.in_(simulated)).limit(1)) is not None:
            return []
        return list(db.scalars(simulated))
