"""Budget billing: what a year is expected to cost, the plan made from it, and the balance it leads to.

`drafted` and `saved` are for runs; a viewer asks `plan` and `outlook`, and an owner may choose another amount.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import numpy as np
from sqlalchemy.orm import Session

from data.queries import billing_runs as queries
from data.queries.billing_runs import PlanRow
from data.queries.contracts import ContractRow
from data.repositories import audit
from data.repositories import billing_runs as repository
from domain.access import Permission, Viewer, require_account
from domain.billing.instalments import ForecastMonth, equal_amount, forecast
from domain.billing.periods import instalment_months
from domain.calendar import Period, PeriodKind, add_months, local_date, local_midnight_utc
from domain.energy.intervals import Intervals
from domain.errors import InvalidInputError, NotFoundError
from domain.tariffs.compare import running
from domain.tariffs.daily import by_day
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import RatingResult, rate
from domain.tariffs.slots import Use
from domain.tariffs.tariff import Tariff
from domain.tariffs.taxes import TaxRule, TaxTable
from services import contract_rating, contracts, portal

STEP = 1  # a plan is a whole number of currency units
MISSING_AT_MOST = Fraction(1, 20)  # of a year's readings, to expect the next year from them
# What a usual home takes in a quarter-hour, where it has no year of readings yet. [Wh]
REFERENCE_WH = {"electricity": 100, "gas": 400, "heat": 300}
LOWEST, HIGHEST = Fraction(1, 2), Fraction(2)  # of the expected amount: what a customer may choose


@dataclass(frozen=True)
class Expected:
    """What a billed year is expected to cost, by month of the plan. Gross. [minor units]"""

    currency: str
    months: tuple[int, ...]
    source: str

    @property
    def gross_minor(self) -> int:
        return sum(self.months)

    @property
    def amount_minor(self) -> int:
        return equal_amount(self.gross_minor, len(self.months), STEP * 100)


@dataclass(frozen=True)
class Outlook:
    """A plan's year month by month, at its own amount or another one. Gross. [minor units]"""

    plan: PlanRow
    amount_minor: int
    lowest_minor: int
    highest_minor: int
    first_dates: tuple[date, ...]
    months: tuple[ForecastMonth, ...]
    source: str


def drafted(contract: ContractRow, year: Period, known_at: datetime) -> Expected | None:
    """The year before at the prices of the year's first day; of a usual home without such a year; None without a price."""
    tariff = _tariff(contract, year.first, known_at)
    if tariff is None:
        return None
    before = Period(PeriodKind.CUSTOM, add_months(year.first, -12), add_months(year.end, -12))
    own = contract_rating.use_of(contract, [tariff], before, known_at)
    usual = {flow: _usual(contract, before) for flow in tariff.flows}
    for source, use in (("history", own), ("reference", Use(contract.zone_name, usual))):
        try:
            result = _rated(contract, tariff, before, use, year.first)
        except RatingRefusedError:
            continue
        expected = sum(flow.expected for flow in result.coverage)
        if result.missing <= MISSING_AT_MOST * expected:
            return Expected(result.currency, _months(result, year, before), source)
    return None


def _tariff(contract: ContractRow, day: date, known_at: datetime) -> Tariff | None:
    terms = contract_rating.terms(contract.id, known_at)
    return next((term.tariff for term in terms if term.first <= day < term.end), None)


def _rated(contract: ContractRow, tariff: Tariff, period: Period, use: Use, prices_of: date) -> RatingResult:
    market = contract_rating.market_of([tariff], contract_rating.reached([tariff], period), contract)
    frozen = replace(market, taxes=market.taxes.as_of(prices_of))
    return rate(tariff.as_of(prices_of), period, use, contract_rating.facts_of(contract), frozen)


def _usual(contract: ContractRow, period: Period) -> Intervals:
    low, high = (int(local_midnight_utc(day, contract.zone_name).timestamp()) for day in (period.first, period.end))
    starts = np.arange(low, high, 900, dtype=np.int64).astype("datetime64[s]")
    energy = np.full(len(starts), REFERENCE_WH[contract.commodity], dtype=np.int64)
    return Intervals(
        0, 900, starts, energy, np.zeros(len(starts), dtype=np.uint8), *period.bounds_utc(contract.zone_name)
    )


