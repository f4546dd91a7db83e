"""The readings that came in since the last ones stored: the same simulation, a few intervals further."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import select, update

from data.queries import consumption
from data.readings import ReadingsStore
from data.seed.columns import Column, batch_of, filled
from data.seed.identifiers import public_id
from data.seed.plan import RegisterPlan, SitePlan, WorldPlan, registers_of
from data.seed.worlds import WORLDS
from data.session import Records
from data.tables.sites import Device, Register, Site
from domain.calendar import local_date
from domain.simulator.grid import make_grid

DELAY = timedelta(minutes=10)  # from the end of an interval until its reading is here
STAGED_ROWS = 100_000  # more than this after a long pause goes straight into segments


@dataclass(frozen=True)
class Due:
    """A site with registers whose next interval has been delivered by now."""

    plan: SitePlan
    ends: dict[str, datetime]  # register slug -> end of the last stored interval
    ids: dict[str, int]
    until: datetime  # intervals that end by then are here


def continue_world(records: Records, readings: ReadingsStore, now: datetime) -> int:
    """Store every demo reading that is due by `now`; the number of them. Asking again changes nothing."""
    columns: list[Column] = []
    for world in _worlds(records):
        ids = _register_ids(records, world)
        for due in _due_sites(world, ids, readings, now):
            columns += _new_columns(due)
    columns = [column for column in columns if len(column.start_s)]
    if not columns:
        return 0
    batch = batch_of(columns)
    count = len(batch.start_utc)
    (readings.stage if count <= STAGED_ROWS else readings.append)(batch, known_at=now)
    _seen(records, now)
    return count


def _worlds(records: Records) -> list[WorldPlan]:
    """The plans by which the demo sites in the database were made."""
    with records.reading() as db:
        sources = set(db.scalars(select(Site.source).where(Site.source.like("Demo simulator, world %")).distinct()))
    found = [re.fullmatch(r"Demo simulator, world (\w+), seed (\d+)", source) for source in sorted(sources)]
    return [WORLDS[match[1]](int(match[2])) for match in found if match and match[1] in WORLDS]


def _register_ids(records: Records, world: WorldPlan) -> dict[tuple[str, str], int]:
    with records.reading() as db:
        known = {row.public_id: row.id for row in db.execute(select(Register.public_id, Register.id))}
    wanted = {
        (plan.slug, register.slug): public_id(world.seed, "register", f"{plan.slug}/{register.slug}")
        for plan in (*world.stations, *world.sites)
        for register in registers_of(plan)
    }
    return {key: known[name] for key, name in wanted.items() if name in known}


def _due_sites(world: WorldPlan, ids: dict[tuple[str, str], int], readings: ReadingsStore, now: datetime) -> list[Due]:
    extents = consumption.extent(readings, ids.values())
    found = []
    for plan in (*world.stations, *world.sites):
        own = {slug: register for (site, slug), register in ids.items() if site == plan.slug}
        ends = {slug: extents[register][1] for slug, register in own.items() if register in extents}
        until = now - DELAY - timedelta(hours=plan.late_h)
        steps = {register.slug: timedelta(seconds=register.interval_s) for register in _running(plan)}
        if any(slug in ends and ends[slug] + step <= until for slug, step in steps.items()):
            found.append(Due(plan, ends, own, until))
    return found


def _running(plan: SitePlan) -> Sequence[RegisterPlan]:
    """Registers that still deliver."""
    return [register for register in registers_of(plan) if register.slug not in plan.offline]


def _new_columns(due: Due) -> list[Column]:
    zone_name = due.plan.model.region.zone_name
    running = [register for register in _running(due.plan) if register.slug in due.ends]
    first = min(local_date(due.ends[register.slug], zone_name) for register in running)
    values = filled(due.plan, make_grid(zone_name, first, local_date(due.until, zone_name) + timedelta(days=1)))
    columns = []
    for register in running:
        starts, energy = values[register.slug]
        low = int(due.ends[register.slug].timestamp())
        fresh = (starts >= low) & (starts + register.interval_s <= int(due.until.timestamp()))
        quality = np.zeros(int(fresh.sum()), dtype=np.uint8)
        columns.append(Column(register, due.ids[register.slug], starts[fresh], energy[fresh], quality))
    return columns


def _seen(records: Records, now: datetime) -> None:
    """Devices that were heard of within the last three days are still there; the silent ones stay silent."""
    sites = select(Site.id).where(Site.source.like("Demo simulator, world %"))
    with records.transaction() as tx:
        tx.execute(
            update(Device)
            .where(Device.site_id.in_(sites), Device.last_seen_at > now - timedelta(days=3))
            .values(last_seen_at=now - timedelta(minutes=2))
        )
