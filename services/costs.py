"""What a site's energy cost: its contracts of a commodity, priced by the rating that also writes their bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from data.queries.contracts import ContractRow
from domain.access import Permission, Viewer, require_site
from domain.calendar import Period, PeriodKind
from domain.energy.freshness import due_since
from domain.money import to_minor
from domain.tariffs.compare import running
from domain.tariffs.daily import by_day
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import RatingResult
from services import contract_rating, contracts, portal, use
from services.sites import SiteView

GROUPS = ("energy", "network", "tax_levy", "service", "discount", "feed_in")


@dataclass(frozen=True)
class Cost:
    """Contracts of one kind over the days of a period in which they ran and that have begun. [minor units]

    is_gross : households are told prices with VAT, businesses without
    groups : net amount of each cost group that has one, in order
    days : local day and its share of the shown amount, of each day; they sum to it
    until : the first day that is not in it
    missing : intervals without a reading, which were not priced
    """

    currency: str
    is_gross: bool
    net_minor: int
    tax_minor: int
    groups: tuple[tuple[str, int], ...]
    days: tuple[tuple[date, int], ...]
    first: date
    until: date
    is_running: bool
    missing: int
    tariffs: tuple[str, ...]
    is_whole: bool  # whether the contracts covered every asked day that has begun

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor

    @property
    def shown_minor(self) -> int:
        return self.gross_minor if self.is_gross else self.net_minor


@dataclass(frozen=True)
class NoCost:
    """Why there is no amount: `no_contract`, or the reason of a refused rating with what its sentence needs."""

    reason: str
    params: tuple[tuple[str, object], ...] = ()


def cost(
    viewer: Viewer,
    site: SiteView,
    commodity: str,
    period: Period,
    *,
    direction: str = "supply",
    known_at: datetime | None = None,
) -> Cost | NoCost:
    """The same to the cent as the bill of a period that is billed; of a running one what has come up to now."""
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    tomorrow = use.today_of(site) + timedelta(days=1)
    asked = period.clip(site.first_date, min(site.end_date or tomorrow, tomorrow))
    own = _contracts(viewer, site, commodity, direction)
    spans = [(row, span) for row in own if asked and (span := asked.clip(row.first_date, row.end_date))]
    if asked is None or not spans:
        return NoCost("no_contract")
    try:
        results = [contract_rating.rate_contract(row.id, span, known_at) for row, span in spans]
    except RatingRefusedError as error:
        return NoCost(error.reason, tuple(sorted(error.params.items(), key=str)))
    return _summed(results, [row for row, _span in spans], asked, is_running=period.end > tomorrow)


def of_month(viewer: Viewer, site: SiteView) -> tuple[tuple[str, Cost], ...]:
    """What the running month has cost up to now, of each commodity that can be priced."""
    month = Period.of(PeriodKind.MONTH, use.today_of(site))
    found = [(name, cost(viewer, site, name, month)) for name in site.commodities]
    return tuple((name, each) for name, each in found if isinstance(each, Cost))


def has_contract(viewer: Viewer, site: SiteView, commodity: str, direction: str = "supply") -> bool:
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    return bool(_contracts(viewer, site, commodity, direction))


def _contracts(viewer: Viewer, site: SiteView, commodity: str, direction: str) -> list[ContractRow]:
    wanted = (site.id, commodity, direction)
    return [row for row in contracts.contracts(viewer) if (row.site_id, row.commodity, row.direction) == wanted]


def _summed(results: Sequence[RatingResult], rows: Sequence[ContractRow], asked: Period, *, is_running: bool) -> Cost:
    currency, is_gross = results[0].currency, rows[0].customer_kind == "residential"
    results = [result for result in results if result.currency == currency]
    net, tax = sum(result.net_minor for result in results), sum(result.tax_minor for result in results)
    groups: dict[str, int] = defaultdict(int)
    days: dict[date, Fraction] = defaultdict(Fraction)
    for result in results:
        for line in result.lines:
            groups[line.cost_group] += line.amount_minor
        for day, amount in by_day(result, is_gross=is_gross).items():
            days[day] += amount
    ordered = sorted(days)
    shown = running([days[day] for day in ordered], net + tax if is_gross else net, currency)
    covered = sum((result.end - result.first).days - result.uncovered_days for result in results)
    return Cost(
        currency=currency, is_gross=is_gross, net_minor=net, tax_minor=tax,
        groups=tuple((name, groups[name]) for name in GROUPS if name in groups),
        days=tuple(zip(ordered, shown, strict=True)), first=ordered[0], until=asked.end, is_running=is_running,
        missing=sum(_missing(result) for result in results),
        tariffs=tuple(dict.fromkeys(_names(rows, asked))), is_whole=covered == asked.day_count,
    )  # fmt: skip


def _missing(result: RatingResult) -> int:
    """Intervals without a reading that should be here, or that later ones are: as the pages of consumption count them."""
    due_s = int(due_since(portal.current().clock.now()).timestamp())
    flows = {line.intervals.flow: line.intervals.laid for line in result.lines if line.intervals}
    count = 0
    for laid in flows.values():
        span = laid.slots.span(result.first, result.end)
        known, start_s = laid.is_known[span], laid.slots.start_s[span]
        newest_s = int(start_s[known][-1]) if known.any() else 0
        count += int((~known & ((start_s < newest_s) | (start_s + laid.slots.interval_s <= due_s))).sum())
    return count


def _names(rows: Sequence[ContractRow], asked: Period) -> list[str]:
    return [
        term.tariff.name
        for row in rows
        for term in contract_rating.terms(row.id)
        if term.first < asked.end and asked.first < term.end
    ]


def by_month(found: Cost) -> list[tuple[date, int]]:
    """First day and amount of each month; they sum to the whole. [minor units]"""
    months: dict[date, int] = defaultdict(int)
    for day, minor in found.days:
        months[day.replace(day=1)] += minor
    return sorted(months.items())


def mean_price(found: Cost, energy_wh: int) -> Fraction | None:
    """What a kilowatt-hour came to in all. [currency / kWh]"""
    if energy_wh <= 0:
        return None
    unit = to_minor(Fraction(1), found.currency)
    return Fraction(found.shown_minor, unit) / Fraction(energy_wh, 1000)
