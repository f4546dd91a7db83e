"""How much of a change of use the weather made, from numbers that can be checked by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from domain.billing.weather import weather_effect

DAYS = 360
DAY = np.arange(DAYS)
BEFORE, AFTER = DAY < 30, DAY >= 330
# 30 days of 20 °C, a slow fall to 5 °C, 30 days of 5 °C
COLD = np.concatenate([np.full(30, 20.0), np.linspace(20, 5, 300), np.full(30, 5.0)])


def heated(per_degree_wh: float, base_wh: float = 4_000.0) -> np.ndarray:
    return base_wh + per_degree_wh * np.maximum(15 - COLD, 0)


def test_a_heated_home_uses_more_by_what_the_line_says():
    """At 20 °C 4 kWh a day, at 5 °C 10 degrees x 600 Wh more: 10 kWh, 2.5 times as much."""
    found = weather_effect(heated(600), COLD, BEFORE, AFTER)
    assert found is not None
    assert (found.factor, found.before_c, found.after_c) == (Fraction(5, 2), 20.0, 5.0)
    back = weather_effect(heated(600), COLD, AFTER, BEFORE)
    assert back is not None
    assert back.factor == Fraction(2, 5)


def test_days_that_are_not_known_are_left_out():
    use, mean = heated(600), COLD.copy()
    use[100:120], mean[200:220] = np.nan, np.nan
    found = weather_effect(use, mean, BEFORE, AFTER)
    assert found is not None
    assert found.factor == Fraction(5, 2)


def scattered() -> np.ndarray:
    return heated(50) + np.random.default_rng(1).normal(0, 3_000, DAYS)  # 500 Wh of weather in 3 kWh of everything else


@pytest.mark.parametrize(
    ("use", "mean"),
    [
        (heated(-200), COLD),  # less use when it is colder: not heating
        (heated(0), COLD),  # always the same
        (heated(600), np.full(DAYS, 5.0)),  # always as cold
        (scattered(), COLD),
        (np.where(DAY < 250, np.nan, heated(600)), COLD),  # 110 days
        (heated(600), np.where(BEFORE & (DAY % 5 == 0), np.nan, COLD)),  # a fifth of the first period
        (heated(600, base_wh=-2_000.0), COLD),  # the line would be below nothing
    ],
)
def test_where_use_does_not_follow_the_weather_nothing_is_said(use, mean):
    assert weather_effect(use, mean, BEFORE, AFTER) is None


def test_a_period_without_days_says_nothing():
    assert weather_effect(heated(600), COLD, DAY < 0, AFTER) is None
