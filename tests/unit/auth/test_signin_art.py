"""The day drawn beside the sign-in form is a possible one."""

from __future__ import annotations

import re

from auth.signin_art import LARGE, SMALL, battery_level, home_power, solar_power


def test_the_sun_is_down_at_night_and_highest_at_13():
    assert solar_power(3) == solar_power(22) == 0
    assert solar_power(13) == 1.0  # half way from 5:30 to 20:30
    assert all(0 <= solar_power(hour / 4) <= 1 for hour in range(96))


def test_the_home_never_uses_nothing():
    assert min(home_power(hour / 4) for hour in range(96)) > 0.08


def test_the_battery_stays_between_empty_and_full():
    levels = [battery_level(hour) for hour in range(24)]
    assert 0 < min(levels) < max(levels) == 1.0


def test_the_drawing_stays_in_its_frame():
    for art, width, height in ((LARGE, 640, 900), (SMALL, 360, 132)):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", art.home.replace("C", " "))]
        assert 0 <= min(numbers[0::2]) <= max(numbers[0::2]) <= width
        assert 0 <= min(numbers[1::2]) <= max(numbers[1::2]) <= height
    assert len(LARGE.bars) == 24
    assert SMALL.bars == ()
