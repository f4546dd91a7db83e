"""The mishaps of real metering, each a function that happens to a site's columns and says what it did.

Every one keeps the books: registers of one site that must add up (import, phases, production, battery) are changed
together, and totals are kept wherever a real gateway would keep them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

from data.seed import moments
from data.seed.columns import Patch, SiteColumns
from data.seed.moments import Event, moment
from domain.energy.quality import Quality
from domain.registry import Registry

Blemish = Callable[[SiteColumns], None]
BLEMISHES: Registry[Blemish] = Registry("blemishes")


def apply(site: SiteColumns) -> None:
    """Let everything happen that the site's plan names, in that order."""
    for name in site.plan.blemishes:
        BLEMISHES[name](site)


@BLEMISHES.register("outage")
def _outage(site: SiteColumns) -> None:
    """A night without a connection; the gateway kept the values and delivered them two days later."""
    low = moment(site.zone_name, site.today, moments.OUTAGE_DAYS, 2.0)
    high = low + timedelta(hours=5)
    known_at = moment(site.zone_name, site.today, moments.OUTAGE_KNOWN_DAYS, 9.25)
    count = 0
    for column in site.electric():
        rows = column.between(low, high)
        late = column.cut(rows)
        column.drop(rows)
        site.patches.append(Patch(known_at, late))
        count += len(late.start_s) if column.plan.flow == "import" else 0
    site.events.append(Event(known_at, "readings_completed", _span(low, high, count)))


@BLEMISHES.register("exchange")
def _exchange(site: SiteColumns) -> None:
    """The fitter needs three quarter-hours; the operator estimates them, the series goes on with the new meter."""
    at = moments.exchange_utc(site.zone_name, site.today)
    for column in site.bought():
        column.quality[column.between(at - timedelta(minutes=30), at + timedelta(minutes=15))] = Quality.ESTIMATED
    params: dict[str, object] = {"old_serial": site.serials[0], "new_serial": site.serials[1]}
    site.events.append(Event(at, "meter_exchanged", params))


@BLEMISHES.register("estimated")
def _estimated(site: SiteColumns) -> None:
    """A day that was lost for good: the operator took the same weekday of the week before."""
    low = moment(site.zone_name, site.today, moments.ESTIMATED_DAYS, 0.0)
    high = moment(site.zone_name, site.today, moments.ESTIMATED_DAYS - 1, 0.0)
    for column in site.electric():
        rows = column.between(low, high)
        week = 7 * 86_400 // column.plan.interval_s
        if rows.start < week or rows.start == rows.stop:
            continue
        column.energy_wh[rows] = column.energy_wh[rows.start - week : rows.stop - week]
        column.quality[rows] = Quality.ESTIMATED
    count = _count(site, low, high)
    site.events.append(Event(high + timedelta(hours=8), "readings_estimated", _span(low, high, count)))


@BLEMISHES.register("corrected")
def _corrected(site: SiteColumns) -> None:
    """Six hours came in 60 % too high and were corrected five days later; both versions stay readable."""
    _too_high(site, moments.CORRECTED_DAYS, moments.CORRECTED_KNOWN_DAYS, 6)


@BLEMISHES.register("recounted")
def _recounted(site: SiteColumns) -> None:
    """Two days came in too high, found out only after the month had been billed: the bill is written again."""
    _too_high(site, moments.RECOUNTED_DAYS, moments.RECOUNTED_KNOWN_DAYS, 48)


def _too_high(site: SiteColumns, days_ago: int, known_days_ago: int, hours: int) -> None:
    low = moment(site.zone_name, site.today, days_ago, 8.0)
    high = low + timedelta(hours=hours)
    known_at = moment(site.zone_name, site.today, known_days_ago, 11.0)
    before = after = 0
    wrong = {column.plan.slug: column.energy_wh[column.between(low, high)] * 8 // 5 for column in site.bought()}
    phases = [values for slug, values in wrong.items() if slug.startswith("phase")]
    if phases:
        wrong["import"] = np.sum(phases, axis=0, dtype=np.int64)
    for column in site.bought():
        rows = column.between(low, high)
        right = column.cut(rows)
        right.quality[:] = Quality.CORRECTED
        column.energy_wh[rows] = wrong[column.plan.slug]
        site.patches.append(Patch(known_at, right))
        if column.plan.slug == "import":
            before, after = int(wrong["import"].sum()), int(right.energy_wh.sum())
    params = _span(low, high, _count(site, low, high)) | {"old_wh": before, "new_wh": after}
    site.events.append(Event(known_at, "readings_corrected", params))


@BLEMISHES.register("suspect")
def _suspect(site: SiteColumns) -> None:
    """Two hours without readings, then one quarter-hour that carries all of their energy."""
    low = moment(site.zone_name, site.today, moments.SUSPECT_DAYS, 18.0)
    high = low + timedelta(hours=2)
    for column in site.bought():
        rows = column.between(low, high)
        if rows.start == rows.stop:
            continue
        column.energy_wh[rows.stop - 1] = int(column.energy_wh[rows].sum())
        column.quality[rows.stop - 1] = Quality.SUSPECT
        column.drop(slice(rows.start, rows.stop - 1))
    site.events.append(Event(high, "readings_suspect", _span(low, high, 1)))


@BLEMISHES.register("gap_open")
def _gap_open(site: SiteColumns) -> None:
    """An afternoon and evening that nobody has delivered yet."""
    low = moment(site.zone_name, site.today, moments.GAP_DAYS, 13.0)
    high = low + timedelta(hours=9)
    count = _count(site, low, high)
    for column in site.electric():
        column.drop(column.between(low, high))
    site.events.append(Event(high, "gap_open", _span(low, high, count)))


@BLEMISHES.register("offline")
def _offline(site: SiteColumns) -> None:
    """A sub-meter that fell silent and has not been heard of since."""
    since = moments.offline_utc(site.zone_name, site.today)
    for slug in site.plan.offline:
        if slug not in site.columns:
            continue
        column = site.columns[slug]
        column.drop(slice(column.between(since, since).start, len(column.start_s)))
        params: dict[str, object] = {"device": column.plan.label, "since": since.isoformat()}
        site.events.append(Event(since + timedelta(hours=2), "device_offline", params))


@BLEMISHES.register("late")
def _late(site: SiteColumns) -> None:
    """A gateway that delivers many hours late; its newest readings are always missing for a while."""
    midnight = moment(site.zone_name, site.today, 0, 0.0)
    low = midnight - timedelta(hours=site.plan.late_h)
    for column in site.columns.values():
        column.drop(column.between(low, midnight))
    params: dict[str, object] = {"hours": site.plan.late_h}
    site.events.append(Event(midnight - timedelta(hours=4), "gateway_late", params))


def _span(low: datetime, high: datetime, count: int) -> dict[str, object]:
    return {"first": low.isoformat(), "end": high.isoformat(), "count": count}


def _count(site: SiteColumns, low: datetime, high: datetime) -> int:
    rows = site.columns["import"].between(low, high)
    return int(rows.stop - rows.start)
