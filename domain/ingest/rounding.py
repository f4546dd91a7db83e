"""The day rule: a source finer than 1 Wh is rounded once per local day, and its intervals add up to that day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MICRO_PER_UNIT = 1_000_000
LARGEST_UNITS = 1_000_000_000  # 1 GWh in one interval: a unit mistake, and the bound that keeps day sums inside int64


def micro_amounts(value: npt.NDArray[np.float64], factor: int) -> npt.NDArray[np.int64]:
    """Millionths of the base unit, exact for decimal sources.

    value : as published, such as 0.0296 kWh
    factor : base units per published unit, such as 1000 Wh per kWh

    A decimal fraction has no exact binary form; its nearest double, scaled and rounded to the nearest millionth, is
    exactly the published decimal again as long as it has at most six digits below 1 Wh and stays below 1 GWh.
    """
    return np.rint(np.asarray(value, dtype=np.float64) * float(factor * MICRO_PER_UNIT)).astype(np.int64)


def power_denominator(interval_s: int) -> int:
    """The smallest d for which 1 W over the interval is a whole number of 1/d Wh (12 for 5 minutes)."""
    return 3600 // int(np.gcd(3600, interval_s))


def power_numerator(interval_s: int) -> int:
    """1 W over the interval is this many 1/`power_denominator` Wh (1 for 5 minutes, 24 for a day)."""
    return interval_s // int(np.gcd(3600, interval_s))


def divide_half_away(amount: npt.NDArray[np.int64], scale: npt.NDArray[np.int64] | int) -> npt.NDArray[np.int64]:
    """Integer division rounded to nearest, halves away from zero (3/2 -> 2, -3/2 -> -2)."""
    amount = np.asarray(amount, dtype=np.int64)
    whole, rest = np.divmod(np.abs(amount), scale)
    magnitude: npt.NDArray[np.int64] = whole + (2 * rest >= scale)
    return np.where(amount < 0, -magnitude, magnitude)


def round_days(
    amount: npt.NDArray[np.int64], scale: npt.NDArray[np.int64] | int, day_start: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Whole units per interval whose sum over each day is the day's exact sum rounded once, half away from zero.

    amount : int64[n], exact amounts in 1/scale units, ordered by day and start
    scale : amounts per unit, one number or one per interval (constant within a day)
    day_start : bool[n], true where another day (or another register) begins

    Each interval gets the growth of the rounded running sum of its day: the remainder is carried, nothing is lost,
    an interval is less than one unit from its exact value, and a source in whole units is left as it is.
    """
    amount = np.asarray(amount, dtype=np.int64)
    if len(amount) == 0:
        return np.zeros(0, dtype=np.int64)
    first = np.asarray(day_start, dtype=bool).copy()
    first[0] = True
    running = _running_within(amount, first)
    rounded = divide_half_away(running, scale)
    before = np.where(first, 0, np.concatenate(([0], rounded[:-1])))
    return rounded - before


def _running_within(amount: npt.NDArray[np.int64], first: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    # The sum over all days may wrap around in int64; differences of it within a day are still exact.
    total = np.cumsum(amount)
    begins = np.flatnonzero(first)
    base = total[begins] - amount[begins]
    return total - np.repeat(base, np.diff(np.append(begins, len(amount))))
