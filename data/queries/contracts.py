"""Read side of contracts and tariffs: who is supplied under what, the versions on offer, taxes, holidays, prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from data.tables.accounts import Account, Customer, Tenancy
from data.tables.contracts import (
    Contract,
    ContractTerm,
    Holiday,
    HolidaySpan,
    LevyRow,
    MarketSeries,
    PricePoint,
    TariffVersion,
    TaxRow,
)
from data.tables.sites import Device, Register, Site, SupplyPoint
from domain.tariffs.holidays import Holidays
from domain.tariffs.prices import PriceSeries
from domain.tariffs.taxes import LevyRate, TaxRule, TaxTable

GENERATORS = ("inverter", "wind_turbine")


class ContractRow(NamedTuple):
    """A contract with what is asked of its account, site and supply point. Dates are local, `[first_date, end_date)`."""

    id: int
    public_id: str
    number: str
    account_id: int
    account_number: str
    account_public_id: str
    customer_kind: str
    supply_point_id: int
    supply_point_code: str
    commodity: str
    site_id: int
    site_public_id: str
    site_name: str
    zone_name: str
    direction: str
    signed_on: date
    first_date: date
    end_date: date | None
    minimum_until: date | None
    notice_days: int
    renewal_months: int
    exit_fee_minor: int
    payment_terms_days: int
    billing_cycle: str
    commissioning_date: date | None
    installed_kw: str | None
    capacities: str
    order_number: str


class TermRow(NamedTuple):
    """The tariff version of a contract in `[first_date, end_date)`."""

    contract_id: int
    tariff_version_id: int
    code: str
    version: int
    name: str
    first_date: date
    end_date: date | None
    known_at: datetime
    superseded_at: datetime | None


CONTRACTS: Select = (
    select(
        Contract.id, Contract.public_id, Contract.number, Contract.account_id, Account.number, Account.public_id,
        Customer.kind, Contract.supply_point_id, SupplyPoint.code, SupplyPoint.commodity, SupplyPoint.site_id,
        Site.public_id, Site.name, Site.time_zone, Contract.direction, Contract.signed_on, Contract.first_date,
        Contract.end_date, Contract.minimum_until, Contract.notice_days, Contract.renewal_months,
        Contract.exit_fee_minor, Contract.payment_terms_days, Contract.billing_cycle, Contract.commissioning_date,
        Contract.installed_kw, Contract.capacities, Contract.order_number,
    )
    .join(Account, Account.id == Contract.account_id)
    .join(Customer, Customer.id == Account.customer_id)
    .join(SupplyPoint, SupplyPoint.id == Contract.supply_point_id)
    .join(Site, Site.id == SupplyPoint.site_id)
    .order_by(Contract.first_date.desc(), Contract.id)
)  # fmt: skip


TERMS: Select = (
    select(
        ContractTerm.contract_id, ContractTerm.tariff_version_id, TariffVersion.code, TariffVersion.version,
        TariffVersion.name, ContractTerm.first_date, ContractTerm.end_date, ContractTerm.known_at,
        ContractTerm.superseded_at,
    )
    .join(TariffVersion, TariffVersion.id == ContractTerm.tariff_version_id)
    .order_by(ContractTerm.first_date)
)  # fmt: skip


def contracts_of(db: Session, account_ids: Iterable[int]) -> list[ContractRow]:
    """The contracts of accounts, newest first."""
    rows = db.execute(CONTRACTS.where(Contract.account_id.in_(list(account_ids))))
    return [ContractRow(*row) for row in rows]


def contract_row(db: Session, public_id: str) -> ContractRow | None:
    row = db.execute(CONTRACTS.where(Contract.public_id == public_id)).one_or_none()
    return None if row is None else ContractRow(*row)


def contract_by_id(db: Session, contract_id: int) -> ContractRow | None:
    row = db.execute(CONTRACTS.where(Contract.id == contract_id)).one_or_none()
    return None if row is None else ContractRow(*row)


def contracts_in(db: Session, first: date, end: date) -> list[ContractRow]:
    """The contracts that have a day in `[first, end)`, by row."""
    lasting = or_(Contract.end_date.is_(None), Contract.end_date > first)
    rows = db.execute(CONTRACTS.where(Contract.first_date < end, lasting).order_by(None).order_by(Contract.id))
    return [ContractRow(*row) for row in rows]


def contract_meanwhile(
    db: Session, supply_point_id: int, direction: str, first: date, end: date | None
) -> ContractRow | None:
    """The first contract of a supply point in a direction that has a day in `[first, end)`; an open end is None."""
    lasting = or_(Contract.end_date.is_(None), Contract.end_date > first)
    found = CONTRACTS.where(Contract.supply_point_id == supply_point_id, Contract.direction == direction, lasting)
    if end is not None:
        found = found.where(Contract.first_date < end)
    row = db.execute(found.order_by(None).order_by(Contract.first_date).limit(1)).one_or_none()
    return None if row is None else ContractRow(*row)


def terms_of(db: Session, contract_id: int, known_at: datetime | None = None) -> list[TermRow]:
    """The terms of a contract in order, as they stand or as they were known at an instant."""
    query = TERMS.where(ContractTerm.contract_id == contract_id)
    if known_at is None:
        query = query.where(ContractTerm.superseded_at.is_(None))
    else:
        still = or_(ContractTerm.superseded_at.is_(None), ContractTerm.superseded_at > known_at)
        query = query.where(ContractTerm.known_at <= known_at, still)
    return [TermRow(*row) for row in db.execute(query)]


def tariff_bodies(db: Session, tariff_version_ids: Iterable[int]) -> dict[int, str]:
    """The tariff files of versions, by row."""
    query = select(TariffVersion.id, TariffVersion.body).where(TariffVersion.id.in_(list(tariff_version_ids)))
    return {row.id: row.body for row in db.execute(query)}


def tariffs_on_offer(db: Session, day: date) -> list[TariffVersion]:
    """The versions that can be signed on a day, by name; of one tariff the newest."""
    found = db.scalars(
        select(TariffVersion)
        .where(TariffVersion.offered_from <= day)
        .where(or_(TariffVersion.offered_until.is_(None), TariffVersion.offered_until > day))
        .order_by(TariffVersion.name, TariffVersion.version.desc())
    )
    newest: dict[str, TariffVersion] = {}
    for row in found:
        newest.setdefault(row.code, row)
    return list(newest.values())


def tariff_row(db: Session, public_id: str) -> TariffVersion | None:
    return db.scalar(select(TariffVersion).where(TariffVersion.public_id == public_id))


def tariff_versions(db: Session, code: str) -> Sequence[TariffVersion]:
    """The versions of a tariff, oldest first."""
    return db.scalars(select(TariffVersion).where(TariffVersion.code == code).order_by(TariffVersion.version)).all()


def registers_at(db: Session, supply_point_id: int) -> list[tuple[int, str]]:
    """Row and flow of the registers of a supply point."""
    query = select(Register.id, Register.flow).where(Register.supply_point_id == supply_point_id).order_by(Register.id)
    return [(number, flow) for number, flow in db.execute(query)]


def taxes(db: Session) -> TaxTable:
    """Every VAT rule and levy, with their dates."""
    rules = db.scalars(select(TaxRow).order_by(TaxRow.vat_code, TaxRow.valid_from))
    levies = db.scalars(select(LevyRow).order_by(LevyRow.levy, LevyRow.valid_from))
    return TaxTable(
        tuple(
            TaxRule(
                vat_code=row.vat_code, rate=Decimal(row.rate), category=row.category,  # type: ignore[arg-type]  # checked by the table
                valid_from=row.valid_from, valid_to=row.valid_to, jurisdiction=row.jurisdiction,
            )
            for row in rules
        ),
        tuple(
            LevyRate(levy=row.levy, price=Decimal(row.price), valid_from=row.valid_from, valid_to=row.valid_to)
            for row in levies
        ),
    )  # fmt: skip


def holidays(db: Session) -> dict[str, Holidays]:
    """The holidays that are written down, by region."""
    days: dict[str, list[date]] = {}
    for region, day in db.execute(select(Holiday.region, Holiday.day).order_by(Holiday.day)):
        days.setdefault(region, []).append(day)
    spans = db.scalars(select(HolidaySpan))
    return {
        row.region: Holidays(row.region, row.first_year, row.last_year, tuple(days.get(row.region, ())))
        for row in spans
    }


def price_series(db: Session, names: Iterable[str], start_s: int, end_s: int) -> dict[str, PriceSeries]:
    """Market prices of the intervals that start in `[start_s, end_s)`, UTC seconds, by name of the series."""
    found = {}
    for row in db.scalars(select(MarketSeries).where(MarketSeries.name.in_(list(names)))):
        points = db.execute(
            select(PricePoint.start_s, PricePoint.price)
            .where(PricePoint.series_id == row.id, PricePoint.start_s >= start_s, PricePoint.start_s < end_s)
            .order_by(PricePoint.start_s)
        ).all()
        values = np.array([tuple(point) for point in points], dtype=np.int64).reshape(-1, 2)
        starts = np.ascontiguousarray(values[:, 0]).astype("datetime64[s]")
        prices = np.ascontiguousarray(values[:, 1])
        found[row.name] = PriceSeries(row.name, row.currency, row.interval_s, row.scale, starts, prices, row.source)
    return found


class SupplyRow(NamedTuple):
    """A supply point in the dates of one tenancy `[first_date, end_date)`, with what a contract on it needs to know."""

    account_id: int
    account_number: str
    customer_kind: str
    supply_point_id: int
    commodity: str
    site_name: str
    site_source: str
    zone_name: str
    first_date: date
    end_date: date | None
    flows: frozenset[str]
    rated_w: int  # of the generators that stand there


def supplied(db: Session) -> list[SupplyRow]:
    """Every supply point of every tenancy, by row."""
    flows: dict[int, set[str]] = {}
    for point, flow in db.execute(select(Register.supply_point_id, Register.flow)):
        flows.setdefault(point, set()).add(flow)
    made = select(Device.site_id, func.sum(Device.rated_w)).where(Device.kind.in_(GENERATORS)).group_by(Device.site_id)
    rated = {row[0]: int(row[1] or 0) for row in db.execute(made)}
    rows = db.execute(
        select(
            Account.id, Account.number, Customer.kind, SupplyPoint.id, SupplyPoint.commodity, Site.name, Site.source,
            Site.time_zone, Tenancy.first_date, Tenancy.end_date, Site.id,
        )
        .join(Tenancy, Tenancy.account_id == Account.id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Site, Site.id == Tenancy.site_id)
        .join(SupplyPoint, SupplyPoint.site_id == Site.id)
        .where(SupplyPoint.commodity != "weather")
        .order_by(SupplyPoint.id, Tenancy.first_date)
    )  # fmt: skip
    return [SupplyRow(*row[:10], frozenset(flows.get(row[3], ())), rated.get(row[10], 0)) for row in rows]


def newest_price_s(db: Session, name: str) -> int | None:
    """The start of the newest price of a series, UTC seconds; None without any."""
    newest = select(func.max(PricePoint.start_s)).join(MarketSeries, MarketSeries.id == PricePoint.series_id)
    return db.scalar(newest.where(MarketSeries.name == name))


def terms_of_many(db: Session, contract_ids: Iterable[int], known_at: datetime) -> dict[int, list[TermRow]]:
    """The terms of contracts in order, by contract, as they were known at an instant; a run asks once for many."""
    found: dict[int, list[TermRow]] = {}
    still = or_(ContractTerm.superseded_at.is_(None), ContractTerm.superseded_at > known_at)
    wanted = ContractTerm.contract_id.in_(list(contract_ids))
    for row in db.execute(TERMS.where(wanted, ContractTerm.known_at <= known_at, still)):
        found.setdefault(row.contract_id, []).append(TermRow(*row))
    return found


def registers_at_many(db: Session, supply_point_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Row and flow of the registers of supply points, by supply point."""
    query = select(Register.supply_point_id, Register.id, Register.flow).order_by(Register.id)
    found: dict[int, list[tuple[int, str]]] = {}
    for point, number, flow in db.execute(query.where(Register.supply_point_id.in_(list(supply_point_ids)))):
        found.setdefault(point, []).append((number, flow))
    return found


