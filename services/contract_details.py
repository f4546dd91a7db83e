"""A contract as its pages tell it: the tariff of now, what binds, what a kilowatt-hour costs today, every price that applied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from data.queries import contracts as queries
from data.queries.contracts import ContractRow, TermRow
from data.tables.contracts import TariffVersion
from domain.access import Viewer
from domain.calendar import Period, PeriodKind, add_months, local_date
from domain.contracts.shifting import prices
from domain.contracts.switching import Bound, Offer, bound
from domain.energy.intervals import Intervals
from domain.money import to_minor
from domain.tariffs.compare import STANDING_KINDS
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.lines import Line
from domain.tariffs.rate import rate
from domain.tariffs.slots import Use
from domain.tariffs.tariff import Tariff
from services import contract_rating, contracts, portal

FLAT_S = 900  # of the use by which a price of now is told


@dataclass(frozen=True)
class Offered:
    """A tariff version with the conditions beside its prices. exit_fee_minor net of VAT. [minor units]"""

    id: int
    public_id: str
    code: str
    version: int
    name: str
    description: str
    commodity: str
    direction: str
    customer_class: str
    currency: str
    zone: str
    offered_from: date
    offered_until: date | None
    term_months: int
    notice_days: int
    guarantee_months: int
    exit_fee_minor: int
    green_share_percent: int | None
    co2_g_per_kwh: int | None
    tariff: Tariff

    @property
    def offer(self) -> Offer:
        return Offer(
            self.term_months, self.notice_days, self.guarantee_months, self.offered_from, self.offered_until
        )  # fmt: skip


@dataclass(frozen=True)
class PriceNow:
    """What a kilowatt-hour and a month cost today, with VAT for households, without for businesses.

    low, high : of the day's intervals, levies included. [currency / kWh]; None where today has no price yet
    standing_minor : what the calendar month of today costs without any use. [minor units]
    """

    low: float | None
    high: float | None
    standing_minor: int
    is_gross: bool


@dataclass(frozen=True)
class ContractView:
    """state : coming, running or over; days_left : until it can end at the earliest, None without a minimum term"""

    contract: ContractRow
    terms: tuple[TermRow, ...]
    offered: Offered
    term: TermRow
    bound: Bound
    price: PriceNow
    today: date
    state: str

    @property
    def is_gross(self) -> bool:
        return self.contract.customer_kind == "residential"

    @property
    def days_left(self) -> int | None:
        until = self.contract.end_date or self.bound.minimum_until
        return (until - self.today).days if until and until > self.today else None


@dataclass(frozen=True)
class Component:
    """One price of a contract and the local days `[first, end)` in which it applied. unit_price net, per `unit`.

    vat_rate : of its newest days
    """

    label: str
    cost_group: str
    band: str
    tier: int
    unit: str
    unit_price: Fraction
    is_mean: bool
    vat_rate: Fraction
    first: date
    end: date


@dataclass(frozen=True)
class VatSpan:
    """A rate of VAT and the local days `[first, end)` in which prices of the contract carried it."""

    rate: Fraction
    first: date
    end: date


@dataclass(frozen=True)
class Prices:
    """The prices of a contract, by name and newest first, and the rates of VAT on them in order of their days."""

    components: tuple[Component, ...]
    vat: tuple[VatSpan, ...]


def details(viewer: Viewer, public_id: str) -> ContractView:
    return _viewed(contracts.contract(viewer, public_id))


def every(viewer: Viewer) -> list[ContractView]:
    """The viewer's contracts, running ones first, electricity before the others."""
    found = [_viewed(row) for row in contracts.contracts(viewer)]
    order = {"running": 0, "coming": 1, "over": 2}
    return sorted(found, key=lambda view: (order[view.state], view.contract.site_name, view.contract.commodity))


def last_bound(view: ContractView) -> Bound:
    """What the contract binds to once all that is ordered applies: who ends it then keeps that tariff's minimum term."""
    term = view.terms[-1]
    if term == view.term:
        return view.bound
    with portal.current().records.reading() as db:
        (version,) = (offered(one) for one in queries.tariffs_by_id(db, [term.tariff_version_id]))
    return _bound(view.contract, term, version)


def price_list(viewer: Viewer, public_id: str) -> Prices:
    """The prices of the last twelve months as the contract's own rating met them; none where it is refused."""
    row = contracts.contract(viewer, public_id)
    end = today_of(row) + timedelta(days=1)
    asked = Period(PeriodKind.CUSTOM, add_months(end, -12), end).clip(row.first_date, row.end_date)
    if asked is None:
        return Prices((), ())
    try:
        result = contract_rating.rate_contract(row.id, asked)
    except RatingRefusedError:
        return Prices((), ())
    return Prices(merged(result.lines), vat_spans(result.lines))


def merged(lines: Iterable[Line]) -> tuple[Component, ...]:
    """One entry per price: segments that follow each other at the same net price are one, whatever their VAT."""
    found: dict[tuple[object, ...], Component] = {}
    for line in sorted(lines, key=lambda line: line.first):
        key = (line.code, line.label, line.band, line.tier, line.unit, line.unit_price)
        one = found.get(key)
        if one is not None and one.end == line.first:
            found[key] = replace(one, end=line.end, vat_rate=Fraction(line.tax.rate))
        else:
            place = key if one is None else (*key, line.first)
            found[place] = Component(
                line.label, line.cost_group, line.band, line.tier, line.unit, Fraction(line.unit_price),
                line.is_mean_price, Fraction(line.tax.rate), line.first, line.end,
            )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: (one.label, one.band, one.tier, -one.first.toordinal())))


