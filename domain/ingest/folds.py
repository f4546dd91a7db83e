"""The hour that comes twice: which of two equal wall times is which, where the file's own order says it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

DAY_S = 86_400


def second_pass(
    series: npt.NDArray[np.int64], wall_s: npt.NDArray[np.int64], line: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """For ambiguous rows of a file: `(is_second, is_known)`.

    A wall time is known when its series has it exactly twice and the whole first pass through the hour comes before
    the second. Alone, three times or interleaved it stays unknown: guessing would move energy by an hour.
    """
    order = np.lexsort((line, wall_s, series))
    group = np.stack((series[order], wall_s[order]))
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (group[:, 1:] != group[:, :-1]).any(axis=0)
    begins = np.flatnonzero(is_new)
    sizes = np.diff(np.append(begins, len(order)))
    rank = np.arange(len(order)) - np.repeat(begins, sizes)
    is_second, is_pair = np.zeros(len(order), dtype=bool), np.zeros(len(order), dtype=bool)
    is_second[order], is_pair[order] = rank == 1, np.repeat(sizes == 2, sizes)
    return is_second, is_pair & ~_interleaved(series, wall_s, line, is_second)


def _interleaved(
    series: npt.NDArray[np.int64],
    wall_s: npt.NDArray[np.int64],
    line: npt.NDArray[np.int64],
    is_second: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    keys = np.stack((series, wall_s // DAY_S), axis=1)
    _, night = np.unique(keys, axis=0, return_inverse=True)
    night = night.ravel()
    count = int(night.max()) + 1 if len(night) else 0
    last_first = np.full(count, -1, dtype=np.int64)
    first_second = np.full(count, np.iinfo(np.int64).max, dtype=np.int64)
    np.maximum.at(last_first, night[~is_second], line[~is_second])
    np.minimum.at(first_second, night[is_second], line[is_second])
    return (last_first > first_second)[night]
