"""What somebody used: totals, comparisons, parts, patterns, peaks and the place among similar homes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from data.queries import consumption as queries
from domain.access import Permission, Viewer, require_site
from domain.calendar import Period, PeriodKind, add_months, local_date
from domain.energy import benchmark, comparison
from domain.energy.balance import UseSeries, regrouped
from domain.energy.benchmark import Standing, Traits
from domain.energy.comparison import Comparison
from services import consumption_pairs, groups, portal, use
from services.consumption_asks import Ask, compared_period
from services.sites import MeterView, RegisterView, SiteView, consumption_terms


@dataclass(frozen=True)
class Part:
    """One use: an appliance, a phase, or what no sub-meter saw (`register` is None)."""

    label: str
    kind: str
    series: UseSeries
    register: RegisterView | None = None

    @property
    def total_wh(self) -> int | None:
        return self.series.total_wh


@dataclass(frozen=True)
class Overview:
    ask: Ask
    today: date
    series: UseSeries
    elapsed: Period
    then: Period | None
    then_series: UseSeries | None
    compared: Comparison | None
    interval_s: int
    parts: tuple[Part, ...] = ()
    temperature: UseSeries | None = None

    covered: tuple[tuple[int, int], ...] = ()  # by month or year: complete days and days that are over
    then_covered: tuple[tuple[int, int], ...] = ()  # the same of the compared period

    @property
    def is_running(self) -> bool:
        is_one = self.ask.period.kind is not PeriodKind.ALL
        return is_one and self.ask.period.first <= self.today < self.ask.period.end


def known_days(viewer: Viewer, site: SiteView) -> tuple[date, date] | None:
    """First and last local date with readings that the viewer may see; None before the first."""
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    ids = [register.id for register in site.registers if register.flow != "temperature"]
    found = queries.extent(portal.current().readings, ids)
    if not found:
        return None
    first = local_date(min(start for start, _end in found.values()), site.zone_name)
    last = local_date(max(end for _start, end in found.values()) - timedelta(seconds=1), site.zone_name)
    first, last = max(first, site.first_date), min(last, site.end_date - timedelta(days=1)) if site.end_date else last
    return (first, last) if first <= last else None


def overview(viewer: Viewer, ask: Ask) -> Overview:
    """The main chart: total by bucket, its parts, the compared period, and the temperature."""
    terms = consumption_terms(ask.site, ask.commodity)
    series = use.series(viewer, ask.site, terms, ask.period, ask.resolution, ask.known_at)
    today = use.today_of(ask.site)
    part = elapsed(ask, today)
    then = compared_period(ask)
    then_series = use.series(viewer, ask.site, terms, then, ask.resolution) if then else None
    return Overview(
        ask=ask,
        today=today,
        series=series,
        elapsed=part,
        then=then,
        then_series=then_series,
        compared=consumption_pairs.compared(viewer, ask, then, "date") if then else None,
        interval_s=use.interval_of(ask.site, terms),
        parts=parts(viewer, ask, series),
        temperature=temperature(viewer, ask),
        covered=consumption_pairs.covered(viewer, ask, ask.period, series, ask.resolution),
        then_covered=(
            consumption_pairs.covered(viewer, ask, then, then_series, ask.resolution)
            if then and then_series is not None
            else ()
        ),
    )


def drawn(viewer: Viewer, ask: Ask) -> Overview:
    """What the figure of the main chart shows; a line of single intervals has no parts, and only a day a second line."""
    if ask.resolution != "interval":
        return overview(viewer, ask)
    terms = consumption_terms(ask.site, ask.commodity)
    then = compared_period(ask) if ask.period.kind is PeriodKind.DAY else None
    today = use.today_of(ask.site)
    return Overview(
        ask=ask,
        today=today,
        series=use.series(viewer, ask.site, terms, ask.period, ask.resolution, ask.known_at),
        elapsed=elapsed(ask, today),
        then=then,
        then_series=use.series(viewer, ask.site, terms, then, ask.resolution) if then else None,
        compared=None,
        interval_s=use.interval_of(ask.site, terms),
    )


def drawn_from(viewer: Viewer, ask: Ask) -> tuple[object, ...] | None:
    """Equal as long as `drawn` answers the same; None where nobody can say without reading it all."""
    require_site(viewer, Permission.VIEW_READINGS, ask.site.id)
    if ask.resolution != "interval":
        return None
    terms = consumption_terms(ask.site, ask.commodity)
    then = compared_period(ask) if ask.period.kind is PeriodKind.DAY else None
    parts = [use.made_of(viewer, ask.site, terms, period) for period in (ask.period, then) if period is not None]
    return None if None in parts else (ask, *parts)


def elapsed(ask: Ask, today: date) -> Period:
    """The whole days of the period that have passed; of the running day itself, the day."""
    if ask.period.kind is PeriodKind.DAY or not ask.period.first <= today < ask.period.end:
        return ask.period
    return comparison.elapsed(ask.period, today)


def parts(viewer: Viewer, ask: Ask, total: UseSeries) -> tuple[Part, ...]:
    """Sub-metered uses, largest first, and the remainder no sub-meter saw."""
    if ask.commodity != "electricity" or ask.known_at is not None:
        return ()
    registers = ask.site.with_flow("submeter")
    found = [_part(viewer, ask, register) for register in registers]
    seen = sorted((p for p in found if p.total_wh is not None), key=lambda p: -(p.total_wh or 0))
    if seen and any(len(p.series) != len(total) for p in seen):  # slower sub-meters meet the total hour by hour
        total = regrouped(total, "hour")
        seen = [replace(p, series=regrouped(p.series, "hour")) for p in seen]
    if not seen or any(len(p.series) != len(total) for p in seen):
        return ()
    return (*seen, Part("", "untracked", remainder(total, [p.series for p in seen])))


def _part(viewer: Viewer, ask: Ask, register: RegisterView) -> Part:
    resolution = "hour" if ask.resolution == "interval" and register.interval_s > 900 else ask.resolution
    return Part(
        register.label,
        register.kind,
        use.series(viewer, ask.site, [(register.id, 1)], ask.period, resolution),
        register,
    )


def remainder(total: UseSeries, seen: Sequence[UseSeries]) -> UseSeries:
    """The total less its parts, never below zero; a part that is unknown leaves its energy in the remainder."""
    energy = total.energy_wh.copy()
    for series in seen:
        energy -= series.energy_wh
    energy[energy < 0] = 0
    return UseSeries(total.label, total.fold, energy, total.is_known, total.counts)


def temperature(viewer: Viewer, ask: Ask) -> UseSeries | None:
    """Outdoor temperature sums by day, or None where there is no station; the mean is sum / n."""
    require_site(viewer, Permission.VIEW_READINGS, ask.site.id)
    register_id = ask.site.weather_register_id
    if register_id is None or ask.resolution != "day":
        return None
    from services import weather

    stay = ask.period.clip(ask.site.first_date, ask.site.end_date)
    return weather.by_bucket(ask.site, register_id, stay, ask.resolution) if stay else None


@dataclass(frozen=True)
class Similar:
    """A group and one's place in it; `standing` is None when the group is too small or a month is incomplete."""

    month: date
    traits: Traits
    count: int
    standing: Standing | None


