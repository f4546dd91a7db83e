"""How much waits, runs or lies dead in the queues, and which rows: what an operator watches."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from data.tables.identity import User
from data.tables.operations import Job, OutboxMessage

QUEUES: dict[str, type[Job | OutboxMessage]] = {"jobs": Job, "outbox": OutboxMessage}
WATCHED = ("queued", "running", "dead")
STATES = (*WATCHED, "done", "cancelled")
MESSAGE_ID = re.compile(r"msg-([0-9]{1,9})")


@dataclass(frozen=True)
class QueueState:
    """`counts` by state, zeros too; `oldest_due_s` is how long the first of those that are due has waited. [s]"""

    queue: str
    counts: dict[str, int]
    oldest_due_s: float


@dataclass(frozen=True)
class Letter:
    """A job or a message. `id` is what an operator calls it, `row_id` its key in the table of `queue`.

    `owner` is the public id of the person who asked for it, empty for messages and upkeep; `ended_at` is when it was
    done, sent or given up, where that is known.
    """

    id: str
    queue: str
    row_id: int
    kind: str
    state: str
    attempts: int
    owner: str
    payload: dict[str, Any]
    error: str
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None


def letters(db: Session, *, state: str, kind: str = "", limit: int) -> list[Letter]:
    """Of one state, of one kind if asked, at most so many of each queue: jobs first, then messages, newest first."""
    found: list[Letter] = []
    for table in QUEUES.values():
        wanted = select(table).where(table.state == state).order_by(table.id.desc()).limit(limit)
        found += _letters(db, wanted.where(table.kind == kind) if kind else wanted)
    return found


def letter(db: Session, letter_id: str) -> Letter | None:
    """The job or the message of that id."""
    message = MESSAGE_ID.fullmatch(letter_id)
    if message:
        return next(_letters(db, select(OutboxMessage).where(OutboxMessage.id == int(message[1]))), None)
    return next(_letters(db, select(Job).where(Job.public_id == letter_id)), None)


def _letters(db: Session, wanted: Select[Any]) -> Iterator[Letter]:
    for row in db.scalars(wanted):
        yield _job(db, row) if isinstance(row, Job) else _message(row)


def _job(db: Session, row: Job) -> Letter:
    owner = db.scalar(select(User.public_id).where(User.id == row.user_id)) or ""
    return Letter(
        row.public_id, "jobs", row.id, row.kind, row.state, row.attempts, owner, json.loads(row.payload), row.error,
        row.created_at, row.available_at, row.finished_at,
    )  # fmt: skip


def _message(row: OutboxMessage) -> Letter:
    return Letter(
        f"msg-{row.id}", "outbox", row.id, row.kind, row.state, row.attempts, "", json.loads(row.payload), row.error,
        row.created_at, row.available_at, row.sent_at,
    )  # fmt: skip


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
