"""Tariff versions, what the market and the law add to them, and who is supplied under which from when to when.

Prices and sizes are text: SQLite would make floats of decimals.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


class TariffVersion(Base):
    """One version of a tariff as it is sold; a migration keeps it as it was once a contract names it.

    body : the tariff file, format tariff/1; digest : SHA-256 of what it charges
    offered_from, offered_until : when it can be signed, `[from, until)`
    """

    __tablename__ = "tariff_version"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("commodity in ('electricity','gas','heat')", name="commodity"),
        CheckConstraint("direction in ('supply','feed_in')", name="direction"),
        CheckConstraint("customer_class in ('household','business','any')", name="customer_class"),
        CheckConstraint("offered_until is null or offered_until > offered_from", name="offered"),
        CheckConstraint("exit_fee_minor >= 0", name="exit_fee"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(500), default="")
    commodity: Mapped[str] = mapped_column(String(16))
    direction: Mapped[str] = mapped_column(String(8), default="supply")
    customer_class: Mapped[str] = mapped_column(String(16), default="any")
    currency: Mapped[str] = mapped_column(String(3))
    zone: Mapped[str] = mapped_column(String(40))
    offered_from: Mapped[date]
    offered_until: Mapped[date | None]
    term_months: Mapped[int] = mapped_column(default=0)  # 0: no minimum term
    notice_days: Mapped[int] = mapped_column(default=14)
    renewal_months: Mapped[int] = mapped_column(default=1)
    guarantee_months: Mapped[int] = mapped_column(default=0)
    exit_fee_minor: Mapped[int] = mapped_column(default=0)
    green_share_percent: Mapped[int | None]
    co2_g_per_kwh: Mapped[int | None]
    body: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TaxRow(Base):
    """What a VAT code means in `[valid_from, valid_to)`, by day of supply."""

    __tablename__ = "tax_rule"
    __table_args__ = (
        UniqueConstraint("vat_code", "valid_from"),
        CheckConstraint("category in ('S','Z','E','AE','O')", name="category"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    vat_code: Mapped[str] = mapped_column(String(24))
    rate: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(2), default="S")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    jurisdiction: Mapped[str] = mapped_column(String(8), default="")


class LevyRow(Base):
    """A public charge per kWh in `[valid_from, valid_to)`. [currency / kWh]"""

    __tablename__ = "levy_rate"
    __table_args__ = (UniqueConstraint("levy", "valid_from"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    levy: Mapped[str] = mapped_column(String(40))
    price: Mapped[str] = mapped_column(String(24))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Holiday(Base):
    """A public holiday of a region, written down so that a bill comes out the same in ten years."""

    __tablename__ = "holiday"
    region: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class HolidaySpan(Base):
    """The years of a region whose holidays are written down, both included."""

    __tablename__ = "holiday_span"
    region: Mapped[str] = mapped_column(String(16), primary_key=True)
    first_year: Mapped[int]
    last_year: Mapped[int]


class MarketSeries(Base):
    """A market price series; `scale` parts of a currency unit per kWh, `source` says who published it."""

    __tablename__ = "price_series"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    interval_s: Mapped[int]
    scale: Mapped[int]
    source: Mapped[str] = mapped_column(String(200), default="")


class PricePoint(Base):
    """The price of the interval that starts at `start_s`, UTC seconds. [1/scale currency / kWh]"""

    __tablename__ = "price_point"
    series_id: Mapped[int] = mapped_column(ForeignKey("price_series.id"), primary_key=True)
    start_s: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    price: Mapped[int] = mapped_column(BigInteger)


class Contract(Base):
    """Supply of, or feed-in from, one supply point in local dates `[first_date, end_date)`; one at a time.

    minimum_until : the first day on which it could end; renewal_months : by how much it goes on after that, 0 for ever
    """

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("end_date is null or end_date > first_date", name="dates"),
        CheckConstraint("direction in ('supply','feed_in')", name="direction"),
        CheckConstraint("billing_cycle in ('monthly','yearly')", name="billing_cycle"),
        Index("ix_contract_supply_point_id", "supply_point_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    supply_point_id: Mapped[int] = mapped_column(ForeignKey("supply_point.id"))
    direction: Mapped[str] = mapped_column(String(8), default="supply")
    signed_on: Mapped[date]
    first_date: Mapped[date]
    end_date: Mapped[date | None]
    minimum_until: Mapped[date | None]
    notice_days: Mapped[int] = mapped_column(default=14)
    renewal_months: Mapped[int] = mapped_column(default=1)
    exit_fee_minor: Mapped[int] = mapped_column(default=0)
    payment_terms_days: Mapped[int] = mapped_column(default=14)
    billing_cycle: Mapped[str] = mapped_column(String(8), default="monthly")
    commissioning_date: Mapped[date | None]
    installed_kw: Mapped[str | None] = mapped_column(String(16))
    capacities: Mapped[str] = mapped_column(String(200), default="{}")  # JSON: {"kVA": "6"}
    order_number: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContractTerm(Base):
    """The tariff version of a contract in local dates `[first_date, end_date)`; one at a time of those not superseded.

    A row is never changed, only superseded, so that a bill can be computed again as its contract was known then.
    """

    __tablename__ = "contract_term"
    __table_args__ = (
        CheckConstraint("end_date is null or end_date > first_date", name="dates"),
        Index("ix_contract_term_contract_id", "contract_id"),
        Index("ix_contract_term_tariff_version_id", "tariff_version_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    tariff_version_id: Mapped[int] = mapped_column(ForeignKey("tariff_version.id"))
    first_date: Mapped[date]
    end_date: Mapped[date | None]
    known_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
