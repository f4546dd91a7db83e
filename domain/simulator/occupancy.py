"""When people get up, leave, come back and sleep, and when they are on holiday."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.simulator.grid import Grid
from domain.simulator.noise import Floats, normal, smooth, stream, uniform

RHYTHMS: dict[str, tuple[float, float, float, float, float]] = {
    # wake, leave, back, sleep on a working day in hours, and the share of working days somebody stays at home
    "worker": (6.5, 7.75, 17.5, 22.9, 0.15),
    "family": (6.25, 7.75, 15.5, 22.6, 0.35),
    "home_office": (7.25, 8.5, 17.0, 23.2, 0.75),
    "retired": (7.0, 10.0, 11.5, 22.4, 0.90),
    "late": (8.5, 10.5, 20.0, 24.6, 0.25),
}
HOLIDAY_WEEKS = {14: 0.25, 31: 0.45, 32: 0.50, 33: 0.40, 34: 0.25, 44: 0.20, 52: 0.25, 21: 0.15, 23: 0.10}


@dataclass(frozen=True, eq=False)
class Presence:
    """A household's days (arrays per day of the grid) and its quarter-hours.

    wake_min, leave_min, back_min, sleep_min : minutes of the local day; at home all day when leave equals back. [min]
    away : per day, nobody sleeps here.
    active : share of the people awake and at home, per quarter-hour. [1]
    home : share of the people at home, awake or not, per quarter-hour. [1]
    """

    wake_min: Floats
    leave_min: Floats
    back_min: Floats
    sleep_min: Floats
    away: np.ndarray
    active: Floats
    home: Floats


def presence(key: str, rhythm: str, grid: Grid) -> Presence:
    """The days of one household; `key` names it."""
    wake_h, leave_h, back_h, sleep_h, stays = RHYTHMS[rhythm]
    days, weekend = grid.days, grid.is_weekend
    wake = (wake_h + 1.6 * weekend) * 60.0 + 18.0 * normal(stream(key, "wake"), days)
    sleep = (sleep_h + 0.6 * weekend) * 60.0 + 25.0 * normal(stream(key, "sleep"), days)
    leave = np.where(weekend, 10.5, leave_h) * 60.0 + 25.0 * normal(stream(key, "leave"), days)
    back = np.where(weekend, 14.5, back_h) * 60.0 + 40.0 * normal(stream(key, "back"), days)
    home_all_day = uniform(stream(key, "stay"), days) < np.where(weekend, 0.45, stays)
    leave = np.maximum(leave, wake + 20.0)
    back = np.where(home_all_day, leave, np.maximum(back, leave + 30.0))
    away = _holidays(key, grid)
    active, home = _shares(grid, (wake, leave, back, sleep), away)
    return Presence(wake, leave, back, sleep, away, active, home)


def _holidays(key: str, grid: Grid) -> np.ndarray:
    """Whole weeks away, mostly in school holidays; the same weeks whatever span is asked for."""
    week = np.floor_divide(grid.days + 3, 7)  # weeks begin on Mondays
    week_of_year = np.floor_divide((week * 7 - 3) % 365.2425, 7).astype(np.int64) + 1
    odds = np.zeros(len(week))
    for number, chance in HOLIDAY_WEEKS.items():
        odds[week_of_year == number] = chance
    return uniform(stream(key, "holiday"), week) < odds


def _shares(grid: Grid, times: tuple[Floats, Floats, Floats, Floats], away: np.ndarray) -> tuple[Floats, Floats]:
    wake, leave, back, sleep = (value[grid.day_of] for value in times)
    minute = grid.minute.astype(np.float64)
    awake = _ramp(minute, wake) * (1.0 - _ramp(minute, sleep))
    # Who sleeps after midnight is still awake at the beginning of the next day.
    awake = np.maximum(awake, 1.0 - _ramp(minute + 1440.0, sleep))
    out = _ramp(minute, leave) * (1.0 - _ramp(minute, back))
    home = (1.0 - 0.85 * out) * ~away[grid.day_of]
    return awake * home, home


def _ramp(minute: Floats, at: Floats) -> Floats:
    """0 before, 1 after, over the half hour around an instant: people of one home differ."""
    return np.clip((minute - at) / 30.0 + 0.5, 0.0, 1.0)


def mood(key: str, grid: Grid) -> Floats:
    """A slow factor about 1: some weeks are busier than others. [1]"""
    return 1.0 + 0.08 * smooth(stream(key, "mood"), grid.start_s, 10 * 86_400)
