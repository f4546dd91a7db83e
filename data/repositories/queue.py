"""Rows that wait to be worked on, claimed under a lease: the same statements for jobs and messages, on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from data.tables.operations import Job, OutboxMessage, ScheduleRun

Row = TypeVar("Row", Job, OutboxMessage)
RowKey = tuple[type[Job | OutboxMessage], int]
ERROR_LENGTH = 500


@dataclass(frozen=True)
class Claim:
    """Who asks for which rows. `now` is the portal's clock and decides what is due; `wall` is the clock of the machine
    and decides which leases have ended, so that a portal with a stopped clock still notices dead workers.
    """

    holder: str
    kinds: Sequence[str]
    now: datetime
    wall: datetime
    lease_s: float


def is_free(table: type[Row], claim: Claim) -> ColumnElement[bool]:
    """Due, or held by somebody who fell silent; kinds this process cannot handle wait for one that can."""
    due = and_(table.state == "queued", table.available_at <= claim.now)
    silent = and_(table.state == "running", table.lease_until < claim.wall)
    return and_(table.kind.in_(claim.kinds), or_(due, silent))


def any_free(db: Session, table: type[Row], claim: Claim, *where: ColumnElement[bool]) -> bool:
    """A plain read, so that idle workers do not queue for the write lock."""
    return db.scalar(select(table.id).where(is_free(table, claim), *where).limit(1)) is not None


def claim(tx: Session, table: type[Row], claimed: Claim, *where: ColumnElement[bool]) -> Row | None:
    """The oldest free row; its attempt counts from here on, before anything is tried."""
    wanted = (
        select(table.id)
        .where(is_free(table, claimed), *where)
        .order_by(table.available_at, table.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite has one writer at a time instead
    )
    row_id = tx.scalar(
        update(table)
        .where(table.id == wanted.scalar_subquery())
        .values(
            state="running",
            attempts=table.attempts + 1,
            lease_holder=claimed.holder,
            lease_until=claimed.wall + timedelta(seconds=claimed.lease_s),
        )
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return None if row_id is None else tx.get(table, row_id, populate_existing=True)


def bury(tx: Session, table: type[Row], claimed: Claim, exhausted: ColumnElement[bool], **values: Any) -> list[int]:
    """Rows that took their last attempt and their holder with them will not be tried again; their ids."""
    buried = tx.scalars(
        update(table)
        .where(table.state == "running", table.lease_until < claimed.wall, exhausted)
        .values(state="dead", error="the worker ended during the last attempt", **values)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return list(buried)


def change(tx: Session, table: type[Job | OutboxMessage], row_id: int, holder: str, **values: Any) -> bool:
    """Whether the holder still had the row; without it nothing is changed."""
    changed = tx.scalar(
        update(table)
        .where(table.id == row_id, table.state == "running", table.lease_holder == holder)
        .values(**values)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


def extend(tx: Session, rows: Iterable[RowKey], holder: str, *, until: datetime) -> None:
    """The heartbeat of a process: what it is working on and still holds."""
    for table, row_id in rows:
        change(tx, table, row_id, holder, lease_until=until)


def revive(tx: Session, table: type[Job | OutboxMessage], row_id: int, *, now: datetime) -> bool:
    """Whether a dead row waits again, due at once and with all of its attempts; any other row is left as it is."""
    ended = {"finished_at": None, "progress_done": 0, "progress_total": 0} if table is Job else {}
    changed = tx.scalar(
        update(table)
        .where(table.id == row_id, table.state == "dead")
        .values(state="queued", attempts=0, available_at=now, lease_holder="", lease_until=None, **ended)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


def drop(tx: Session, table: type[Job | OutboxMessage], row_id: int) -> bool:
    """Whether a dead row is gone; any other row is left as it is. A due time it was the job of stays taken."""
    dead = select(table.id).where(table.id == row_id, table.state == "dead").with_for_update()
    if tx.scalar(dead) is None:
        return False
    if table is Job:
        tx.execute(update(ScheduleRun).where(ScheduleRun.job_id == row_id).values(job_id=None))
    tx.execute(delete(table).where(table.id == row_id))
    return True