def _months(result: RatingResult, year: Period, before: Period) -> tuple[int, ...]:
    days = by_day(result, is_gross=True)
    exact, first = [], before.first
    for place, _part in enumerate(instalment_months(year), 1):
        end = before.end if add_months(before.first, place) > before.end else add_months(before.first, place)
        exact.append(sum((days[day] for day in _days(first, end)), Fraction(0)))
        first = end
    return tuple(running(exact, result.gross_minor, result.currency))


def _days(first: date, end: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((end - first).days)]


def saved(
    tx: Session, contract: ContractRow, year: Period, expected: Expected, *, now: datetime, **facts: object
) -> None:
    """Put a plan in force: equal amounts, unless `months` of the year are given; part of the caller's transaction."""
    months = facts.pop("months", None) or [(part.first, part.end, expected.amount_minor) for part in instalment_months(year)]  # fmt: skip
    wanted = {"amount_minor": expected.amount_minor, "source": expected.source, "made_by_user_id": None} | facts
    repository.add_plan(
        tx, contract_id=contract.id, year=(year.first, year.end), months=months, now=now,  # type: ignore[arg-type]
        currency=expected.currency, expected_minor=expected.gross_minor, **wanted,
    )  # fmt: skip


def vat_of(contract: ContractRow, day: date, known_at: datetime, taxes: TaxTable) -> TaxRule:
    """The VAT of an instalment: that of the tariff's first charge on its first day of supply."""
    tariff = _tariff(contract, day, known_at)
    return taxes.rule(tariff.charges[0].vat_code if tariff else "", day)


def plan(viewer: Viewer, contract_public_id: str) -> PlanRow | None:
    """The instalment plan of the running year of a viewer's contract; None where it is billed by the month."""
    contract = contracts.contract(viewer, contract_public_id)
    return _running(contract)


def outlook(viewer: Viewer, contract_public_id: str, amount_minor: int | None = None) -> Outlook:
    """The balance after each month of the running year, with the amount of the plan or with another one."""
    contract = contracts.contract(viewer, contract_public_id)
    found, expected, _year = _expected(contract)
    amount = found.amount_minor if amount_minor is None else amount_minor
    low, high = _limits(expected)
    return Outlook(
        plan=found, amount_minor=amount, lowest_minor=low, highest_minor=high,
        first_dates=tuple(row.first_date for row in found.instalments),
        months=tuple(forecast(expected.months, amount)), source=expected.source,
    )  # fmt: skip


def change(viewer: Viewer, contract_public_id: str, amount_minor: int) -> None:
    """Pay another amount in the months of the running year that are not billed yet. For owners."""
    contract = contracts.contract(viewer, contract_public_id)
    require_account(viewer, Permission.PAY, contract.account_id)
    found, expected, year = _expected(contract)
    low, high = _limits(expected)
    if not low <= amount_minor <= high:
        raise InvalidInputError("amount", "out_of_range", lowest=low, highest=high)
    made = portal.current()
    now = made.clock.now()
    today = local_date(now, contract.zone_name)
    months = [
        (row.first_date, row.end_date, row.amount_minor if row.first_date <= today else amount_minor)
        for row in found.instalments
    ]
    with made.records.transaction() as tx:
        saved(tx, contract, year, expected, now=now, amount_minor=amount_minor, source="customer",
              made_by_user_id=viewer.user_id, months=months)  # fmt: skip
        event = audit.Event(
            "instalments:changed", viewer.user_id, viewer.acting_for_account_id, "contract", contract.public_id,
            {"from_minor": found.amount_minor, "to_minor": amount_minor},
        )  # fmt: skip
        audit.add(tx, event, now=now)


def _limits(expected: Expected) -> tuple[int, int]:
    usual = expected.amount_minor
    return int(usual * LOWEST), int(usual * HIGHEST)


def _expected(contract: ContractRow) -> tuple[PlanRow, Expected, Period]:
    found = _running(contract)
    if found is None:
        raise NotFoundError(what="plan")
    year = Period(PeriodKind.CUSTOM, found.first_date, found.end_date)
    expected = drafted(contract, year, portal.current().clock.now())
    if expected is None:
        raise NotFoundError(what="plan")
    return found, expected, year


def _running(contract: ContractRow) -> PlanRow | None:
    today = local_date(portal.current().clock.now(), contract.zone_name)
    with portal.current().records.reading() as db:
        plans = queries.live_plans(db, [contract.id])
    return next((row for row in plans if row.first_date <= today < row.end_date), None)
