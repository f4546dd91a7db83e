"""Work outside requests: handlers by kind, the job a handler runs with, and what its owner may see of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from adapters.clock import Clock, WallClock
from data.queries import jobs as queries
from data.queries.jobs import JobView
from data.repositories import jobs as repository
from data.repositories import notices, queue
from data.repositories.jobs import NewJob
from data.repositories.notices import NewNotice
from data.repositories.queue import Claim
from data.tables.operations import Job
from domain.access import Viewer
from domain.errors import DomainError, NotFoundError
from domain.registry import Registry
from services import leases, portal

LEASE_S = 60.0
LEASE_CLOCK: Clock = WallClock()  # leases are about processes of this machine, also where the portal's clock stands
log = logging.getLogger("portal.worker")


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
        """Tell how far the work is; raises LeaseLostError when it is not ours any more."""
        with portal.current().records.transaction() as tx:
            if not repository.progress(tx, self.id, self.holder, done=done, total=total):
                raise LeaseLostError

    @contextmanager
    def finishing(self) -> Iterator[Session]:
        """The handler's own rows and the job's end, or neither; only for who still holds the job."""
        made = portal.current()
        with made.records.transaction() as tx:
            if not repository.hold(tx, self.id, self.holder):
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


def notice(tx: Session, new: NewNotice, *, now: datetime) -> None:
    """Tell one person something, in the transaction of the fact."""
    notices.add(tx, new, now=now)


def claim_for(holder: str, kinds: tuple[str, ...]) -> Claim:
    return Claim(holder, kinds, portal.current().clock.now(), LEASE_CLOCK.now(), LEASE_S)


def run_one(holder: str, *, of_people: bool | None = None) -> bool:
    """Claim and run one job of a lane (None: of both); whether there was one."""
    job = _claim(holder, of_people)
    if job is None:
        return False
    with leases.working_on(Job, job.id):
        _run(job, holder)
    return True


def _run(job: Job, holder: str) -> None:
    running = RunningJob(job.id, job.public_id, json.loads(job.payload), job.user_id, holder)
    try:
        HANDLERS[job.kind](running)
        if not running.is_finished:
            with running.finishing():
                pass
    except LeaseLostError:
        log.info("job not ours any more", extra={"job": job.public_id})
    except Exception as error:  # a broken handler must not stop the queue; the error is kept with the job
        _fail(job, holder, error)


def _claim(holder: str, of_people: bool | None) -> Job | None:
    records = portal.current().records
    where = () if of_people is None else (repository.lane(of_people=of_people),)
    wanted = claim_for(holder, tuple(HANDLERS))
    with records.reading() as db:
        if not queue.any_free(db, Job, wanted, *where):
            return None
    with records.transaction() as tx:
        job = repository.claim(tx, wanted, *where)
        if job is not None:
            tx.expunge(job)
        return job


def _fail(job: Job, holder: str, error: Exception) -> None:
    """An expected refusal will be the same next time; anything else is tried again."""
    log.error("job failed", exc_info=error, extra={"job": job.public_id})
    made = portal.current()
    told = f"{type(error).__name__}: {error}"
    with made.records.transaction() as tx:
        repository.fail(tx, job, holder, told, now=made.clock.now(), is_final=isinstance(error, DomainError))


def open_of(tx: Session, viewer: Viewer, kind: str) -> list[JobView]:
    """The viewer's jobs that are not finished; of two orders at once, the second one sees the first."""
    repository.lock_owner(tx, viewer.user_id)
    return queries.open_of_user(tx, viewer.user_id, kind)


def my_jobs(viewer: Viewer, kind: str, limit: int = 20) -> list[JobView]:
    """The viewer's own jobs, newest first."""
    with portal.current().records.reading() as db:
        return queries.of_user(db, viewer.user_id, kind, limit=limit)


def job(viewer: Viewer, public_id: str) -> JobView:
    """One of the viewer's own jobs; foreign and missing both raise NotFoundError."""
    with portal.current().records.reading() as db:
        found = None if viewer.is_anonymous else queries.one_of_user(db, viewer.user_id, public_id)
    if found is None:
        raise NotFoundError(what="job")
    return found


def cancel(viewer: Viewer, public_id: str) -> bool:
    """Whether it could still be stopped."""
    job(viewer, public_id)
    made = portal.current()
    with made.records.transaction() as tx:
        job_id = queries.id_of(tx, viewer.user_id, public_id)
        return job_id is not None and repository.cancel(tx, job_id, now=made.clock.now())
