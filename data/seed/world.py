"""Makes a world: writes its records, simulates its readings, lets its mishaps happen and stores it all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from data.readings import ReadingsStore, Series
from data.seed import blemishes
from data.seed.columns import Column, SiteColumns, Span, batch_of, simulated
from data.seed.leftovers import remove_leftovers
from data.seed.moments import CORRECTED_DAYS, OUTAGE_DAYS, RECOUNTED_DAYS
from data.seed.plan import SitePlan, WorldPlan, meters_of, registers_of
from data.seed.records import Facts, Written, serial, write_customers, write_events, write_sites
from data.seed.stores import Stores
from domain.calendar import add_months

Progress = Callable[[int, int], None]
DELIVERY = timedelta(hours=5)  # readings of a day are known the next morning


@dataclass(frozen=True)
class Made:
    """What a world came to."""

    customers: int
    sites: int
    registers: int
    readings: int


def make_world(
    stores: Stores, facts: Facts, spans: Sequence[Span] | None = None, progress: Progress | None = None
) -> Made:
    """Write a whole world. spans : local days of readings, by default each site's days up to yesterday.

    Customers come last: a portal with customers has a whole world, and what an interrupted attempt left is removed.
    """
    remove_leftovers(stores)
    with stores.records.transaction() as tx:
        written = write_sites(tx, facts)
    plans = [*facts.world.stations, *facts.world.sites]
    stores.readings.declare(_series(plans, written))
    sites = []
    for done, plan in enumerate(plans):
        sites.append(_site_columns(facts, plan, written, spans))
        if progress:
            progress(done + 1, len(plans))
    count = _store(stores.readings, facts.now, sites)
    with stores.records.transaction() as tx:
        for site in sites:
            write_events(tx, written.site_ids[site.plan.slug], site.events)
        write_customers(tx, facts, written)
    return Made(len(facts.world.customers), len(facts.world.sites), len(written.register_ids), count)


def _series(plans: Sequence[SitePlan], written: Written) -> list[Series]:
    return [
        Series(written.register_ids[plan.slug, register.slug], plan.model.region.zone_name, register.interval_s)
        for plan in plans
        for register in registers_of(plan)
    ]


def _site_columns(facts: Facts, plan: SitePlan, written: Written, spans: Sequence[Span] | None) -> SiteColumns:
    today = facts.today(plan)
    chosen = spans if spans is not None else [(facts.first(plan), today)]
    columns = simulated(plan, chosen, written.register_ids) if plan.started_days else {}
    site = SiteColumns(plan, today, columns, serials=_serials(facts.world, plan))
    blemishes.apply(site)
    return site


def _serials(world: WorldPlan, plan: SitePlan) -> tuple[str, str]:
    main = meters_of(plan)[0]
    return serial(world, plan, main, "old"), serial(world, plan, main)


def _store(readings: ReadingsStore, now: datetime, sites: Sequence[SiteColumns]) -> int:
    """In the order in which it became known: one batch per month, as bills need it, then what came late."""
    columns = [column for site in sites for column in site.columns.values() if len(column.start_s)]
    first = min(int(column.start_s[0]) for column in columns)
    last = max(int(column.start_s[-1]) for column in columns)
    edges = _edges(datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC), now)
    count = sum(len(column.start_s) for column in columns)
    for low, high in pairwise(edges):
        part = _part(columns, low, high)
        if part:
            readings.append(batch_of(part), known_at=min(high + DELIVERY, now))
    for known_at in sorted({patch.known_at for site in sites for patch in site.patches}):
        late = [p.column for site in sites for p in site.patches if p.known_at == known_at and len(p.column.start_s)]
        if late:
            readings.append(batch_of(late), known_at=known_at)
            count += sum(len(column.start_s) for column in late)
    return count


def _part(columns: Sequence[Column], low: datetime, high: datetime) -> list[Column]:
    cut = [column.cut(column.between(low, high)) for column in columns]
    return [column for column in cut if len(column.start_s)]


def _edges(first: datetime, last: datetime, now: datetime) -> list[datetime]:
    """Delivery dates: the first of each month, and before each version that replaced something."""
    midnight = datetime.combine(now.date(), time(0), UTC)
    edges = {last + timedelta(seconds=1)}
    edges |= {midnight - timedelta(days=days - 1) for days in (OUTAGE_DAYS, CORRECTED_DAYS, RECOUNTED_DAYS)}
    month = now.date().replace(day=1)
    while month > first.date():
        edges.add(datetime.combine(month, time(0), UTC))
        month = add_months(month, -1)
    return [first, *sorted(edge for edge in edges if edge > first)]
