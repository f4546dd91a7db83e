"""Several registers as one flow: what is billed together is summed before it is priced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from domain.energy.balance import coarsened
from domain.energy.intervals import Intervals


def summed(terms: Sequence[tuple[Intervals, int]]) -> Intervals:
    """The signed sum of registers over the intervals of the coarsest; an interval counts where all of them are known.

    Its quality is that of the part known least. One register alone is left as it is.
    """
    length_s = max(part.interval_s for part, _sign in terms)
    parts = [(coarsened(part, length_s), sign) for part, sign in terms]
    first = parts[0][0]
    if len(parts) == 1 and parts[0][1] == 1:
        return first
    starts = reduce(np.intersect1d, (part.start_utc for part, _sign in parts))
    energy = np.zeros(len(starts), dtype=np.int64)
    quality = np.zeros(len(starts), dtype=np.uint8)
    for part, sign in parts:
        place = np.searchsorted(part.start_utc, starts)
        energy += sign * part.energy_wh[place]
        quality = np.maximum(quality, part.quality[place])
    damaged = any(part.damaged for part, _sign in parts)
    return replace(first, start_utc=starts, energy_wh=energy, quality=quality, damaged=damaged)
