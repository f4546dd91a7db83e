"""A small wind turbine by its power curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.simulator.noise import Ints
from domain.simulator.sessions import quarter_wh
from domain.simulator.weather import Weather

# Share of the rated power at wind speeds at hub height: the usual shape of a pitch-limited small turbine, cut-in at
# 3 m/s, rated at 11.5 m/s, furled from 22 m/s.
CURVE_MS = (0.0, 2.9, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.5, 22.0, 22.1, 60.0)
CURVE_SHARE = (0.0, 0.0, 0.012, 0.045, 0.105, 0.19, 0.31, 0.46, 0.63, 0.80, 1.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Turbine:
    """rated_w : electric power from 11.5 m/s on. [W]; exposure : site wind over the region's. [1]"""

    rated_w: int
    exposure: float = 1.0


def wind_wh(turbine: Turbine, weather: Weather) -> Ints:
    """Production in each quarter-hour. [Wh]"""
    share = np.interp(weather.wind_ms * turbine.exposure, CURVE_MS, CURVE_SHARE)
    return quarter_wh(turbine.rated_w * share)
