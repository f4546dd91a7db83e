"""Outdoor temperature at a site: means by bucket from a shared station's register."""

from __future__ import annotations

from data.queries import consumption as queries
from domain.calendar import Period
from domain.energy.balance import UseSeries, from_rollup
from domain.energy.buckets import Span, buckets
from services import portal
from services.sites import SiteView
from services.use import labelled

STATION_INTERVAL_S = 3600


def by_bucket(site: SiteView, register_id: int, period: Period, resolution: str) -> UseSeries:
    """Sums of thousandths of a degree; divide by the number of readings for the mean."""
    ask = {"hour": queries.hours, "day": queries.days, "month": queries.months}[resolution]
    frame = labelled(ask(portal.current().readings, [register_id], period.first, period.end), resolution)
    expected = buckets(
        Span(site.zone_name, period.first, period.end, portal.current().clock.now()),
        resolution,
        {register_id: STATION_INTERVAL_S},
    )
    return from_rollup(frame, [(register_id, 1)], expected)


def means_c(series: UseSeries) -> list[float | None]:
    """Mean temperature of each bucket; None where there is no reading. [°C]"""
    counts = series.counts[:, :5].sum(axis=1)
    rows = zip(series.energy_wh, counts, series.is_known, strict=True)
    return [float(total) / int(n) / 1000 if known and n else None for total, n, known in rows]
