"""The customer's own last twelve months under each tariff they could have, as lived and with easy shifting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from data.queries import consumption
from data.queries import contracts as queries
from data.queries.contracts import ContractRow
from domain.access import Viewer
from domain.calendar import Period, PeriodKind, add_months
from domain.contracts import shifting, switching
from domain.energy.intervals import Intervals
from domain.money import from_minor
from domain.tariffs.base import Market
from domain.tariffs.compare import MonthCost, Switch, YearCost, compare, switch
from domain.tariffs.rate import rate
from domain.tariffs.slots import Coverage, Use
from domain.tariffs.tariff import Tariff
from services import contract_details, contract_rating, portal
from services.contract_details import ContractView, Offered
from services.sites import sites_of

MONTHS = 12
LEAST_DAYS = 14  # less than that says nothing about a year
SHIFTED_KINDS = ("ev", "hot_water")
REMEMBERED_S = 86_400.0


@dataclass(frozen=True)
class Option:
    """One tariff over the compared period. shifted_minor : its cost with easy shifting, None without a sub-meter.

    year, shifted_minor : with VAT for households, without for businesses. [minor units]
    """

    offered: Offered
    is_own: bool
    year: YearCost
    shifted_minor: int | None
    switch: Switch | None
    exit_fee_minor: int


@dataclass(frozen=True)
class Comparison:
    """view : the contract compared; options : the own tariff first, then the cheapest; refused : what cannot be priced, with the reason

    first, end : the compared days; is_year : whether they are twelve whole months; devices : kinds that were shifted
    """

    view: ContractView
    first: date
    end: date
    options: tuple[Option, ...]
    refused: tuple[tuple[Offered, str], ...]
    coverage: Coverage | None
    devices: tuple[str, ...]

    @property
    def own(self) -> Option | None:
        return next((option for option in self.options if option.is_own), None)

    @property
    def is_year(self) -> bool:
        return add_months(self.first, MONTHS) == self.end

    @property
    def cheapest(self) -> Option | None:
        """The cheapest other tariff, as lived."""
        others = [option for option in self.options if not option.is_own]
        return min(others, key=lambda option: option.year.gross_minor, default=None)


@dataclass(frozen=True)
class NoHistory:
    """There are too few readings under the contract; days : how many there are."""

    view: ContractView
    days: int


@dataclass(frozen=True, eq=False)
class _Scene:
    """What every tariff is priced from."""

    contract: ContractRow
    period: Period
    use: Use
    devices: tuple[Intervals, ...]
    market: Market
    today: date


def comparison(viewer: Viewer, public_id: str) -> Comparison | NoHistory:
    """Remembered until a reading, a price, a contract or the day changes."""
    view = contract_details.details(viewer, public_id)
    on_offer = eligible(view)
    period, days = _period(view)
    if days < LEAST_DAYS:
        return NoHistory(view, days)
    made = portal.current()
    kinds = _submeters(viewer, view.contract)
    names = tuple(one.public_id for one in on_offer)
    key = ("tariffs", made.readings.version, public_id, view.terms, names, tuple(kinds), view.today)
    kept = made.cache.memo(key, REMEMBERED_S, lambda: _computed(view, on_offer, period, kinds))
    return _comparison(view, on_offer, period, kept)


def eligible(view: ContractView, *, with_own: bool = False) -> list[Offered]:
    """What this contract could change to today: same commodity, direction, currency and zone, for such a customer.

    with_own : its own tariff too, where that is on offer still: what an ending contract can be continued with
    """
    with portal.current().records.reading() as db:
        rows = [contract_details.offered(row) for row in queries.tariffs_on_offer(db, view.today)]
    kind = "household" if view.is_gross else "business"
    own = view.offered
    return [
        row
        for row in rows
        if (row.commodity, row.direction, row.currency, row.zone)
        == (own.commodity, own.direction, own.currency, own.zone)
        and row.customer_class in {"any", kind}
        and (with_own or row.id != own.id)
    ]


def _period(view: ContractView) -> tuple[Period, int]:
    """The last twelve whole months, of them the days under the contract and at the site; and how many days."""
    end = view.today.replace(day=1)
    year = Period(PeriodKind.CUSTOM, add_months(end, -MONTHS), end)
    own = contract_rating.own_days(view.contract, year)
    return (own, own.day_count) if own else (Period(PeriodKind.CUSTOM, end, end), 0)


def _submeters(viewer: Viewer, row: ContractRow) -> dict[int, str]:
    """Register and kind of the sub-meters whose energy can easily be moved."""
    site = next((one for one in sites_of(viewer) if one.id == row.site_id), None)
    if site is None or (row.commodity, row.direction) != ("electricity", "supply"):
        return {}
    return {part.id: part.kind for part in site.with_flow("submeter") if part.kind in SHIFTED_KINDS}


def _computed(view: ContractView, on_offer: list[Offered], period: Period, kinds: dict[int, str]) -> dict[str, Any]:
    """The figures of each tariff by its row, as plain values that a cache can keep."""
    listed = [view.offered, *on_offer]
    tariffs = [one.tariff for one in listed]
    scene = _scene(view, tariffs, period, tuple(kinds))
    facts = contract_rating.facts_of(view.contract)
    costs = {id(cost.tariff): cost for cost in compare(tariffs, period, scene.use, scene.today, facts, scene.market)}
    return {
        "costs": {str(one.id): _kept(costs[id(one.tariff)], scene) for one in listed},
        "devices": list(dict.fromkeys(kinds.values())) if scene.devices else [],
    }


def _kept(cost: YearCost, scene: _Scene) -> dict[str, Any]:
    if cost.refusal is not None:
        return {"reason": cost.refusal.reason}
    return {
        "gross": cost.gross_minor, "standing": cost.standing_minor, "discount": cost.discount_minor,
        "energy": cost.energy_wh, "months": [[month.first.isoformat(), month.gross_minor] for month in cost.months],
        "coverage": [[flow.flow, flow.expected, flow.present, list(flow.counts), flow.energy_wh] for flow in cost.coverage],
        "shifted": _shifted_minor(cost.tariff, scene),
    }  # fmt: skip


def _year(kept: dict[str, Any], tariff: Tariff) -> YearCost:
    months = tuple(MonthCost(date.fromisoformat(first), minor) for first, minor in kept["months"])
    flows = tuple(Coverage(flow, expected, present, tuple(counts), wh) for flow, expected, present, counts, wh in kept["coverage"])  # fmt: skip
    return YearCost(tariff, kept["gross"], kept["standing"], kept["discount"], months, kept["energy"], flows)


def _comparison(view: ContractView, on_offer: list[Offered], period: Period, kept: dict[str, Any]) -> Comparison:
    listed = [(one, kept["costs"][str(one.id)]) for one in (view.offered, *on_offer)]
    priced = [(one, _year(found, one.tariff), found["shifted"]) for one, found in listed if "reason" not in found]
    own = next((year for one, year, _shifted in priced if one.id == view.offered.id), None)
    options = [_option(view, one, year, own, shifted) for one, year, shifted in priced]
    options.sort(key=lambda option: (not option.is_own, option.year.gross_minor))
    flows = options[0].year.coverage if options else ()
    return Comparison(
        view=view, first=period.first, end=period.end, options=tuple(options),
        refused=tuple((one, found["reason"]) for one, found in listed if "reason" in found),
        coverage=next((flow for flow in flows if flow.flow in {"import", "export"}), None),
        devices=tuple(kept["devices"]),
    )  # fmt: skip


def _scene(view: ContractView, tariffs: list[Tariff], period: Period, registers: tuple[int, ...]) -> _Scene:
    row, made = view.contract, portal.current()
    use = contract_rating.use_of(row, tariffs, period)
    market = contract_rating.market_of(tariffs, contract_rating.reached(tariffs, period), row)
    bounds = period.bounds_utc(row.zone_name)
    parts = tuple(consumption.intervals(made.readings, number, *bounds) for number in registers)
    seen = tuple(part for part in parts if part.total_wh)
    return _Scene(row, period, use, seen, market if view.is_gross else untaxed(market), view.today)


def untaxed(market: Market) -> Market:
    """The same market without VAT, for customers who are told prices without it."""
    rules = tuple(replace(rule, rate=Decimal(0)) for rule in market.taxes.rules)
    return replace(market, taxes=replace(market.taxes, rules=rules))


def _option(view: ContractView, one: Offered, year: YearCost, own: YearCost | None, shifted: int | None) -> Option:
    is_own = one.id == view.offered.id
    start = max(switching.earliest_start(view.bound, one.offer, view.today), view.today + timedelta(days=1))
    fee = 0 if is_own else switching.exit_fee_minor(view.bound, start)
    change = None if is_own or own is None else switch(own, year, from_minor(fee, one.currency))
    return Option(one, is_own, year, shifted, change, fee)


def _shifted_minor(tariff: Tariff, scene: _Scene) -> int | None:
    """The cost with the devices in the cheapest hours that this tariff had."""
    if not scene.devices or "import" not in tariff.flows:
        return None
    period, facts = scene.period, contract_rating.facts_of(scene.contract)
    frozen = replace(scene.market, taxes=scene.market.taxes.as_of(scene.today))
    laid = scene.use.laid("import", period.first, period.end)
    priced = rate(tariff.as_of(scene.today), period, scene.use, facts, frozen)
    devices = [shifting.on_grid(part, laid) for part in scene.devices]
    moved = shifting.shift(laid, devices, shifting.prices(priced.lines, laid))
    use = shifting.shifted_use(scene.use, period.first, period.end, moved.import_wh)
    return rate(tariff.as_of(scene.today), period, use, facts, frozen).gross_minor
