"""The year of a household that has no history: the simulator's own, from a few answers, the same each time.

Nothing is drawn anew: seed and key are fixed, so equal answers give equal intervals on every machine and day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.calendar import Period
from domain.contracts.household import Answers
from domain.energy.intervals import Intervals
from domain.energy.quality import Quality
from domain.simulator.appliances import Household
from domain.simulator.battery import Battery
from domain.simulator.ev import Car
from domain.simulator.grid import STEP_S, make_grid
from domain.simulator.heating import House
from domain.simulator.noise import Ints
from domain.simulator.pv import Roof
from domain.simulator.site import SiteModel, simulate
from domain.simulator.weather import Region

SEED = 2026
KEY = "reference"
# Heat loss of a home that a heat pump can warm, as in the demo world; a flat has neighbours on some of its sides. [W/K/m2]
LOSS_HOUSE, LOSS_FLAT = 0.85, 0.60
FAMILY = 3  # people, from which on somebody is at home in the afternoon


@dataclass(frozen=True, eq=False)
class ReferenceYear:
    """Energy per quarter-hour of a period. used_wh : with what the roof gave directly. [Wh]"""

    imported: Intervals
    exported: Intervals
    used_wh: int


def model_of(answers: Answers, region: Region) -> SiteModel:
    owns = {"dishwasher"} | ({"electric_water"} if answers.has_electric_water and not answers.has_heat_pump else set())
    loss = answers.area_m2 * (LOSS_FLAT if answers.is_flat else LOSS_HOUSE)
    return SiteModel(
        seed=SEED,
        region=region,
        household=Household(KEY, answers.people, "family" if answers.people >= FAMILY else "worker", owns=frozenset(owns)),
        house=House(KEY, loss, answers.people) if answers.has_heat_pump else None,
        heating="heat_pump" if answers.has_heat_pump else "none",
        car=Car(KEY, float(answers.car_km)) if answers.car_km else None,
        roofs=(Roof(answers.roof_w),) if answers.roof_w else (),
        battery=Battery(answers.battery_wh, answers.battery_wh // 2) if answers.battery_wh else None,
    )  # fmt: skip


def reference_year(answers: Answers, region: Region, zone_name: str, period: Period) -> ReferenceYear:
    """The intervals of the local days of a period; with a known use, import is scaled to it to the Wh."""
    grid = make_grid(zone_name, period.first, period.end)
    flows = simulate(model_of(answers, region), grid)
    imported = flows.imported if answers.known_wh is None else scaled(flows.imported, answers.known_wh)
    return ReferenceYear(
        _intervals(imported, grid.start_s, zone_name, period),
        _intervals(flows.exported, grid.start_s, zone_name, period),
        int(flows.consumption.sum()),
    )


def scaled(energy_wh: Ints, total_wh: int) -> Ints:
    """The same shape with another sum: the running sum is rounded, so that the parts add up to the total exactly."""
    running = np.cumsum(energy_wh, dtype=np.int64)
    at_wh = np.rint(running * (total_wh / max(int(running[-1]), 1))).astype(np.int64)
    parts: Ints = np.diff(at_wh, prepend=0)
    return parts


def _intervals(energy_wh: Ints, start_s: Ints, zone_name: str, period: Period) -> Intervals:
    quality = np.full(len(energy_wh), Quality.ESTIMATED, dtype=np.uint8)
    return Intervals(0, STEP_S, start_s.astype("datetime64[s]"), energy_wh, quality, *period.bounds_utc(zone_name))
