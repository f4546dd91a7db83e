"""Space heating and hot water from the weather: as heat, as gas, or as a heat pump's electricity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.simulator.grid import Grid
from domain.simulator.noise import Floats, Ints, normal, smooth, stream, uniform
from domain.simulator.sessions import daily_sessions, energy_wh, quarter_wh
from domain.simulator.weather import Weather

INDOOR_C = 20.0
LIMIT_C = 15.0  # heating limit temperature of VDI 4655 and DIN 4108-6 for existing buildings


@dataclass(frozen=True)
class House:
    """A heated building.

    loss_w_k : heat loss per kelvin between inside and outside, transmission and ventilation. [W/K]
    people : for hot water, about 1.6 kWh of heat a person and day (DIN V 18599: 500-800 kWh a year).
    """

    key: str
    loss_w_k: float
    people: int


def space_heat_w(house: House, grid: Grid, weather: Weather) -> Floats:
    """Heat for the rooms: nothing above the heating limit, less at night. [W]"""
    felt_c = 0.75 * weather.slow_c + 0.25 * weather.temperature_c
    open_valve = np.clip((LIMIT_C - felt_c) / 3.0, 0.0, 1.0)
    gains_k = 3.0 + 2.5 * weather.clearness * np.maximum(weather.sun_sin, 0.0)
    night = (grid.minute < 300) | (grid.minute >= 1350)
    set_back = np.where(night, 0.62, 1.0) + 0.18 * ((grid.minute >= 330) & (grid.minute < 480))
    habit = 1.0 + 0.07 * smooth(stream(house.key, "valves"), grid.start_s, 5 * 86_400)
    heat_w: Floats = house.loss_w_k * np.maximum(INDOOR_C - gains_k - felt_c, 0.0) * open_valve * set_back * habit
    return heat_w


def water_heat_w(house: House, grid: Grid) -> Floats:
    """Heat for hot water with a morning and an evening peak, different each quarter-hour. [W]"""
    hour = grid.hour
    shape = 0.25 + 2.6 * np.exp(-((hour - 7.0) ** 2) / 1.6) + 1.7 * np.exp(-((hour - 19.5) ** 2) / 4.0)
    shape *= (hour > 5.0) & (hour < 23.5)
    draw = uniform(stream(house.key, "tap"), grid.start_s // 900)
    # 1.97 makes the mean over a day, of shape times draw, equal 1.
    return house.people * 1600.0 / 24.0 * shape * 1.97 * np.where(draw < 0.45, 0.12, 1.72 * draw)


def boiler_gas_wh(house: House, grid: Grid, weather: Weather) -> Ints:
    """Gas of a condensing boiler, 93 % of the calorific value used. [Wh]"""
    return quarter_wh((space_heat_w(house, grid, weather) + water_heat_w(house, grid)) / 0.93)


def district_heat_wh(house: House, grid: Grid, weather: Weather) -> Ints:
    """Heat at the transfer station of a district network. [Wh]"""
    return quarter_wh(space_heat_w(house, grid, weather) + water_heat_w(house, grid))


def heat_pump_wh(house: House, grid: Grid, weather: Weather) -> Ints:
    """Electricity of an air-to-water heat pump; hot water is made at noon, in one go. [Wh]

    Coefficient of performance 3.3 at 2 degC with 0.085 per kelvin: the seasonal figure comes out near 3.3, the mean of
    the field test "WPsmart im Bestand" (Fraunhofer ISE 2020: 3.1).
    """
    cop = np.clip(3.3 + 0.085 * (weather.temperature_c - 2.0), 1.8, 5.2)
    cycling = 1.0 + 0.25 * smooth(stream(house.key, "cycling"), grid.start_s, 2400)
    rooms = quarter_wh(space_heat_w(house, grid, weather) / cop * cycling)
    start = 750.0 + 12.0 * normal(stream(house.key, "tank"), grid.days)
    tank = daily_sessions(grid, start, house.people * 1600.0 / 3.0 / 1900.0 * 60.0, 1900.0)
    return rooms + energy_wh(grid, tank)


def circulation_pump_wh(house: House, grid: Grid, weather: Weather) -> Ints:
    """The pump of the heating circuit and the boiler's own electronics, while there is heat to move. [Wh]"""
    heating = np.clip((LIMIT_C - weather.slow_c) / 2.0, 0.0, 1.0)
    wobble = 0.9 + 0.2 * uniform(stream(house.key, "pump"), grid.start_s // 900)
    return quarter_wh(4.0 + 14.0 * heating * wobble)
