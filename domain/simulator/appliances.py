"""Electricity of a household bottom-up: each appliance by the people who use it.

Powers, programme lengths and uses per week are rounded from the appliance surveys of the German energy agencies
(Stromspiegel 2023, EU energy label norms); the sums are checked against the published means per household size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from domain.simulator.grid import Grid
from domain.simulator.noise import Floats, Ints, between, normal, smooth, stream, uniform
from domain.simulator.occupancy import Presence, mood, presence
from domain.simulator.sessions import Sessions, after, daily_sessions, energy_wh, join, quarter_wh
from domain.simulator.weather import Weather


@dataclass(frozen=True)
class Household:
    """Who lives here and with what.

    rhythm : a key of `occupancy.RHYTHMS`.
    thrift : factor on use and standby, 0.8 careful to 1.3 careless. [1]
    owns : of "freezer", "dryer", "dishwasher", "electric_water".
    """

    key: str
    people: int
    rhythm: str = "worker"
    thrift: float = 1.0
    owns: frozenset[str] = frozenset({"dishwasher"})


@dataclass(frozen=True, eq=False)
class Scene:
    """What every appliance function looks at."""

    home: Household
    grid: Grid
    weather: Weather
    presence: Presence

    def source(self, name: str) -> int:
        return stream(self.home.key, name)

    def chance(self, name: str) -> Floats:
        """A number in [0, 1) per day."""
        return uniform(self.source(name), self.grid.days)

    def scatter(self, name: str) -> Floats:
        """A standard normal number per day."""
        return normal(self.source(name), self.grid.days)


def household_parts(home: Household, grid: Grid, weather: Weather) -> dict[str, Ints]:
    """Energy per quarter-hour by kind of appliance (`data.tables.sites.KINDS`; "other" is the rest). [Wh]"""
    scene = Scene(home, grid, weather, presence(home.key, home.rhythm, grid))
    return {kind: part(scene) for kind, part in PARTS.items() if _owned(home, kind)}


def _owned(home: Household, kind: str) -> bool:
    needs = {"freezer": "freezer", "dishwasher": "dishwasher", "hot_water": "electric_water"}
    return kind not in needs or needs[kind] in home.owns


def _fridge(scene: Scene) -> Ints:
    return _compressor(scene, "fridge", 0.9 * between(scene.source("fridge size"), 0, 15.0, 23.0))


def _freezer(scene: Scene) -> Ints:
    return _compressor(scene, "freezer", between(scene.source("freezer size"), 0, 18.0, 28.0))


def _compressor(scene: Scene, name: str, mean_w: float) -> Ints:
    """A compressor that runs about a third of the time, more when the kitchen is warm or used."""
    period_s = between(scene.source(name), 1, 3000.0, 5400.0)
    wander = 1.5 * smooth(scene.source(f"{name} wander"), scene.grid.start_s, 6 * 3600)
    phase = 2.0 * np.pi * ((scene.grid.start_s % (7 * 86_400)) / period_s) + wander
    running = np.clip(0.5 + 1.4 * np.sin(phase), 0.0, 1.0)
    warmth = 1.0 + 0.012 * (scene.weather.slow_c - 10.0) + 0.15 * scene.presence.active
    return quarter_wh(mean_w * 2.0 * running * warmth)


def _lighting(scene: Scene) -> Ints:
    """Lamps in the rooms people are awake in, when the sun is below about 8 degrees; LED since long."""
    dark = np.clip((0.14 - scene.weather.sun_sin) / 0.2, 0.0, 1.0)
    lamps_w = 40.0 + 25.0 * scene.home.people
    flicker = 0.75 + 0.5 * uniform(scene.source("lamps"), scene.grid.start_s // 900)
    return quarter_wh(scene.home.thrift * lamps_w * dark * scene.presence.active * flicker)


def _other(scene: Scene) -> Ints:
    """Standby, router, screens, computers, kettle and everything without a plug meter."""
    home, grid = scene.home, scene.grid
    standby_w = (26.0 + 14.0 * home.people) * home.thrift
    evening = np.clip(1.0 - np.abs(grid.hour - 20.5) / 3.0, 0.0, 1.0)
    screens_w = (52.0 + 34.0 * home.people) * (0.6 + 1.6 * evening) * home.thrift
    use = np.clip(1.0 + 0.45 * smooth(scene.source("screens"), grid.start_s, 2700), 0.1, None)
    steady = standby_w * (1.0 + 0.05 * smooth(scene.source("standby"), grid.start_s, 40 * 86_400))
    indoors = np.clip(1.0 + 0.02 * (11.0 - scene.weather.slow_c), 0.75, 1.3)  # the cold keeps people inside
    wave = screens_w * scene.presence.active * use * indoors * mood(home.key, grid)
    return quarter_wh(steady + wave) + energy_wh(grid, _small_things(scene))


def _small_things(scene: Scene) -> Sessions:
    """Kettle, toaster, hair dryer, vacuum cleaner: short and strong."""
    here = ~scene.presence.away
    wake, back = scene.presence.wake_min, scene.presence.back_min
    minutes = 1.2 + 0.9 * scene.home.people
    weekly = (scene.chance("vacuum") < 0.28) & here
    hair = (scene.chance("hair") < 0.2 * scene.home.people) & here
    return join(
        [
            daily_sessions(scene.grid, wake + 15.0 + 6.0 * scene.scatter("coffee"), minutes * 1.6 * here, 1900.0),
            daily_sessions(scene.grid, back + 40.0 + 25.0 * scene.scatter("tea"), minutes * here, 2000.0),
            daily_sessions(scene.grid, wake + 30.0 + 8.0 * scene.scatter("dryer"), 6.0 * hair, 1400.0),
            daily_sessions(scene.grid, back + 60.0 + 50.0 * scene.scatter("dust"), 25.0 * weekly, 850.0),
        ]
    )


def _cooking(scene: Scene) -> Ints:
    """Hob in the evening and often at noon, oven twice a week."""
    here, weekend = ~scene.presence.away, scene.grid.is_weekend
    at_home = scene.presence.leave_min >= scene.presence.back_min
    size = (0.62 + 0.14 * scene.home.people) * scene.home.thrift
    lunch = (scene.chance("lunch") < np.where(weekend | at_home, 0.7, 0.1)) & here
    dinner = (scene.chance("dinner") < 0.80) & here
    oven = (scene.chance("oven") < 0.14 + 0.04 * scene.home.people + 0.12 * weekend) & here
    usual = 60.0 * between(scene.source("dinner usual"), 0, 17.7, 19.4)
    dinner_at = np.maximum(scene.presence.back_min + 25.0, usual + 28.0 * scene.scatter("dinner at"))
    long = np.clip(24.0 + 6.0 * scene.scatter("dinner for"), 10.0, 45.0)
    return energy_wh(
        scene.grid,
        join(
            [
                daily_sessions(scene.grid, 735.0 + 22.0 * scene.scatter("lunch at"), 20.0 * lunch, 1250.0 * size),
                daily_sessions(scene.grid, dinner_at, long * dinner, 1400.0 * size),
                daily_sessions(scene.grid, dinner_at - 15.0, 48.0 * oven, 1350.0 * size),
            ]
        ),
    )


def _dishwasher(scene: Scene) -> Ints:
    """Heat, wash, heat: 0.85 kWh a run, after dinner on the days it is full."""
    full = (scene.chance("dishes") < min(0.9, 0.22 + 0.14 * scene.home.people)) & ~scene.presence.away
    start = np.clip(scene.presence.back_min + 130.0, 1170.0, 1290.0) + 25.0 * scene.scatter("dishes at")
    heat = daily_sessions(scene.grid, start, 15.0 * full, 1900.0)
    return energy_wh(
        scene.grid, join([heat, after(heat, 15, 65, 70), after(heat, 80, 9, 1900), after(heat, 89, 20, 20)])
    )


def _laundry(scene: Scene) -> Ints:
    """A wash takes 0.65 kWh, the heat-pump dryer after it 1.5 kWh; mostly at weekends."""
    odds = np.where(scene.grid.is_weekend, 0.30, 0.14) * (0.8 + 0.8 * scene.home.people)
    wash = (scene.chance("wash") < np.minimum(odds, 0.92)) & ~scene.presence.away
    start = np.where(scene.grid.is_weekend, 620.0, scene.presence.back_min + 30.0) + 60.0 * scene.scatter("wash at")
    heat = daily_sessions(scene.grid, start, 14.0 * wash, 1950.0)
    steps = [heat, after(heat, 14, 55, 130), after(heat, 69, 10, 420)]
    if "dryer" in scene.home.owns:
        steps.append(after(heat, 95, 120, 720 if scene.home.thrift < 1.2 else 950))
    return energy_wh(scene.grid, join(steps))


def _hot_water(scene: Scene) -> Ints:
    """An instantaneous electric heater: 18 kW for each shower, a little for hands and dishes."""
    here = ~scene.presence.away
    showers = []
    for person in range(scene.home.people):
        taken = (scene.chance(f"shower {person}") < 0.72) & here
        morning = scene.chance(f"morning {person}") < 0.7
        at = np.where(morning, scene.presence.wake_min + 8.0 + 11.0 * person, 1290.0) + 6.0 * scene.scatter(
            f"at {person}"
        )
        long = np.clip(4.6 + 1.2 * scene.scatter(f"long {person}"), 2.0, 9.0) * scene.home.thrift
        showers.append(daily_sessions(scene.grid, at, long * taken, 18_000.0))
    hands = quarter_wh(40.0 * scene.home.people * scene.presence.active)
    return energy_wh(scene.grid, join(showers)) + hands


PARTS: dict[str, Callable[[Scene], Ints]] = {
    "fridge": _fridge,
    "freezer": _freezer,
    "lighting": _lighting,
    "cooking": _cooking,
    "dishwasher": _dishwasher,
    "laundry": _laundry,
    "hot_water": _hot_water,
    "other": _other,
}
