"""The buckets a period should hold on the wall clock: intervals, hours, days or months, each with its length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from math import gcd

import numpy as np
import numpy.typing as npt
import pandas as pd

from domain.calendar import STEP_S, local_labels, local_midnight_utc
from domain.energy.balance import Slots

RESOLUTIONS = ("interval", "hour", "day", "month")
DAY_S = 86_400
UNITS = {"hour": "h", "day": "D", "month": "M"}


def slots(zone_name: str, first: date, end: date, interval_s: int, until: datetime | None = None) -> Slots:
    """All intervals that start in the local days `[first, end)`, on the UTC grid of their length.

    With `until`, only those that are over by then: what is still to come is not missing.
    """
    low = int(local_midnight_utc(first, zone_name).timestamp())
    high = int(local_midnight_utc(end, zone_name).timestamp())
    if until is not None:
        high = min(high, int(until.timestamp()) // interval_s * interval_s)
    if interval_s >= DAY_S:  # daily readings begin at local midnight, however long the day is
        start = _midnights(zone_name, first, end, until)
    else:
        start = np.arange(-(-low // interval_s) * interval_s, high, interval_s, dtype=np.int64).astype("datetime64[s]")
    label = _wall_clock(start, zone_name)
    return Slots(start, label, _folds(label))


def _midnights(zone_name: str, first: date, end: date, until: datetime | None) -> npt.NDArray[np.datetime64]:
    edges = [
        local_midnight_utc(date.fromordinal(day), zone_name) for day in range(first.toordinal(), end.toordinal() + 1)
    ]
    over = [start for start, following in pairwise(edges) if until is None or following <= until]
    return np.array([int(start.timestamp()) for start in over], dtype=np.int64).astype("datetime64[s]")


def _wall_clock(start_utc: npt.NDArray[np.datetime64], zone_name: str) -> npt.NDArray[np.datetime64]:
    days, minutes = local_labels(start_utc, zone_name)
    return np.asarray(days.astype("datetime64[s]") + minutes.astype("timedelta64[m]"))


def _folds(label: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int8]:
    """1 where the wall clock showed this time before: it went back in between."""
    if len(label) == 0:
        return np.zeros(0, dtype=np.int8)
    seen = np.maximum.accumulate(label)
    earlier = np.concatenate([label[:1] - np.timedelta64(1, "s"), seen[:-1]])
    return np.asarray(label <= earlier, dtype=np.int8)


@dataclass(frozen=True)
class Span:
    """Local days `[first, end)` of a zone, cut at `until` when that comes earlier.

    due : what ended later may still be on its way, so nothing is expected of it
    """

    zone_name: str
    first: date
    end: date
    until: datetime | None = None
    due: datetime | None = None


def buckets(span: Span, resolution: str, interval_s: Mapping[int, int]) -> pd.DataFrame:
    """Columns label (datetime64[s], wall clock), fold, and per register id the number of intervals expected.

    A repeated hour is two buckets, as in the hour roll-up.
    """
    step_s = gcd(STEP_S, *interval_s.values()) if interval_s else STEP_S
    grid = slots(span.zone_name, span.first, span.end, step_s, span.until)
    label = grid.label.astype(f"datetime64[{UNITS[resolution]}]").astype("datetime64[s]")
    fold = grid.fold if resolution == "hour" else np.zeros(len(label), dtype=np.int8)
    keys, first = np.unique(label.astype(np.int64) * 2 + fold, return_index=True)
    owed = len(grid.start_utc) if span.due is None else _ended(grid.start_utc, step_s, span.due)
    steps = np.bincount(np.searchsorted(keys, label[:owed].astype(np.int64) * 2 + fold[:owed]), minlength=len(keys))
    named: dict[str | int, npt.NDArray] = {"label": label[first], "fold": fold[first]}
    for register_id, length_s in interval_s.items():
        daily = length_s >= DAY_S
        named[register_id] = (
            _days_in(label[first], fold[first], span, resolution) if daily else steps * step_s // length_s
        )
    return pd.DataFrame(named)


def _ended(start_utc: npt.NDArray[np.datetime64], step_s: int, due: datetime) -> int:
    """How many of some steps, in order, were over by then."""
    last = np.datetime64(int(due.timestamp()) - step_s, "s")
    return int(np.searchsorted(start_utc, last, side="right"))


def _days_in(
    label: npt.NDArray[np.datetime64], fold: npt.NDArray[np.int8], span: Span, resolution: str
) -> npt.NDArray[np.int64]:
    """Whole local days that begin in each bucket: 23 hours are one day as well."""
    starts = _wall_clock(_midnights(span.zone_name, span.first, span.end, span.due or span.until), span.zone_name)
    begun = starts.astype(f"datetime64[{UNITS[resolution]}]").astype("datetime64[s]")
    names, counts = np.unique(begun, return_counts=True)
    found = dict(zip(names.tolist(), counts.tolist(), strict=True))
    rows = zip(label.tolist(), fold.tolist(), strict=True)
    return np.array([0 if folded else found.get(name, 0) for name, folded in rows], dtype=np.int64)
