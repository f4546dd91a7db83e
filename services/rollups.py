"""The roll-up as a use case: the store learns which register is what, then touched days are recomputed."""

from __future__ import annotations

from data.queries import registers
from data.rollups import Progress, rollup
from services.portal import Portal


def roll_up(here: Portal, progress: Progress | None = None) -> int:
    """How many register-days were recomputed."""
    with here.records.reading() as db:
        groups = registers.groups(db)
    here.readings.group(groups)
    return rollup(here.readings, progress=progress)