def similar(viewer: Viewer, ask: Ask) -> Similar:
    """The last complete month up to the period, against the closest group that is large enough."""
    require_site(viewer, Permission.VIEW_READINGS, ask.site.id)
    month = _complete_month(ask)
    own = groups.traits_of(ask.site)
    if not _is_own_month(ask.site, month):
        return Similar(month, own, 0, None)
    everyone = groups.all_sites()
    best = Similar(month, own, 0, None)
    for traits in benchmark.widen(own):
        members = {site_id: terms for site_id, (other, terms) in everyone.items() if benchmark.matches(traits, other)}
        totals = groups.month_totals(members, month)
        found = benchmark.standing(ask.site.id, totals)
        best = Similar(month, traits, len(totals), found)
        if found is not None:
            break
    return best


def _complete_month(ask: Ask) -> date:
    """The last month of the period that is over: of a running year the month before this one."""
    running = use.today_of(ask.site).replace(day=1)
    return min(ask.period.last.replace(day=1), add_months(running, -1))


def _is_own_month(site: SiteView, month: date) -> bool:
    """Whether the viewer lived there from its first to its last day."""
    return site.first_date <= month and (site.end_date is None or add_months(month, 1) <= site.end_date)


@dataclass(frozen=True)
class RegisterTotal:
    """One register in the period."""

    register: RegisterView
    series: UseSeries


def register_totals(
    viewer: Viewer, ask: Ask, registers: Sequence[RegisterView], meter: MeterView | None = None
) -> list[RegisterTotal]:
    """What each register counted in the period; with `meter` only while that meter was installed."""
    return [RegisterTotal(register, _counted(viewer, ask, register, meter)) for register in registers]


def _counted(viewer: Viewer, ask: Ask, register: RegisterView, meter: MeterView | None) -> UseSeries:
    terms = [(register.id, 1)]
    if meter is None:
        return use.series(viewer, ask.site, terms, ask.period, ask.resolution)
    window = (meter.installed_utc, meter.removed_utc)
    return use.within(viewer, ask.site, terms, ask.period, ask.resolution, window)


def meter_registers(site: SiteView, meter: MeterView) -> list[RegisterView]:
    return [site.register(register_id) for register_id in meter.register_ids]
