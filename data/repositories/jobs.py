"""Write side of jobs: enqueue, claim under a lease, finish or fail; the same statements on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.tables.base import new_public_id
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
    if new.dedupe_key is not None:
        known = tx.scalar(select(Job).where(Job.dedupe_key == new.dedupe_key))
        if known is not None:
            return known
    job = Job(
        public_id=new_public_id("job"), kind=new.kind, payload=json.dumps(dict(new.payload)), user_id=new.user_id,
        dedupe_key=new.dedupe_key, max_attempts=new.max_attempts, available_at=now, created_at=now,
    )  # fmt: skip
    tx.add(job)
    tx.flush()
    return job


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


def claim(tx: Session, holder: str, *, now: datetime, lease_s: int) -> Job | None:
    """The oldest job that is due or whose holder fell silent; its attempt counts from here on."""
    _bury(tx, now)
    free = or_(
        and_(Job.state == "queued", Job.available_at <= now),
        and_(Job.state == "running", Job.lease_until < now),
    )
    wanted = select(Job.id).where(free).order_by(Job.available_at, Job.id).limit(1).with_for_update(skip_locked=True)
    job_id = tx.scalar(
        update(Job)
        .where(Job.id == wanted.scalar_subquery())
        .values(
            state="running",
            attempts=Job.attempts + 1,
            lease_holder=holder,
            lease_until=now + timedelta(seconds=lease_s),
        )
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return None if job_id is None else tx.get(Job, job_id, populate_existing=True)


def _bury(tx: Session, now: datetime) -> None:
    """A job that took its last attempt and its holder with it will not be tried again."""
    tx.execute(
        update(Job)
        .where(Job.state == "running", Job.lease_until < now, Job.attempts >= Job.max_attempts)
        .values(state="dead", finished_at=now, error="the worker ended during the last attempt")
        .execution_options(synchronize_session=False)
    )


def _held(job_id: int, holder: str) -> Any:
    return and_(Job.id == job_id, Job.state == "running", Job.lease_holder == holder)


def _change(tx: Session, job_id: int, holder: str, **values: Any) -> bool:
    """Whether the holder still had the job."""
    changed = tx.scalar(
        update(Job)
        .where(_held(job_id, holder))
        .values(**values)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


def extend(tx: Session, job_id: int, holder: str, *, until: datetime) -> bool:
    return _change(tx, job_id, holder, lease_until=until)


def progress(tx: Session, job_id: int, holder: str, *, done: int, total: int) -> bool:
    return _change(tx, job_id, holder, progress_done=done, progress_total=total)


def finish(tx: Session, job_id: int, holder: str, result: Mapping[str, Any], *, now: datetime) -> bool:
    return _change(tx, job_id, holder, state="done", result=json.dumps(dict(result)), finished_at=now, error="")


def fail(tx: Session, job: Job, holder: str, error: str, *, now: datetime) -> bool:
    """Try again later, or give up after the last attempt."""
    if job.attempts >= job.max_attempts:
        return _change(tx, job.id, holder, state="dead", error=error[:500], finished_at=now)
    wait_s = BACKOFF_S[min(job.attempts - 1, len(BACKOFF_S) - 1)]
    return _change(tx, job.id, holder, state="queued", error=error[:500], available_at=now + timedelta(seconds=wait_s))


def cancel(tx: Session, job_id: int, *, now: datetime) -> bool:
    """Only what has not begun can be cancelled at once; a running job notices when it reports progress."""
    changed = tx.scalar(
        update(Job)
        .where(Job.id == job_id, Job.state.in_(("queued", "running")))
        .values(state="cancelled", finished_at=now)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None
