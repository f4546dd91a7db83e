"""Average days and the hour-by-weekday pattern; hours without readings are left out, never counted as zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.energy.balance import UseSeries

HOURS = 24


def weekday_of(label: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    """0 is Monday. 1 January 1970 was a Thursday."""
    return np.asarray((label.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def hour_of(label: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    return np.asarray((label.astype("datetime64[h]") - label.astype("datetime64[D]")).astype(np.int64))


@dataclass(frozen=True)
class HeatMap:
    """mean_wh : float64, shape (7, 24), Monday first; NaN where no hour is known. [Wh per hour]"""

    mean_wh: npt.NDArray[np.float64]

    @property
    def low_wh(self) -> float:
        return float(np.nanmin(self.mean_wh))

    @property
    def high_wh(self) -> float:
        return float(np.nanmax(self.mean_wh))

    @property
    def is_empty(self) -> bool:
        return bool(np.isnan(self.mean_wh).all())

    @property
    def busiest(self) -> tuple[int, int]:
        """Weekday (0 is Monday) and hour of the highest mean."""
        day, hour = divmod(int(np.nanargmax(self.mean_wh)), HOURS)
        return day, hour

    def steps(self, count: int = 7) -> npt.NDArray[np.int64]:
        """Step 0 to `count` - 1 between the lowest and the highest mean; -1 where nothing is known."""
        if self.is_empty:
            return np.full(self.mean_wh.shape, -1)
        span = (self.high_wh - self.low_wh) or 1.0
        scaled = np.floor((self.mean_wh - self.low_wh) / span * count)
        return np.where(np.isnan(scaled), -1, np.minimum(np.nan_to_num(scaled), count - 1)).astype(np.int64)


def heat_map(hours: UseSeries) -> HeatMap:
    """Mean energy of each hour of the week."""
    sums = np.zeros((7, HOURS))
    counts = np.zeros((7, HOURS))
    known = hours.is_known
    place = (weekday_of(hours.label)[known], hour_of(hours.label)[known])
    np.add.at(sums, place, hours.energy_wh[known])
    np.add.at(counts, place, 1)
    with np.errstate(invalid="ignore"):
        return HeatMap(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def average_day(hours: UseSeries, weekdays: Sequence[int]) -> npt.NDArray[np.float64]:
    """Mean energy of each of the 24 hours over the given weekdays (0 is Monday); NaN where nothing is known. [Wh]"""
    chosen = hours.is_known & np.isin(weekday_of(hours.label), list(weekdays))
    place = hour_of(hours.label)[chosen]
    sums = np.bincount(place, weights=hours.energy_wh[chosen], minlength=HOURS)
    counts = np.bincount(place, minlength=HOURS)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def usual_day(days: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """The median of several days, place by place; NaN where fewer than two days know it."""
    if not days:
        return np.zeros(0)
    stacked = np.stack(days)
    enough = (~np.isnan(stacked)).sum(axis=0) >= min(2, len(days))
    result = np.full(stacked.shape[1], np.nan)
    result[enough] = np.nanmedian(stacked[:, enough], axis=0)
    return result
