"""The highest powers of a period: single intervals with their time, and the highest of each month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from domain.energy.balance import UseSeries
from domain.units import SECONDS_PER_HOUR


@dataclass(frozen=True)
class Peak:
    """Mean power of one interval. [W]"""

    label: np.datetime64  # wall clock
    fold: int
    power_w: float


def top_peaks(series: UseSeries, interval_s: int, count: int = 4, apart_s: int = 3 * SECONDS_PER_HOUR) -> list[Peak]:
    """The highest intervals, each at least `apart_s` from a higher one, so that one evening is one peak."""
    power = series.energy_wh * (SECONDS_PER_HOUR / interval_s)
    drawing = np.flatnonzero(series.is_known & (power > 0))
    found: list[Peak] = []
    for index in drawing[np.argsort(-power[drawing], kind="stable")]:
        label = series.label[index]
        if all(abs((label - peak.label).astype(np.int64)) >= apart_s for peak in found):
            found.append(Peak(label, int(series.fold[index]), float(power[index])))
        if len(found) == count:
            break
    return found


def monthly_peaks(series: UseSeries, interval_s: int) -> list[tuple[date, float]]:
    """First day and highest interval of each local month in which one is known, oldest first. [W]"""
    months = series.label[series.is_known].astype("datetime64[M]")
    power = series.energy_wh[series.is_known] * (SECONDS_PER_HOUR / interval_s)
    names, place = np.unique(months, return_inverse=True)
    highest = np.full(len(names), -np.inf)
    np.maximum.at(highest, place, power)
    return list(zip(names.astype("datetime64[D]").tolist(), highest.tolist(), strict=True))


def base_load_w(energy_wh: npt.NDArray[np.int64], is_known: npt.NDArray[np.bool_], interval_s: int) -> float | None:
    """What always runs: the power that 95 % of the intervals reach or exceed. [W]"""
    if not is_known.any():
        return None
    return float(np.quantile(energy_wh[is_known], 0.05)) * SECONDS_PER_HOUR / interval_s
