"""What somebody used: totals, comparisons, parts, patterns, peaks and the place among similar homes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.queries import cohort
from data.queries import consumption as queries
from domain.access import Viewer
from domain.calendar import Period, PeriodKind, add_months, local_date
from domain.energy import benchmark, comparison, peaks, profile
from domain.energy.balance import UseSeries, picked
from domain.energy.benchmark import Standing, Traits
from domain.energy.comparison import Comparison
from domain.energy.peaks import Peak
from domain.energy.profile import HeatMap
from services import groups, portal, use
from services.sites import MeterView, RegisterView, SiteView, consumption_terms

FINE = {PeriodKind.DAY: "interval", PeriodKind.WEEK: "hour", PeriodKind.MONTH: "day", PeriodKind.YEAR: "month"}


@dataclass(frozen=True)
class Ask:
    """What a page asks for, after its address was read."""

    site: SiteView
    commodity: str
    period: Period
    compare: str = "none"  # none, previous, last_year, or an ISO date inside the other period
    align: str = "weekday"
    is_fine: bool = False
    known_at: datetime | None = None

    @property
    def resolution(self) -> str:
        if self.is_fine and self.period.kind in {PeriodKind.MONTH, PeriodKind.WEEK}:
            return "interval"
        return FINE.get(self.period.kind, "day")


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

    @property
    def is_running(self) -> bool:
        return self.ask.period.first <= self.today < self.ask.period.end


def known_days(viewer: Viewer, site: SiteView) -> tuple[date, date] | None:
    """First and last local date with readings that the viewer may see; None before the first."""
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
    part = _elapsed(viewer, ask, terms, today)
    then = compared_period(ask)
    then_series = use.series(viewer, ask.site, terms, then, ask.resolution) if then else None
    return Overview(
        ask=ask,
        today=today,
        series=series,
        elapsed=part,
        then=then,
        then_series=then_series,
        compared=_compared(viewer, ask, terms, part, then),
        interval_s=use.interval_of(ask.site, terms),
        parts=parts(viewer, ask, series),
        temperature=temperature(viewer, ask),
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
        elapsed=_elapsed(viewer, ask, terms, today),
        then=then,
        then_series=use.series(viewer, ask.site, terms, then, ask.resolution) if then else None,
        compared=None,
        interval_s=use.interval_of(ask.site, terms),
    )


def compared_period(ask: Ask) -> Period | None:
    if ask.compare == "none":
        return None
    if ask.compare == "previous":
        return ask.period.shift(-1)
    if ask.compare == "last_year":
        by_weekday = ask.align == "weekday" and ask.period.kind in {PeriodKind.DAY, PeriodKind.WEEK}
        return ask.period.last_year(by_weekday=by_weekday)
    return Period.of(ask.period.kind, date.fromisoformat(ask.compare))


def _elapsed(viewer: Viewer, ask: Ask, terms: use.Terms, today: date) -> Period:
    """The whole days of the period that have passed; of the running day itself, the day."""
    if ask.period.kind is PeriodKind.DAY or not ask.period.first <= today < ask.period.end:
        return ask.period
    return comparison.elapsed(ask.period, today)


def _compared(viewer: Viewer, ask: Ask, terms: use.Terms, part: Period, then: Period | None) -> Comparison | None:
    """The same elapsed part of both periods, from whole days; a running day up to the same interval."""
    if then is None:
        return None
    then_part = comparison.same_part(ask.period, part, then)
    if ask.period.kind is PeriodKind.DAY:
        return _compared_day(viewer, ask, terms, then_part)
    now_series = use.series(viewer, ask.site, terms, part, "day")
    then_series = use.series(viewer, ask.site, terms, then_part, "day")
    if len(then_series) < then_part.day_count:  # part of it lies before the tenancy or the first reading
        return None
    return comparison.compare(now_series.total_wh, part, then_series.total_wh, then_part)


def _compared_day(viewer: Viewer, ask: Ask, terms: use.Terms, then: Period) -> Comparison | None:
    now_series = use.series(viewer, ask.site, terms, ask.period, "interval")
    then_series = use.series(viewer, ask.site, terms, then, "interval")
    if not len(now_series) or not len(then_series):
        return None
    until = now_series.label[-1] - now_series.label[0]
    same = picked(then_series, then_series.label - then_series.label[0] <= until)
    return comparison.compare(now_series.total_wh, ask.period, same.total_wh, then)


def parts(viewer: Viewer, ask: Ask, total: UseSeries) -> tuple[Part, ...]:
    """Sub-metered uses, largest first, and the remainder no sub-meter saw."""
    if ask.commodity != "electricity" or ask.known_at is not None:
        return ()
    registers = ask.site.with_flow("submeter")
    found = [_part(viewer, ask, register) for register in registers]
    seen = sorted((p for p in found if p.total_wh is not None), key=lambda p: -(p.total_wh or 0))
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
    """Outdoor temperature sums by bucket, or None where there is no station; the mean is sum / n."""
    register_id = ask.site.weather_register_id
    if register_id is None or ask.resolution == "interval":
        return None
    from services import weather

    stay = ask.period.clip(ask.site.first_date, ask.site.end_date)
    return weather.by_bucket(ask.site, register_id, stay, ask.resolution) if stay else None


def pattern_period(ask: Ask) -> Period:
    """What habits are read from: the period itself, and for a single day the month around it."""
    return Period.of(PeriodKind.MONTH, ask.period.first) if ask.period.kind is PeriodKind.DAY else ask.period


def _pattern_hours(viewer: Viewer, ask: Ask) -> UseSeries:
    terms = consumption_terms(ask.site, ask.commodity)
    return use.series(viewer, ask.site, terms, pattern_period(ask), "hour", ask.known_at)


def heat_map(viewer: Viewer, ask: Ask) -> HeatMap:
    return profile.heat_map(_pattern_hours(viewer, ask))


@dataclass(frozen=True)
class Profiles:
    """Mean energy of each hour on workdays and at weekends, None where no such hour is known. [Wh]"""

    workday_wh: list[float | None]
    weekend_wh: list[float | None]

    @property
    def workday_total_wh(self) -> float | None:
        """A whole day; None while one of its hours is unknown."""
        return _whole(self.workday_wh)

    @property
    def weekend_total_wh(self) -> float | None:
        return _whole(self.weekend_wh)


def _whole(hours_wh: Sequence[float | None]) -> float | None:
    known = [value for value in hours_wh if value is not None]
    return sum(known) if len(known) == len(hours_wh) else None


def profiles(viewer: Viewer, ask: Ask) -> Profiles:
    hours = _pattern_hours(viewer, ask)
    clean = [[None if v != v else float(v) for v in profile.average_day(hours, days)] for days in (range(5), (5, 6))]  # noqa: PLR0124 - NaN
    return Profiles(*clean)


@dataclass(frozen=True)
class Peaks:
    """`months` holds the highest interval of each of the last 12 months, newest last."""

    top: tuple[Peak, ...]
    months: tuple[tuple[date, float], ...]
    base_load_w: float | None
    interval_s: int


def peaks_of(viewer: Viewer, ask: Ask) -> Peaks:
    terms = consumption_terms(ask.site, ask.commodity)
    length_s = use.interval_of(ask.site, terms)
    whole_year = ask.period.day_count > 31
    fine = use.series(viewer, ask.site, terms, ask.period, "hour" if whole_year else "interval")
    step_s = 3600 if whole_year else length_s
    base = peaks.base_load_w(fine.energy_wh, fine.is_known, step_s)
    return Peaks(tuple(peaks.top_peaks(fine, step_s)), _monthly(viewer, ask, terms), base, step_s)


def _monthly(viewer: Viewer, ask: Ask, terms: use.Terms) -> tuple[tuple[date, float], ...]:
    """Highest mean power of the grid import's intervals by month, from the roll-up. [W]"""
    imports = ask.site.with_flow("import", commodity=ask.commodity)
    if not imports:
        return ()
    end = add_months(min(ask.period.last, use.today_of(ask.site)).replace(day=1), 1)
    if ask.site.end_date is not None:  # the month of moving out holds somebody else's days
        end = min(end, ask.site.end_date.replace(day=1))
    first = max(add_months(end, -12), site_first_whole_month(ask.site))
    frame = queries.months(portal.current().readings, [imports[0].id], first, end)
    rows = zip(frame["local_date"].to_numpy(), frame["max_wh"].to_numpy(), strict=True)
    factor = 3600 / imports[0].interval_s
    return tuple((label.astype("datetime64[D]").astype(date), float(most) * factor) for label, most in rows)


