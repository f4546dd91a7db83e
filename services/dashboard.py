"""The overview: today against the usual day, this month against fair comparisons, what is late, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from data.queries import activity
from data.queries import consumption as queries
from data.queries import sites as site_queries
from data.queries.activity import Happening
from domain.access import Permission, Viewer, require_site
from domain.calendar import Period, PeriodKind, zone
from domain.energy import comparison
from domain.energy.balance import UseSeries
from domain.energy.comparison import Comparison
from domain.energy.freshness import Freshness, Health, is_offline, judge
from domain.energy.profile import HOURS, hour_of, usual_day
from services import portal, use
from services.costs import Cost, of_month
from services.sites import SiteView, consumption_terms, sites_of

USUAL_WEEKS = 4
FEED_DAYS = 60
FEED_LENGTH = 6
COMPLETENESS_DAYS = 7
COMPLETE_SHARE = 0.96  # a day or hour with fewer of its intervals is left out of comparisons, on both sides


@dataclass(frozen=True)
class Today:
    """Today's use so far and the median of the last four same weekdays, by hour. [Wh]

    usual_so_far_wh : the usual of exactly the hours, and parts of hours, that are known today
    until_hour : where today's readings end, on the wall clock. [h]
    """

    day: date
    so_far_wh: int | None
    usual_so_far_wh: float | None
    until_hour: float
    hours: UseSeries
    usual_wh: npt.NDArray[np.float64]

    @property
    def ratio(self) -> float | None:
        if self.so_far_wh is None or not self.usual_so_far_wh:
            return None
        return self.so_far_wh / self.usual_so_far_wh - 1


@dataclass(frozen=True)
class Total:
    """One quantity of the running month up to yesterday, with the same part of last month and last year.

    has_whole_days : false on the first of a month, when only today is known and nothing is compared
    """

    so_far_wh: int | None
    days: UseSeries
    previous: Comparison | None
    last_year: Comparison | None
    has_whole_days: bool = True


@dataclass(frozen=True)
class DeviceState:
    name: str
    kind: str
    last_seen_utc: datetime | None
    is_offline: bool


@dataclass(frozen=True)
class LiveStatus:
    """How far the data reaches and which devices are silent: what a page may ask again every minute."""

    now_local: datetime
    freshness: Freshness
    devices: tuple[DeviceState, ...]

    @property
    def offline(self) -> tuple[DeviceState, ...]:
        return tuple(device for device in self.devices if device.is_offline)


@dataclass(frozen=True)
class SiteDashboard:
    site: SiteView
    live: LiveStatus
    last_days: UseSeries  # the last seven whole days, as far as the stay reaches back
    today: Today
    month: Total
    production: Total | None
    export: Total | None
    production_today: UseSeries | None
    net_today: UseSeries | None  # taken from the grid less given to it; None without export
    self_sufficiency: float | None  # of the running month, whole days
    others: tuple[tuple[str, Total], ...]  # gas and heat
    feed: tuple[Happening, ...]
    costs: tuple[tuple[str, Cost], ...] = ()  # of the running month, by commodity under contract

    @property
    def completeness(self) -> float | None:
        return known_share(self.last_days)

    @property
    def net_today_wh(self) -> int | None:
        return self.net_today.total_wh if self.net_today else None


@dataclass(frozen=True)
class SiteRow:
    """A site in the overview of several; of a stay that is over only the dates are shown."""

    site: SiteView
    stay: str  # now, over, to_come
    month: Total
    today: UseSeries  # by hour
    last_days: UseSeries  # the last seven whole days
    now_local: datetime
    freshness: Freshness
    costs: tuple[tuple[str, Cost], ...] = ()  # of the running month, by commodity under contract


def site_dashboard(viewer: Viewer, site: SiteView) -> SiteDashboard:
    """Everything one site's overview shows, from one read of its days and one of its hours."""
    with use.read_ahead(viewer, site, _overview_spans(use.today_of(site))):
        return _site_dashboard(viewer, site)


def _overview_spans(day: date) -> dict[str, Period]:
    """From the running month a year ago; and the usual day's weeks."""
    tomorrow = day + timedelta(days=1)
    month = Period.of(PeriodKind.MONTH, day)
    first = min(month.last_year().first, day - timedelta(days=COMPLETENESS_DAYS))
    return {
        "day": Period(PeriodKind.CUSTOM, first, tomorrow),
        "hour": Period(PeriodKind.CUSTOM, day - timedelta(days=7 * USUAL_WEEKS), tomorrow),
    }


