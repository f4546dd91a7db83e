"""What the weather of one period makes of the use of another: a straight line of daily use over heating degrees."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

LIMIT_C = 15.0  # a day of this mean temperature or more is not heated (the limit of VDI 3807 for existing buildings)
LEAST_DAYS = 120
LEAST_SHARE = 0.9  # of a period's days whose temperature is known
LEAST_EXPLAINED = (
    0.3  # of the variance of daily use; below it other things drive it. Of 365 days the slope is then known to 8 %
)

Days = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WeatherEffect:
    """factor : use per day that the weather of the new period makes of that of the old one; mean outdoor temperatures [°C]"""

    factor: Fraction
    before_c: float
    after_c: float


def weather_effect(use_wh: Values, mean_c: Values, before: Days, after: Days) -> WeatherEffect | None:
    """From the days of a year or more; None where use does not follow the weather, or too little is known.

    use_wh, mean_c : by local day, NaN where unknown. [Wh], [°C]
    before, after : which of these days are the two periods
    """
    known = np.isfinite(use_wh) & np.isfinite(mean_c)
    if known.sum() < LEAST_DAYS:
        return None
    heating = np.maximum(LIMIT_C - mean_c, 0.0)
    x, y = heating[known], use_wh[known]
    if not np.ptp(x) or not np.ptp(y):
        return None
    slope, base = np.polyfit(x, y, 1)
    explained = float(np.corrcoef(x, y)[0, 1] ** 2)
    means = [_mean(mean_c, heating, days) for days in (before, after)]
    if slope <= 0 or explained < LEAST_EXPLAINED or None in means:
        return None
    (before_c, old), (after_c, new) = (mean for mean in means if mean is not None)
    from_wh, to_wh = base + slope * old, base + slope * new
    if from_wh <= 0 or to_wh <= 0:
        return None
    return WeatherEffect(Fraction(float(to_wh / from_wh)).limit_denominator(10**6), before_c, after_c)


def _mean(mean_c: Values, heating: Values, days: Days) -> tuple[float, float] | None:
    """Mean temperature and mean heating degrees of a period."""
    known = days & np.isfinite(mean_c)
    if not days.sum() or known.sum() < LEAST_SHARE * days.sum():
        return None
    return float(mean_c[known].mean()), float(heating[known].mean())
