"""The overview's figures against sums made from the stored days."""

from __future__ import annotations

from datetime import date

import numpy as np

from domain.calendar import Period, PeriodKind
from domain.energy.freshness import Health
from services import dashboard, use
from services.sites import consumption_terms, sites_of


def _days(viewer, site, first, end):
    return use.series(viewer, site, consumption_terms(site), Period(PeriodKind.CUSTOM, first, end), "day")


def test_the_month_is_the_sum_of_19_whole_days(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    view = dashboard.site_dashboard(viewer, site)
    days = _days(viewer, site, date(2026, 11, 1), date(2026, 11, 20))
    assert len(days) == 19
    assert view.month.so_far_wh == days.total_wh
    assert view.month.previous.then_wh == _days(viewer, site, date(2026, 10, 1), date(2026, 10, 20)).total_wh


def test_today_is_compared_with_four_fridays(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    today = dashboard.site_dashboard(viewer, site).today
    fridays = [date(2026, 11, 13), date(2026, 11, 6), date(2026, 10, 30), date(2026, 10, 23)]
    ten = [
        int(use.series(viewer, site, consumption_terms(site), Period.of(PeriodKind.DAY, day), "hour").energy_wh[10])
        for day in fridays
    ]
    assert today.usual_wh[10] == np.median(ten)
    assert (
        today.so_far_wh
        == use.series(
            viewer, site, consumption_terms(site), Period.of(PeriodKind.DAY, date(2026, 11, 20)), "interval"
        ).total_wh
    )


def test_the_consumer_is_live_and_a_prosumer_knows_its_independence(viewer_of):
    viewer = viewer_of("consumer")
    assert dashboard.site_dashboard(viewer, sites_of(viewer)[0]).freshness.health is Health.LIVE
    prosumer = viewer_of("prosumer")
    view = dashboard.site_dashboard(prosumer, sites_of(prosumer)[0])
    assert view.self_sufficiency is not None
    assert 0 <= view.self_sufficiency <= 1
    assert view.production.so_far_wh > 0


def test_several_sites_have_a_row_each(viewer_of):
    viewer = viewer_of("business")
    rows = dashboard.overview_rows(viewer)
    assert [row.site.public_id for row in rows] == [site.public_id for site in sites_of(viewer)]


def test_the_feed_is_newest_first(viewer_of):
    viewer = viewer_of("consumer")
    feed = dashboard.feed(viewer, sites_of(viewer))
    assert [item.at for item in feed] == sorted((item.at for item in feed), reverse=True)
