"""Units of stored quantities and the exact rounding that turns finer sources into integers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WH_PER_KWH = 1000
SECONDS_PER_HOUR = 3600


def watts(energy_wh: npt.NDArray[np.int64], interval_s: int) -> npt.NDArray[np.float64]:
    """Mean power of each interval. [W]"""
    return np.asarray(energy_wh, dtype=np.float64) * SECONDS_PER_HOUR / interval_s


def round_half_away(value: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Round to integers, halves away from zero (2.5 -> 3, -2.5 -> -3)."""
    value = np.asarray(value, dtype=np.float64)
    return (np.sign(value) * np.floor(np.abs(value) + 0.5)).astype(np.int64)
