"""Home use from registers: import + production + discharge - export - charge, bucket by bucket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from domain.energy.intervals import Intervals
from domain.energy.quality import ORDER

COUNTS = ("n_measured", "n_estimated", "n_customer", "n_corrected", "n_suspect")


@dataclass(frozen=True)
class UseSeries:
    """Energy by bucket on the wall clock. Arrays of equal length, ordered.

    label : datetime64[s], wall clock at the start of the bucket
    fold : int8, 1 for the second 02:xx of the long day
    energy_wh : int64, 0 where `is_known` is false
    is_known : bool, false where a register that belongs to the sum has no reading at all
    counts : int64, shape (buckets, 6): measured, estimated, customer, corrected, suspect, missing intervals of the
        register that is known least
    """

    label: npt.NDArray[np.datetime64]
    fold: npt.NDArray[np.int8]
    energy_wh: npt.NDArray[np.int64]
    is_known: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.int64]
    damaged: bool = False

    def __len__(self) -> int:
        return len(self.label)

    @property
    def total_wh(self) -> int | None:
        """Sum of what is known; None when nothing is."""
        return int(self.energy_wh[self.is_known].sum()) if self.is_known.any() else None

    @property
    def total_counts(self) -> tuple[int, ...]:
        return tuple(int(n) for n in self.counts.sum(axis=0))

    def values_wh(self) -> list[int | None]:
        """For charts and tables: None where nothing is known."""
        return [int(e) if known else None for e, known in zip(self.energy_wh, self.is_known, strict=True)]


def from_rollup(frame: pd.DataFrame, terms: Sequence[tuple[int, int]], buckets: pd.DataFrame) -> UseSeries:
    """Signed sums of a roll-up frame over `buckets`.

    frame : columns of `data.queries.consumption` with a `label` column (wall clock) and `fold`
    terms : `(register_id, sign)`
    buckets : columns label, fold, and one column per register id with the intervals expected of it
    """
    size = len(buckets)
    energy = np.zeros(size, dtype=np.int64)
    known = np.full(size, bool(terms))
    worst = np.full(size, -np.inf)
    counts = np.zeros((size, 6), dtype=np.int64)
    names, held = _keys(buckets), frame["register_id"].to_numpy()
    at_all, in_buckets = _places(names, _keys(frame))
    energy_all, counts_all = frame["energy_wh"].to_numpy(), [frame[name].to_numpy() for name in COUNTS]
    for register_id, sign in terms:
        rows = in_buckets & (held == register_id)
        at = at_all[rows]
        present = np.zeros(size, dtype=bool)
        present[at] = True
        energy[at] += sign * energy_all[rows]
        known &= present
        own = np.zeros((size, 6), dtype=np.int64)
        for column, numbers in enumerate(counts_all):
            own[at, column] = numbers[rows]
        expected = buckets[register_id].to_numpy()
        own[:, 5] = np.maximum(0, expected - own[:, :5].sum(axis=1))
        # The register with the most missing intervals speaks for the sum; among equals the one measured least.
        weakness = own[:, 5] + 1 - own[:, 0] / np.maximum(expected, 1)
        weaker = weakness > worst
        counts[weaker], worst = own[weaker], np.where(weaker, weakness, worst)
    energy[~known] = 0
    return UseSeries(
        buckets["label"].to_numpy().astype("datetime64[s]"),
        buckets["fold"].to_numpy().astype(np.int8),
        energy,
        known,
        counts,
    )


def _keys(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """One number per wall clock and fold."""
    seconds = frame["label"].to_numpy().astype("datetime64[s]").astype(np.int64)
    return np.asarray(seconds * 2 + frame["fold"].to_numpy().astype(np.int64))


def _places(
    names: npt.NDArray[np.int64], keys: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Where each key stands among the names, which ascend, and whether it does."""
    at = np.searchsorted(names, keys)
    within = at < len(names)
    within[within] = names[at[within]] == keys[within]
    return at, within


