from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from domain.simulator.grid import make_grid
from domain.simulator.weather import sun_sin, weather

from .conftest import SEED


def test_the_year_has_its_mean_and_its_extremes(air):
    # 1991-2020 mean of Freiburg 11.8 degC; single years scatter by about one degree.
    assert air.temperature_c.mean() == pytest.approx(11.8, abs=1.2)
    assert -18.0 < air.temperature_c.min() < 0.0
    assert 28.0 < air.temperature_c.max() < 41.0


def test_july_is_warmer_than_january_and_afternoons_than_nights(year, air):
    month = (year.start_s.astype("datetime64[s]").astype("datetime64[M]").astype(int)) % 12 + 1
    assert air.temperature_c[month == 7].mean() - air.temperature_c[month == 1].mean() > 12.0
    assert air.temperature_c[year.minute == 900].mean() > air.temperature_c[year.minute == 240].mean() + 3.0


def test_south_of_the_equator_july_is_winter(region, year):
    south = weather(replace(region, name="South", latitude=-35.0), SEED, year)
    month = (year.start_s.astype("datetime64[s]").astype("datetime64[M]").astype(int)) % 12 + 1
    assert south.temperature_c[month == 7].mean() < south.temperature_c[month == 1].mean() - 10.0


def test_the_sky_is_never_clearer_than_clear(air):
    assert air.clearness.min() >= 0.06
    assert air.clearness.max() <= 1.0


def test_wind_is_near_its_weibull_mean(region, air):
    # Mean of a Weibull distribution of shape 2: scale * gamma(1.5) = 0.886 * 4.2 m/s = 3.7 m/s.
    assert air.wind_ms.mean() == pytest.approx(0.886 * region.wind_ms, rel=0.1)
    assert air.wind_ms.min() >= 0.0


def test_the_sun_stands_highest_at_solar_noon_of_the_solstice(region):
    day = np.arange(0, 86_400, 60, dtype=np.int64) + int(np.datetime64("2026-06-21", "s").astype(np.int64))
    height = np.degrees(np.arcsin(sun_sin(region, day)))
    assert height.max() == pytest.approx(90.0 - 47.99 + 23.44, abs=0.3)
    # 7.85 degrees east is 31 minutes before 12:00 UTC.
    assert np.argmax(height) == pytest.approx(720 - 31, abs=2)


def test_a_day_has_the_same_weather_alone_and_within_a_year(region, year, air):
    day = make_grid("Europe/Berlin", date(2025, 10, 26), date(2025, 10, 27))
    alone = weather(region, SEED, day)
    begin = int(np.searchsorted(year.start_s, day.start_s[0]))
    for name in ("temperature_c", "slow_c", "clearness", "wind_ms", "sun_sin"):
        assert (getattr(alone, name) == getattr(air, name)[begin : begin + 100]).all()


def test_another_seed_has_other_weather(region, year, air):
    assert np.abs(weather(region, SEED + 1, year).temperature_c - air.temperature_c).max() > 1.0
