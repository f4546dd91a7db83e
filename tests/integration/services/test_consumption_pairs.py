"""Any two periods: which days are compared, from sums made independently of the service."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.calendar import Period, PeriodKind
from domain.energy.comparison import complete_days
from domain.energy.pairing import NONE
from services import consumption, consumption_pairs, use
from services.consumption_asks import Ask, resolutions
from services.sites import consumption_terms, sites_of
from tests.integration.services.test_consumption import _by_hand


def _span(first, last):
    return Period.spanning(date.fromisoformat(first), date.fromisoformat(last))


def _pairs(viewer, site, now, then, align="date"):
    found = consumption_pairs.pairs(viewer, Ask(site, "electricity", now, compare="own", then=then, align=align))
    assert found is not None
    return found


def _complete(viewer, site, period):
    """Energy of the complete days, by date; which are complete is asked of the stored quarter-hours."""
    days = use.series(viewer, site, consumption_terms(site), period, "day")
    good = {label.astype("datetime64[D]").astype(date) for label in days.label[complete_days(days)]}
    return {day: _by_hand(site, day, date.fromordinal(day.toordinal() + 1)) for day in good}


def test_unequal_lengths_are_means_of_complete_days(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    now, then = _span("2026-10-01", "2026-10-10"), _span("2026-09-24", "2026-09-30")
    compared = _pairs(viewer, site, now, then).compared
    left, right = _complete(viewer, site, now), _complete(viewer, site, then)
    assert compared.per_day
    assert compared.now_wh == pytest.approx(sum(left.values()) / len(left))
    assert compared.then_wh == pytest.approx(sum(right.values()) / len(right))


def test_a_running_period_meets_whole_days_alone(viewer_of):
    # Today is 20 November: 16 to 19 November are over and meet the first four days of the other week.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    found = _pairs(viewer, site, _span("2026-11-16", "2026-11-22"), _span("2026-11-09", "2026-11-15"), "weekday")
    assert found.now_part.day_count == found.then_part.day_count == 4
    left, right = _complete(viewer, site, found.now_part), _complete(viewer, site, found.then_part)
    both = [day for day in left if date.fromordinal(day.toordinal() - 7) in right]
    assert found.compared.now_wh == sum(left[day] for day in both)
    assert found.compared.then_wh == sum(right[date.fromordinal(day.toordinal() - 7)] for day in both)


def test_months_cut_by_the_asked_days_are_whole_and_those_cut_by_the_readings_are_not(viewer_of):
    # Readings from 15 February to 14 April: of 1 February to 20 March the first month lacks 14 of 28 days, the second
    # holds all 20 days that were asked for.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    found = _pairs(viewer, site, _span("2025-11-01", "2026-03-20"), _span("2024-11-01", "2025-03-20"))
    assert found.resolution == "month"
    shown = [str(label.astype("datetime64[M]")) for label in found.now_series.label]
    covered = dict(zip(shown, found.now_covered, strict=True))
    assert covered["2026-02"] == (14, 28)
    assert covered["2026-03"] == (20, 20)


def test_a_day_is_compared_as_it_was_known(viewer_of):
    # On 3 November five hours came two days late: on the 4th they are in neither the total nor the comparison.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    ask = Ask(site, "electricity", Period.of(PeriodKind.DAY, date(2026, 11, 3)), compare="previous")
    known = datetime(2026, 11, 4, 23, 59, 59, tzinfo=UTC)
    late, now = consumption.overview(viewer, replace(ask, known_at=known)), consumption.overview(viewer, ask)
    assert int(late.series.total_counts[5]) == 20
    assert late.compared.now_wh == late.series.total_wh < now.series.total_wh == now.compared.now_wh
    assert late.compared.then_wh < now.compared.then_wh  # nor those five hours of the day before


def test_weekdays_leave_the_edges_without_a_partner(viewer_of):
    # 1 October 2026 is a Thursday, 25 September a Friday: Friday 2 October meets it; 1 October meets nobody.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    now, then = _span("2026-10-01", "2026-10-08"), _span("2026-09-25", "2026-10-02")
    found = _pairs(viewer, site, now, then, "weekday")
    left, right = _complete(viewer, site, now), _complete(viewer, site, then)
    both = [day for day in left if date.fromordinal(day.toordinal() - 7) in right]
    assert date(2026, 10, 1) not in both
    assert found.compared.days == len(both)
    assert found.compared.now_wh == sum(left[day] for day in both)


@pytest.mark.parametrize(("day", "rows"), [("2026-03-29", 96), ("2026-10-25", 100)])
def test_days_of_23_and_25_hours_meet_a_plain_day(viewer_of, day, rows):
    # 92 and 96 quarter-hours side by side are 96 rows, 100 and 96 are 100; the whole days are compared.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    now = _span(day, day)
    then = now.shift(-1)
    found = _pairs(viewer, site, now, then)
    assert len(found.pairing) == rows
    assert sum(place != NONE for place in found.pairing.now) == len(found.now_series)
    assert found.compared.now_wh == _by_hand(site, now.first, now.end)
    assert found.compared.then_wh == _by_hand(site, then.first, then.end)


def test_what_has_not_come_is_not_compared(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    ahead, behind = _span("2026-12-01", "2026-12-05"), _span("2026-10-01", "2026-10-05")
    assert _pairs(viewer, site, ahead, behind).compared is None
    assert _pairs(viewer, site, behind, ahead).compared is None


def test_figure_table_and_sentence_hold_every_bucket_once(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    found = _pairs(viewer, site, _span("2026-10-01", "2026-10-31"), _span("2026-09-22", "2026-09-30"))
    assert sorted(place for place in found.pairing.now if place != NONE) == list(range(31))
    assert sorted(place for place in found.pairing.then if place != NONE) == list(range(9))


def test_own_dates_have_a_fitting_resolution():
    usual = {days: resolutions(Period(PeriodKind.CUSTOM, date(2026, 1, 1), date.fromordinal(date(2026, 1, 1).toordinal() + days)))[1]
             for days in (1, 5, 20, 60, 200, 800, 2000)}  # fmt: skip
    assert usual == {1: "interval", 5: "hour", 20: "day", 60: "day", 200: "month", 800: "month", 2000: "year"}