def stays(db: Session, account_ids: Iterable[int]) -> dict[tuple[int, int], list[tuple[date, date | None]]]:
    """The local days `[first, end)` in which accounts have sites, by account and site."""
    query = select(Tenancy.account_id, Tenancy.site_id, Tenancy.first_date, Tenancy.end_date)
    found: dict[tuple[int, int], list[tuple[date, date | None]]] = {}
    for account, site, first, end in db.execute(query.where(Tenancy.account_id.in_(list(account_ids)))):
        found.setdefault((account, site), []).append((first, end))
    return found


def terms_changed(db: Session, contract_ids: Iterable[int]) -> dict[int, list[datetime]]:
    """When terms of contracts became known or were superseded, by contract."""
    query = select(ContractTerm.contract_id, ContractTerm.known_at, ContractTerm.superseded_at)
    found: dict[int, list[datetime]] = {}
    for number, known_at, superseded_at in db.execute(query.where(ContractTerm.contract_id.in_(list(contract_ids)))):
        found.setdefault(number, []).extend(at for at in (known_at, superseded_at) if at is not None)
    return found


def tariffs_by_id(db: Session, tariff_version_ids: Iterable[int]) -> list[TariffVersion]:
    """Versions by row."""
    return list(db.scalars(select(TariffVersion).where(TariffVersion.id.in_(list(tariff_version_ids)))))
