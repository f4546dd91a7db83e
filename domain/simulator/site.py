"""A whole site: what it uses, makes, stores, buys and sells in each quarter-hour, balanced to the Wh."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np

from domain.simulator.appliances import Household, household_parts
from domain.simulator.battery import Battery, Dispatch, dispatch
from domain.simulator.business import Business, business_parts
from domain.simulator.ev import Car, charging_wh
from domain.simulator.grid import Grid, make_grid
from domain.simulator.heating import (
    House,
    boiler_gas_wh,
    circulation_pump_wh,
    district_heat_wh,
    heat_pump_wh,
)
from domain.simulator.noise import Ints
from domain.simulator.pv import Roof, solar_wh
from domain.simulator.weather import Region, weather
from domain.simulator.wind import Turbine, wind_wh

# Where a house's single-phase loads hang; everything not named spreads over all three phases.
PHASE_OF = {"cooking": 1, "other": 1, "fridge": 2, "lighting": 2, "dishwasher": 2, "laundry": 3, "freezer": 3}


@dataclass(frozen=True)
class SiteModel:
    """Everything the simulator needs to know of a site.

    seed : of the world; the weather depends on it and on the region alone.
    heating : "gas", "district", "heat_pump", "direct" or "none".
    """

    seed: int
    region: Region
    household: Household | None = None
    business: Business | None = None
    house: House | None = None
    heating: str = "none"
    car: Car | None = None
    roofs: tuple[Roof, ...] = ()
    turbine: Turbine | None = None
    battery: Battery | None = None


@dataclass(frozen=True, eq=False)
class Flows:
    """Energy per quarter-hour of the grid. [Wh]

    parts : electricity used, by kind of appliance; their sum is the site's consumption.
    gas, heat : of the other commodities, or None.
    """

    parts: dict[str, Ints]
    solar: Ints
    wind: Ints
    charge: Ints
    discharge: Ints
    imported: Ints
    exported: Ints
    gas: Ints | None = None
    heat: Ints | None = None
    phases: tuple[Ints, ...] = field(default=())

    @property
    def consumption(self) -> Ints:
        return added(self.parts)


def added(parts: dict[str, Ints]) -> Ints:
    """The sum over all kinds. [Wh]"""
    total: Ints = np.sum(list(parts.values()), axis=0, dtype=np.int64)
    return total


def simulate(model: SiteModel, grid: Grid) -> Flows:
    """The site's flows in the grid's span; a part of a longer span has the same numbers."""
    air = weather(model.region, model.seed, grid)
    parts = _parts(model, grid)
    solar, wind = _production(model, grid)
    used = added(parts)
    surplus = solar + wind - used
    stored = _stored(model, grid, surplus)
    rest = surplus - stored.charge_wh + stored.discharge_wh
    imported = np.maximum(-rest, 0)
    return Flows(
        parts=parts,
        solar=solar,
        wind=wind,
        charge=stored.charge_wh,
        discharge=stored.discharge_wh,
        imported=imported,
        exported=np.maximum(rest, 0),
        gas=boiler_gas_wh(model.house, grid, air) if model.house and model.heating == "gas" else None,
        heat=district_heat_wh(model.house, grid, air) if model.house and model.heating == "district" else None,
        phases=_phases(parts, used, imported),
    )


def _parts(model: SiteModel, grid: Grid) -> dict[str, Ints]:
    air = weather(model.region, model.seed, grid)
    parts: dict[str, Ints] = {}
    if model.household:
        parts |= household_parts(model.household, grid, air)
    if model.business:
        parts |= business_parts(model.business, grid, air)
    if model.house and model.heating == "gas":
        parts["circulation_pump"] = circulation_pump_wh(model.house, grid, air)
    if model.house and model.heating == "heat_pump":
        parts["heat_pump"] = heat_pump_wh(model.house, grid, air)
    if model.car:
        parts["ev"] = charging_wh(model.car, grid)
    return parts


def _production(model: SiteModel, grid: Grid) -> tuple[Ints, Ints]:
    nothing = np.zeros(len(grid.start_s), dtype=np.int64)
    solar = sum((solar_wh(roof, model.region, model.seed, grid) for roof in model.roofs), start=nothing)
    if model.turbine is None:
        return solar, nothing
    return solar, wind_wh(model.turbine, weather(model.region, model.seed, grid))


def _surplus(model: SiteModel, grid: Grid) -> Ints:
    solar, wind = _production(model, grid)
    return solar + wind - added(_parts(model, grid))


def _stored(model: SiteModel, grid: Grid, surplus_wh: Ints) -> Dispatch:
    """The battery's flows: empty at each New Year's midnight, when winter has left nothing to store anyway.

    That anchor makes any day a function of its own year alone, not of when the simulation began.
    """
    if model.battery is None or not len(surplus_wh):
        nothing = np.zeros(len(surplus_wh), dtype=np.int64)
        return Dispatch(nothing, nothing, 0.0)
    year = grid.days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)[grid.day_of]
    begin_wh, pieces = _stored_at(model, grid.zone_name, grid.first), []
    for part in np.split(surplus_wh, np.flatnonzero(np.diff(year)) + 1):
        pieces.append(dispatch(model.battery, part, begin_wh))
        begin_wh = 0.0
    charge = np.concatenate([piece.charge_wh for piece in pieces])
    return Dispatch(charge, np.concatenate([piece.discharge_wh for piece in pieces]), pieces[-1].end_wh)


@lru_cache(maxsize=64)
def _stored_at(model: SiteModel, zone_name: str, day: date) -> float:
    """What the battery holds as a local day begins, from New Year on. [Wh]"""
    new_year = date(day.year, 1, 1)
    if day == new_year or model.battery is None:
        return 0.0
    run = dispatch(model.battery, _surplus(model, make_grid(zone_name, new_year, day)))
    return run.end_wh


def _phases(parts: dict[str, Ints], used: Ints, imported: Ints) -> tuple[Ints, ...]:
    """Import on L1, L2, L3: in proportion to the loads on each, with the rounding left on L3."""
    loads: list[Ints] = [np.zeros(len(used), dtype=np.int64) for _ in range(3)]
    for kind, energy in parts.items():
        phase = PHASE_OF.get(kind)
        for number in range(3):
            loads[number] = loads[number] + (energy // 3 if phase is None else energy * (phase == number + 1))
    total = np.maximum(loads[0] + loads[1] + loads[2], 1)
    first = imported * loads[0] // total
    second = imported * loads[1] // total
    return first, second, imported - first - second
