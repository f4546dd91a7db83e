"""Market prices over time: what they are, where they come from, and the mean a contract settles with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from domain.tariffs.errors import refuse

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PriceSeries:
    """Prices of equal intervals, ordered by start; a hole is a missing row.

    price : int64, in 1/scale currency units per kWh: 85.12 EUR/MWh at scale 100,000 is 8512
    source : who published it, for the proof of a bill
    """

    name: str
    currency: str
    interval_s: int
    scale: int
    start_utc: npt.NDArray[np.datetime64]
    price: Int64s
    source: str = ""

    def settled(self, start_s: Int64s, length_s: int) -> tuple[Int64s, int]:
        """The mean price of the settlement interval each instant lies in, as a whole number of 1/scale; and that scale.

        start_s : UTC seconds of the readings to be priced
        length_s : settlement length, a multiple of the market's. [s]
        """
        count = length_s // self.interval_s
        starts, prices = self._padded
        if count == 1 and len(start_s):  # readings as long as prices: one stretch of the series, most of the time
            low = int(np.searchsorted(starts, start_s[0]))
            if np.array_equal(starts[low : low + len(start_s)], start_s):
                return prices[low : low + len(start_s)], self.scale
        first = start_s // length_s * length_s
        place = self._places(first)
        total = np.zeros(len(start_s), dtype=np.int64)
        hole = np.zeros(len(start_s), dtype=bool)
        for step in range(count):
            at = np.clip(place + step, 0, len(starts) - 1)
            hole |= starts[at] != first + step * self.interval_s
            total += prices[at]
        if hole.any():
            gone = np.unique(first[hole])
            raise refuse("price_missing", series=self.name, first_utc=gone[0].astype("datetime64[s]"), count=len(gone))
        return total, self.scale * count

    @cached_property
    def _padded(self) -> tuple[Int64s, Int64s]:
        """Starts and prices with an end that is no time, so that looking beyond the last price finds a hole."""
        starts = self.start_utc.astype("datetime64[s]").astype(np.int64)
        return np.append(starts, np.iinfo(np.int64).max), np.append(self.price, 0)

    @cached_property
    def _is_regular(self) -> bool:
        """Whether there is no hole in the series, so that a place is a division away."""
        return bool((np.diff(self._padded[0][:-1]) == self.interval_s).all())

    def _places(self, first: Int64s) -> Int64s:
        starts = self._padded[0]
        if self._is_regular and len(starts) > 1:
            found: Int64s = (first - starts[0]) // self.interval_s
            return found
        return np.searchsorted(starts, first)
