"""The readings of one register in one period: the value every chart, bill and export is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Intervals:
    """Arrays of equal length, ordered by start, newest version of each interval only.

    register_id : the series
    interval_s : nominal length. [s]
    start_utc : datetime64[s], start of each interval, UTC
    energy_wh : int64 per interval. [Wh, or the register's own base unit]
    quality : uint8, see `domain.energy.quality`
    first_utc, end_utc : the half-open period that was asked for
    """

    register_id: int
    interval_s: int
    start_utc: npt.NDArray[np.datetime64]
    energy_wh: npt.NDArray[np.int64]
    quality: npt.NDArray[np.uint8]
    first_utc: datetime
    end_utc: datetime
    damaged: bool = False  # a segment of this period could not be read: the page must say so

    @property
    def total_wh(self) -> int:
        return int(self.energy_wh.sum())

    @property
    def expected_count(self) -> int:
        return int((self.end_utc - self.first_utc).total_seconds()) // self.interval_s

    @property
    def missing_count(self) -> int:
        return max(0, self.expected_count - len(self.start_utc))
