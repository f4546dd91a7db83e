"""How evenly the phases of a meter are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.energy.balance import UseSeries


@dataclass(frozen=True)
class Uneven:
    """The bucket in which two phases were furthest apart.

    index : the bucket
    high, low : which phases, as places in the sequence asked
    high_wh, low_wh : their energy in it. [Wh]
    """

    index: int
    high: int
    low: int
    high_wh: int
    low_wh: int


def most_uneven(phases: Sequence[UseSeries]) -> Uneven | None:
    """Among the buckets that all phases know; the first of equal ones. None where there is no such bucket."""
    if len(phases) < 2 or len({len(series) for series in phases}) > 1:
        return None
    known = np.all([series.is_known for series in phases], axis=0)
    if not known.any():
        return None
    energy = np.array([series.energy_wh for series in phases])
    spread = np.where(known, energy.max(axis=0) - energy.min(axis=0), -1)
    at = int(spread.argmax())
    high, low = int(energy[:, at].argmax()), int(energy[:, at].argmin())
    return Uneven(at, high, low, int(energy[high, at]), int(energy[low, at]))
