"""kill -9 of two workers on one database: each effect once, each night once, poison buried, the queue goes on."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import func, select

from data.migrate import upgrade
from data.session import Records
from data.tables.operations import AuditEvent, Job, ScheduleRun
from services import jobs
from tests.factories.databases import BOTH, empty_database
from tests.integration.faults import worker_child
from tests.integration.faults.worker_child import AT, NIGHT, FastClock, Plan

pytestmark = pytest.mark.faults
FULL = os.environ.get("PORTAL_FAULTS") == "full"
KILLS = 30 if FULL else 3


# Children are forked from a clean process that has imported everything: what is killed while it imports proves nothing.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.integration.faults.worker_child"])


class Pair:
    """Two workers that are started again whenever one is gone."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.deaths = 0
        self.children = [self._spawn(), self._spawn()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children:
            child.kill()
            child.join()

    def _spawn(self) -> Any:
        child = PROCESSES.Process(target=worker_child.run, args=(self.plan,), daemon=True)
        child.start()
        return child

    def revive(self) -> None:
        for place, child in enumerate(self.children):
            if not child.is_alive():
                assert child.exitcode == -signal.SIGKILL
                self.deaths += 1
                self.children[place] = self._spawn()

    def kill_one(self, choose: random.Random) -> None:
        """Of two that live."""
        self.revive()
        child = choose.choice(self.children)
        child.kill()
        child.join()
        self.revive()


def _add(records: Records, kind: str, count: int, *, first: int = 0) -> None:
    """By the test itself, whose clock is always behind the workers'."""
    with records.transaction() as tx:
        for n in range(first, first + count):
            jobs.enqueue(tx, kind, {"n": n}, now=AT)


def _count(records: Records, *where: object) -> int:
    with records.reading() as db:
        return int(db.scalar(select(func.count()).select_from(Job).where(*where)) or 0)


def _marks(records: Records, action: str) -> Counter[str]:
    with records.reading() as db:
        return Counter(db.scalars(select(AuditEvent.object_id).where(AuditEvent.action == action)))


def _busy(pair: Pair, records: Records) -> Any:
    """A worker that has a job at this moment; a kill between two jobs proves little."""
    with records.reading() as db:
        holders = list(db.scalars(select(Job.lease_holder).where(Job.state == "running", Job.kind == "fault_mark")))
    return next((c for c in pair.children if c.is_alive() and any(f":{c.pid}:" in h for h in holders)), None)


def _wait_until(pair: Pair, is_done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < deadline, "the queue stands still"
        pair.revive()
        time.sleep(0.05)


@pytest.mark.parametrize("kind", BOTH)
def test_kill_9_leaves_each_effect_once(kind: str, tmp_path: Path) -> None:
    with empty_database(kind, tmp_path) as url:
        upgrade(url)
        records = Records(url)
        clock = FastClock("2026-03-27T12:00:00+00:00", time.time(), 1.0)
        choose = random.Random(20261122)
        added = 0
        _add(records, "fault_poison", 1)
        _add(records, "fault_deadly", 1)
        with Pair(Plan(url, str(tmp_path), clock)) as pair:
            for _ in range(KILLS):
                while (victim := _busy(pair, records)) is None:
                    if _count(records, Job.state == "queued") < 40:
                        _add(records, "fault_mark", 40, first=added)
                        added += 40
                    pair.revive()
                    time.sleep(0.01)
                time.sleep(choose.uniform(0.0, 0.05))  # before, in or after the transaction that has the effect
                victim.kill()
                victim.join()
            _wait_until(pair, lambda: _count(records, Job.state.in_(("queued", "running"))) == 0, 120)
            deaths = pair.deaths
        marks = _marks(records, "fault:marked")
        assert marks == Counter({str(n): 1 for n in range(added)})
        # Five attempts each: the one raised five times, the other took five workers with it.
        assert _count(records, Job.kind == "fault_poison", Job.state == "dead", Job.attempts == 5) == 1
        assert _count(records, Job.kind == "fault_deadly", Job.state == "dead", Job.attempts == 5) == 1
        assert deaths >= KILLS + 5
        retried = _count(records, Job.kind == "fault_mark", Job.attempts > 1)
        records.dispose()
    assert retried > 0
    print(f"\n{kind}: {deaths} workers killed, {added} effects, each once; {retried} jobs were taken over")


# Both nights on which Berlin's clock changes, with a day before and after: 02:30 does not exist, and exists twice.
NIGHTS = [("2026-03-28", 3), ("2026-10-24", 3)]


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(("first", "count"), NIGHTS)
def test_each_night_runs_once_with_two_workers(kind: str, first: str, count: int, tmp_path: Path) -> None:
    days = [date.fromisoformat(first) + timedelta(days=n) for n in range(count)]
    due = [NIGHT.due_on(day) for day in days]
    with empty_database(kind, tmp_path) as url:
        upgrade(url)
        records = Records(url)
        # Half a day a second: the nights pass while one worker is killed and the other goes on.
        clock = FastClock((due[0] - timedelta(hours=36)).isoformat(), time.time(), 12 * 3600.0)
        with Pair(Plan(url, str(tmp_path), clock)) as pair:
            choose = random.Random(count)
            while clock.now() < due[-1] + timedelta(hours=6):
                pair.kill_one(choose)
                time.sleep(choose.uniform(0.5, 1.5))
            _wait_until(pair, lambda: _count(records, Job.state.in_(("queued", "running"))) == 0, 60)
            deaths = pair.deaths
        ran = _marks(records, "fault:night")
        with records.reading() as db:
            taken = Counter(db.scalars(select(ScheduleRun.due_at)))
        records.dispose()
    assert set(due) <= set(taken)
    assert ran == Counter({at.isoformat(): 1 for at in taken})
    print(f"\n{kind}: {len(taken)} due times, each ran once; {deaths} workers killed")
