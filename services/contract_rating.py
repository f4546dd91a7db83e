"""Contracts priced: the terms, readings and market of a contract, put to the one function that rates.

For runs, jobs and services that have asked who is looking; whoever looks is asked in `services.contracts`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from adapters.tariffs import json_file
from data.queries import consumption
from data.queries import contracts as queries
from data.queries.contracts import ContractRow, TermRow
from domain.calendar import Period, PeriodKind, add_months
from domain.errors import NotFoundError
from domain.tariffs.base import Facts, Market
from domain.tariffs.compare import YearCost, compare
from domain.tariffs.metered import summed
from domain.tariffs.rate import RatingResult, Term, rate
from domain.tariffs.slots import Use
from domain.tariffs.tariff import Tariff
from services import portal


@dataclass(frozen=True)
class Priced:
    """Everything one rating of a contract is made from."""

    contract: ContractRow
    terms: tuple[Term, ...]
    facts: Facts
    market: Market
    use: Use

    def rate(self, period: Period) -> RatingResult:
        return rate(self.terms, period, self.use, self.facts, self.market)


def rate_contract(contract_id: int, period: Period, known_at: datetime | None = None) -> RatingResult:
    """What a contract costs in the local days of a period; net, unrounded parts and rounded lines."""
    return priced(contract_id, period, known_at).rate(period)


def priced(contract_id: int, period: Period, known_at: datetime | None = None) -> Priced:
    """The inputs of a rating, as they stand or as they were known at an instant.

    The readings reach back as far as the tariffs look (ratchets, banks, what is due by the year).
    """
    return priced_row(row_of(contract_id), period, known_at)


def priced_row(contract: ContractRow, period: Period, known_at: datetime | None = None) -> Priced:
    """As `priced`, for a contract as it stands or as a document has kept it."""
    applied = terms(contract.id, known_at)
    tariffs = [term.tariff for term in applied]
    use = use_of(contract, tariffs, period, known_at)
    return Priced(contract, applied, facts_of(contract), market_of(tariffs, reached(tariffs, period), contract), use)


def row_of(contract_id: int) -> ContractRow:
    with portal.current().records.reading() as db:
        found = queries.contract_by_id(db, contract_id)
    if found is None:
        raise NotFoundError(what="contract")
    return found


def terms(contract_id: int, known_at: datetime | None = None) -> tuple[Term, ...]:
    """The tariff versions of a contract with their days."""
    with portal.current().records.reading() as db:
        rows = queries.terms_of(db, contract_id, known_at)
        bodies = queries.tariff_bodies(db, {row.tariff_version_id for row in rows})
    return tuple(term_of(row, bodies) for row in rows)


def term_of(row: TermRow, bodies: dict[int, str]) -> Term:
    return Term(parsed(bodies[row.tariff_version_id]), row.first_date, row.end_date or date.max)


@lru_cache(maxsize=512)
def parsed(body: str) -> Tariff:
    """The tariff of a stored file; versions in use never change, so each is read once."""
    return json_file.parse(body).tariff


def facts_of(contract: ContractRow) -> Facts:
    sizes = json.loads(contract.capacities)
    return Facts(
        commissioning_date=contract.commissioning_date,
        installed_kw=Decimal(contract.installed_kw) if contract.installed_kw else None,
        capacities={name: Decimal(size) for name, size in sizes.items()},
    )


def own_days(contract: ContractRow, period: Period) -> Period | None:
    """The days of a period in which the contract runs and its account is at the site: the newest stay that has any.

    What was metered before or after belongs to somebody else, whatever the contract says.
    """
    with portal.current().records.reading() as db:
        stays = queries.stays(db, [contract.account_id]).get((contract.account_id, contract.site_id), [])
    within = period.clip(contract.first_date, contract.end_date)
    found = [
        days for first, end in sorted(stays, key=lambda stay: stay[0]) if within and (days := within.clip(first, end))
    ]
    return found[-1] if found else None


def use_of(contract: ContractRow, tariffs: Iterable[Tariff], period: Period, known_at: datetime | None = None) -> Use:
    """The readings of the contract's supply point in the flows its tariffs price, within the contract and the stay."""
    listed = list(tariffs)
    own = own_days(contract, reached(listed, period))
    if own is None:
        return Use(contract.zone_name, {})
    with portal.current().records.reading() as db:
        registers = queries.registers_at(db, contract.supply_point_id)
    bounds = own.bounds_utc(contract.zone_name)
    store, found = portal.current().readings, {}
    for flow in dict.fromkeys(flow for tariff in listed for flow in tariff.flows):
        parts = [
            (consumption.intervals(store, number, *bounds, known_at=known_at), 1)
            for number, kind in registers
            if kind == flow
        ]
        if parts:
            found[flow] = summed(parts)
    return Use(contract.zone_name, found)


def market_of(tariffs: Sequence[Tariff], period: Period, contract: ContractRow) -> Market:
    """Taxes, holidays and the market prices that the tariffs name, over some local days."""
    names = series_of(tariffs)
    first, end = (int(instant.timestamp()) for instant in period.bounds_utc(contract.zone_name))
    with portal.current().records.reading() as db:
        prices = queries.price_series(db, names, first, end) if names else {}
        return Market(prices, queries.taxes(db), queries.holidays(db))


def series_of(tariffs: Iterable[Tariff]) -> set[str]:
    """The market price series that tariffs name."""
    return {name for tariff in tariffs for charge in tariff.charges if (name := getattr(charge, "series", ""))}


def rate_tariffs(contract_id: int, tariffs: Sequence[Tariff], period: Period, prices_of: date) -> list[YearCost]:
    """What the contract's own readings of a period cost under several tariffs at the prices of a day, cheapest first."""
    contract = row_of(contract_id)
    use = use_of(contract, tariffs, period)
    market = market_of(tariffs, reached(tariffs, period), contract)
    return compare(tariffs, period, use, prices_of, facts_of(contract), market)


def reached(tariffs: Sequence[Tariff], period: Period) -> Period:
    """The period and the months before it that the tariffs look at."""
    months = max((tariff.reach_back_months for tariff in tariffs), default=0)
    return Period(PeriodKind.CUSTOM, add_months(period.first, -months), period.end) if months else period
