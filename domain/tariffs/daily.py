"""What each day of a rating cost: the lines, unrounded, laid on the days they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.tariffs.exact import fits
from domain.tariffs.lines import IntervalSet, Line, Part
from domain.tariffs.rate import RatingResult
from domain.tariffs.slots import EPOCH, day_number
from domain.units import WH_PER_KWH


def by_day(result: RatingResult, *, is_gross: bool = False) -> dict[date, Fraction]:
    """Exact cost of each local day; the days sum to the lines, before they are rounded.

    Energy is laid where it was used, market prices at the hours they had. What has no hour of its own (standing charges,
    peaks, minimum bills, discounts) is laid evenly on its days, as is energy that was billed in blocks: by share of use.
    """
    days = (result.end - result.first).days
    found = dict.fromkeys((result.first + timedelta(days=n) for n in range(days)), Fraction(0))
    for line in result.lines:
        factor = 1 + Fraction(line.tax.rate) if is_gross else Fraction(1)
        for part in line.parts:
            for day, amount in _part_days(line, part):
                found[day] += amount * factor
    return found


def _part_days(line: Line, part: Part) -> Iterable[tuple[date, Fraction]]:
    if line.intervals is None or line.unit != "kWh":
        return _evenly(part)
    if line.intervals.price is not None:
        scale = line.intervals.price_scale * WH_PER_KWH
        return [(day, Fraction(total, scale)) for day, total in _sums(line.intervals, part)]
    sums = _sums(line.intervals, part)
    whole = sum(total for _day, total in sums)
    return [(day, part.amount * total / whole) for day, total in sums] if whole else _evenly(part)


def _evenly(part: Part) -> list[tuple[date, Fraction]]:
    days = (part.end - part.first).days
    return [(part.first + timedelta(days=n), part.amount / days) for n in range(days)]


def _costs(energy: npt.NDArray[np.int64], price: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Energy times price of each interval, in Python's integers where int64 would wrap around."""
    return energy * price if fits(energy, price) else energy.astype(object) * price.astype(object)


def _sums(intervals: IntervalSet, part: Part) -> list[tuple[date, int]]:
    """Energy of each day of the part, times its price where each interval has one."""
    day = intervals.laid.slots.day[intervals.places]
    low, high = np.searchsorted(day, (day_number(part.first), day_number(part.end)))
    day, energy = day[low:high], intervals.energy_wh[low:high]
    if len(day) == 0:
        return []
    begin = np.flatnonzero(np.append(True, day[1:] != day[:-1]))
    totals = np.add.reduceat(energy if intervals.price is None else _costs(energy, intervals.price[low:high]), begin)
    return [(EPOCH + timedelta(days=int(number)), int(total)) for number, total in zip(day[begin], totals, strict=True)]
