"""The overview: today against the usual day, this month against fair comparisons, what is late, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from data.queries import activity
from data.queries import consumption as queries
from data.queries.activity import Happening
from domain.access import Viewer
from domain.calendar import Period, PeriodKind, zone
from domain.energy import comparison
from domain.energy.balance import UseSeries
from domain.energy.comparison import Comparison
from domain.energy.freshness import Freshness, Health, judge
from domain.energy.profile import usual_day
from services import portal, use
from services.sites import SiteView, consumption_terms, sites_of

USUAL_WEEKS = 4
FEED_DAYS = 60
FEED_LENGTH = 6
COMPLETENESS_DAYS = 7


@dataclass(frozen=True)
class Today:
    """Today's use so far and the median of the last four same weekdays, by hour. [Wh]"""

    day: date
    so_far_wh: int | None
    usual_so_far_wh: float | None
    until_hour: float  # how much of the day the readings cover
    hours: UseSeries
    usual_wh: npt.NDArray[np.float64]

    @property
    def ratio(self) -> float | None:
        if self.so_far_wh is None or not self.usual_so_far_wh:
            return None
        return self.so_far_wh / self.usual_so_far_wh - 1


@dataclass(frozen=True)
class Total:
    """One quantity of the running month up to yesterday, with the same part of last month and last year."""

    so_far_wh: int | None
    days: UseSeries
    previous: Comparison | None
    last_year: Comparison | None


@dataclass(frozen=True)
class SiteDashboard:
    site: SiteView
    now_local: datetime
    freshness: Freshness
    completeness: float | None  # share of the expected intervals of the last seven days
    today: Today
    month: Total
    production: Total | None
    export: Total | None
    production_today: UseSeries | None
    self_sufficiency: float | None  # of the running month, whole days
    others: tuple[tuple[str, Total], ...]  # gas and heat
    feed: tuple[Happening, ...]


@dataclass(frozen=True)
class SiteRow:
    """A site in the overview of several."""

    site: SiteView
    month: Total
    freshness: Freshness
    completeness: float | None


def site_dashboard(viewer: Viewer, site: SiteView) -> SiteDashboard:
    """Everything one site's overview shows."""
    now = portal.current().clock.now()
    terms = consumption_terms(site)
    production = _flow_terms(site, "production")
    export = _flow_terms(site, "export")
    made = month_total(viewer, site, production) if production else None
    month = month_total(viewer, site, terms)
    return SiteDashboard(
        site=site,
        now_local=now.astimezone(zone(site.zone_name)),
        freshness=freshness(site, terms or production),
        completeness=completeness(viewer, site, terms),
        today=today(viewer, site, terms),
        month=month,
        production=made,
        export=month_total(viewer, site, export) if export else None,
        production_today=_today_hours(viewer, site, production) if production else None,
        self_sufficiency=self_sufficiency(viewer, site, month),
        others=tuple(
            (name, month_total(viewer, site, consumption_terms(site, name)))
            for name in site.commodities
            if name != "electricity"
        ),
        feed=feed(viewer, [site]),
    )


def overview_rows(viewer: Viewer) -> list[SiteRow]:
    """All sites of the viewer for the table of several."""
    return [
        SiteRow(site, month_total(viewer, site, consumption_terms(site)), freshness(site, consumption_terms(site)),
                completeness(viewer, site, consumption_terms(site)))
        for site in sites_of(viewer)
    ]  # fmt: skip


def _flow_terms(site: SiteView, flow: str) -> list[tuple[int, int]]:
    return [(register.id, 1) for register in site.with_flow(flow)]


def freshness(site: SiteView, terms: use.Terms) -> Freshness:
    """The least fresh register that belongs to the total decides."""
    now = portal.current().clock.now()
    ids = [register_id for register_id, _sign in terms]
    ends = queries.extent(portal.current().readings, ids)
    if not ids or len(ends) < len(ids):
        return Freshness(Health.NEVER, None, None)
    return judge(min(end for _first, end in ends.values()), now=now, interval_s=use.interval_of(site, terms))


def completeness(viewer: Viewer, site: SiteView, terms: use.Terms) -> float | None:
    """Of the last seven whole days."""
    now = use.today_of(site)
    series = use.series(
        viewer, site, terms, Period(PeriodKind.CUSTOM, now - timedelta(days=COMPLETENESS_DAYS), now), "day"
    )
    counts = series.counts.sum(axis=0) if len(series) else np.zeros(6)
    return 1 - float(counts[5]) / float(counts.sum()) if counts.sum() else None


def _today_hours(viewer: Viewer, site: SiteView, terms: use.Terms) -> UseSeries:
    return use.series(viewer, site, terms, Period.of(PeriodKind.DAY, use.today_of(site)), "hour")


