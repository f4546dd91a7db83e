"""kill -9 of two workers on one database: each effect once, each night once, poison buried, the queue goes on."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data.repositories import jobs as repository
from data.repositories.jobs import NewJob
from data.session import Records
from data.tables.operations import AuditEvent, Job, ScheduleRun
from tests.factories.databases import BOTH, current_database
from tests.integration.faults.worker_child import AT, NIGHT, Plan, SharedClock
from tests.integration.faults.worker_pair import Pair, busy, wait_until

pytestmark = pytest.mark.faults
FULL = os.environ.get("PORTAL_FAULTS") == "full"
KILLS = 30 if FULL else 3


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


@pytest.mark.parametrize("kind", BOTH)
def test_kill_9_leaves_each_effect_once(kind: str, tmp_path: Path) -> None:
    with current_database(kind, tmp_path) as url:
        records = Records(url)
        clock = SharedClock(str(tmp_path / "clock"))
        clock.set(datetime(2026, 3, 27, 12, tzinfo=UTC))
        choose = random.Random(20261122)
        added, met = 10 * KILLS, 0
        # The oldest job is taken over first and killed again: five attempts would bury it.
        _add(records, "fault_mark", added, max_attempts=KILLS + 5)
        _add(records, "fault_poison", 1)
        _add(records, "fault_deadly", 1)
        with Pair(Plan(url, str(tmp_path), clock)) as pair:
            while met < KILLS:  # a kill between two jobs proves little and does not count
                time.sleep(choose.uniform(0.0, 0.4))
                while (victim := busy(pair, records, "fault_mark")) is None:
                    if _count(records, Job.state == "queued") < 40:
                        _add(records, "fault_mark", 40, first=added, max_attempts=KILLS + 5)
                        added += 40
                    pair.revive()
                    time.sleep(0.01)
                time.sleep(choose.uniform(0.0, 0.07))  # before, in or after the transaction that has the effect
                victim.kill()
                victim.join()
                met += _count(records, Job.state == "running", Job.lease_holder.contains(f":{victim.pid}:"))
            wait_until(pair, lambda: _count(records, Job.state.in_(("queued", "running"))) == 0, 120)
            pair.revive()  # counts the last death too
            deaths = pair.deaths
        marks = _marks(records, "fault:marked")
        assert marks == Counter({str(n): 1 for n in range(added)})
        # Five attempts each: the one raised five times, the other took five workers with it.
        assert _count(records, Job.kind == "fault_poison", Job.state == "dead", Job.attempts == 5) == 1
        assert _count(records, Job.kind == "fault_deadly", Job.state == "dead", Job.attempts == 5) == 1
        assert deaths >= met + 5
        retried = _count(records, Job.kind == "fault_mark", Job.attempts > 1)
        records.dispose()
    assert retried > 0
    print(f"\n{kind}: {deaths} kills, {met} of them within a job; {added} effects, none lost, none doubled; "
          f"{retried} jobs taken over, 2 dead letters")  # fmt: skip


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
    with current_database(kind, tmp_path) as url:
        records = Records(url)
        clock.set(due[0] - timedelta(hours=12))
        with Pair(Plan(url, str(tmp_path), clock)) as pair:
            for at in due:
                for minutes in STEPS_MIN:
                    clock.set(at + timedelta(minutes=minutes))
                    time.sleep(choose.uniform(0.0, 0.1))
                    if choose.random() < (0.5 if FULL else 0.15):
                        pair.kill_one(choose)
                    wait_until(pair, lambda at=at, minutes=minutes: minutes < 0 or at in _taken(records), 60)
            wait_until(pair, lambda: _count(records, Job.state.in_(("queued", "running"))) == 0, 60)
            deaths = pair.deaths
        ran, taken = _marks(records, "fault:night"), _taken(records)
        with records.reading() as db:
            ends = [(job.payload, job.state, job.attempts, job.error) for job in db.scalars(select(Job))]
        records.dispose()
    # The night before the first is the latest that is due when the workers start.
    assert set(due) <= set(taken) <= {NIGHT.due_on(first - timedelta(days=1)), *due}
    assert ran == Counter({at.isoformat(): 1 for at in taken}), ends
    print(f"\n{kind}, nights from {first}: {len(taken)} due times, each ran once, under {deaths} kills")


def _taken(records: Records) -> Counter[datetime]:
    with records.reading() as db:
        return Counter(db.scalars(select(ScheduleRun.due_at)))