def site_first_whole_month(site: SiteView) -> date:
    """Months before somebody moved in belong to somebody else."""
    first = site.first_date
    return first if first.day == 1 else add_months(first.replace(day=1), 1)


@dataclass(frozen=True)
class Similar:
    """A group and one's place in it; `standing` is None when the group is too small or a month is incomplete."""

    month: date
    traits: Traits
    count: int
    standing: Standing | None


def similar(viewer: Viewer, ask: Ask) -> Similar:
    """The last complete month up to the period, against the closest group that is large enough."""
    month = _complete_month(ask)
    own = groups.traits_of(ask.site)
    if not _is_own_month(ask.site, month):
        return Similar(month, own, 0, None)
    everyone = groups.all_sites()
    best = Similar(month, own, 0, None)
    for traits in benchmark.widen(own):
        members = {site_id: terms for site_id, (other, terms) in everyone.items() if benchmark.matches(traits, other)}
        totals = cohort.month_totals(portal.current().readings, members, month)
        found = benchmark.standing(ask.site.id, totals)
        best = Similar(month, traits, len(totals), found)
        if found is not None:
            break
    return best


def _complete_month(ask: Ask) -> date:
    first = ask.period.first.replace(day=1)
    today = use.today_of(ask.site)
    return first if add_months(first, 1) <= today else add_months(today.replace(day=1), -1)


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
