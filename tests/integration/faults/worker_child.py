"""A worker process to be killed: short leases, a clock they share, and jobs whose effects can be counted."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time as wall
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from adapters.cache import make_cache
from config import Config
from data.readings import ReadingsStore
from data.repositories import audit
from data.repositories import jobs as repository
from data.repositories.audit import Event
from data.session import Records
from domain.schedule import Daily
from services import jobs, schedules, worker
from services.jobs import HANDLERS, RunningJob
from services.portal import Portal
from services.schedules import Schedule

NIGHT = Daily(time(2, 30), "Europe/Berlin")


@dataclass(frozen=True)
class SharedClock:
    """The same instant in every process, moved on by the test alone."""

    path: str

    def now(self) -> datetime:
        return datetime.fromisoformat(Path(self.path).read_text())

    def set(self, instant: datetime) -> None:
        unfinished = Path(f"{self.path}.tmp")
        unfinished.write_text(instant.isoformat())
        unfinished.replace(self.path)


@dataclass(frozen=True)
class Plan:
    database_url: str
    folder: str
    clock: SharedClock
    manifest_url: str = ""
    lease_s: float = 1.0


def portal_of(plan: Plan) -> Portal:
    folder = Path(plan.folder)
    config = Config(database_url=plan.database_url, store=str(folder / "store"), files=str(folder / "files"))
    return Portal(
        config=config,
        records=Records(config.database_url),
        readings=ReadingsStore(config.store, plan.manifest_url or f"sqlite:///{folder / 'store' / 'manifest.sqlite'}"),
        cache=make_cache(f"disk://{folder / 'cache'}"),
        clock=plan.clock,
    )


AT = datetime(2026, 1, 1, tzinfo=UTC)


@HANDLERS.register("fault_mark")
def mark(job: RunningJob) -> None:
    """The effect is a row, slow enough that a kill often meets it on either side of its writing."""
    wall.sleep(0.03)
    with job.finishing() as tx:
        audit.add(tx, Event("fault:marked", object_id=str(job.payload["n"])), now=AT)
        tx.flush()
        wall.sleep(0.03)


@HANDLERS.register("fault_night")
def night(job: RunningJob) -> None:
    with job.finishing() as tx:
        audit.add(tx, Event("fault:night", object_id=str(job.payload["due"])), now=AT)


@HANDLERS.register("fault_poison")
def poison(_job: RunningJob) -> None:
    raise ValueError("cannot be done")


@HANDLERS.register("fault_deadly")
def deadly(_job: RunningJob) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def shorten(lease_s: float) -> None:
    """Seconds instead of minutes; the mechanics stay the same."""
    jobs.LEASE_S = lease_s
    worker.IDLE_S = 0.02
    repository.BACKOFF_S = (0, 0, 0, 0)
    schedules.SCHEDULES.clear()
    # More attempts than kills: three kills within one job, on a busy machine not rare, are no reason to bury it here.
    schedules.SCHEDULES["night"] = Schedule("fault_night", NIGHT, max_attempts=50)


def run(plan: Plan) -> None:
    """The whole life of a child. Its log would only show what the jobs are made to do."""
    logging.disable(logging.CRITICAL)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    shorten(plan.lease_s)
    worker.run(portal_of(plan), stop)
