"""A piece of a file as an importer hands it over: names, wall times, numbers; nothing decided yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class RawBlock:
    """Arrays of equal length, one entry per reading, in the order of the file.

    names : the series of this block; `series` points into it
    wall_s, offset_s : see `domain.ingest.times.Stamps`
    value : as published
    units : the units of this block; `unit` points into it
    quality : `domain.energy.quality.Quality`
    line : line of the file, or row of a Parquet file, from 1
    rows, empty : rows read for this block, and values that were not there
    done : share of the file behind this block, 0 to 1
    """

    names: tuple[str, ...]
    series: npt.NDArray[np.int32]
    wall_s: npt.NDArray[np.int64]
    offset_s: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    units: tuple[str, ...]
    unit: npt.NDArray[np.int16]
    quality: npt.NDArray[np.uint8]
    line: npt.NDArray[np.int64]
    rows: int
    empty: int
    done: float

    def __len__(self) -> int:
        return len(self.value)
