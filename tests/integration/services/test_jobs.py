"""Jobs on SQLite and PostgreSQL: once each, retried, buried, and owned."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from adapters.clock import FrozenClock
from data.repositories import audit
from data.repositories.audit import Event
from data.tables.operations import AuditEvent, Job, ScheduleRun
from domain.access import Role, Viewer
from domain.errors import NotFoundError
from services import jobs, portal, schedules, worker
from services.jobs import HANDLERS, RunningJob
from tests.factories.databases import BOTH, empty_database
from tests.factories.world import tiny_portal

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)


@HANDLERS.register("test_mark")
def _mark(job: RunningJob) -> None:
    """The effect is a row of the audit trail, in the job's own transaction."""
    with job.finishing() as tx:
        audit.add(tx, Event("test:marked", object_id=str(job.payload["n"])), now=NOW)


@HANDLERS.register("test_poison")
def _poison(_job: RunningJob) -> None:
    raise ValueError("cannot be done")


@pytest.fixture(params=BOTH)
def made(request, tmp_path):
    with (
        empty_database(request.param, tmp_path) as url,
        portal.using(tiny_portal(tmp_path, now=NOW, database_url=url)) as found,
    ):
        yield found
        found.records.dispose()
        found.readings.close()


def _enqueue(made, kind, count):
    with made.records.transaction() as tx:
        return [jobs.enqueue(tx, kind, {"n": n}, now=made.clock.now()) for n in range(count)]


def _count(made, *where):
    with made.records.reading() as db:
        return db.scalar(select(func.count()).select_from(Job).where(*where))


def test_two_workers_run_each_job_once(made):
    _enqueue(made, "test_mark", 40)

    def drain():
        with portal.using(made):
            while jobs.run_one(threading.current_thread().name):
                pass

    threads = [threading.Thread(target=drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with made.records.reading() as db:
        marks = db.scalars(select(AuditEvent.object_id).where(AuditEvent.action == "test:marked")).all()
    assert sorted(map(int, marks)) == list(range(40))
    assert _count(made, Job.state == "done", Job.attempts == 1) == 40


def test_a_poison_job_is_buried_and_the_queue_goes_on(made):
    _enqueue(made, "test_poison", 1)
    for minutes in (0, 1, 10, 60, 200):  # the waits are 5 s, 30 s, 5 min and 30 min
        later = portal.Portal(
            made.config, made.records, made.readings, made.cache, FrozenClock(NOW + timedelta(minutes=minutes))
        )
        with portal.using(later):
            assert jobs.run_one("w")
    _enqueue(made, "test_mark", 1)
    later = portal.Portal(made.config, made.records, made.readings, made.cache, FrozenClock(NOW + timedelta(days=1)))
    with portal.using(later):
        assert jobs.run_one("w")
        assert not jobs.run_one("w")
    assert _count(made, Job.state == "dead", Job.attempts == 5, Job.error == "ValueError: cannot be done") == 1
    assert _count(made, Job.state == "done") == 1


def test_a_dedupe_key_gives_the_same_job(made):
    with made.records.transaction() as tx:
        first = jobs.enqueue(tx, "test_mark", {"n": 1}, now=NOW, dedupe_key="once")
        again = jobs.enqueue(tx, "test_mark", {"n": 2}, now=NOW, dedupe_key="once")
    assert first == again


def test_a_schedule_is_taken_once_per_due_time(made):
    assert schedules.enqueue_due({}) == len(schedules.SCHEDULES)
    assert schedules.enqueue_due({}) == 0  # a second worker, which has seen nothing
    with made.records.reading() as db:
        assert db.scalar(select(func.count()).select_from(ScheduleRun)) == len(schedules.SCHEDULES)


def test_the_worker_runs_what_is_due_and_stops(made):
    assert worker.run(made, threading.Event(), once=True) == len(schedules.SCHEDULES)
    assert _count(made, Job.state != "done") == 0


def test_a_job_is_its_owners(made):
    from data.repositories import identity

    with made.records.transaction() as tx:
        ids = [
            identity.add_user(
                tx,
                identity.NewUser(email=f"{name}@demo.example", name=name, password_hash="x", role="customer"),
                now=NOW,
            ).id
            for name in ("ada", "ben")
        ]
        public_id = jobs.enqueue(tx, "test_mark", {"n": 1}, now=NOW, user_id=ids[0])
    ada, ben = (Viewer(user_id, "", "", Role.CUSTOMER) for user_id in ids)
    assert [item.public_id for item in jobs.my_jobs(ada, "test_mark")] == [public_id]
    with pytest.raises(NotFoundError):
        jobs.job(ben, public_id)
    assert jobs.cancel(ada, public_id)
    assert jobs.job(ada, public_id).state == "cancelled"