def today(viewer: Viewer, site: SiteView, terms: use.Terms) -> Today:
    """The comparison ends where today's readings end: the usual of a half hour counts half."""
    day = use.today_of(site)
    hours = _today_hours(viewer, site, terms)
    past = [Period.of(PeriodKind.DAY, day - timedelta(days=7 * week)) for week in range(1, USUAL_WEEKS + 1)]
    usual = usual_day([_by_clock_hour(use.series(viewer, site, terms, period, "hour")) for period in past])
    until = _covered_hours(hours)
    return Today(day, hours.total_wh, _until(usual, until), until, hours, usual)


def _by_clock_hour(series: UseSeries) -> npt.NDArray[np.float64]:
    """24 places of the wall clock; NaN where nothing is known. A doubled hour adds up."""
    values = np.full(24, np.nan)
    for label, energy, known in zip(series.label, series.energy_wh, series.is_known, strict=True):
        hour = int((label - label.astype("datetime64[D]")) // np.timedelta64(1, "h"))
        if known:
            values[hour] = energy + (0 if np.isnan(values[hour]) else values[hour])
    return values


def _covered_hours(hours: UseSeries) -> float:
    """Up to where today is known, on the wall clock: the last known hour counts with its share of intervals."""
    if not hours.is_known.any():
        return 0.0
    last = int(np.flatnonzero(hours.is_known)[-1])
    hour = int((hours.label[last] - hours.label[last].astype("datetime64[D]")) // np.timedelta64(1, "h"))
    most = max(float(hours.counts.sum(axis=1).max()), 1.0)
    return hour + float(hours.counts[last, :5].sum()) / most


def _until(usual_wh: npt.NDArray[np.float64], until_hour: float) -> float | None:
    whole = int(until_hour)
    if len(usual_wh) < 24 or np.isnan(usual_wh[:whole]).any() or until_hour <= 0:
        return None
    rest = usual_wh[whole] * (until_hour - whole) if whole < 24 and until_hour > whole else 0.0
    return None if np.isnan(rest) else float(usual_wh[:whole].sum() + rest)


def month_total(viewer: Viewer, site: SiteView, terms: use.Terms) -> Total:
    """Whole days up to yesterday against the same number of days; on the first of a month, the day itself."""
    day = use.today_of(site)
    month = Period.of(PeriodKind.MONTH, day)
    part = comparison.elapsed(month, day)
    days = use.series(viewer, site, terms, part, "day")
    return Total(
        days.total_wh,
        days,
        _against(viewer, site, terms, month, part, month.shift(-1), days),
        _against(viewer, site, terms, month, part, month.last_year(), days),
    )


def _against(
    viewer: Viewer, site: SiteView, terms: use.Terms, month: Period, part: Period, then: Period, days: UseSeries
) -> Comparison | None:
    same = comparison.same_part(month, part, then)
    series = use.series(viewer, site, terms, same, "day")
    if len(series) < same.day_count or not series.is_known.all():
        return None
    return comparison.compare(days.total_wh, part, series.total_wh, same)


def self_sufficiency(viewer: Viewer, site: SiteView, month: Total) -> float | None:
    """Share of home use that did not come from the grid, over the days where all registers are known."""
    imports = _flow_terms(site, "import")
    if not site.with_flow("production") or not imports:
        return None
    day = use.today_of(site)
    part = comparison.elapsed(Period.of(PeriodKind.MONTH, day), day)
    drawn = use.series(viewer, site, imports, part, "day")
    both = drawn.is_known & month.days.is_known if len(drawn) == len(month.days) else np.zeros(0, bool)
    used = int(month.days.energy_wh[both].sum()) if both.any() else 0
    return max(0.0, 1 - int(drawn.energy_wh[both].sum()) / used) if used > 0 else None


def feed(viewer: Viewer, sites: Sequence[SiteView]) -> tuple[Happening, ...]:
    """The last events of the viewer's sites within the tenancy, and what the viewer was told."""
    now = portal.current().clock.now()
    with portal.current().records.reading() as db:
        found = activity.site_events(
            db, [s.id for s in sites], since=now - timedelta(days=FEED_DAYS), limit=FEED_LENGTH * 2
        )
        told = [] if viewer.acting_for_account_id else activity.notices(db, viewer.user_id, limit=FEED_LENGTH)
    by_id = {site.id: site for site in sites}
    seen = [item for item in found if item.site_id in by_id and _in_tenancy(item, by_id[item.site_id])]
    return tuple(sorted([*seen, *told], key=lambda item: item.at, reverse=True)[:FEED_LENGTH])


def _in_tenancy(item: Happening, site: SiteView) -> bool:
    day = item.at.astimezone(zone(site.zone_name)).date()
    return site.first_date <= day and (site.end_date is None or day < site.end_date)
