"""Loads of a year, made of whole watt-hours by a formula, so that any program can be given exactly the same.

PySAM's year has 8,760 hours, no 29 February and no change of clocks, and begins on a Monday: 2018 in UTC.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from domain.tariffs.slots import Use
from tests.factories.tariffs import grid, readings

Int64s = npt.NDArray[np.int64]
HOUR = np.arange(8760)
DAY, CLOCK = HOUR // 24, HOUR % 24
MONTH = grid("2018-01-01", "2019-01-01", "UTC", 3600).astype("datetime64[M]").astype(int) % 12
WORKDAY = DAY % 7 < 5
WINTER = np.array([30, 26, 18, 8, 2, 0, 4, 3, 1, 8, 18, 28])[MONTH]
SUN = np.array([4, 7, 12, 17, 20, 22, 22, 19, 14, 9, 5, 3])[MONTH]


def household() -> Int64s:
    """7,450.110 kWh: evenings, weekday mornings and an electric heater in winter."""
    evening, morning = (CLOCK >= 17) & (CLOCK <= 21), WORKDAY & (CLOCK >= 6) & (CLOCK <= 8)
    return 250 + 40 * ((7 * CLOCK + 3 * DAY) % 11) + 900 * evening + 350 * morning + 15 * WINTER


def spiked() -> Int64s:
    """The household with 6 kW in the fourth hour of January."""
    found = household()
    found[3] = 6000
    return found


def bakery() -> Int64s:
    """Ovens from two in the morning, six days a week; closed for two weeks in August."""
    ovens = (CLOCK >= 2) & (CLOCK <= 10) & (DAY % 7 != 6) & ((DAY < 213) | (DAY > 226))
    return 1_900 + ovens * (14_000 + 130 * ((11 * DAY + 5 * CLOCK) % 97)) + 45 * WINTER * ovens


def workshop() -> Int64s:
    """One shift with machines that start at any time, dark at the weekend; highest in July."""
    shift = WORKDAY & (CLOCK >= 7) & (CLOCK < 16)
    return 400 + shift * (8_000 + (HOUR * HOUR * 7919 + 104_729 * DAY) % 21_001) + shift * (MONTH == 6) * 9_000


def restless() -> Int64s:
    """No habit at all: 0 to 9,999 Wh."""
    found: Int64s = (HOUR.astype(np.int64) * 48_271 + 12_345) % 2_147_483_647 % 10_000
    return found


def solar() -> Int64s:
    """5,373.072 kWh of a small plant."""
    return SUN * np.maximum(0, 36 - (CLOCK - 12) ** 2) * (10 - DAY * DAY % 7) // 2


def large_solar() -> Int64s:
    """More than the household uses from March to October."""
    return solar() * 2


def quarters(hourly: Int64s) -> Int64s:
    """Four quarter-hours of each hour that differ by a fixed pattern and add up to it. [Wh]"""
    quarter, rest = np.divmod(hourly, 4)
    shift = np.minimum(quarter, 50)[:, None] * np.array([-3, 5, -1, -1]) // 5
    shift[:, 3] -= shift.sum(axis=1)
    found = quarter[:, None] + shift
    found[:, 0] += rest
    return found.reshape(-1)


LOADS: dict[str, Callable[[], Int64s]] = {
    made.__name__: made for made in (household, spiked, bakery, workshop, restless)
}


def use_of(load: Int64s, produced: Int64s | None = None) -> Use:
    """The flows of a site. The load is bought in full as `use`; `import` and `export` are what is left after each interval."""
    interval_s = 3600 * 8760 // len(load)
    made = np.zeros_like(load) if produced is None else produced
    flows = {
        "use": load,
        "production": made,
        "import": np.maximum(load - made, 0),
        "export": np.maximum(made - load, 0),
    }
    starts = grid("2018-01-01", "2019-01-01", "UTC", interval_s)
    return Use("UTC", {name: readings(starts, energy, interval_s=interval_s) for name, energy in flows.items()})
