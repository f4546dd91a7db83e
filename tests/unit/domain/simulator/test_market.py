"""The invented day-ahead market has the shape of the real ones, and any stretch of it is the same stretch."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest

from data.seed.regions import REGIONS
from domain.simulator.grid import make_grid
from domain.simulator.market import prices

FREIBURG = REGIONS["freiburg"]
YEAR = make_grid("Europe/Berlin", date(2025, 1, 1), date(2026, 1, 1))


@pytest.fixture(scope="module")
def per_mwh():
    return prices(FREIBURG, 2026, YEAR) / 100.0


def test_a_year_costs_what_a_year_of_day_ahead_prices_costs(per_mwh):
    # Means of the German bidding zone by year: 30 (2020) to 98 (2021) EUR/MWh outside of the crisis (SMARD).
    assert len(per_mwh) == 35_040
    assert 60 < per_mwh.mean() < 98
    # 457 of 8,784 hours of 2024 were below zero, 5.2 % (SMARD).
    assert 0.02 < (per_mwh < 0).mean() < 0.08


def test_evenings_are_dear_and_noons_cheap_and_winters_dearer_than_summers(per_mwh):
    hour = YEAR.hour.astype(int)
    mean = [per_mwh[hour == each].mean() for each in range(24)]
    assert np.argmax(mean) in (18, 19)
    assert np.argmin(mean) in (11, 12, 13)
    month = YEAR.start_s.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    assert per_mwh[month == 0].mean() > 1.3 * per_mwh[month == 6].mean()


def test_bright_sundays_go_below_zero_more_often_than_workdays(per_mwh):
    sunday = (YEAR.weekday == 6)[YEAR.day_of]
    assert (per_mwh[sunday] < 0).mean() > 1.5 * (per_mwh[~sunday] < 0).mean()


def test_a_day_alone_has_the_prices_it_has_in_a_year():
    day = make_grid("Europe/Berlin", date(2025, 10, 26), date(2025, 10, 27))
    assert len(day.start_s) == 100  # the clock went back
    low = int(np.searchsorted(YEAR.start_s, day.start_s[0]))
    assert prices(FREIBURG, 2026, day).tolist() == prices(FREIBURG, 2026, YEAR)[low : low + 100].tolist()


def test_seasons_are_the_other_way_round_in_the_south():
    south = dataclasses.replace(FREIBURG, latitude=-FREIBURG.latitude)
    found = prices(south, 2026, YEAR) / 100.0
    month = YEAR.start_s.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    assert found[month == 6].mean() > found[month == 0].mean()
