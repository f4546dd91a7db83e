"""Whether the portal can serve: what `/readyz` answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text

from data.migrate import is_current
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


def _ping(made: Portal) -> bool:
    with made.records.reading() as tx:
        return bool(tx.execute(text("select 1")).scalar_one() == 1)


def _state(probe: Callable[[], bool]) -> str:
    try:
        return "ok" if probe() else "outdated"
    except Exception:  # whatever the driver raises, the answer is the same: not ready
        return "unreachable"