def _site_dashboard(viewer: Viewer, site: SiteView) -> SiteDashboard:
    terms = consumption_terms(site)
    export = _flow_terms(site, "export")
    production = _flow_terms(site, "production")
    month, made = month_parts(viewer, site)
    return SiteDashboard(
        site=site,
        live=live_status(viewer, site),
        last_days=last_days(viewer, site, terms or production),
        today=today(viewer, site),
        month=month,
        production=made,
        export=month_total(viewer, site, export) if export else None,
        production_today=_today_hours(viewer, site, production) if production else None,
        net_today=_net_today(viewer, site),
        self_sufficiency=self_sufficiency(viewer, site, month),
        others=tuple(
            (name, month_total(viewer, site, consumption_terms(site, name)))
            for name in site.commodities
            if name != "electricity"
        ),
        feed=feed(viewer, [site]),
        costs=of_month(viewer, site),
    )


def month_parts(viewer: Viewer, site: SiteView) -> tuple[Total, Total | None]:
    """Use and, where there is a roof or a turbine, production of the running month."""
    production = _flow_terms(site, "production")
    made = month_total(viewer, site, production) if production else None
    return month_total(viewer, site, consumption_terms(site)), made


def month_chart(viewer: Viewer, site: SiteView) -> tuple[Today, UseSeries | None, Total, Total | None]:
    """What the month's figure is made of, and nothing else."""
    with use.read_ahead(viewer, site, _overview_spans(use.today_of(site))):
        return _month_chart(viewer, site)


def _month_chart(viewer: Viewer, site: SiteView) -> tuple[Today, UseSeries | None, Total, Total | None]:
    production = _flow_terms(site, "production")
    month, made = month_parts(viewer, site)
    made_today = _today_hours(viewer, site, production) if production else None
    return today(viewer, site), made_today, month, made


def overview_rows(viewer: Viewer) -> list[SiteRow]:
    """All sites of the viewer for the table of several."""
    return [_row(viewer, site) for site in sites_of(viewer)]


def _row(viewer: Viewer, site: SiteView) -> SiteRow:
    with use.read_ahead(viewer, site, {"day": _overview_spans(use.today_of(site))["day"]}):
        return _site_row(viewer, site)


def _site_row(viewer: Viewer, site: SiteView) -> SiteRow:
    terms = consumption_terms(site)
    return SiteRow(
        site,
        stay(site),
        month_total(viewer, site, terms),
        _today_hours(viewer, site, terms),
        last_days(viewer, site, terms),
        portal.current().clock.now().astimezone(zone(site.zone_name)),
        _freshness(site, terms),
        of_month(viewer, site) if stay(site) == "now" else (),
    )


def stay(site: SiteView) -> str:
    """Whether the viewer's time at the site is `now`, `over` or `to_come`."""
    day = use.today_of(site)
    if site.end_date is not None and site.end_date <= day:
        return "over"
    return "to_come" if site.first_date > day else "now"


def live_status(viewer: Viewer, site: SiteView) -> LiveStatus:
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    now = portal.current().clock.now()
    terms = consumption_terms(site) or _flow_terms(site, "production")
    return LiveStatus(now.astimezone(zone(site.zone_name)), _freshness(site, terms), _devices(site, now))


def _devices(site: SiteView, now: datetime) -> tuple[DeviceState, ...]:
    if stay(site) != "now":
        return ()
    with portal.current().records.reading() as db:
        rows = site_queries.devices(db, site.id)
    return tuple(
        DeviceState(row.name, row.kind, row.last_seen_at, is_offline(row.last_seen_at, now=now)) for row in rows
    )


def _net_today(viewer: Viewer, site: SiteView) -> UseSeries | None:
    export = _flow_terms(site, "export")
    if not export:
        return None
    given = [(register_id, -1) for register_id, _sign in export]
    return _today_hours(viewer, site, [*_flow_terms(site, "import"), *given])


def _flow_terms(site: SiteView, flow: str) -> list[tuple[int, int]]:
    return [(register.id, 1) for register in site.with_flow(flow)]


def _freshness(site: SiteView, terms: use.Terms) -> Freshness:
    """The least fresh register that belongs to the total decides. What came after the stay is nobody's business."""
    if stay(site) != "now":
        return Freshness(Health.NEVER, None, None)
    now = portal.current().clock.now()
    ids = [register_id for register_id, _sign in terms]
    ends = queries.extent(portal.current().readings, ids)
    if not ids or len(ends) < len(ids):
        return Freshness(Health.NEVER, None, None)
    return judge(min(end for _first, end in ends.values()), now=now, interval_s=use.interval_of(site, terms))


def last_days(viewer: Viewer, site: SiteView, terms: use.Terms) -> UseSeries:
    """The last seven whole days."""
    now = use.today_of(site)
    span = Period(PeriodKind.CUSTOM, now - timedelta(days=COMPLETENESS_DAYS), now)
    return use.series(viewer, site, terms, span, "day")


def known_share(series: UseSeries) -> float | None:
    """Share of the expected intervals that are there; None where none is expected."""
    expected = series.counts.sum()
    return 1 - float(series.counts[:, 5].sum()) / float(expected) if expected else None


