"""A car at a wall box: it comes home, and on some evenings it is plugged in until the day's kilometres are back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.simulator.grid import Grid
from domain.simulator.noise import Ints, normal, stream, uniform
from domain.simulator.sessions import daily_sessions, energy_wh


@dataclass(frozen=True)
class Car:
    """km_year : distance charged at home. [km]; power_w : of the wall box. [W]; from_hour : earliest start. [h]"""

    key: str
    km_year: float = 11_000.0
    power_w: int = 7_200
    from_hour: float = 17.5


WH_PER_KM = 190.0  # 17 kWh per 100 km at the wheel and 10 % charging loss


def charging_wh(car: Car, grid: Grid) -> Ints:
    """Charging sessions on about half of the evenings, each for the kilometres since the last. [Wh]"""
    plugged = uniform(stream(car.key, "plug"), grid.days) < 0.5
    distance = np.exp(0.55 * normal(stream(car.key, "distance"), grid.days) - 0.15)  # log-normal with mean 1.001
    energy = car.km_year / 365.25 / 0.5 * WH_PER_KM * distance
    start_min = car.from_hour * 60.0 + np.abs(75.0 * normal(stream(car.key, "home"), grid.days))
    return energy_wh(grid, daily_sessions(grid, start_min, energy / car.power_w * 60.0 * plugged, float(car.power_w)))
