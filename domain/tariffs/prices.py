"""Market prices over time: what they are, where they come from, and the mean a contract settles with."""

from __future__ import annotations

from dataclasses import dataclass

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
        starts = self.start_utc.astype("datetime64[s]").astype(np.int64)
        first = start_s // length_s * length_s
        place = np.searchsorted(starts, first)
        total = np.zeros(len(start_s), dtype=np.int64)
        hole = np.zeros(len(start_s), dtype=bool)
        padded = np.append(starts, np.iinfo(np.int64).max)
        prices = np.append(self.price, 0)
        for step in range(count):
            at = np.minimum(place + step, len(starts))
            hole |= padded[at] != first + step * self.interval_s
            total += prices[at]
        if hole.any():
            gone = np.unique(first[hole])
            raise refuse("price_missing", series=self.name, first_utc=gone[0].astype("datetime64[s]"), count=len(gone))
        return total, self.scale * count
