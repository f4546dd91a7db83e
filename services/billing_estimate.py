"""What the bills of the running periods will come to: rated to date, and the rest as use is foreseen, with its band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from data.queries.contracts import ContractRow
from domain.access import Permission, Viewer
from domain.billing.estimate import Outlook, carried_on, outlook, prices_carried_on
from domain.billing.periods import Cycle, Days, periods, supplied
from domain.calendar import Period, local_date
from domain.energy.intervals import Intervals
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import RatingResult
from domain.tariffs.slots import Use
from services import contract_rating, contracts, instalment_plans, portal
from services.contract_rating import Priced

LEARNT_DAYS = 52 * 7 + 9 * 7  # the weeks that are compared, and the same a year before
CYCLES: tuple[Cycle, ...] = ("monthly", "yearly")


@dataclass(frozen=True)
class Estimate:
    """One bill to come. Amounts as the customer is told prices: with VAT where `is_gross`. [minor units]

    so_far_minor : what the days up to today cost, as it would be billed
    standing_minor : what the rest costs whatever is used
    energy_minor : what the energy foreseen for the rest costs
    low_minor, high_minor : the whole bill, if the rest is like the lowest and the highest of the weeks it was learnt from
    energy_wh : foreseen for the rest, of the first flow
    """

    contract: ContractRow
    period: Period
    today: date
    currency: str
    is_gross: bool
    so_far_minor: int
    standing_minor: int
    energy_minor: int
    low_minor: int
    high_minor: int
    energy_wh: int
    outlook: Outlook
    has_market_prices: bool

    @property
    def minor(self) -> int:
        return self.so_far_minor + self.standing_minor + self.energy_minor


@dataclass(frozen=True)
class NoEstimate:
    """Why there is none: `few_readings`, or the reason of a refused rating."""

    contract: ContractRow
    period: Period
    reason: str


def estimates(viewer: Viewer) -> list[Estimate | NoEstimate]:
    """One for each contract of the viewer that runs today, supply before feed-in; only what the viewer may look into.

    What is paid in instalments is left out: where its year leads is told by `services.instalment_plans`.
    """
    now = portal.current().clock.now()
    in_parts = {row.id for row in instalment_plans.plans(viewer)}
    found = []
    for contract in contracts.contracts(viewer):
        if contract.id in in_parts:
            continue
        period = _running(viewer, contract, local_date(now, contract.zone_name))
        if period is not None:
            found.append(_estimate(contract, period, local_date(now, contract.zone_name)))
    return sorted(
        found, key=lambda each: (each.contract.direction != "supply", each.contract.site_id, each.contract.id)
    )


def _running(viewer: Viewer, contract: ContractRow, today: date) -> Period | None:
    """The billing period of today, within the viewer's time at the site."""
    grants = viewer.grants_for(contract.site_id)
    stays = [
        Days(each.first_date, each.end_date)
        for each in grants
        if each.allows(Permission.VIEW_BILLING) and each.account_id == contract.account_id
    ]
    tomorrow = today + timedelta(days=1)
    return next(
        (
            period
            for days in supplied(Days(contract.first_date, contract.end_date), stays)
            for cycle in CYCLES
            if cycle == contract.billing_cycle
            for period in periods(days, cycle, contract.first_date, tomorrow)
            if period.first <= today < period.end
        ),
        None,
    )


def _estimate(contract: ContractRow, period: Period, today: date) -> Estimate | NoEstimate:
    reaching = Period.spanning(min(period.first, today - timedelta(days=LEARNT_DAYS)), period.last)
    priced = contract_rating.priced(contract.id, reaching)
    until = period.bounds_utc(contract.zone_name)[1]
    flows = priced.use.flows
    outlooks = {name: found for name, part in flows.items() if (found := outlook(part, until)) is not None}
    if not flows or len(outlooks) < len(flows):
        return NoEstimate(contract, period, "few_readings")
    so_far = Period.spanning(period.first, min(today, period.last))
    try:
        known = priced.rate(so_far)
        middle, low, high = (
            _whole(priced, period, {name: getattr(found, which) for name, found in outlooks.items()}, outlooks)
            for which in ("factor", "low", "high")
        )
    except RatingRefusedError as error:
        return NoEstimate(contract, period, error.reason)
    return _split(
        contract, period, today, (known, middle, low, high), next(iter(outlooks.values())), bool(priced.market.prices)
    )


def _whole(
    priced: Priced, period: Period, factors: Mapping[str, Fraction], outlooks: Mapping[str, Outlook]
) -> RatingResult:
    """The whole period rated, its rest by the factors."""
    zone_name = priced.contract.zone_name
    until = period.bounds_utc(zone_name)[1]
    flows: dict[str, Intervals] = {
        name: carried_on(part, zone_name, until, outlooks[name].back_s, factors[name])
        for name, part in priced.use.flows.items()
    }
    prices = {name: prices_carried_on(series, until) for name, series in priced.market.prices.items()}
    foreseen = replace(priced, use=Use(zone_name, flows), market=replace(priced.market, prices=prices))
    return foreseen.rate(period)


def _split(
    contract: ContractRow,
    period: Period,
    today: date,
    ratings: tuple[RatingResult, RatingResult, RatingResult, RatingResult],
    learnt: Outlook,
    has_market_prices: bool,
) -> Estimate:
    known, middle, low, high = ratings
    is_gross = contract.customer_kind == "residential"
    so_far, whole = _shown(known, is_gross), _shown(middle, is_gross)
    standing = round(_standing(middle, is_gross) - _standing(known, is_gross))
    ends = sorted((_shown(low, is_gross), whole, _shown(high, is_gross)))
    return Estimate(
        contract=contract, period=period, today=today, currency=middle.currency, is_gross=is_gross,
        so_far_minor=so_far, standing_minor=standing, energy_minor=whole - so_far - standing,
        low_minor=ends[0], high_minor=ends[-1], energy_wh=_energy_wh(middle) - _energy_wh(known),
        outlook=learnt, has_market_prices=has_market_prices,
    )  # fmt: skip


def _shown(result: RatingResult, is_gross: bool) -> int:
    return result.gross_minor if is_gross else result.net_minor


def _standing(result: RatingResult, is_gross: bool) -> Fraction:
    """What the lines cost that no energy was counted for. [minor units]"""
    return sum(
        (
            line.amount_minor * (1 + Fraction(line.tax.rate) if is_gross else Fraction(1))
            for line in result.lines
            if line.intervals is None
        ),
        Fraction(0),
    )


def _energy_wh(result: RatingResult) -> int:
    return result.coverage[0].energy_wh if result.coverage else 0
