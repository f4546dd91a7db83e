"""A home battery that stores what would be exported and gives what would be bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.simulator.noise import Ints


@dataclass(frozen=True)
class Battery:
    """capacity_wh : usable. [Wh]; power_w : of the inverter, both ways. [W]; one_way : efficiency of each way. [1]"""

    capacity_wh: int
    power_w: int
    one_way: float = 0.95


@dataclass(frozen=True, eq=False)
class Dispatch:
    """Energy at the battery's terminals per quarter-hour [Wh], and what is stored after the last. [Wh]"""

    charge_wh: Ints
    discharge_wh: Ints
    end_wh: float


def dispatch(battery: Battery, surplus_wh: Ints, stored_wh: float = 0.0) -> Dispatch:
    """Greedy: charge from surplus at once, discharge into demand at once. 1 µs a step, 35,000 steps a year.

    surplus_wh : production minus consumption of each quarter-hour, in order. [Wh]
    """
    limit, capacity, one_way = battery.power_w // 4, float(battery.capacity_wh), battery.one_way
    charge, discharge = [], []
    for surplus in surplus_wh.tolist():
        taken = given = 0
        if surplus > 0:
            taken = min(surplus, limit, int((capacity - stored_wh) / one_way))
            stored_wh += taken * one_way
        elif surplus < 0:
            given = min(-surplus, limit, int(stored_wh * one_way))
            stored_wh = max(0.0, stored_wh - given / one_way)
        charge.append(taken)
        discharge.append(given)
    return Dispatch(np.array(charge, dtype=np.int64), np.array(discharge, dtype=np.int64), stored_wh)
