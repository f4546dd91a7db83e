"""Public holidays as dated rows: a bill made today must come out the same in ten years, whatever a library then says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from domain.tariffs.errors import refuse


@dataclass(frozen=True)
class Holidays:
    """The holidays of a region (such as `DE-BW`) in the years it was asked for, `first_year` to `last_year`."""

    region: str
    first_year: int
    last_year: int
    dates: tuple[date, ...]

    def is_holiday(self, days: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Whether each day (since 1970-01-01) is a holiday; a year without rows is refused, never workdays only."""
        years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
        outside = (years < self.first_year) | (years > self.last_year)
        if outside.any():
            raise refuse("holidays_missing", region=self.region, year=int(years[outside][0]))
        known = np.array(self.dates, dtype="datetime64[D]").astype(np.int64)
        return np.isin(days, known)
