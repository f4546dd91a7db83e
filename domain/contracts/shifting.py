"""Easy shifting: the energy of a car or a water heater moved within its day to the hours in which a tariff is cheapest.

Only what a sub-meter of the device counted and the grid supplied moves, so nothing is assumed about who did what when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from domain.energy.balance import coarsened
from domain.energy.intervals import Intervals
from domain.tariffs.lines import Line
from domain.tariffs.slots import Laid, Use

Energy = npt.NDArray[np.int64]
Prices = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shifted:
    """import_wh : energy of each interval after shifting; moved_wh : how much of it has changed its interval. [Wh]"""

    import_wh: Energy
    moved_wh: int


def shift(imported: Laid, devices: Sequence[Energy], price: Prices) -> Shifted:
    """The grid import of some days with each device's part of it in the cheapest intervals of its day.

    devices : energy of each device on the slots of `imported`, 0 where its sub-meter tells nothing; a device takes
        at most what it has taken in one interval. [Wh]
    price : of each interval, in any unit
    """
    result = imported.energy_wh.astype(np.int64).copy()
    left = np.maximum(result, 0)
    moved = 0
    for device in devices:
        movable = np.where(imported.is_known, np.minimum(np.maximum(device, 0), left), 0)
        cheapest = _cheapest(movable, imported, price, int(device.max(initial=0)))
        result += cheapest - movable
        left -= movable
        moved += int(np.maximum(cheapest - movable, 0).sum())
    return Shifted(result, moved)


def _cheapest(movable: Energy, imported: Laid, price: Prices, limit_wh: int) -> Energy:
    """Fill the known intervals of each day from the cheapest on, up to the limit; of equal prices the earlier first."""
    found = np.zeros_like(movable)
    known = np.flatnonzero(imported.is_known)
    if not limit_wh or not len(known):
        return found
    day = imported.slots.day[known]
    order = known[np.lexsort((known, price[known], day))]
    _days, first, place = np.unique(imported.slots.day[order], return_index=True, return_inverse=True)
    totals = np.add.reduceat(movable[order], first)
    rank = np.arange(len(order)) - first[place]
    found[order] = np.clip(totals[place] - rank * limit_wh, 0, limit_wh)
    return found


def prices(lines: Sequence[Line], grid: Laid, *, is_gross: bool = True) -> Prices:
    """What a kilowatt-hour from the grid cost in each interval by the lines of a rating. [currency / kWh]

    Lines per day, month or kilowatt have no price per interval and are left out: shifting does not change them. Where
    an interval is priced in several blocks, the first one stands for it.
    """
    by_charge: dict[tuple[str, date], Prices] = {}
    for line in lines:
        chosen = line.intervals
        if chosen is None or chosen.flow != "import" or line.unit != "kWh":
            continue
        own = np.full(len(chosen.laid.slots), np.nan)
        price = float(line.unit_price) if chosen.price is None else chosen.price / chosen.price_scale
        own[chosen.places] = price * float(1 + Fraction(line.tax.rate) if is_gross else 1)
        there = np.searchsorted(chosen.laid.slots.start_s, grid.slots.start_s, side="right") - 1
        mine = by_charge.setdefault((line.code, line.first), np.full(len(grid.slots), np.nan))
        np.copyto(mine, own[there], where=np.isnan(mine))
    found: Prices = np.zeros(len(grid.slots))
    for mine in by_charge.values():
        found += np.nan_to_num(mine)
    return found


def on_grid(part: Intervals, grid: Laid) -> Energy:
    """A device's energy on the slots of an import, coarsened to their length; 0 where it is finer than known."""
    fitting = coarsened(part, grid.slots.interval_s) if part.interval_s < grid.slots.interval_s else part
    found = np.zeros(len(grid.slots), dtype=np.int64)
    if fitting.interval_s != grid.slots.interval_s or not len(grid.slots):
        return found
    starts = fitting.start_utc.astype("datetime64[s]").astype(np.int64)
    place = np.minimum(np.searchsorted(grid.slots.start_s, starts), len(found) - 1)
    same = grid.slots.start_s[place] == starts
    found[place[same]] = fitting.energy_wh[same]
    return found


def shifted_use(use: Use, first: date, end: date, import_wh: Energy) -> Use:
    """The same use with other import in the days `[first, end)`; what was missing is missing still."""
    laid, part = use.laid("import", first, end), use.flows["import"]
    starts = part.start_utc.astype("datetime64[s]").astype(np.int64)
    place = np.searchsorted(starts, laid.slots.start_s[laid.is_known])
    energy = part.energy_wh.astype(np.int64).copy()
    energy[place] = import_wh[laid.is_known]
    return Use(use.zone_name, {**use.flows, "import": replace(part, energy_wh=energy)})