def vat_spans(lines: Iterable[Line]) -> tuple[VatSpan, ...]:
    """Each rate with the days it was met on; days that touch or overlap are one span."""
    found: list[VatSpan] = []
    for vat_rate, first, end in sorted({(Fraction(line.tax.rate), line.first, line.end) for line in lines}):
        if found and found[-1].rate == vat_rate and first <= found[-1].end:
            found[-1] = replace(found[-1], end=max(end, found[-1].end))
        else:
            found.append(VatSpan(vat_rate, first, end))
    return tuple(sorted(found, key=lambda span: (span.first, span.rate)))


def today_of(row: ContractRow) -> date:
    return local_date(portal.current().clock.now(), row.zone_name)


def offered(row: TariffVersion) -> Offered:
    return Offered(
        row.id, row.public_id, row.code, row.version, row.name, row.description, row.commodity, row.direction,
        row.customer_class, row.currency, row.zone, row.offered_from, row.offered_until, row.term_months,
        row.notice_days, row.guarantee_months, row.exit_fee_minor, row.green_share_percent, row.co2_g_per_kwh,
        contract_rating.parsed(row.body),
    )  # fmt: skip


def _viewed(row: ContractRow) -> ContractView:
    today = today_of(row)
    with portal.current().records.reading() as db:
        terms = tuple(queries.terms_of(db, row.id))
        term = _current(terms, today)
        (version,) = (offered(one) for one in queries.tariffs_by_id(db, [term.tariff_version_id]))
    return ContractView(
        row, terms, version, term, _bound(row, term, version), _price(row, version.tariff, today), today, _state(row, today)
    )  # fmt: skip


def _current(terms: tuple[TermRow, ...], today: date) -> TermRow:
    """The term of today; before the first one that, after the last one that."""
    begun = [term for term in terms if term.first_date <= today]
    return begun[-1] if begun else terms[0]


def _state(row: ContractRow, today: date) -> str:
    if row.first_date > today:
        return "coming"
    return "over" if row.end_date is not None and row.end_date <= today else "running"


def _bound(row: ContractRow, term: TermRow, version: Offered) -> Bound:
    """What the contract itself says goes before what its first tariff says; a later tariff binds by itself."""
    is_first = term.first_date == row.first_date
    return bound(
        term.first_date,
        term_months=version.term_months,
        guarantee_months=version.guarantee_months,
        notice_days=version.notice_days,
        exit_fee_minor=(row.exit_fee_minor if is_first else 0) or version.exit_fee_minor,
        minimum_until=row.minimum_until if is_first else None,
        end_date=row.end_date,
    )


def _price(row: ContractRow, tariff: Tariff, today: date) -> PriceNow:
    is_gross = row.customer_kind == "residential"
    day = Period(PeriodKind.DAY, today, today + timedelta(days=1))
    month = Period.of(PeriodKind.MONTH, today)
    standing = replace(tariff, charges=tuple(charge for charge in tariff.charges if charge.kind in STANDING_KINDS))
    minor = 0
    if standing.charges:
        lines = _rated(row, standing, month)
        minor = to_minor(sum((_told(line, is_gross) for line in lines), Fraction(0)), tariff.currency)
    try:
        low, high = _range(row, tariff, day, is_gross)
    except RatingRefusedError:
        low, high = None, None
    return PriceNow(low, high, minor, is_gross)


def price_of(view: ContractView, one: Offered) -> PriceNow:
    """What a tariff on offer costs today at the contract's supply point."""
    return _price(view.contract, one.tariff, view.today)


def _told(line: Line, is_gross: bool) -> Fraction:
    return line.amount * (1 + Fraction(line.tax.rate) if is_gross else 1)


def _range(row: ContractRow, tariff: Tariff, day: Period, is_gross: bool) -> tuple[float | None, float | None]:
    """The lowest and highest price of a day's quarter-hours; of what is fed in the mean of what is paid."""
    lines = _rated(row, tariff, day)
    if row.direction == "feed_in":
        energy = sum((line.quantity for line in lines if line.unit == "kWh"), Fraction(0))
        paid = -sum((_told(line, is_gross) for line in lines), Fraction(0))
        return (float(paid / energy),) * 2 if energy else (None, None)
    found = prices(lines, _flat(row, tariff, day).laid("import", day.first, day.end), is_gross=is_gross)
    return float(found.min()), float(found.max())


def _rated(row: ContractRow, tariff: Tariff, period: Period) -> tuple[Line, ...]:
    market = contract_rating.market_of([tariff], period, row)
    return tuple(rate(tariff, period, _flat(row, tariff, period), contract_rating.facts_of(row), market).lines)


def _flat(row: ContractRow, tariff: Tariff, period: Period) -> Use:
    """A watt-hour in every quarter-hour of each flow: prices are told by what it costs."""
    low, high = period.bounds_utc(row.zone_name)
    starts = np.arange(int(low.timestamp()), int(high.timestamp()), FLAT_S).astype("datetime64[s]")
    count = len(starts)
    flat = Intervals(
        0, FLAT_S, starts, np.ones(count, dtype=np.int64), np.zeros(count, dtype=np.uint8), low, high
    )  # fmt: skip
    return Use(row.zone_name, dict.fromkeys((*tariff.flows, "import"), flat))
