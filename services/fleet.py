"""All customers together, for those who study them: what the stores hold, and the days of groups nobody stands out of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from data.queries import fleet as queries
from data.queries import registers
from data.queries.fleet import StoreFacts
from domain.access import Permission, Viewer, require
from domain.energy.fleet import FleetDay, Group, Summary, summary, told
from domain.errors import NotFoundError
from services import portal

CHART_DAYS = 92
SUMMARY_DAYS = 30


@dataclass(frozen=True)
class GroupView:
    """A group with the last thirty whole days of it; `recent` is None where they may not be told."""

    group: Group
    recent: Summary | None


@dataclass(frozen=True)
class FleetView:
    """`small` are the names of groups of which nothing is told; `waiting` register-days are not summed yet."""

    store: StoreFacts
    groups: tuple[GroupView, ...]
    small: tuple[str, ...]
    last: date
    waiting: int


def overview(viewer: Viewer) -> FleetView:
    """Facts of the stores and of each group that is large enough."""
    require(viewer, Permission.VIEW_FLEET)
    here, end = portal.current(), _today()
    frame = queries.days(here.readings, end - timedelta(days=SUMMARY_DAYS), end)
    groups = _groups()
    views = [GroupView(group, summary(_days(frame[frame["name"] == group.name]))) for group in groups if group.is_large]
    small = tuple(group.name for group in groups if not group.is_large)
    facts = queries.store_facts(here.readings)
    return FleetView(facts, tuple(views), small, end - timedelta(days=1), int(frame.attrs["waiting"]))


def daily(viewer: Viewer, name: str) -> tuple[FleetDay, ...]:
    """The last 92 whole days of a group, without those of too few registers; a small group is not there at all."""
    require(viewer, Permission.VIEW_FLEET)
    if not any(group.name == name and group.is_large for group in _groups()):
        raise NotFoundError(what="group")
    end = _today()
    frame = queries.days(portal.current().readings, end - timedelta(days=CHART_DAYS), end)
    return tuple(told(_days(frame[frame["name"] == name])))


def _groups() -> list[Group]:
    with portal.current().records.reading() as db:
        return [Group(*row) for row in registers.group_sizes(db)]


def _today() -> date:
    """In UTC: the fleet has many clocks, and a day that is over there is over nearly everywhere."""
    return portal.current().clock.now().date()


def _days(frame: pd.DataFrame) -> list[FleetDay]:
    rows = frame[["local_date", "registers", "n_expected", "n", "energy_wh"]].itertuples(index=False)
    return [FleetDay(row[0].date(), *map(int, row[1:])) for row in rows]
