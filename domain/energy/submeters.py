"""What makes a sub-meter doubtful: silence, gaps, a counter that stands still, more than the whole home used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.energy.balance import UseSeries

ALWAYS_ON = frozenset({"fridge", "freezer", "refrigeration"})  # what cools takes energy every day
SILENCE_S = 86_400
STANDSTILL_S = 2 * 86_400
FEW = 0.02  # a smaller share of missing readings changes no sum that is shown


@dataclass(frozen=True)
class Doubt:
    """What is known of one sub-meter in a period; instants are on the wall clock of the site.

    silent_since : the last reading is at least a day before the end
    still_since : a device that is always on has counted nothing for at least two days
    missing, expected : intervals, when more than a few are missing
    suspect : implausible readings
    """

    silent_since: np.datetime64 | None = None
    still_since: np.datetime64 | None = None
    missing: int = 0
    expected: int = 0
    suspect: int = 0

    def __bool__(self) -> bool:
        return self != Doubt()


def doubt(series: UseSeries, kind: str, interval_s: int) -> Doubt:
    """Of a sub-meter with an interval [s] that sent at least one reading; buckets longer than a day tell only counts."""
    counts = series.total_counts
    missing, expected = counts[5], sum(counts)
    is_gappy = missing > FEW * expected
    silent = _since(series, ~series.is_known, SILENCE_S // interval_s)
    still = None
    if kind in ALWAYS_ON and silent is None:
        still = _since(series, series.is_known & (series.energy_wh == 0), STANDSTILL_S // interval_s)
    return Doubt(silent, still, missing if is_gappy else 0, expected if is_gappy else 0, counts[4])


def _since(series: UseSeries, is_so: npt.NDArray[np.bool_], least: int) -> np.datetime64 | None:
    """Where the run that reaches the end begins, if it has so many intervals; that may be the whole series."""
    others = np.flatnonzero(~is_so)
    first = int(others[-1]) + 1 if len(others) else 0
    if step_s(series) > 86_400 or first == len(series):
        return None
    if int(series.counts[first:].sum()) < least:
        return None
    since: np.datetime64 = series.label[first]
    return since


def step_s(series: UseSeries) -> int:
    """The usual length of a bucket on the wall clock; a day where there is only one. [s]"""
    if len(series) < 2:
        return 86_400
    return int(np.median(np.diff(series.label).astype(np.int64)))


@dataclass(frozen=True)
class Excess:
    """Where sub-meters counted more than the whole: in how many buckets, and how much more. [Wh]"""

    buckets: int
    energy_wh: int


def excess(total: UseSeries, parts: Sequence[UseSeries]) -> Excess:
    """Only buckets of which the total is known count; what a part did not send cannot exceed anything."""
    seen = np.sum([part.energy_wh for part in parts], axis=0) if parts else np.zeros(len(total), dtype=np.int64)
    over = np.where(total.is_known, seen - total.energy_wh, 0)
    return Excess(int((over > 0).sum()), int(over[over > 0].sum()))
