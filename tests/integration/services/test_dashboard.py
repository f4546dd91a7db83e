"""The overview's figures against sums made by hand from the stored intervals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from data.queries import consumption as queries
from domain.calendar import Period, PeriodKind
from domain.energy.balance import UseSeries
from domain.energy.freshness import Health
from domain.errors import NotFoundError
from services import dashboard, portal, use
from services.sites import consumption_terms, sites_of

NOVEMBER = datetime(2026, 10, 31, 23, 0, tzinfo=UTC)  # 1 November 00:00 in Berlin, winter time
TODAY = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)  # 20 November 00:00 in Berlin


def _home(viewer_of, name="consumer"):
    viewer = viewer_of(name)
    return viewer, sites_of(viewer)[0]


def _sum(site, flow, first, end):
    """Raw readings of the electricity registers of one flow."""
    store = portal.current().readings
    return sum(queries.intervals(store, r.id, first, end).total_wh for r in site.with_flow(flow))


def _count(site, first):
    """Quarter-hours that the store holds of one day."""
    return len(
        queries.intervals(
            portal.current().readings, site.with_flow("import")[0].id, first, first + timedelta(days=1)
        ).start_utc
    )


def _day(*values, known=(), missing=0):
    """A series of days of 96 quarter-hours; `known` says which have any, `missing` how many each lacks."""
    count = len(values)
    label = np.array([np.datetime64("2026-11-01") + n for n in range(count)]).astype("datetime64[s]")
    counts = np.zeros((count, 6), dtype=np.int64)
    lacks = np.broadcast_to(np.asarray(missing), count)
    counts[:, 0], counts[:, 5] = 96 - lacks, lacks
    is_known = np.array(known or [True] * count)
    return UseSeries(label, np.zeros(count, np.int8), np.array(values, dtype=np.int64), is_known, counts)


def test_the_month_is_the_sum_of_19_whole_days(viewer_of):
    viewer, site = _home(viewer_of)
    view = dashboard.site_dashboard(viewer, site)
    assert len(view.month.days) == 19
    assert view.month.so_far_wh == _sum(site, "import", NOVEMBER, TODAY)


def test_last_months_same_days_leave_out_the_day_with_a_gap(viewer_of):
    viewer, site = _home(viewer_of)
    compared = dashboard.site_dashboard(viewer, site).month.previous
    now_wh = then_wh = 0
    for number in range(19):  # 1 to 19 October are summer time: they begin at 22:00 UTC
        now, then = NOVEMBER + timedelta(days=number), datetime(2026, 9, 30, 22, 0, tzinfo=UTC) + timedelta(days=number)
        if _count(site, now) == _count(site, then) == 96:
            now_wh += _sum(site, "import", now, now + timedelta(days=1))
            then_wh += _sum(site, "import", then, then + timedelta(days=1))
    assert (compared.now_wh, compared.then_wh, compared.days) == (now_wh, then_wh, 18)


def test_a_prosumers_use_is_import_plus_production_less_export_and_battery(viewer_of):
    viewer, site = _home(viewer_of, "prosumer")
    view = dashboard.site_dashboard(viewer, site)
    by_hand = sum(
        sign * _sum(site, flow, NOVEMBER, TODAY)
        for flow, sign in (("import", 1), ("production", 1), ("discharge", 1), ("export", -1), ("charge", -1))
    )
    assert view.month.so_far_wh == by_hand
    assert view.production.so_far_wh == _sum(site, "production", NOVEMBER, TODAY)
    assert view.export.so_far_wh == _sum(site, "export", NOVEMBER, TODAY)
    assert view.self_sufficiency == pytest.approx(1 - _sum(site, "import", NOVEMBER, TODAY) / by_hand)
    now = portal.current().clock.now()
    assert view.net_today_wh == _sum(site, "import", TODAY, now) - _sum(site, "export", TODAY, now)


def test_today_is_compared_with_the_median_of_four_fridays(viewer_of):
    viewer, site = _home(viewer_of)
    today = dashboard.today(viewer, site)
    assert today.so_far_wh == _sum(site, "import", TODAY, portal.current().clock.now())
    fridays = [date(2026, 11, 13), date(2026, 11, 6), date(2026, 10, 30), date(2026, 10, 23)]
    series = [
        use.series(viewer, site, consumption_terms(site), Period.of(PeriodKind.DAY, day), "hour") for day in fridays
    ]
    assert today.usual_wh[10] == np.median([int(day.energy_wh[10]) for day in series])
    # The last reading ends at 11:45: eleven whole hours and three quarters of the twelfth.
    assert today.until_hour == 11.75
    assert today.usual_so_far_wh == pytest.approx(today.usual_wh[:11].sum() + 0.75 * today.usual_wh[11])


def test_a_gap_of_today_is_left_out_of_the_usual_day():
    hours = UseSeries(
        np.array(["2026-11-20T00", "2026-11-20T01", "2026-11-20T02"], dtype="datetime64[s]"),
        np.zeros(3, np.int8), np.array([100, 0, 50]), np.array([True, False, True]), np.zeros((3, 6), np.int64),
    )  # fmt: skip
    usual = np.array([80.0, 90.0, 60.0, *[10.0] * 21])
    # Hour 1 is missing, hour 2 is half known: 80 + 0.5 x 60 = 110 Wh.
    assert dashboard.usual_of_known(usual, hours, np.array([1.0, 0.0, 0.5])) == 110.0
    assert dashboard.usual_of_known(np.full(24, np.nan), hours, np.array([1.0, 0.0, 0.5])) is None


def test_only_days_complete_on_both_sides_are_compared():
    then = Period(PeriodKind.CUSTOM, date(2026, 10, 1), date(2026, 10, 5))
    now = _day(100, 100, 100, 100, missing=[0, 0, 0, 40])
    before = _day(80, 80, 80, 80)
    # The fourth day lacks 40 of 96: 300 against 240 Wh of three days.
    compared = dashboard.same_days(now, before, then)
    assert (compared.now_wh, compared.then_wh, compared.days) == (300, 240, 3)
    assert compared.ratio == 0.25
    # Three missing quarter-hours are 3 % of a day and do not matter.
    assert dashboard.same_days(_day(100, 100, 100, 100, missing=3), before, then).days is None


def test_nothing_is_compared_when_most_days_are_unknown():
    then = Period(PeriodKind.CUSTOM, date(2026, 10, 1), date(2026, 10, 5))
    assert dashboard.same_days(_day(100, 100, 100, 100, missing=[0, 40, 40, 40]), _day(1, 1, 1, 1), then) is None
    assert dashboard.same_days(_day(100, 100, 100, 100), _day(1, 1), then) is None


def test_31_days_are_compared_with_the_28_of_february():
    then = Period(PeriodKind.MONTH, date(2027, 2, 1), date(2027, 3, 1))
    compared = dashboard.same_days(_day(*[10] * 30), _day(*[8] * 28), then)
    assert (compared.now_wh, compared.then_wh) == (280, 224)


def test_the_consumer_is_live_until_11_45(viewer_of):
    viewer, site = _home(viewer_of)
    live = dashboard.live_status(viewer, site)
    assert live.freshness.health is Health.LIVE
    assert live.freshness.last_end == datetime(2026, 11, 20, 10, 45, tzinfo=UTC)
    assert live.now_local.hour == 12


def test_after_moving_out_nothing_of_the_successor_is_told(viewer_of):
    viewer, site = _home(viewer_of)
    left = replace(site, end_date=date(2026, 11, 11))
    assert dashboard.stay(left) == "over"
    live = dashboard.live_status(viewer, left)
    assert (live.freshness.last_end, live.devices) == (None, ())
    ten_days = _sum(site, "import", NOVEMBER, NOVEMBER + timedelta(days=10))
    assert dashboard.month_total(viewer, left, consumption_terms(left)).so_far_wh == ten_days
    assert dashboard.today(viewer, left).so_far_wh is None
    assert dashboard.stay(replace(site, first_date=date(2026, 12, 1))) == "to_come"


def test_a_strangers_site_has_no_status(viewer_of):
    _viewer, site = _home(viewer_of)
    with pytest.raises(NotFoundError):
        dashboard.live_status(viewer_of("prosumer"), site)
    with pytest.raises(NotFoundError):
        dashboard.today(viewer_of("prosumer"), site)


def test_several_sites_have_a_row_each(viewer_of):
    viewer = viewer_of("business")
    rows = dashboard.overview_rows(viewer)
    assert [row.site.public_id for row in rows] == [site.public_id for site in sites_of(viewer)]
    assert {row.stay for row in rows} == {"now"}
    for row in rows:
        assert row.month.so_far_wh == _sum(row.site, "import", NOVEMBER, TODAY)


def test_the_feed_is_newest_first_and_of_the_own_stay(viewer_of):
    viewer, site = _home(viewer_of)
    feed = dashboard.feed(viewer, [site])
    assert feed
    assert [item.at for item in feed] == sorted((item.at for item in feed), reverse=True)
    moved_in = replace(site, first_date=date(2026, 11, 20))
    assert [item for item in dashboard.feed(viewer, [moved_in]) if item.site_id == site.id] == []
