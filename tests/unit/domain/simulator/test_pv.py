from datetime import date

import numpy as np
import pytest

from domain.simulator.grid import make_grid
from domain.simulator.pv import Roof, sky, solar_wh

from .conftest import SEED


@pytest.fixture(scope="module")
def south(region, year):
    return solar_wh(Roof(10_000), region, SEED, year)


def test_a_south_roof_yields_900_to_1150_kwh_per_kwp(south):
    # PVGIS gives 1,050-1,130 kWh/kWp for Freiburg, Fraunhofer ISE a German mean of 900-1,000.
    assert 900 <= south.sum() / 1000 / 10 <= 1150


def test_nights_give_nothing_and_the_inverter_limits_noon(south, region, year):
    night = sky(region, SEED, year).zenith > 96.0
    assert south[night].sum() == 0
    assert south.max() <= 10_000 * 0.92 / 4


def test_december_gives_a_fifth_of_june_or_less(south, year):
    month = (year.start_s.astype("datetime64[s]").astype("datetime64[M]").astype(int)) % 12 + 1
    assert south[month == 12].sum() < 0.3 * south[month == 6].sum()


def test_an_east_roof_peaks_before_a_west_roof(region, year):
    east, west = (solar_wh(Roof(5_000, 30.0, azimuth), region, SEED, year) for azimuth in (90.0, 270.0))
    assert np.average(year.minute, weights=east) < np.average(year.minute, weights=west) - 60


def test_a_day_alone_has_the_same_sun(south, region, year):
    day = make_grid("Europe/Berlin", date(2025, 3, 30), date(2025, 3, 31))
    begin = int(np.searchsorted(year.start_s, day.start_s[0]))
    assert (solar_wh(Roof(10_000), region, SEED, day) == south[begin : begin + 92]).all()
