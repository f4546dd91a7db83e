"""Average days and weeks, with hours left out rather than counted as zero."""

from __future__ import annotations

import numpy as np

from domain.energy.balance import UseSeries
from domain.energy.profile import HeatMap, average_day, heat_map, hour_of, usual_day, weekday_of


def _hours(first, values):
    label = np.datetime64(first, "s") + np.arange(len(values)) * np.timedelta64(1, "h")
    known = np.array([value is not None for value in values])
    return UseSeries(
        label,
        np.zeros(len(values), np.int8),
        np.array([v or 0 for v in values]),
        known,
        np.zeros((len(values), 6), np.int64),
    )


def test_weekdays_and_hours():
    label = np.array(["2026-11-22T13:15", "2026-11-23T00:00"], "datetime64[s]")  # a Sunday and a Monday
    assert (list(weekday_of(label)), list(hour_of(label))) == ([6, 0], [13, 0])


def test_heat_map_averages_known_hours_only():
    two_mondays = [100] * 24 + [None] * 144 + [300] * 12 + [None] * 12  # Monday 2 November, then the morning of the 9th
    heat = heat_map(_hours("2026-11-02T00:00", two_mondays))
    assert (heat.mean_wh[0, 3], heat.mean_wh[0, 20]) == (200, 100)  # (100 + 300) / 2, and 100 alone
    assert np.isnan(heat.mean_wh[1]).all()
    assert (heat.low_wh, heat.high_wh, heat.busiest) == (100, 200, (0, 0))
    assert (heat.steps()[0, 3], heat.steps()[0, 20], heat.steps()[1, 0]) == (6, 0, -1)


def test_a_week_without_readings_is_empty():
    heat = HeatMap(np.full((7, 24), np.nan))
    assert heat.is_empty
    assert (heat.steps() == -1).all()


def test_average_day_of_the_weekend():
    found = average_day(_hours("2026-11-21T00:00", [100] * 24 + [200] * 24), (5, 6))
    assert (found == 150).all()
    assert np.isnan(average_day(_hours("2026-11-21T00:00", [100] * 24), range(5))).all()


def test_the_usual_day_is_a_median_of_at_least_two():
    days = [np.array([1.0, np.nan]), np.array([3.0, np.nan]), np.array([100.0, 7.0])]
    usual = usual_day(days)
    assert usual[0] == 3.0
    assert np.isnan(usual[1])
    assert len(usual_day([])) == 0
