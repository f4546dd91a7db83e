"""How much waits, runs or lies dead in the queues: what an operator watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.tables.operations import Job, OutboxMessage

QUEUES: dict[str, type[Job | OutboxMessage]] = {"jobs": Job, "outbox": OutboxMessage}
WATCHED = ("queued", "running", "dead")


@dataclass(frozen=True)
class QueueState:
    """`counts` by state, zeros too; `oldest_due_s` is how long the first of those that are due has waited. [s]"""

    queue: str
    counts: dict[str, int]
    oldest_due_s: float


def states(db: Session, *, now: datetime) -> list[QueueState]:
    return [_state(db, name, now) for name in QUEUES]


def _state(db: Session, name: str, now: datetime) -> QueueState:
    table = QUEUES[name]
    wanted = select(table.state, func.count()).where(table.state.in_(WATCHED)).group_by(table.state)
    counts = {state: int(count) for state, count in db.execute(wanted)}
    due = select(table.available_at).where(table.state == "queued", table.available_at <= now)
    oldest = db.scalar(due.order_by(table.available_at).limit(1))
    waited_s = (now - oldest).total_seconds() if oldest else 0.0
    return QueueState(name, {state: counts.get(state, 0) for state in WATCHED}, waited_s)
