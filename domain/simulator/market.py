"""Day-ahead prices of an invented market: what demand, sun and wind leave over sets the price, below zero on bright Sundays.

Not a forecast and not a record; the shape (two peaks a day, a dip at noon, dear winters, some negative hours) is that of
European day-ahead markets.
"""

from __future__ import annotations

import numpy as np

from domain.simulator.grid import Grid
from domain.simulator.noise import Floats, Ints, smooth, stream
from domain.simulator.weather import DAY_S, YEAR_S, Region, weather

SCALE = 100_000  # prices are whole 1/100,000 of a currency unit per kWh: currency per MWh with two decimals
BASE, SLOPE, SCARCE = 27.0, 136.0, 420.0  # per MWh: at no residual load, per unit of it, and where plants run short


def prices(region: Region, seed: int, grid: Grid) -> Ints:
    """The price of each quarter-hour of a grid. [1/SCALE currency / kWh]"""
    at_s = grid.start_s + 450
    sky = weather(region, seed, grid)
    sun = 0.76 * np.maximum(sky.sun_sin, 0.0) * sky.clearness
    wind = 0.34 * np.clip(sky.wind_ms / (2.2 * region.wind_ms), 0.0, 1.0) ** 1.6
    trend = 0.05 * smooth(stream(seed, region.name, "fuel"), at_s, 30 * DAY_S)
    left = _demand(region, grid) + trend - sun - wind
    per_mwh = BASE + SLOPE * left + SCARCE * np.maximum(left - 0.80, 0.0) ** 2
    per_mwh = np.where(left < 0, BASE + 1.9 * SLOPE * left, per_mwh)  # who must run pays to
    return np.rint(per_mwh * 100.0).astype(np.int64)


def _demand(region: Region, grid: Grid) -> Floats:
    """Share of the yearly peak: seasons, two peaks a day, quieter weekends. [1]"""
    season = np.cos(2.0 * np.pi * (grid.start_s / YEAR_S % 1.0 - 0.055))  # 1 about 20 January
    winter = season if region.latitude >= 0 else -season
    day = 0.15 * np.exp(-(((grid.hour - 8.3) / 2.0) ** 2)) + 0.23 * np.exp(-(((grid.hour - 19.0) / 2.4) ** 2))
    night = -0.12 * np.exp(-(((grid.hour - 3.0) / 2.6) ** 2))
    quiet = np.select([grid.weekday == 5, grid.weekday == 6], [0.06, 0.10], 0.0)[grid.day_of]
    found: Floats = 0.56 + 0.09 * winter + day + night - quiet
    return found
