"""Energy of some registers in a period and resolution, clipped to what the viewer may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from data.queries import consumption as queries
from domain.access import Permission, Viewer, require_site
from domain.calendar import Period, PeriodKind, local_date
from domain.energy.balance import (
    UseSeries,
    coarsened,
    from_intervals,
    from_rollup,
    picked,
    regrouped,
    spliced,
    without_end,
)
from domain.energy.buckets import Span, buckets, slots
from domain.energy.freshness import due_since
from services import portal
from services.sites import HOME_USE_SIGNS, SiteView

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
    seen = _visible(site, period)
    if seen is None or not terms:
        return empty()
    if resolution == "interval" or known_at is not None:
        fine = _fine(site, terms, seen, known_at)
        return fine if resolution == "interval" else regrouped(fine, resolution)
    return _rolled(site, terms, seen, resolution)


def made_of(viewer: Viewer, site: SiteView, terms: Terms, period: Period) -> tuple[object, ...] | None:
    """Equal as long as `series` answers the same in single intervals, at any `known_at`; None while a file is damaged."""
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    seen = _visible(site, period)
    if seen is None or not terms:
        return ("nothing",)
    first, end = seen.bounds_utc(site.zone_name)
    over_s = int(portal.current().clock.now().timestamp()) // (length_s := interval_of(site, terms)) * length_s
    stamp = queries.stamp(portal.current().readings, [register_id for register_id, _sign in terms], first, end)
    return None if stamp is None else (site.zone_name, tuple(terms), first, end, min(over_s, end.timestamp()), stamp)


def within(
    viewer: Viewer,
    site: SiteView,
    terms: Terms,
    period: Period,
    resolution: str,
    window: tuple[datetime, datetime | None],
) -> UseSeries:
    """As `series`, of the intervals that start inside `window` (UTC): what one meter of a chain counted."""
    began, ended = window
    last = local_date(ended - timedelta(seconds=1), site.zone_name) + timedelta(days=1) if ended else None
    seen = period.clip(site.first_date, site.end_date)
    stood = seen.clip(local_date(began, site.zone_name), last) if seen else None
    if stood is None:
        return empty()
    low, high = stood.bounds_utc(site.zone_name)
    if began <= low and (ended is None or ended >= high):
        return series(viewer, site, terms, stood, resolution)
    fine = series(viewer, site, terms, stood, "interval")
    start = slots(site.zone_name, stood.first, stood.end, interval_of(site, terms)).start_utc[: len(fine)]
    inside = start >= np.datetime64(int(began.timestamp()), "s")
    if ended is not None:
        inside &= start < np.datetime64(int(ended.timestamp()), "s")
    found = picked(fine, inside)
    return found if resolution == "interval" else regrouped(found, resolution)


def _visible(site: SiteView, period: Period) -> Period | None:
    """The days of the period within the tenancy that have begun."""
    seen = period.clip(site.first_date, site.end_date)
    return seen.clip(seen.first, date.fromordinal(today_of(site).toordinal() + 1)) if seen else None


def empty() -> UseSeries:
    none = np.zeros(0, dtype=np.int64)
    return UseSeries(
        none.astype("datetime64[s]"), none.astype(np.int8), none, none.astype(bool), np.zeros((0, 6), dtype=np.int64)
    )


def _fine(site: SiteView, terms: Terms, seen: Period, known_at: datetime | None = None) -> UseSeries:
    """Raw readings; finer registers are summed to the intervals of the coarsest."""
    length_s = interval_of(site, terms)
    first, end = seen.bounds_utc(site.zone_name)
    store = portal.current().readings
    parts = [
        (coarsened(queries.intervals(store, register_id, first, end, known_at=known_at), length_s), sign)
        for register_id, sign in terms
    ]
    now = portal.current().clock.now()
    grid = slots(site.zone_name, seen.first, seen.end, length_s, now)
    return without_end(
        from_intervals(parts, grid), grid.start_utc > np.datetime64(int(due_since(now).timestamp()) - length_s, "s")
    )


def _rolled(site: SiteView, terms: Terms, seen: Period, resolution: str) -> UseSeries:
    if resolution == "year":
        return regrouped(_rolled(site, terms, seen, "month"), "year")
    if resolution == "month" and not _whole_months(seen):
        return regrouped(_rolled(site, terms, seen, "day"), "month")
    ids = [register_id for register_id, _sign in terms]
    frame = _rollup(resolution, ids, seen)
    lengths = {register_id: site.register(register_id).interval_s for register_id in ids}
    now = portal.current().clock.now()
    expected = buckets(Span(site.zone_name, seen.first, seen.end, now, due_since(now)), resolution, lengths)
    found = from_rollup(frame, terms, expected)
    found = without_end(found, found.counts.sum(axis=1) == 0)
    return _mended(site, terms, found, resolution) if len(terms) > 1 else found


@dataclass(frozen=True)
class Ahead:
    """A roll-up of several registers and days that one read fetched for many questions."""

    resolution: str
    ids: frozenset[int]
    span: Period
    frame: pd.DataFrame

    def holds(self, resolution: str, ids: Sequence[int], span: Period) -> bool:
        is_within = self.span.first <= span.first and span.end <= self.span.end
        return resolution == self.resolution and is_within and self.ids.issuperset(ids)

    def days(self, span: Period) -> pd.DataFrame:
        first, end = (np.datetime64(day, "s") for day in (span.first, span.end))
        label = self.frame["label"].to_numpy()
        return self.frame[(label >= first) & (label < end)]


_ahead: ContextVar[tuple[Ahead, ...]] = ContextVar("ahead", default=())


@contextmanager
def read_ahead(viewer: Viewer, site: SiteView, wanted: Mapping[str, Period]) -> Iterator[None]:
    """Within the block, series of these resolutions and days come from one read of all of the site's registers.

    They are of one moment, too: what arrives meanwhile is in all of them or in none.
    """
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    ids = [register.id for register in site.registers if register.flow in HOME_USE_SIGNS]
    spans = {resolution: _visible(site, period) for resolution, period in wanted.items()}
    token = _ahead.set(
        tuple(
            Ahead(resolution, frozenset(ids), span, _read(resolution, ids, span))
            for resolution, span in spans.items()
            if span is not None
        )
    )
    try:
        yield
    finally:
        _ahead.reset(token)


def _rollup(resolution: str, ids: Sequence[int], span: Period) -> pd.DataFrame:
    held = next((ahead for ahead in _ahead.get() if ahead.holds(resolution, ids, span)), None)
    return held.days(span) if held else _read(resolution, ids, span)


def _read(resolution: str, ids: Sequence[int], span: Period) -> pd.DataFrame:
    ask = {"hour": queries.hours, "day": queries.days, "month": queries.months}[resolution]
    return labelled(ask(portal.current().readings, ids, span.first, span.end), resolution)


def _mended(site: SiteView, terms: Terms, found: UseSeries, resolution: str) -> UseSeries:
    """A sum of several registers counts only intervals that all of them know: torn buckets are summed again.

    Roll-ups know how many intervals a register has, not which; a day with four hours of export missing would
    otherwise count the whole import and part of the export.
    """
    torn = found.is_known & (found.counts[:, 5] > 0)
    for span in _spans(found.label[torn], resolution):
        finer = _rolled(site, terms, span, "day") if resolution == "month" else _fine(site, terms, span)
        found = spliced(found, regrouped(finer, resolution))
    return found


def _spans(labels: np.ndarray, resolution: str) -> list[Period]:
    """The days or months of some buckets, neighbours together."""
    unit = "M" if resolution == "month" else "D"
    names = np.unique(labels.astype(f"datetime64[{unit}]"))
    runs = np.split(names, np.flatnonzero(np.diff(names).astype(np.int64) > 1) + 1) if len(names) else []
    edges = [(run[0].astype("datetime64[D]"), (run[-1] + 1).astype("datetime64[D]")) for run in runs]
    return [Period(PeriodKind.CUSTOM, first.astype(date), end.astype(date)) for first, end in edges]


def _whole_months(seen: Period) -> bool:
    """A month in which somebody moved is summed from its days, so that the other's days stay out."""
    return seen.first.day == 1 and seen.end.day == 1


def labelled(frame: pd.DataFrame, resolution: str) -> pd.DataFrame:
    label = frame["local_date"].to_numpy().astype("datetime64[s]")
    if resolution == "hour":
        label = label + frame["local_hour"].to_numpy().astype("timedelta64[h]")
        return frame.assign(label=label)
    return frame.assign(label=label, fold=np.zeros(len(frame), dtype=np.int8))