def _today_hours(viewer: Viewer, site: SiteView, terms: use.Terms) -> UseSeries:
    return use.series(viewer, site, terms, Period.of(PeriodKind.DAY, use.today_of(site)), "hour")


def today(viewer: Viewer, site: SiteView) -> Today:
    """Today by hour against the median of the last four same weekdays."""
    terms = consumption_terms(site)
    day = use.today_of(site)
    hours = _today_hours(viewer, site, terms)
    past = [Period.of(PeriodKind.DAY, day - timedelta(days=7 * week)) for week in range(1, USUAL_WEEKS + 1)]
    usual = usual_day([_by_clock_hour(use.series(viewer, site, terms, period, "hour")) for period in past])
    share = _known_share(hours, use.interval_of(site, terms))
    return Today(day, hours.total_wh, usual_of_known(usual, hours, share), _known_until(hours, share), hours, usual)


def _by_clock_hour(series: UseSeries) -> npt.NDArray[np.float64]:
    """24 places of the wall clock; NaN where an hour is not whole. A doubled hour counts with its mean."""
    values = np.full(HOURS, np.nan)
    for hour in range(HOURS):
        at = _is_complete(series) & (hour_of(series.label) == hour)
        if at.any():
            values[hour] = series.energy_wh[at].mean()
    return values


def _known_share(hours: UseSeries, interval_s: int) -> npt.NDArray[np.float64]:
    """How much of each hour is known, 0 to 1. The running hour's share is of the whole hour."""
    expected = hours.counts.sum(axis=1)
    whole = max([1, 3600 // interval_s, *expected.tolist()])
    return np.where(hours.is_known, hours.counts[:, :5].sum(axis=1) / whole, 0.0)


def usual_of_known(usual_wh: npt.NDArray[np.float64], hours: UseSeries, share: npt.NDArray[np.float64]) -> float | None:
    """A gap of this morning is left out of the usual day too: half an hour known is compared with half the usual."""
    known = share > 0
    if len(usual_wh) < HOURS or not known.any():
        return None
    usual = usual_wh[hour_of(hours.label[known])]
    return None if np.isnan(usual).any() else float((usual * share[known]).sum())


def _known_until(hours: UseSeries, share: npt.NDArray[np.float64]) -> float:
    known = np.flatnonzero(share > 0)
    return float(hour_of(hours.label)[known[-1]] + share[known[-1]]) if len(known) else 0.0


def month_total(viewer: Viewer, site: SiteView, terms: use.Terms) -> Total:
    """Whole days up to yesterday against the same days of last month and last year."""
    day = use.today_of(site)
    month = Period.of(PeriodKind.MONTH, day)
    part = comparison.elapsed(month, day)
    days = use.series(viewer, site, terms, part, "day")
    if day == month.first:  # today is not over: there is no whole day to compare yet
        return Total(days.total_wh, days, None, None, has_whole_days=False)
    before, year_ago = (
        use.series(viewer, site, terms, comparison.same_part(month, part, then), "day")
        for then in (month.shift(-1), month.last_year())
    )
    return Total(
        days.total_wh,
        days,
        same_days(days, before, comparison.same_part(month, part, month.shift(-1))),
        same_days(days, year_ago, comparison.same_part(month, part, month.last_year())),
    )


def same_days(now: UseSeries, before: UseSeries, then: Period) -> Comparison | None:
    """The days that are complete on both sides, paired by their number; None when fewer than half are."""
    count = min(len(now), then.day_count)
    if len(before) < then.day_count or count == 0:
        return None
    both = _is_complete(now)[:count] & _is_complete(before)[:count]
    if both.sum() * 2 < len(now):
        return None
    now_wh, then_wh = (int(series.energy_wh[:count][both].sum()) for series in (now, before))
    compared = int(both.sum())
    return Comparison(now_wh, then_wh, then, per_day=False, days=None if compared == len(now) else compared)


def _is_complete(series: UseSeries) -> npt.NDArray[np.bool_]:
    expected = np.maximum(series.counts.sum(axis=1), 1)
    return np.asarray(series.is_known & (series.counts[:, :5].sum(axis=1) >= COMPLETE_SHARE * expected))


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
    for site in sites:
        require_site(viewer, Permission.VIEW_READINGS, site.id)
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
    """Whether it happened in the stay and, where it is about readings, all of them are of the stay."""
    told = [datetime.fromisoformat(str(item.params[name])) for name in ("first", "end") if name in item.params]
    instants = [item.at, *told[:1], *(end - timedelta(seconds=1) for end in told[1:])]
    days = [instant.astimezone(zone(site.zone_name)).date() for instant in instants]
    return site.first_date <= min(days) and (site.end_date is None or max(days) < site.end_date)
