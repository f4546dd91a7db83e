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
from domain.access import MEMBER_PERMISSIONS, Permission, Viewer, require_account
from domain.billing.instalments import ends_between, equal_amount, even_amount, forecast
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
from services import contract_rating, contracts, mails, portal

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
class OutlookMonth:
    """A month of the plan. balance_minor : paid less cost since the plan began. Gross. [minor units]

    is_known : its cost is rated from its readings, of which a few may be `missing`; else it is the one expected
    """

    first: date
    end: date
    cost_minor: int
    paid_minor: int
    balance_minor: int
    is_known: bool
    missing: int


@dataclass(frozen=True)
class Outlook:
    """A plan's year month by month, at its own amount or another one. Gross. [minor units]

    applies_from : first day of the first month that can still be changed; None where all are billed
    worst_minor, best_minor : the balance at the end, if the months to come differ from last year as the past ones did
    even_minor : what would leave nothing over at the end
    """

    contract: ContractRow
    plan: PlanRow
    today: date
    amount_minor: int
    lowest_minor: int
    highest_minor: int
    applies_from: date | None
    months: tuple[OutlookMonth, ...]
    worst_minor: int
    best_minor: int
    even_minor: int
    source: str
    may_change: bool

    @property
    def end_minor(self) -> int:
        """What is over at the year's end; negative is still to be paid."""
        return self.months[-1].balance_minor

    @property
    def missing(self) -> int:
        return sum(month.missing for month in self.months)


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


def plans(viewer: Viewer) -> list[ContractRow]:
    """The contracts of a viewer that have a plan for a year which is running."""
    return [row for row, _plan, _next in coming(viewer)]


def coming(viewer: Viewer) -> list[tuple[ContractRow, PlanRow, date | None]]:
    """Each contract of a viewer with its running plan, and the first day of the next instalment; None where all are billed."""
    found = []
    for row in contracts.contracts(viewer):
        if (plan := _running(row)) is not None:
            ahead = [part.first_date for part in plan.instalments if part.first_date > _today(row)]
            found.append((row, plan, ahead[0] if ahead else None))
    return found


def outlook(viewer: Viewer, contract_public_id: str, amount_minor: int | None = None) -> Outlook:
    """The balance after each month of the running year, with the amount of the plan or with another one.

    Months that are over cost what their readings are rated to; those to come, what the plan expects.
    """
    contract = contracts.contract(viewer, contract_public_id)
    found, expected, year = _expected(contract)
    amount = found.amount_minor if amount_minor is None else amount_minor
    low, high = _limits(expected)
    today = _today(contract)
    known = _past(contract, year, today)
    costs = [usual if cost is None else cost for (cost, _gaps), usual in zip(known, expected.months, strict=True)]
    paid = [row.amount_minor if row.first_date <= today else amount for row in found.instalments]
    least, most = ends_between([cost for cost, _gaps in known], expected.months)
    ahead = [row.first_date for row in found.instalments if row.first_date > today]
    billed = sum(row.amount_minor for row in found.instalments if row.first_date <= today)
    rows = zip(found.instalments, forecast(costs, paid), known, strict=True)
    return Outlook(
        contract=contract, plan=found, today=today, amount_minor=amount, lowest_minor=low, highest_minor=high,
        applies_from=ahead[0] if ahead else None,
        months=tuple(
            OutlookMonth(row.first_date, row.end_date, month.cost_minor, month.paid_minor, month.balance_minor,
                         cost is not None, gaps)
            for row, month, (cost, gaps) in rows
        ),
        worst_minor=sum(paid) - most, best_minor=sum(paid) - least,
        even_minor=even_amount(sum(costs), billed, len(ahead), STEP * 100) if ahead else 0,
        source=expected.source, may_change=_may_change(viewer, contract),
    )  # fmt: skip


def _past(contract: ContractRow, year: Period, today: date) -> list[tuple[int | None, int]]:
    """By month of the plan what its readings cost, gross, and how many are missing; no cost where too many are, or ahead."""
    found: list[tuple[int | None, int]] = []
    priced = contract_rating.priced(contract.id, year)
    for month in instalment_months(year):
        try:
            result = priced.rate(month) if month.end <= today else None
        except RatingRefusedError:
            result = None
        if result is None:
            found.append((None, 0))
            continue
        expected = sum(flow.expected for flow in result.coverage)
        is_known = result.missing <= MISSING_AT_MOST * expected
        found.append((result.gross_minor if is_known else None, result.missing))
    return found


def _may_change(viewer: Viewer, contract: ContractRow) -> bool:
    """Owners of the account may, never staff on a visit."""
    role = dict(viewer.memberships).get(contract.account_id)
    return role is not None and Permission.PAY in MEMBER_PERMISSIONS[role]


def _today(contract: ContractRow) -> date:
    return local_date(portal.current().clock.now(), contract.zone_name)


def change(viewer: Viewer, contract_public_id: str, amount_minor: int) -> None:
    """Pay another amount in the months of the running year that are not billed yet. For owners."""
    contract = contracts.contract(viewer, contract_public_id)
    require_account(viewer, Permission.PAY, contract.account_id)
    found, expected, year = _expected(contract)
    low, high = _limits(expected)
    if not low <= amount_minor <= high:
        raise InvalidInputError("amount", "out_of_range", lowest=low, highest=high)
    if amount_minor == found.amount_minor:
        raise InvalidInputError("amount", "unchanged")
    made = portal.current()
    now = made.clock.now()
    today = local_date(now, contract.zone_name)
    months = [
        (row.first_date, row.end_date, row.amount_minor if row.first_date <= today else amount_minor)
        for row in found.instalments
    ]
    if all(row.first_date <= today for row in found.instalments):
        raise InvalidInputError("amount", "all_billed", end=found.end_date)
    with made.records.transaction() as tx:
        saved(tx, contract, year, expected, now=now, amount_minor=amount_minor, source="customer",
              made_by_user_id=viewer.user_id, months=months)  # fmt: skip
        event = audit.Event(
            "instalments:changed", viewer.user_id, viewer.acting_for_account_id, "contract", contract.public_id,
            {"from_minor": found.amount_minor, "to_minor": amount_minor},
        )  # fmt: skip
        audit.add(tx, event, now=now)
        values = {
            "contract": contract.public_id, "number": contract.number, "currency": found.currency,
            "amount_minor": amount_minor, "before_minor": found.amount_minor,
            "first": next(row.first_date for row in found.instalments if row.first_date > today).isoformat(),
        }  # fmt: skip
        mails.mail_account(tx, "instalment_changed", contract.account_id, values, now=now)


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
