"""Random numbers that are a function of what they are for, so any span of days gives the same ones.

A generator with a state would have to be run from the beginning to reach today. Here every number is the hash of a
stream (what it is for) and a counter (the day or interval), by SplitMix64 (Steele, Lea, Flood 2014).
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def stream(*names: object) -> int:
    """A 64-bit name of one kind of randomness, the same in every process."""
    text = "\x1f".join(str(name) for name in names)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def uniform(source: int, counter: Ints) -> Floats:
    """Numbers in [0, 1), one per counter."""
    mixed = np.asarray(counter, dtype=np.int64).astype(np.uint64) * _GOLDEN + np.uint64(source)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(source: int, counter: Ints) -> Floats:
    """Standard normal numbers by Box and Muller, one per counter."""
    counter = np.asarray(counter, dtype=np.int64)
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform(source, counter)))
    return radius * np.cos(2.0 * np.pi * uniform(source ^ 0x5DEECE66D, counter))


def smooth(source: int, at_s: Ints, scale_s: int) -> Floats:
    """A continuous process of mean 0 and variance 1 that forgets within about `scale_s`. [1]

    Standard normal values on a lattice of that width, blended by a smooth step whose weights are rescaled so that the
    variance between the lattice points stays 1.
    """
    cell = np.floor_divide(at_s, scale_s)
    if len(cell) == 0:
        return np.zeros(0)
    low = int(cell.min())
    lattice = normal(source, np.arange(low, int(cell.max()) + 2, dtype=np.int64))
    part = (at_s - cell * scale_s) / scale_s
    weight = part * part * (3.0 - 2.0 * part)
    blend = lattice[cell - low] * (1.0 - weight) + lattice[cell - low + 1] * weight
    unit: Floats = blend / np.sqrt((1.0 - weight) ** 2 + weight**2)
    return unit


def choice(source: int, item: int, count: int) -> int:
    """A number from 0 to count - 1 for one item."""
    return int(uniform(source, np.array([item]))[0] * count)


def between(source: int, item: int, low: float, high: float) -> float:
    """A number in [low, high) for one item."""
    return low + float(uniform(source, np.array([item]))[0]) * (high - low)
