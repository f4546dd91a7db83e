"""Write side of jobs: enqueue, claim under a lease, finish or fail; the same statements on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.repositories import notices, queue
from data.repositories.notices import NewNotice
from data.repositories.queue import ERROR_LENGTH, Claim
from data.tables.base import new_public_id
from data.tables.identity import User
from data.tables.operations import Job, ScheduleRun

BACKOFF_S = (5, 30, 300, 1800)


@dataclass(frozen=True)
class NewJob:
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    user_id: int | None = None
    dedupe_key: str | None = None
    max_attempts: int = 5


def add(tx: Session, new: NewJob, *, now: datetime) -> Job:
    """Insert, or return the job that has the same dedupe key."""
    known = _known(tx, new.dedupe_key)
    if known is not None:
        return known
    job = Job(
        public_id=new_public_id("job"), kind=new.kind, payload=json.dumps(dict(new.payload)), user_id=new.user_id,
        dedupe_key=new.dedupe_key, max_attempts=new.max_attempts, available_at=now, created_at=now,
    )  # fmt: skip
    try:
        with tx.begin_nested():
            tx.add(job)
    except IntegrityError:  # somebody else added the same key in between
        known = _known(tx, new.dedupe_key)
        if known is None:
            raise
        return known
    return job


def _known(tx: Session, dedupe_key: str | None) -> Job | None:
    return None if dedupe_key is None else tx.scalar(select(Job).where(Job.dedupe_key == dedupe_key))


def add_scheduled(tx: Session, name: str, due_at: datetime, new: NewJob, *, now: datetime) -> Job | None:
    """The job of one due time; None when somebody has taken that due time already."""
    if tx.scalar(select(ScheduleRun.id).where(ScheduleRun.name == name, ScheduleRun.due_at == due_at)) is not None:
        return None
    run = ScheduleRun(name=name, due_at=due_at)
    try:
        with tx.begin_nested():
            tx.add(run)
    except IntegrityError:  # another worker was first: the unique constraint decides
        return None
    job = add(tx, new, now=now)
    run.job_id = job.id
    return job


def lock_owner(tx: Session, user_id: int) -> None:
    """For the rest of this transaction; SQLite has one writer at a time anyway."""
    tx.execute(select(User.id).where(User.id == user_id).with_for_update())


def lane(*, of_people: bool) -> ColumnElement[bool]:
    """What people wait for and what runs by itself never queue behind each other."""
    return Job.user_id.is_not(None) if of_people else Job.user_id.is_(None)


def claim(tx: Session, claimed: Claim, *where: ColumnElement[bool]) -> Job | None:
    for job_id in queue.bury(tx, Job, claimed, Job.attempts >= Job.max_attempts, finished_at=claimed.now):
        _tell_owner(tx, tx.get_one(Job, job_id), now=claimed.now)
    return queue.claim(tx, Job, claimed, *where)


def progress(tx: Session, job_id: int, holder: str, *, done: int, total: int) -> bool:
    return queue.change(tx, Job, job_id, holder, progress_done=done, progress_total=total)


def hold(tx: Session, job_id: int, holder: str) -> bool:
    """Lock the row for the rest of this transaction, if it is still the holder's."""
    return queue.change(tx, Job, job_id, holder, lease_holder=holder)


def finish(tx: Session, job_id: int, holder: str, result: Mapping[str, Any], *, now: datetime) -> bool:
    values = {"state": "done", "result": json.dumps(dict(result)), "finished_at": now, "error": ""}
    return queue.change(tx, Job, job_id, holder, **values)


def fail(tx: Session, job: Job, holder: str, error: str, *, now: datetime, is_final: bool = False) -> bool:
    """Try again later, or give up: after the last attempt, or at once where another attempt cannot help."""
    error = error[:ERROR_LENGTH]
    if is_final or job.attempts >= job.max_attempts:
        is_dead = queue.change(tx, Job, job.id, holder, state="dead", error=error, finished_at=now)
        if is_dead:
            _tell_owner(tx, job, now=now)
        return is_dead
    later = now + timedelta(seconds=BACKOFF_S[min(job.attempts - 1, len(BACKOFF_S) - 1)])
    return queue.change(tx, Job, job.id, holder, state="queued", error=error, available_at=later)


def _tell_owner(tx: Session, job: Job, *, now: datetime) -> None:
    """Who waits for it learns that it will not come."""
    if job.user_id is not None:
        name = str(json.loads(job.payload).get("name", ""))
        notices.add(tx, NewNotice(job.user_id, f"{job.kind}_failed", {"name": name}), now=now)


def cancel(tx: Session, job_id: int, *, now: datetime) -> bool:
    """What waits never begins; what runs loses its lease and notices at its next word with the database."""
    changed = tx.scalar(
        update(Job)
        .where(Job.id == job_id, Job.state.in_(("queued", "running")))
        .values(state="cancelled", finished_at=now)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None
