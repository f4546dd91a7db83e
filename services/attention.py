"""What staff should look at first: devices that stopped answering and sites whose readings do not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.queries import attention as queries
from data.queries.attention import PlaceRow
from domain.access import Permission, Viewer, require
from domain.energy.freshness import OFFLINE_AFTER, USUAL_DELAY, Freshness, Health, judge
from services import portal

SHOWN = 8
SHORTEST_S = 900  # no interval is shorter, so nothing younger than this can be late


@dataclass(frozen=True)
class Trouble:
    """One thing at one site. `device` is empty where it is the site's readings; `since` when it was last well."""

    place: PlaceRow
    device: str
    health: Health
    since: datetime


@dataclass(frozen=True)
class Attention:
    """How much there is, and the first of it: what has been silent for days, what is late, then devices."""

    devices_offline: int
    sites_late: int
    sites_silent: int
    first: tuple[Trouble, ...]

    @property
    def is_well(self) -> bool:
        return not (self.devices_offline or self.sites_late or self.sites_silent)


def overview(viewer: Viewer) -> Attention:
    require(viewer, Permission.FIND_CUSTOMERS)
    here = portal.current()
    now = here.clock.now()
    sites = _sites_behind(now)
    with here.records.reading() as db:
        count, devices = queries.silent_devices(db, now - OFFLINE_AFTER, limit=SHOWN)
        places = queries.places(db, {*sites, *(site_id for site_id, _name, _at in devices)}, now.date())
    behind = sorted(sites.items(), key=lambda item: (item[1].health is not Health.SILENT, item[1].last_end))
    found = [Trouble(places[site_id], "", fresh.health, fresh.last_end) for site_id, fresh in behind if fresh.last_end]
    found += [Trouble(places[site_id], name, Health.SILENT, at) for site_id, name, at in devices]
    late = sum(fresh.health is Health.LATE for fresh in sites.values())
    return Attention(count, late, len(sites) - late, tuple(found[:SHOWN]))


def _sites_behind(now: datetime) -> dict[int, Freshness]:
    """The least fresh register of each site that has one that is not on time."""
    here = portal.current()
    suspects = queries.ends_before(here.readings, now - USUAL_DELAY - 3 * timedelta(seconds=SHORTEST_S))
    with here.records.reading() as db:
        rows = queries.metering(db, suspects)
    behind: dict[int, Freshness] = {}
    for row in sorted(rows, key=lambda row: suspects[row.register_id], reverse=True):
        fresh = judge(suspects[row.register_id], now=now, interval_s=row.interval_s)
        if fresh.health is not Health.LIVE:
            behind[row.site_id] = fresh
    return behind
