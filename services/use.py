"""Energy of some registers in a period and resolution, clipped to what the viewer may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd

from data.queries import consumption as queries
from domain.access import Permission, Viewer, require_site
from domain.calendar import Period, local_date
from domain.energy.balance import UseSeries, from_intervals, from_rollup
from domain.energy.buckets import Span, buckets, slots
from services import portal
from services.sites import SiteView

Terms = Sequence[tuple[int, int]]


def today_of(site: SiteView) -> date:
    """The local date at the site now."""
    return local_date(portal.current().clock.now(), site.zone_name)


def interval_of(site: SiteView, terms: Terms) -> int:
    """The coarsest interval of the registers. [s]"""
    return max((site.register(register_id).interval_s for register_id, _sign in terms), default=900)


def series(
    viewer: Viewer, site: SiteView, terms: Terms, period: Period, resolution: str, known_at: datetime | None = None
) -> UseSeries:
    """Signed sums by interval, hour, day or month. Days outside the tenancy and days to come are not in it."""
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    seen = period.clip(site.first_date, site.end_date)
    seen = seen.clip(seen.first, date.fromordinal(today_of(site).toordinal() + 1)) if seen else None
    if seen is None or not terms:
        return empty()
    if resolution == "interval" or known_at is not None:
        fine = _fine(site, terms, seen, known_at)
        return fine if resolution == "interval" else _regroup(fine, resolution)
    return _rolled(site, terms, seen, resolution)


def empty() -> UseSeries:
    none = np.zeros(0, dtype=np.int64)
    return UseSeries(
        none.astype("datetime64[s]"), none.astype(np.int8), none, none.astype(bool), np.zeros((0, 6), dtype=np.int64)
    )


def _fine(site: SiteView, terms: Terms, seen: Period, known_at: datetime | None) -> UseSeries:
    """Raw readings. Registers finer than the coarsest are summed to its intervals through the hour roll-up's query."""
    length_s = interval_of(site, terms)
    first, end = seen.bounds_utc(site.zone_name)
    store = portal.current().readings
    parts = [
        (queries.intervals(store, register_id, first, end, known_at=known_at), sign)
        for register_id, sign in terms
        if site.register(register_id).interval_s == length_s
    ]
    if len(parts) < len(terms):  # mixed lengths have one common resolution: the hour
        return _rolled(site, terms, seen, "hour")
    now = portal.current().clock.now()
    return from_intervals(parts, slots(site.zone_name, seen.first, seen.end, length_s, now))


def pick(found: UseSeries, keep: np.ndarray) -> UseSeries:
    return UseSeries(
        found.label[keep],
        found.fold[keep],
        found.energy_wh[keep],
        found.is_known[keep],
        found.counts[keep],
        found.damaged,
    )


def _rolled(site: SiteView, terms: Terms, seen: Period, resolution: str) -> UseSeries:
    store = portal.current().readings
    ids = [register_id for register_id, _sign in terms]
    ask = {"hour": queries.hours, "day": queries.days, "month": queries.months}[resolution]
    first = seen.first.replace(day=1) if resolution == "month" else seen.first
    frame = labelled(ask(store, ids, first, seen.end), resolution)
    lengths = {register_id: site.register(register_id).interval_s for register_id in ids}
    expected = buckets(Span(site.zone_name, seen.first, seen.end, portal.current().clock.now()), resolution, lengths)
    if resolution == "month" and not _whole_months(seen):
        return _regroup(_rolled(site, terms, seen, "day"), "month")
    return from_rollup(frame, terms, expected)


def _whole_months(seen: Period) -> bool:
    """A month in which somebody moved is summed from its days, so that the other's days stay out."""
    return seen.first.day == 1 and seen.end.day == 1


def labelled(frame: pd.DataFrame, resolution: str) -> pd.DataFrame:
    label = frame["local_date"].to_numpy().astype("datetime64[s]")
    if resolution == "hour":
        label = label + frame["local_hour"].to_numpy().astype("timedelta64[h]")
        return frame.assign(label=label)
    return frame.assign(label=label, fold=np.zeros(len(frame), dtype=np.int8))


def _regroup(found: UseSeries, resolution: str) -> UseSeries:
    """Coarser buckets of a finer series; known where any of its parts is."""
    unit = {"hour": "h", "day": "D", "month": "M"}[resolution]
    label = found.label.astype(f"datetime64[{unit}]").astype("datetime64[s]")
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
