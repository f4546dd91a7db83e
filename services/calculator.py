"""What a year would cost somebody without history: the simulator's year of a household under each tariff on offer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from data.queries import contracts as queries
from data.queries.contracts import ContractRow
from data.seed.regions import REGIONS
from domain.access import Viewer
from domain.calendar import Period, PeriodKind, add_months, local_date
from domain.contracts.household import Answers
from domain.energy.intervals import Intervals
from domain.simulator.reference import reference_year, scaled
from domain.simulator.weather import Region
from domain.tariffs.compare import compare
from domain.tariffs.slots import Use
from services import contract_details, contract_rating, portal, tariff_comparison
from services.contract_details import Offered

REMEMBERED_S = 86_400.0
SPREAD_PERCENT = (
    25  # alike households use a quarter less or more (factors 0.8 to 1.3 of the simulator's own households)
)
KNOWN_SPREAD_PERCENT = 5  # a use that is known changes from year to year


@dataclass(frozen=True)
class Cost:
    """One tariff. Amounts are of a year, with VAT for households and without for businesses. [minor units]

    low_minor, high_minor : with less and more use by the spread
    """

    offered: Offered
    year_minor: int
    low_minor: int
    high_minor: int
    standing_minor: int


@dataclass(frozen=True)
class Estimate:
    """costs : cheapest first; refused : tariffs that cannot be priced; period : whose market prices and days are taken"""

    period: Period
    region: Region
    is_gross: bool
    spread_percent: int
    imported_wh: int
    exported_wh: int
    used_wh: int
    costs: tuple[Cost, ...]
    refused: tuple[Offered, ...]


@dataclass(frozen=True)
class _Market:
    """Where the viewer is: the zone decides the climate and the tariffs."""

    zone_name: str
    is_gross: bool
    contract: ContractRow


def estimate(viewer: Viewer, answers: Answers) -> Estimate | None:
    """Remembered for a day; None for somebody who has no supply of electricity whose market could be meant."""
    place = _market(viewer)
    if place is None:
        return None
    made = portal.current()
    today = local_date(made.clock.now(), place.zone_name)
    end = today.replace(day=1)
    period = Period(PeriodKind.CUSTOM, add_months(end, -12), end)
    region = next((one for one in REGIONS.values() if one.zone_name == place.zone_name), REGIONS["freiburg"])
    with made.records.reading() as db:
        rows = [contract_details.offered(row) for row in queries.tariffs_on_offer(db, today)]
    kind = "household" if place.is_gross else "business"
    listed = [row for row in rows if _fits(row, place.zone_name, kind)]
    names = tuple(row.public_id for row in listed)
    key = ("calculator", asdict(answers), place.zone_name, place.is_gross, names, today)
    kept = made.cache.memo(key, REMEMBERED_S, lambda: _computed(answers, region, period, place, listed))
    costs = [Cost(row, *kept["costs"][str(row.id)]) for row in listed if str(row.id) in kept["costs"]]
    return Estimate(
        period, region, place.is_gross, _spread(answers), kept["imported"], kept["exported"], kept["used"],
        tuple(sorted(costs, key=lambda cost: cost.year_minor)),
        tuple(row for row in listed if str(row.id) not in kept["costs"]),
    )  # fmt: skip


def _market(viewer: Viewer) -> _Market | None:
    """The first contract for electricity; coming and past ones tell the market as well."""
    for view in contract_details.every(viewer):
        if (view.contract.commodity, view.contract.direction) == ("electricity", "supply"):
            return _Market(view.contract.zone_name, view.is_gross, view.contract)
    return None


def _fits(row: Offered, zone_name: str, kind: str) -> bool:
    is_supply = (row.commodity, row.direction, row.zone) == ("electricity", "supply", zone_name)
    return is_supply and row.customer_class in {"any", kind}


def _spread(answers: Answers) -> int:
    return SPREAD_PERCENT if answers.known_wh is None else KNOWN_SPREAD_PERCENT


def _computed(
    answers: Answers, region: Region, period: Period, place: _Market, listed: list[Offered]
) -> dict[str, Any]:
    """Each tariff on the year as simulated, and on less and more of it."""
    year = reference_year(answers, region, place.zone_name, period)
    tariffs = [row.tariff for row in listed]
    today = local_date(portal.current().clock.now(), place.zone_name)
    market = contract_rating.market_of(tariffs, contract_rating.reached(tariffs, period), place.contract)
    market = market if place.is_gross else tariff_comparison.untaxed(market)
    spread, total = _spread(answers), year.imported.total_wh
    found = []
    for percent in (100, 100 - spread, 100 + spread):
        flows = {"import": _sized(year.imported, total * percent // 100), "export": year.exported}
        costs = compare(tariffs, period, Use(place.zone_name, flows), today, None, market)
        found.append({id(cost.tariff): cost for cost in costs if cost.refusal is None})
    middle, low, high = found
    costs_by_row = {
        str(row.id): [
            middle[key].gross_minor, low[key].gross_minor, high[key].gross_minor, middle[key].standing_minor
        ]
        for row in listed if (key := id(row.tariff)) in middle and key in low and key in high
    }  # fmt: skip
    return {"costs": costs_by_row, "imported": total, "exported": year.exported.total_wh, "used": year.used_wh}


def _sized(part: Intervals, total_wh: int) -> Intervals:
    return replace(part, energy_wh=scaled(part.energy_wh, total_wh))