def coarsened(part: Intervals, interval_s: int) -> Intervals:
    """Sums of a finer register over longer intervals; one with a part missing is missing."""
    if part.interval_s >= interval_s:
        return part
    starts = part.start_utc.astype("datetime64[s]").astype(np.int64)
    longer, first, sizes = np.unique(starts // interval_s * interval_s, return_index=True, return_counts=True)
    whole = sizes == interval_s // part.interval_s
    energy = np.add.reduceat(part.energy_wh, first) if len(first) else part.energy_wh
    quality = np.maximum.reduceat(part.quality, first) if len(first) else part.quality
    return replace(
        part,
        interval_s=interval_s,
        start_utc=longer[whole].astype("datetime64[s]"),
        energy_wh=energy[whole],
        quality=quality[whole],
    )


@dataclass(frozen=True)
class Slots:
    """The intervals a period should hold: start (UTC), wall clock and fold of each."""

    start_utc: npt.NDArray[np.datetime64]
    label: npt.NDArray[np.datetime64]
    fold: npt.NDArray[np.int8]


def from_intervals(parts: Sequence[tuple[Intervals, int]], slots: Slots) -> UseSeries:
    """Signed sums of raw readings of equal length; an interval is known where every part has it."""
    size = len(slots.start_utc)
    energy = np.zeros(size, dtype=np.int64)
    known = np.full(size, bool(parts))
    quality = np.zeros(size, dtype=np.uint8)
    for part, sign in parts:
        at = np.searchsorted(slots.start_utc, part.start_utc)
        fits = (
            (at < size) & (slots.start_utc[np.minimum(at, size - 1)] == part.start_utc) if size else np.zeros(0, bool)
        )
        present = np.zeros(size, dtype=bool)
        present[at[fits]] = True
        energy[at[fits]] += sign * part.energy_wh[fits]
        known &= present
        quality[at[fits]] = np.maximum(quality[at[fits]], part.quality[fits])
    counts = np.zeros((size, 6), dtype=np.int64)
    for column, code in enumerate(ORDER):
        counts[:, column] = known & (quality == int(code))
    counts[:, 5] = ~known
    energy[~known] = 0
    return UseSeries(slots.label, slots.fold, energy, known, counts, any(part.damaged for part, _sign in parts))


RESOLUTION_UNITS = {"hour": "h", "day": "D", "month": "M", "year": "Y"}


def regrouped(found: UseSeries, resolution: str) -> UseSeries:
    """Coarser buckets of a finer series; known where any of its parts is."""
    label = found.label.astype(f"datetime64[{RESOLUTION_UNITS[resolution]}]").astype("datetime64[s]")
    fold = found.fold if resolution == "hour" else np.zeros(len(label), dtype=np.int8)
    keys = label.astype(np.int64) * 2 + fold
    names, first, place = np.unique(keys, return_index=True, return_inverse=True)
    energy = np.zeros(len(names), dtype=np.int64)
    known = np.zeros(len(names), dtype=bool)
    counts = np.zeros((len(names), 6), dtype=np.int64)
    np.add.at(energy, place, found.energy_wh)
    np.logical_or.at(known, place, found.is_known)
    np.add.at(counts, place, found.counts)
    return UseSeries(label[first], fold[first], energy, known, counts, found.damaged)


def picked(found: UseSeries, keep: npt.NDArray[np.bool_]) -> UseSeries:
    return UseSeries(
        found.label[keep], found.fold[keep], found.energy_wh[keep], found.is_known[keep], found.counts[keep],
        found.damaged,
    )  # fmt: skip


def without_end(found: UseSeries, still_due: npt.NDArray[np.bool_]) -> UseSeries:
    """Less the buckets at the end that nothing is known of and nothing is missing in yet."""
    open_ = still_due & ~found.is_known
    kept = len(found) - int(np.argmin(open_[::-1])) if len(found) and not open_.all() else 0
    return picked(found, np.arange(len(found)) < kept) if kept < len(found) else found


def spliced(found: UseSeries, better: UseSeries) -> UseSeries:
    """`found` with the buckets that `better` has taken from there."""
    places = {key: i for i, key in enumerate(zip(found.label.tolist(), found.fold.tolist(), strict=True))}
    keys = zip(better.label.tolist(), better.fold.tolist(), strict=True)
    pairs = [(places[key], i) for i, key in enumerate(keys) if key in places]
    at, of = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    energy, known, counts = found.energy_wh.copy(), found.is_known.copy(), found.counts.copy()
    energy[at], known[at], counts[at] = better.energy_wh[of], better.is_known[of], better.counts[of]
    return UseSeries(found.label, found.fold, energy, known, counts, found.damaged or better.damaged)
