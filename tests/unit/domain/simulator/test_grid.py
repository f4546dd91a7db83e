from datetime import date

import numpy as np
import pytest

from domain.simulator.grid import LEAD_DAYS, make_grid, sum_to


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2026, 3, 29), 92),
        (date(2026, 10, 25), 100),
        (date(2026, 6, 1), 96),
    ],  # 23, 25 and 24 hours of four quarters
)
def test_a_berlin_day_has_92_96_or_100_quarter_hours(day, count):
    grid = make_grid("Europe/Berlin", day, date.fromordinal(day.toordinal() + 1))
    assert len(grid.start_s) == count
    assert (np.diff(grid.start_s) == 900).all()


def test_the_wall_clock_skips_two_to_three_in_march_and_repeats_it_in_october():
    march = make_grid("Europe/Berlin", date(2026, 3, 29), date(2026, 3, 30))
    october = make_grid("Europe/Berlin", date(2026, 10, 25), date(2026, 10, 26))
    assert ((march.minute // 60) == 2).sum() == 0
    assert ((october.minute // 60) == 2).sum() == 8


def test_kathmandu_midnight_is_18_15_utc():
    grid = make_grid("Asia/Kathmandu", date(2026, 1, 2), date(2026, 1, 3))
    assert grid.start_s[0] % 86_400 == 18 * 3600 + 15 * 60  # +05:45
    assert grid.minute[0] == 0


def test_days_begin_before_the_span_for_what_still_runs():
    grid = make_grid("Europe/Berlin", date(2026, 6, 1), date(2026, 6, 3))
    assert len(grid.days) == 2 + LEAD_DAYS
    assert grid.day_of[0] == LEAD_DAYS
    assert grid.weekday[grid.day_of[0]] == 0  # 1 June 2026 is a Monday
    assert not grid.is_weekend[grid.day_of].any()


def test_quarter_hours_add_up_to_hours():
    assert sum_to(np.array([1, 2, 3, 4, 5, 6, 7, 8]), 3600).tolist() == [10, 26]
    assert sum_to(np.array([1, 2]), 900).tolist() == [1, 2]


def test_hours_of_the_wall_clock():
    grid = make_grid("Europe/Berlin", date(2026, 6, 1), date(2026, 6, 2))
    assert grid.hour[53] == 13.25  # the 54th quarter-hour
