"""Work outside requests: handlers by kind, the job a handler runs with, and what its owner may see of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.repositories import jobs as repository
from data.repositories.jobs import NewJob
from data.tables.operations import Job
from domain.access import Viewer
from domain.errors import NotFoundError
from domain.registry import Registry
from services import portal

LEASE_S = 60


class LeaseLostError(Exception):
    """Somebody else has the job, or its owner cancelled it: stop without an effect."""


@dataclass
class RunningJob:
    """What a handler gets. `finishing()` commits its effect and the state `done` in one transaction."""

    id: int
    public_id: str
    payload: dict[str, Any]
    user_id: int | None
    holder: str
    result: dict[str, Any] = field(default_factory=dict)
    is_finished: bool = False

    def progress(self, done: int, total: int) -> None:
        with portal.current().records.transaction() as tx:
            if not repository.progress(tx, self.id, self.holder, done=done, total=total):
                raise LeaseLostError

    @contextmanager
    def finishing(self) -> Iterator[Session]:
        """The handler's own rows and the job's end, or neither."""
        made = portal.current()
        with made.records.transaction() as tx:
            if not repository.extend(tx, self.id, self.holder, until=made.clock.now() + timedelta(seconds=LEASE_S)):
                raise LeaseLostError
            yield tx
            if not repository.finish(tx, self.id, self.holder, self.result, now=made.clock.now()):
                raise LeaseLostError
        self.is_finished = True


Handler = Callable[[RunningJob], None]
HANDLERS: Registry[Handler] = Registry("job handlers")


def enqueue(
    tx: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    user_id: int | None = None,
    dedupe_key: str | None = None,
) -> str:
    """Add a job in the caller's transaction; the same dedupe key gives the same job."""
    if HANDLERS.get(kind) is None:
        raise KeyError(f"no handler for jobs of kind {kind!r}")
    return repository.add(tx, NewJob(kind, payload, user_id, dedupe_key), now=now).public_id


def run_one(holder: str) -> bool:
    """Claim and run one job; whether there was one."""
    made = portal.current()
    with made.records.transaction() as tx:
        job = repository.claim(tx, holder, now=made.clock.now(), lease_s=LEASE_S)
        if job is None:
            return False
        tx.expunge(job)
    running = RunningJob(job.id, job.public_id, json.loads(job.payload), job.user_id, holder)
    try:
        HANDLERS[job.kind](running)
        if not running.is_finished:
            with running.finishing():
                pass
    except LeaseLostError:
        pass  # the new holder, or the owner's cancellation, decides
    except Exception as error:  # a broken handler must not stop the queue; the error is kept with the job
        with made.records.transaction() as tx:
            repository.fail(tx, job, holder, f"{type(error).__name__}: {error}", now=made.clock.now())
    return True


@dataclass(frozen=True)
class JobView:
    public_id: str
    kind: str
    state: str
    payload: dict[str, Any]
    result: dict[str, Any]
    progress_done: int
    progress_total: int
    created_at: datetime
    finished_at: datetime | None


def my_jobs(viewer: Viewer, kind: str, limit: int = 20) -> list[JobView]:
    """The viewer's own jobs, newest first."""
    with portal.current().records.reading() as db:
        rows = db.scalars(
            select(Job).where(Job.user_id == viewer.user_id, Job.kind == kind).order_by(Job.id.desc()).limit(limit)
        )
        return [_view(row) for row in rows]


def job(viewer: Viewer, public_id: str) -> JobView:
    """One of the viewer's own jobs; foreign and missing both raise NotFoundError."""
    with portal.current().records.reading() as db:
        row = db.scalar(select(Job).where(Job.public_id == public_id, Job.user_id == viewer.user_id))
        if row is None or viewer.is_anonymous:
            raise NotFoundError(what="job")
        return _view(row)


def cancel(viewer: Viewer, public_id: str) -> bool:
    job(viewer, public_id)
    made = portal.current()
    with made.records.transaction() as tx:
        row = tx.scalar(select(Job).where(Job.public_id == public_id))
        return row is not None and repository.cancel(tx, row.id, now=made.clock.now())


def _view(row: Job) -> JobView:
    return JobView(
        row.public_id, row.kind, row.state, json.loads(row.payload), json.loads(row.result), row.progress_done,
        row.progress_total, row.created_at, row.finished_at,
    )  # fmt: skip
