"""kill -9 of two workers on one database: each effect once, each night once, poison buried, the queue goes on."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import func, select

from data.migrate import upgrade
from data.repositories import jobs as repository
from data.repositories.jobs import NewJob
from data.session import Records
from data.tables.operations import AuditEvent, Job, ScheduleRun
from tests.factories.databases import BOTH, empty_database
from tests.integration.faults import worker_child
from tests.integration.faults.worker_child import AT, NIGHT, Plan, SharedClock

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


def _add(records: Records, kind: str, count: int, *, first: int = 0, max_attempts: int = 5) -> None:
    """By the test itself, whose clock is always behind the workers'."""
    with records.transaction() as tx:
        for n in range(first, first + count):
            repository.add(tx, NewJob(kind, {"n": n}, max_attempts=max_attempts), now=AT)


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
        clock = SharedClock(str(tmp_path / "clock"))
        clock.set(datetime(2026, 3, 27, 12, tzinfo=UTC))
        choose = random.Random(20261122)
        added = 0
        _add(records, "fault_poison", 1)
        _add(records, "fault_deadly", 1)
        with Pair(Plan(url, str(tmp_path), clock)) as pair:
            for _ in range(KILLS):
                while (victim := _busy(pair, records)) is None:
                    if _count(records, Job.state == "queued") < 40:
                        # The oldest job is taken over first and killed again: five attempts would bury it.
                        _add(records, "fault_mark", 40, first=added, max_attempts=KILLS + 5)
                        added += 40
                    pair.revive()
                    time.sleep(0.01)
                time.sleep(choose.uniform(0.0, 0.05))  # before, in or after the transaction that has the effect
                victim.kill()
                victim.join()
            _wait_until(pair, lambda: _count(records, Job.state.in_(("queued", "running"))) == 0, 120)
            pair.revive()  # counts the last death too
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


# Both nights on which Berlin's clock changes, with the one before and after: 02:30 does not exist, and exists twice.
NIGHTS = [date(2026, 3, 28), date(2026, 10, 24)]
# Minutes from the due time: before it, at it, and where a second 02:30 or a shifted one would come.
STEPS_MIN = (-61, -1, 0, 1, 30, 59, 60, 61, 90, 120, 720)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("first", NIGHTS)
def test_each_night_runs_once_with_two_workers(kind: str, first: date, tmp_path: Path) -> None:
    due = [NIGHT.due_on(first + timedelta(days=n)) for n in range(3)]
    clock = SharedClock(str(tmp_path / "clock"))
    choose = random.Random(first.toordinal())
    with empty_database(kind, tmp_path) as url:
        upgrade(url)
        records = Records(url)
        clock.set(due[0] - timedelta(hours=12))
        with Pair(Plan(url, str(tmp_path), clock)) as pair:
            for at in due:
                for minutes in STEPS_MIN:
                    clock.set(at + timedelta(minutes=minutes))
                    time.sleep(choose.uniform(0.0, 0.1))
                    if choose.random() < (0.5 if FULL else 0.15):
                        pair.kill_one(choose)
                    _wait_until(pair, lambda at=at, minutes=minutes: minutes < 0 or at in _taken(records), 60)
            _wait_until(pair, lambda: _count(records, Job.state.in_(("queued", "running"))) == 0, 60)
            deaths = pair.deaths
        ran, taken = _marks(records, "fault:night"), _taken(records)
        records.dispose()
    # The night before the first is the latest that is due when the workers start.
    assert set(due) <= set(taken) <= {NIGHT.due_on(first - timedelta(days=1)), *due}
    assert ran == Counter({at.isoformat(): 1 for at in taken})
    print(f"\n{kind}: {len(taken)} due times, each ran once; {deaths} workers killed")


def _taken(records: Records) -> Counter[datetime]:
    with records.reading() as db:
        return Counter(db.scalars(select(ScheduleRun.due_at)))
