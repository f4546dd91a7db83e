"""The numbers of the consumption page against sums made independently from the stored intervals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.queries import consumption as queries
from domain.calendar import Period, PeriodKind
from services import consumption, portal, use
from services import consumption_patterns as patterns
from services.consumption_asks import Ask
from services.sites import consumption_terms, sites_of
from tests.factories.world import NOW


def _by_hand(site, first: date, end: date) -> int:
    """Home use of local days, interval by interval with zoneinfo; only where every register has a reading."""
    tz = ZoneInfo(site.zone_name)
    low = datetime(first.year, first.month, first.day, tzinfo=tz).astimezone(UTC)
    high = datetime(end.year, end.month, end.day, tzinfo=tz).astimezone(UTC)
    parts = []
    for register_id, sign in consumption_terms(site):
        found = queries.intervals(portal.current().readings, register_id, low, high)
        parts.append(
            {int(s.astype(np.int64)): sign * int(e) for s, e in zip(found.start_utc, found.energy_wh, strict=True)}
        )
    return sum(sum(part[start] for part in parts) for start in set.intersection(*(set(part) for part in parts)))


def _ask(site, kind, day, **options):
    return Ask(site, "electricity", Period.of(kind, day), **options)


@pytest.mark.parametrize("who", ["consumer", "prosumer", "consumer2"])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 10, 12)])
def test_a_day_is_the_sum_of_its_intervals(viewer_of, who, day):
    viewer = viewer_of(who)
    site = sites_of(viewer)[0]
    view = consumption.overview(viewer, _ask(site, PeriodKind.DAY, day))
    assert view.series.total_wh == _by_hand(site, day, day + timedelta(days=1))


def test_a_berlin_day_of_25_hours_has_100_quarter_hours(viewer_of):
    viewer = viewer_of("consumer")
    view = consumption.overview(viewer, _ask(sites_of(viewer)[0], PeriodKind.DAY, date(2026, 10, 25)))
    assert len(view.series) == 100
    assert sum(view.series.total_counts) == 100


def test_a_month_is_the_same_in_every_resolution(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    month = Period.of(PeriodKind.MONTH, date(2026, 10, 1))
    totals = {
        r: use.series(viewer, site, consumption_terms(site), month, r).total_wh
        for r in ("interval", "hour", "day", "month")
    }
    assert set(totals.values()) == {_by_hand(site, date(2026, 10, 1), date(2026, 11, 1))}
    counts = [
        sum(use.series(viewer, site, consumption_terms(site), month, r).total_counts)
        for r in ("interval", "day", "month")
    ]
    assert counts == [2980, 2980, 2980]  # 31 x 96 + 4


def test_parts_and_remainder_add_up(viewer_of):
    viewer = viewer_of("consumer")
    view = consumption.overview(viewer, _ask(sites_of(viewer)[0], PeriodKind.MONTH, date(2026, 10, 1)))
    assert view.parts[-1].kind == "untracked"
    assert sum(part.total_wh or 0 for part in view.parts) == view.series.total_wh


def test_what_was_known_earlier_differs_by_the_correction(viewer_of):
    # The tiny world corrects six hours of 26 October five days later; before, they were 60 % too high.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    now = consumption.overview(viewer, _ask(site, PeriodKind.DAY, date(2026, 10, 26)))
    then = consumption.overview(
        viewer, _ask(site, PeriodKind.DAY, date(2026, 10, 26), known_at=datetime(2026, 10, 29, tzinfo=UTC))
    )
    corrected = now.series.counts[:, 3].astype(bool)
    assert corrected.sum() == 24
    before, after = int(then.series.total_wh), int(now.series.total_wh)
    assert before > after
    # Each of the 24 intervals was the sum of three phases at 8/5 of the right value, each rounded down.
    fixed = int(now.series.energy_wh[corrected].sum())
    assert before - after == pytest.approx(fixed * 0.6, abs=24 * 3)


def test_a_running_month_meets_the_same_days(viewer_of):
    # Up to yesterday, 1 to 19 November against 1 to 19 October; the day of the outage is left out on both sides.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    view = consumption.overview(viewer, _ask(site, PeriodKind.MONTH, date(2026, 11, 20), compare="previous"))
    assert view.compared is not None
    days = [day for day in range(1, 20) if _gaps(viewer, site, 11, day) <= 3 and _gaps(viewer, site, 10, day) <= 3]
    assert view.compared.days == len(days) == 18  # 4 % of 96 quarter-hours are 3.84
    for month, compared_wh in ((11, view.compared.now_wh), (10, view.compared.then_wh)):
        each = [_by_hand(site, date(2026, month, day), date(2026, month, day + 1)) for day in days]
        assert compared_wh == sum(each)


def _gaps(viewer, site, month, day):
    period = Period.of(PeriodKind.DAY, date(2026, month, day))
    return use.series(viewer, site, consumption_terms(site), period, "interval").total_counts[5]


def test_today_counts_only_what_is_over_and_should_be_here(viewer_of):
    # 12:07 in Berlin: 48 quarter-hours are over; the last of them has its usual 20 minutes to arrive and is not missing yet.
    viewer = viewer_of("consumer")
    view = consumption.overview(viewer, _ask(sites_of(viewer)[0], PeriodKind.DAY, date(2026, 11, 20)))
    assert sum(view.series.total_counts) == 47
    assert view.series.total_counts[5] == 0


def test_someone_who_moved_in_sees_nothing_earlier(viewer_of):
    names = [name for name in ("moved-in", "moved-out") if _exists(viewer_of, name)]
    for name in names:
        viewer = viewer_of(name)
        site = sites_of(viewer)[0]
        year = use.series(viewer, site, consumption_terms(site), Period.of(PeriodKind.YEAR, date(2026, 6, 1)), "day")
        days = {label.astype("datetime64[D]").astype(date) for label in year.label}
        assert all(site.first_date <= day and (site.end_date is None or day < site.end_date) for day in days)


def _exists(viewer_of, name):
    try:
        return bool(viewer_of(name).grants)
    except AttributeError:
        return False


def test_patterns_peaks_and_groups(viewer_of):
    viewer = viewer_of("consumer")
    ask = _ask(sites_of(viewer)[0], PeriodKind.MONTH, date(2026, 10, 1))
    found = patterns.peaks_of(viewer, ask)
    fine = use.series(viewer, ask.site, consumption_terms(ask.site), ask.period, "interval")
    assert found.top[0].power_w == fine.energy_wh.max() * 4  # Wh in a quarter-hour x 4 = W
    assert not patterns.heat_map(viewer, ask).is_empty
    assert consumption.similar(viewer, ask).standing is None  # the tiny world has fewer than 15 similar homes
    assert len(patterns.profiles(viewer, ask).workday_wh) == 24


@pytest.mark.parametrize("who", ["consumer", "prosumer"])
def test_the_highest_of_a_month_is_the_same_beside_and_among_the_months(viewer_of, who):
    # The prosumer's use is the sum of five registers: neither of them knows when the sum was highest.
    viewer = viewer_of(who)
    site = sites_of(viewer)[0]
    for month in (date(2026, 3, 1), date(2026, 10, 1)):
        found = patterns.peaks_of(viewer, _ask(site, PeriodKind.MONTH, month))
        assert found.months[-1] == (month, found.top[0].power_w)
    known = patterns.peaks_of(viewer, replace(_ask(site, PeriodKind.MONTH, month), known_at=NOW))
    assert known.months == found.months


def test_a_torn_day_counts_what_every_register_knows(viewer_of):
    # Registers of the running day end at different times: home use counts the intervals that all five have.
    viewer = viewer_of("prosumer")
    site = sites_of(viewer)[0]
    today = date(2026, 11, 20)
    for resolution in ("hour", "day"):
        found = use.series(viewer, site, consumption_terms(site), Period.of(PeriodKind.DAY, today), resolution)
        assert found.total_wh == _by_hand(site, today, today + timedelta(days=1))
        assert sum(found.total_counts) == 47  # of 48 that are over by 12:07, the last may still come
    month = Period.of(PeriodKind.MONTH, today)
    for resolution in ("day", "month", "year"):
        found = use.series(viewer, site, consumption_terms(site), month, resolution)
        assert found.total_wh == _by_hand(site, month.first, month.end)


@pytest.mark.parametrize("kind", [PeriodKind.DAY, PeriodKind.MONTH, PeriodKind.YEAR])
def test_an_exchanged_meter_counts_until_it_was_taken_away(viewer_of, kind):
    # The tiny world exchanges the meter on 28 February 2026 at 10:30 in Freiburg, 09:30 UTC.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    register = site.with_flow("import")[0]
    chain = sorted((m for m in site.meters if register.id in m.register_ids), key=lambda m: m.installed_utc)
    assert [m.removed_utc for m in chain] == [datetime(2026, 2, 28, 9, 30, tzinfo=UTC), None]
    ask = _ask(site, kind, date(2026, 2, 28))
    old, new = (consumption.register_totals(viewer, ask, [register], m)[0].series.total_wh for m in chain)
    low, high = ask.period.bounds_utc(site.zone_name)
    readings = portal.current().readings
    assert old == queries.intervals(readings, register.id, low, chain[0].removed_utc).total_wh
    assert new == queries.intervals(readings, register.id, chain[0].removed_utc, high).total_wh
    assert old + new == consumption.register_totals(viewer, ask, [register])[0].series.total_wh


def test_a_removed_meter_counts_nothing_afterwards(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    register = site.with_flow("import")[0]
    old = next(m for m in site.meters if register.id in m.register_ids and m.removed_utc)
    series = consumption.register_totals(viewer, _ask(site, PeriodKind.MONTH, date(2026, 10, 1)), [register], old)
    assert series[0].series.total_wh is None


def test_habits_of_a_single_day_are_those_of_its_month(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    sunday = patterns.profiles(viewer, _ask(site, PeriodKind.DAY, date(2026, 10, 25)))
    october = patterns.profiles(viewer, _ask(site, PeriodKind.MONTH, date(2026, 10, 25)))
    assert sunday == october
    assert october.workday_total_wh is not None


def test_a_week_that_has_just_begun_has_no_weekend_yet(viewer_of):
    # The tiny world's today is Friday, 20 November 2026.
    viewer = viewer_of("consumer")
    found = patterns.profiles(viewer, _ask(sites_of(viewer)[0], PeriodKind.WEEK, date(2026, 11, 20)))
    assert found.workday_total_wh is not None
    assert found.weekend_total_wh is None


def test_all_years_tell_how_much_is_known(viewer_of):
    # The tiny world has readings from 15 February to 14 April and from 21 September to yesterday, less an outage.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    known = consumption.known_days(viewer, site)
    assert known is not None
    view = consumption.overview(viewer, Ask(site, "electricity", Period.years(*known)))
    ((days, whole),) = view.covered
    assert whole == 365
    assert 59 + 56 <= days <= 59 + 61  # 14 + 31 + 14 days in spring, 10 + 31 + 20 in autumn, a few of them torn
    assert view.series.total_wh == _by_hand(site, date(2026, 1, 1), date(2027, 1, 1))
    assert not view.is_running


def test_a_month_of_which_half_is_known_is_no_small_month(viewer_of):
    # Readings from 15 February to 14 April and from 21 September to yesterday, 19 November, less an outage.
    viewer = viewer_of("consumer")
    view = consumption.overview(viewer, _ask(sites_of(viewer)[0], PeriodKind.YEAR, date(2026, 10, 1)))
    months = [label.astype("datetime64[M]").astype(date).month for label in view.series.label]
    found = dict(zip(months, view.covered, strict=True))
    assert found[2] == (14, 28)
    assert found[3] == (31, 31)
    assert found[11][1] == 19  # of the running month the days that are over
    assert found[11][0] <= 19


def test_a_years_highest_quarter_hour_is_at_least_each_months(viewer_of):
    # Searched in quarter-hours as in a month's: an hour's mean would be lower.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    year = patterns.peaks_of(viewer, _ask(site, PeriodKind.YEAR, date(2026, 10, 1)))
    months = [patterns.peaks_of(viewer, _ask(site, PeriodKind.MONTH, date(2026, month, 1))) for month in (3, 10, 11)]
    assert year.interval_s == 900
    assert year.top[0].power_w == max(found.top[0].power_w for found in months)


def test_a_running_year_is_compared_with_others_by_its_last_whole_month(viewer_of):
    # Today is 20 November 2026.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    assert consumption.similar(viewer, _ask(site, PeriodKind.YEAR, date(2026, 1, 1))).month == date(2026, 10, 1)
    assert consumption.similar(viewer, _ask(site, PeriodKind.MONTH, date(2026, 3, 1))).month == date(2026, 3, 1)


def test_a_days_appliances_meet_its_quarter_hours(viewer_of):
    # The consumer's sub-meters send hours, the grid meter quarter-hours.
    viewer = viewer_of("consumer")
    view = consumption.overview(viewer, _ask(sites_of(viewer)[0], PeriodKind.DAY, date(2026, 10, 12)))
    assert len(view.series) == 96
    assert {len(part.series) for part in view.parts} == {24}
    assert sum(part.total_wh or 0 for part in view.parts) == view.series.total_wh
