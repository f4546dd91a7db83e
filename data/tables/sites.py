"""Sites, supply points, the chain of meters at each, the registers that become readings, and devices."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime

FLOWS = ("import", "export", "production", "charge", "discharge", "phase", "submeter", "temperature")
KINDS = (
    "",
    "solar",
    "wind",
    "battery",
    "heat_pump",
    "ev",
    "hot_water",
    "cooking",
    "laundry",
    "dishwasher",
    "fridge",
    "freezer",
    "circulation_pump",
    "office",
    "refrigeration",
    "lighting",
    "machines",
    "climate",
    "other",
)


class Site(Base):
    __tablename__ = "site"
    __table_args__ = (CheckConstraint("kind in ('home','business')", name="kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))  # "Lindenweg 14"
    street: Mapped[str] = mapped_column(String(120), default="")
    postcode: Mapped[str] = mapped_column(String(16), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    country: Mapped[str] = mapped_column(String(2), default="DE")
    region: Mapped[str] = mapped_column(String(40), default="")
    time_zone: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16), default="home")
    business_type: Mapped[str] = mapped_column(String(40), default="")
    people: Mapped[int | None]
    floor_area_m2: Mapped[int | None]
    heating: Mapped[str] = mapped_column(String(24), default="")  # gas, heat_pump, district, direct, none
    has_ev: Mapped[bool] = mapped_column(default=False)
    has_solar: Mapped[bool] = mapped_column(default=False)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    weather_register_id: Mapped[int | None]  # a register with flow "temperature"; shared by neighbours
    source: Mapped[str] = mapped_column(String(120), default="")  # "demo simulator", or attribution of real data


class SupplyPoint(Base):
    __tablename__ = "supply_point"
    __table_args__ = (CheckConstraint("commodity in ('electricity','gas','heat','weather')", name="commodity"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    commodity: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(33), default="")  # market location or similar


class Meter(Base):
    """A physical meter or sub-meter (smart plug, wall box counter)."""

    __tablename__ = "meter"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    label: Mapped[str] = mapped_column(String(80), default="")
    model: Mapped[str] = mapped_column(String(80), default="")
    kind: Mapped[str] = mapped_column(String(16), default="main")  # main, production, battery, submeter, weather


class MeterInstallation(Base):
    """Where a meter stood, `[installed_utc, removed_utc)`; in one place at a time by a migration."""

    __tablename__ = "meter_installation"
    __table_args__ = (
        CheckConstraint("removed_utc is null or removed_utc > installed_utc", name="order"),
        Index("ix_meter_installation_supply_point_id", "supply_point_id"),
        Index("ix_meter_installation_meter_id", "meter_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    supply_point_id: Mapped[int] = mapped_column(ForeignKey("supply_point.id"))
    installed_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Register(Base):
    """One continuous series of a supply point; it outlives meter exchanges. `id` is the store's register_id."""

    __tablename__ = "register"
    __table_args__ = (
        CheckConstraint(f"flow in {FLOWS}", name="flow"),
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint("interval_s in (300,600,900,1800,3600,86400)", name="interval"),
        Index("ix_register_supply_point_id", "supply_point_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    supply_point_id: Mapped[int] = mapped_column(ForeignKey("supply_point.id"))
    flow: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(24), default="")
    phase: Mapped[int] = mapped_column(default=0)  # 1, 2, 3 with flow "phase"
    label: Mapped[str] = mapped_column(String(80), default="")
    interval_s: Mapped[int] = mapped_column(default=900)
    unit: Mapped[str] = mapped_column(String(8), default="Wh")  # Wh, or mdegC for temperature
    external_id: Mapped[str] = mapped_column(String(80), default="", index=True)  # series_id of an ingest


class MeterRegister(Base):
    """Which physical meter carries which register."""

    __tablename__ = "meter_register"
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), primary_key=True, index=True)


class Device(Base):
    __tablename__ = "device"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))  # gateway, inverter, battery, wall_box, heat_pump, wind_turbine, plug
    name: Mapped[str] = mapped_column(String(80))
    model: Mapped[str] = mapped_column(String(80), default="")
    rated_w: Mapped[int | None]
    register_id: Mapped[int | None] = mapped_column(ForeignKey("register.id"))
    commissioned_on: Mapped[date | None]
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SiteEvent(Base):
    """What happened at a site, for the activity feed: `kind` is a code, `params` fill its sentence."""

    __tablename__ = "site_event"
    __table_args__ = (Index("ix_site_event_site_id_at", "site_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    params: Mapped[str] = mapped_column(String(2000), default="{}")  # JSON
