"""A seeded weather process per region: temperature, clearness of the sky and wind at each quarter-hour.

Not a forecast and not a record: a process with the right seasons, days, spells and scatter. Climate normals are rounded
from the 1991-2020 means of the national weather services.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from domain.simulator.grid import Grid
from domain.simulator.noise import Floats, smooth, stream

DAY_S = 86_400
YEAR_S = 31_556_952  # a Gregorian year of 365.2425 days


@dataclass(frozen=True)
class Region:
    """Where a site stands and what its weather is like.

    mean_c, season_c, daily_c : yearly mean, seasonal and daily half-swing of the temperature. [degC]
    clear : share of the sky's clear-sky radiation that arrives in the yearly mean, before spells. [1]
    wind_ms : scale of the Weibull distribution of wind at hub height, shape 2. [m/s]
    """

    name: str
    zone_name: str
    latitude: float
    longitude: float
    altitude_m: float
    mean_c: float
    season_c: float
    daily_c: float
    clear: float
    wind_ms: float


@dataclass(frozen=True, eq=False)
class Weather:
    """Arrays per quarter-hour of the grid.

    temperature_c : air at 2 m. [degC]
    slow_c : the same without its daily swing: what walls and radiators feel. [degC]
    clearness : global radiation over clear-sky radiation. [1]
    wind_ms : at hub height. [m/s]
    sun_sin : sine of the sun's elevation, negative at night. [1]
    """

    temperature_c: Floats
    slow_c: Floats
    clearness: Floats
    wind_ms: Floats
    sun_sin: Floats


def sun_sin(region: Region, at_s: np.ndarray) -> Floats:
    """Sine of the sun's elevation by Cooper's declination (Solar Energy 12, 1969); minutes of error do not matter here."""
    year_angle = 2.0 * np.pi * (at_s / YEAR_S % 1.0)
    declination = np.radians(23.45) * np.sin(year_angle - 2.0 * np.pi * 81.0 / 365.2425)
    hour_angle = 2.0 * np.pi * (at_s % DAY_S) / DAY_S - np.pi + np.radians(region.longitude)
    latitude = np.radians(region.latitude)
    sine: Floats = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    return sine


@lru_cache(maxsize=24)
def weather(region: Region, seed: int, grid: Grid) -> Weather:
    """The weather of a region; neighbours share it."""
    at_s = grid.start_s + 450  # the middle of each quarter-hour
    spell = smooth(stream(seed, region.name, "spell"), at_s, 4 * DAY_S)
    front = smooth(stream(seed, region.name, "front"), at_s, 8 * 3600)
    broken = smooth(stream(seed, region.name, "broken"), at_s, 1800)
    cloud = 0.75 * spell + 0.55 * front + 0.35 * broken * (front > -0.3)
    season = -np.cos(2.0 * np.pi * ((at_s / YEAR_S) % 1.0 - 0.055))  # coldest about 20 January
    if region.latitude < 0:
        season = -season
    clearness = np.clip(region.clear + 0.08 * season - 0.30 * np.maximum(cloud, -0.9), 0.06, 1.0)
    slow_c = region.mean_c + region.season_c * season + _anomaly_c(region, seed, at_s)
    swing = region.daily_c * (0.45 + 0.55 * clearness) * (1.0 + 0.35 * season)
    local_hour = (at_s + region.longitude * 240.0) % DAY_S / 3600.0
    temperature_c = slow_c - swing * np.cos(2.0 * np.pi * (local_hour - 3.0) / 24.0)
    return Weather(temperature_c, slow_c, clearness, _wind_ms(region, seed, grid, season), sun_sin(region, at_s))


def _anomaly_c(region: Region, seed: int, at_s: np.ndarray) -> Floats:
    """Warm and cold spells: a few days around a fortnight's trend. [degC]"""
    fortnight = smooth(stream(seed, region.name, "fortnight"), at_s, 14 * DAY_S)
    days = smooth(stream(seed, region.name, "days"), at_s, 3 * DAY_S)
    return 2.2 * fortnight + 2.4 * days


def _wind_ms(region: Region, seed: int, grid: Grid, season: Floats) -> Floats:
    """Weibull of shape 2: the wind has its lulls and storms for days and its gusts for a quarter of an hour."""
    at_s = grid.start_s
    low = smooth(stream(seed, region.name, "low"), at_s, 2 * DAY_S)
    hours = smooth(stream(seed, region.name, "hours"), at_s, 4 * 3600)
    gusts = smooth(stream(seed, region.name, "gusts"), at_s, 1800)
    level = 0.80 * low + 0.52 * hours + 0.30 * gusts
    rank = 1.0 / (1.0 + np.exp(-1.702 * level))  # close to the normal distribution function
    scale = region.wind_ms * (1.0 - 0.14 * season)
    return scale * np.sqrt(-np.log(1.0 - np.clip(rank, 1e-6, 1.0 - 1e-6)))
