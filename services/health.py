"""Whether the portal can serve, what `/readyz` answers; and how its queues stand, for `/metrics`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.migrate import is_current
from data.queries import queues as queue_queries
from data.queries.queues import QueueState
from services.portal import Portal


@dataclass(frozen=True)
class Health:
    """Each part's state in one word: ok, unreachable, or outdated (the schema)."""

    parts: dict[str, str]

    @property
    def is_ready(self) -> bool:
        return all(state == "ok" for state in self.parts.values())


def check(made: Portal) -> Health:
    """Records reachable, schema at head, readings manifest readable; no part's failure hides another."""
    records = _state(lambda: _ping(made))
    schema = _state(lambda: is_current(made.records.engine)) if records == "ok" else "unreachable"
    return Health({"records": records, "schema": schema, "readings": _state(lambda: made.readings.version >= 0)})


def queues(made: Portal) -> list[QueueState]:
    """Jobs and messages that wait, run or lie dead; nothing while the records do not answer."""
    try:
        with made.records.reading() as db:
            return queue_queries.states(db, now=made.clock.now())
    except DBAPIError:  # /readyz says so; the other figures are still of use
        return []


def _ping(made: Portal) -> bool:
    with made.records.reading() as tx:
        return bool(tx.execute(text("select 1")).scalar_one() == 1)


def _state(probe: Callable[[], bool]) -> str:
    try:
        return "ok" if probe() else "outdated"
    except Exception:  # whatever the driver raises, the answer is the same: not ready
        return "unreachable"
