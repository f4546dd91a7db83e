"""Registers as an ingest looks for them: by series id, public id, label or the serial of their meter."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from data.tables.sites import Meter, MeterRegister, Register, Site, SupplyPoint

IDS_PER_QUERY = 500


@dataclass(frozen=True)
class RegisterRow:
    id: int
    public_id: str
    external_id: str
    serial: str
    zone_name: str
    interval_s: int
    unit: str
    flow: str

    def answers_to(self, name: str) -> bool:
        return name in {self.external_id, self.public_id, self.serial}


def _select() -> Select:
    return (
        select(
            Register.id,
            Register.public_id,
            Register.external_id,
            Meter.serial,
            Site.time_zone,
            Register.interval_s,
            Register.unit,
            Register.flow,
        )
        .join(SupplyPoint, SupplyPoint.id == Register.supply_point_id)
        .join(Site, Site.id == SupplyPoint.site_id)
        .outerjoin(MeterRegister, MeterRegister.register_id == Register.id)
        .outerjoin(Meter, Meter.id == MeterRegister.meter_id)
        .order_by(Register.id)
    )


def registers_named(db: Session, names: Collection[str]) -> list[RegisterRow]:
    """Every register that answers to one of the names; one entry per meter that carries it."""
    wanted = [name for name in dict.fromkeys(names) if name]
    return [row for chunk in _chunks(wanted) for row in _named(db, chunk)]


def _named(db: Session, names: list[str]) -> Iterator[RegisterRow]:
    query = _select().where(
        or_(Register.external_id.in_(names), Register.public_id.in_(names), Meter.serial.in_(names))
    )
    return (RegisterRow(row[0], row[1], row[2], row[3] or "", *row[4:]) for row in db.execute(query))


def groups(db: Session) -> dict[int, str]:
    """Commodity and flow of every register, as the fleet sums them."""
    query = select(Register.id, SupplyPoint.commodity, Register.flow)
    rows = db.execute(query.join(SupplyPoint, SupplyPoint.id == Register.supply_point_id))
    return {row[0]: f"{row[1]}/{row[2]}" for row in rows}


def group_sizes(db: Session) -> list[tuple[str, int, int]]:
    """The same groups with how many sites and registers are in each; weather is not supply."""
    query = (
        select(
            SupplyPoint.commodity, Register.flow, func.count(SupplyPoint.site_id.distinct()), func.count(Register.id)
        )
        .join(SupplyPoint, SupplyPoint.id == Register.supply_point_id)
        .where(SupplyPoint.commodity != "weather")
        .group_by(SupplyPoint.commodity, Register.flow)
        .order_by(SupplyPoint.commodity, Register.flow)
    )
    return [(f"{row[0]}/{row[1]}", row[2], row[3]) for row in db.execute(query)]


def known_names(db: Session, limit: int = 2000) -> list[str]:
    """Names a file may use, for saying what was meant: series ids first, then public ids."""
    rows = db.execute(select(Register.external_id, Register.public_id).order_by(Register.id).limit(limit)).all()
    return [row[0] or row[1] for row in rows]


def _chunks(names: list[str]) -> Iterator[list[str]]:
    return (names[start : start + IDS_PER_QUERY] for start in range(0, len(names), IDS_PER_QUERY))
