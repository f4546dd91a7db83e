"""Write side of sites, supply points, meters, registers and devices: tiny functions, one row each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from data.tables.base import new_public_id
from data.tables.sites import Meter, MeterInstallation, MeterRegister, Register, Site, SupplyPoint


def add_site(tx: Session, *, name: str, time_zone: str, **facts: Any) -> Site:
    """`facts` are columns of `Site`: city, country, kind, people, source, ..."""
    row = Site(public_id=new_public_id("site"), name=name, time_zone=time_zone, **facts)
    tx.add(row)
    tx.flush()
    return row


def add_supply_point(tx: Session, *, site_id: int, commodity: str, code: str = "") -> SupplyPoint:
    row = SupplyPoint(public_id=new_public_id("point"), site_id=site_id, commodity=commodity, code=code)
    tx.add(row)
    tx.flush()
    return row


def add_meter(
    tx: Session, *, supply_point_id: int, serial: str, installed_utc: datetime, kind: str = "main", label: str = ""
) -> Meter:
    """A meter, installed at a supply point from an instant on."""
    row = Meter(public_id=new_public_id("meter"), serial=serial, kind=kind, label=label)
    tx.add(row)
    tx.flush()
    tx.add(MeterInstallation(meter_id=row.id, supply_point_id=supply_point_id, installed_utc=installed_utc))
    tx.flush()
    return row


def add_register(tx: Session, *, supply_point_id: int, meter_id: int | None, flow: str, **facts: Any) -> Register:
    """`facts` are columns of `Register`: kind, label, interval_s, unit, external_id, phase."""
    row = Register(public_id=new_public_id("register"), supply_point_id=supply_point_id, flow=flow, **facts)
    tx.add(row)
    tx.flush()
    if meter_id is not None:
        tx.add(MeterRegister(meter_id=meter_id, register_id=row.id))
        tx.flush()
    return row
