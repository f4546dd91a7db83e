"""Write side of tariffs, taxes, market prices, contracts and their terms. Each call is part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from data.tables.base import new_public_id
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
from domain.tariffs.holidays import Holidays
from domain.tariffs.prices import PriceSeries
from domain.tariffs.taxes import LevyRate, TaxRule


def add_tariff(tx: Session, **facts: Any) -> TariffVersion:
    """`facts` are columns of `TariffVersion`."""
    row = TariffVersion(**({"public_id": new_public_id("tariff")} | facts))
    tx.add(row)
    tx.flush()
    return row


def add_taxes(tx: Session, rules: Iterable[TaxRule], levies: Iterable[LevyRate]) -> None:
    for rule in rules:
        tx.add(
            TaxRow(
                vat_code=rule.vat_code, rate=f"{rule.rate:f}", category=rule.category, valid_from=rule.valid_from,
                valid_to=rule.valid_to, jurisdiction=rule.jurisdiction,
            )
        )  # fmt: skip
    for levy in levies:
        tx.add(LevyRow(levy=levy.levy, price=f"{levy.price:f}", valid_from=levy.valid_from, valid_to=levy.valid_to))
    tx.flush()


def add_holidays(tx: Session, holidays: Holidays) -> None:
    tx.add(HolidaySpan(region=holidays.region, first_year=holidays.first_year, last_year=holidays.last_year))
    tx.execute(insert(Holiday), [{"region": holidays.region, "day": day} for day in holidays.dates])
    tx.flush()


def add_prices(tx: Session, series: PriceSeries) -> int:
    """Append to the series of that name, which is made if there is none; how many prices. Published ones are kept."""
    row = tx.scalar(select(MarketSeries).where(MarketSeries.name == series.name))
    if row is None:
        row = MarketSeries(
            name=series.name, currency=series.currency, interval_s=series.interval_s, scale=series.scale,
            source=series.source,
        )  # fmt: skip
        tx.add(row)
        tx.flush()
    starts = series.start_utc.astype("datetime64[s]").astype(int).tolist()
    rows = [
        {"series_id": row.id, "start_s": start, "price": price}
        for start, price in zip(starts, series.price.tolist(), strict=True)
    ]
    if rows:
        tx.execute(insert(PricePoint), rows)
    return len(rows)


def add_contract(tx: Session, *, now: datetime, **facts: Any) -> Contract:
    """`facts` are columns of `Contract`."""
    row = Contract(**({"public_id": new_public_id("con"), "created_at": now} | facts))
    tx.add(row)
    tx.flush()
    return row


def add_term(
    tx: Session,
    *,
    contract_id: int,
    tariff_version_id: int,
    first_date: date,
    end_date: date | None = None,
    now: datetime,
) -> ContractTerm:
    row = ContractTerm(
        contract_id=contract_id, tariff_version_id=tariff_version_id, first_date=first_date, end_date=end_date, known_at=now
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def lock_contract(tx: Session, contract_id: int) -> Contract | None:
    """The contract; until the end of the transaction nobody else changes it."""
    return tx.scalar(select(Contract).where(Contract.id == contract_id).with_for_update())


def end_contract(tx: Session, contract_id: int, end: date, *, now: datetime) -> None:
    """The contract, and what applies in it, end before a local day."""
    supersede_terms(tx, contract_id, end, now=now)
    tx.execute(update(Contract).where(Contract.id == contract_id).values(end_date=end))


def continue_contract(tx: Session, contract_id: int) -> None:
    """The contract has no end any more; what applies from the end on is added by the caller."""
    tx.execute(update(Contract).where(Contract.id == contract_id).values(end_date=None))


def supersede_terms(tx: Session, contract_id: int, since: date, *, now: datetime) -> None:
    """End what applies from a day on: terms from then on are superseded, the one that reaches into it ends there."""
    live = tx.scalars(
        select(ContractTerm).where(ContractTerm.contract_id == contract_id, ContractTerm.superseded_at.is_(None))
    ).all()
    for row in live:
        if row.end_date is not None and row.end_date <= since:
            continue
        tx.execute(update(ContractTerm).where(ContractTerm.id == row.id).values(superseded_at=now))
        if row.first_date < since:
            add_term(
                tx, contract_id=contract_id, tariff_version_id=row.tariff_version_id, first_date=row.first_date,
                end_date=since, now=now,
            )  # fmt: skip
    tx.flush()


def tariff_id(tx: Session, public_id: str) -> int:
    """The row of a tariff version that is there."""
    return tx.scalars(select(TariffVersion.id).where(TariffVersion.public_id == public_id)).one()
