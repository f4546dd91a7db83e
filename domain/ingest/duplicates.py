"""Rows that say the same interval twice: equal ones count once, contradicting ones are named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Duplicates:
    """`keep` marks the rows to store; pairs hold the positions of contradicting neighbours."""

    keep: npt.NDArray[np.bool_]
    repeated: int
    contradictions: tuple[tuple[int, int], ...]
    contradicting_rows: int


def find(keys: tuple[npt.NDArray, ...], contents: tuple[npt.NDArray, ...], *, shown: int = 20) -> Duplicates:
    """Arrays ordered by `keys` (register, start); `contents` are what must be equal (amount, quality).

    A contradicted interval keeps none of its rows: nobody can say which one is right.
    """
    count = len(keys[0])
    same = np.ones(max(0, count - 1), dtype=bool)
    for key in keys:
        same &= key[1:] == key[:-1]
    if not same.any():
        return Duplicates(np.ones(count, dtype=bool), 0, (), 0)
    differs = np.zeros(len(same), dtype=bool)
    for content in contents:
        differs |= content[1:] != content[:-1]
    group = np.concatenate(([0], np.cumsum(~same)))
    clashing = same & differs
    bad_groups = np.zeros(int(group[-1]) + 1, dtype=bool)
    bad_groups[group[1:][clashing]] = True
    is_bad = bad_groups[group]
    pairs = tuple((int(at), int(at) + 1) for at in np.flatnonzero(clashing)[:shown])
    repeated = np.concatenate(([False], same)) & ~is_bad
    return Duplicates(~is_bad & ~repeated, int(repeated.sum()), pairs, int(is_bad.sum()))
