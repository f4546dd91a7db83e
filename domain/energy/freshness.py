"""Is data late or is something broken? Told from the age of the last reading and what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

USUAL_DELAY = timedelta(minutes=20)  # from the end of an interval to its arrival
BROKEN_AFTER = timedelta(days=2)
OFFLINE_AFTER = timedelta(hours=2)  # devices report every few minutes; a restart or an update takes less


class Health(StrEnum):
    LIVE = "live"
    LATE = "late"  # behind, but meters catch up by themselves
    SILENT = "silent"  # so long that somebody should look
    NEVER = "never"


@dataclass(frozen=True)
class Freshness:
    """last_end : end of the last interval that arrived; next_due : when the next should be here."""

    health: Health
    last_end: datetime | None
    next_due: datetime | None


def judge(last_end: datetime | None, *, now: datetime, interval_s: int) -> Freshness:
    """Live while the next interval is not overdue by two intervals, late up to two days, then silent."""
    if last_end is None:
        return Freshness(Health.NEVER, None, None)
    due = last_end + timedelta(seconds=interval_s) + USUAL_DELAY
    if now <= due + 2 * timedelta(seconds=interval_s):
        return Freshness(Health.LIVE, last_end, due)
    health = Health.LATE if now - last_end < BROKEN_AFTER else Health.SILENT
    return Freshness(health, last_end, due)


def due_since(now: datetime) -> datetime:
    """An interval that ended later may still be on its way: it is not missing yet."""
    return now - USUAL_DELAY


def is_offline(last_seen: datetime | None, *, now: datetime) -> bool:
    """A device that never reported is not offline: it waits for its first word."""
    return last_seen is not None and now - last_seen > OFFLINE_AFTER
