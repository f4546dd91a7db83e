"""When somebody uses energy: the week by hour, average days, the highest powers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from data.queries import consumption as queries
from domain.access import Viewer
from domain.calendar import Period, PeriodKind, add_months
from domain.energy import peaks, profile
from domain.energy.balance import UseSeries, regrouped
from domain.energy.peaks import Peak
from domain.energy.profile import HeatMap
from services import portal, use
from services.consumption_asks import Ask
from services.sites import SiteView, consumption_terms


def recent(ask: Ask, last: date) -> Ask:
    """Patterns of all years are those of the twelve months up to the last reading: habits change."""
    if ask.period.day_count <= 366:
        return ask
    end = min(ask.period.end, date.fromordinal(last.toordinal() + 1))
    return replace(ask, period=Period(PeriodKind.CUSTOM, add_months(end, -12), end))


def pattern_period(ask: Ask) -> Period:
    """What habits are read from: the period itself, and for a single day the month around it."""
    return Period.of(PeriodKind.MONTH, ask.period.first) if ask.period.kind is PeriodKind.DAY else ask.period


def _intervals(viewer: Viewer, ask: Ask, period: Period) -> UseSeries:
    """Single intervals of at most a year: read once for the week, the average days and the peaks."""
    terms = consumption_terms(ask.site, ask.commodity)
    key = ("patterns", viewer.user_id, ask.site.id, ask.commodity, period, ask.known_at)
    return portal.once(key, lambda: use.series(viewer, ask.site, terms, period, "interval", ask.known_at))


def _pattern_hours(viewer: Viewer, ask: Ask) -> UseSeries:
    return regrouped(_intervals(viewer, ask, pattern_period(ask)), "hour")


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
    fine = _intervals(viewer, ask, ask.period)
    base = peaks.base_load_w(fine.energy_wh, fine.is_known, length_s)
    return Peaks(tuple(peaks.top_peaks(fine, length_s)), _monthly(viewer, ask, terms), base, length_s)


def _monthly(viewer: Viewer, ask: Ask, terms: use.Terms) -> tuple[tuple[date, float], ...]:
    """Highest mean power of the same use as above, by month. [W]

    One register has it in its roll-up. What several add up to peaks when none of them may: its intervals are summed.
    """
    span = _months_shown(ask)
    if span is None or not terms:
        return ()
    length_s = use.interval_of(ask.site, terms)
    if len(terms) > 1 or ask.known_at is not None:
        return tuple(peaks.monthly_peaks(use.series(viewer, ask.site, terms, span, "interval", ask.known_at), length_s))
    frame = queries.months(portal.current().readings, [terms[0][0]], span.first, span.end)
    rows = zip(frame["local_date"].to_numpy(), frame["max_wh"].to_numpy(), strict=True)
    return tuple((label.astype("datetime64[D]").astype(date), float(most) * 3600 / length_s) for label, most in rows)


def _months_shown(ask: Ask) -> Period | None:
    """Up to twelve months that end with the period, none of which holds somebody else's days."""
    end = add_months(min(ask.period.last, use.today_of(ask.site)).replace(day=1), 1)
    if ask.site.end_date is not None:  # the month of moving out holds somebody else's days
        end = min(end, ask.site.end_date.replace(day=1))
    first = max(add_months(end, -12), site_first_whole_month(ask.site))
    return Period(PeriodKind.CUSTOM, first, end) if first < end else None


def site_first_whole_month(site: SiteView) -> date:
    """Months before somebody moved in belong to somebody else."""
    first = site.first_date
    return first if first.day == 1 else add_months(first.replace(day=1), 1)
