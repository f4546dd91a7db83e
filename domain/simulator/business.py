"""Small businesses: a load that never sleeps, and one that keeps opening hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.simulator.grid import Grid
from domain.simulator.noise import Floats, Ints, normal, smooth, stream, uniform
from domain.simulator.sessions import quarter_wh
from domain.simulator.weather import Weather


@dataclass(frozen=True)
class Load:
    """One group of machines.

    kind : of `data.tables.sites.KINDS`
    idle_w, busy_w : outside and additionally inside working hours. [W]
    from_hour, to_hour : working hours on the wall clock. [h]
    weather : "none", "warm" (refrigeration, cooling: more when warm) or "dark" (lamps: less in daylight)
    """

    kind: str
    idle_w: float
    busy_w: float
    from_hour: float
    to_hour: float
    weather: str = "none"


@dataclass(frozen=True)
class Business:
    key: str
    loads: tuple[Load, ...]
    open_days: frozenset[int] = frozenset(range(6))  # 0 is Monday
    short_saturday: bool = True


# Key figures rounded from the small-business load profiles G0-G6 of the German grid operators (BDEW, VDEW 1999).
TYPES: dict[str, Business] = {
    "bakery": Business(
        "",
        (
            Load("refrigeration", 900, 250, 3.0, 18.0, "warm"),
            Load("machines", 120, 8_800, 2.75, 8.0),
            Load("lighting", 60, 950, 3.0, 18.0, "dark"),
            Load("climate", 60, 480, 6.0, 18.0, "warm"),
            Load("other", 250, 700, 4.0, 18.5),
        ),
        frozenset(range(7)),
    ),
    "shop": Business(
        "",
        (
            Load("refrigeration", 480, 150, 6.5, 18.5, "warm"),
            Load("lighting", 40, 620, 6.5, 18.5, "dark"),
            Load("machines", 60, 1_250, 6.0, 14.0),
            Load("other", 130, 330, 6.5, 18.5),
        ),
    ),
    "office": Business(
        "",
        (
            Load("office", 420, 1_900, 7.75, 18.0),
            Load("lighting", 30, 800, 7.5, 18.5, "dark"),
            Load("climate", 120, 1_100, 8.0, 18.0, "warm"),
            Load("other", 160, 260, 7.5, 18.0),
        ),
        frozenset(range(5)),
    ),
    "cold_store": Business(
        "",
        (
            Load("refrigeration", 3_600, 900, 5.0, 16.0, "warm"),
            Load("lighting", 80, 420, 5.0, 16.0),
            Load("machines", 40, 1_300, 5.0, 15.0),
            Load("other", 180, 220, 5.0, 16.0),
        ),
    ),
    "workshop": Business(
        "",
        (
            Load("machines", 180, 6_200, 7.0, 16.5),
            Load("lighting", 40, 900, 6.75, 17.0, "dark"),
            Load("other", 220, 480, 7.0, 16.5),
        ),
        frozenset(range(5)),
    ),
    "restaurant": Business(
        "",
        (
            Load("refrigeration", 850, 260, 10.0, 23.0, "warm"),
            Load("cooking", 40, 4_600, 11.0, 22.0),
            Load("lighting", 60, 780, 11.0, 23.5, "dark"),
            Load("other", 240, 620, 10.0, 23.5),
        ),
        frozenset({1, 2, 3, 4, 5, 6}),
        short_saturday=False,
    ),
}


def business_parts(business: Business, grid: Grid, weather: Weather) -> dict[str, Ints]:
    """Energy per quarter-hour by kind of load. [Wh]"""
    return {load.kind: quarter_wh(_load_w(business, load, grid, weather)) for load in business.loads}


def _load_w(business: Business, load: Load, grid: Grid, weather: Weather) -> Floats:
    working = _working(business, load, grid)
    wobble = 1.0 + 0.10 * smooth(stream(business.key, load.kind), grid.start_s, 3600)
    cycle = 0.88 + 0.24 * uniform(stream(business.key, load.kind, "cycle"), grid.start_s // 900)
    power_w = (load.idle_w + load.busy_w * working) * wobble * cycle
    if load.weather == "warm":
        return power_w * np.clip(0.72 + 0.024 * weather.temperature_c, 0.55, 1.7)
    if load.weather == "dark":
        return power_w * (0.55 + 0.45 * np.clip((0.25 - weather.sun_sin) / 0.3, 0.0, 1.0))
    return power_w


def _working(business: Business, load: Load, grid: Grid) -> Floats:
    """0 closed to 1 busy, with ramps of 20 minutes and beginnings that scatter by a few minutes. [1]"""
    weekday = grid.weekday
    is_open = np.isin(weekday, sorted(business.open_days)) & ~_public_holiday(grid)
    early = business.short_saturday & (weekday == 5)
    begin = load.from_hour * 60.0 + 7.0 * normal(stream(business.key, load.kind, "begin"), grid.days)
    end = np.where(early, np.minimum(load.to_hour, 13.5), load.to_hour) * 60.0
    end = end + 12.0 * normal(stream(business.key, load.kind, "end"), grid.days)
    minute = grid.minute.astype(np.float64)
    ramp_up = np.clip((minute - begin[grid.day_of]) / 20.0 + 0.5, 0.0, 1.0)
    ramp_down = np.clip((end[grid.day_of] - minute) / 20.0 + 0.5, 0.0, 1.0)
    busy: Floats = ramp_up * ramp_down * is_open[grid.day_of]
    return busy


def _public_holiday(grid: Grid) -> np.ndarray:
    """The fixed public holidays of Baden-Württemberg: month and day are the same every year."""
    dates = grid.days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    day_in_month = (dates - month.astype("datetime64[D]")).astype(np.int64) + 1
    code = (month.astype(np.int64) % 12 + 1) * 100 + day_in_month
    return np.isin(code, [101, 106, 501, 1003, 1101, 1225, 1226])
