"""Jobs on SQLite and PostgreSQL: once each, retried, buried, and owned."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from adapters.clock import FrozenClock
from data.repositories import audit, queue
from data.repositories import jobs as repository
from data.repositories.audit import Event
from data.repositories.jobs import NewJob
from data.tables.operations import AuditEvent, Job, ScheduleRun
from domain.access import Role, Viewer
from domain.errors import NotFoundError
from services import health, jobs, leases, portal, schedules, worker
from services.jobs import HANDLERS, LeaseLostError, RunningJob
from tests.factories.databases import BOTH
from tests.factories.world import bare_portal

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
    with bare_portal(request.param, tmp_path, NOW) as found:
        yield found


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


@HANDLERS.register("test_refused")
def _refused(_job: RunningJob) -> None:
    raise NotFoundError(what="site")


@HANDLERS.register("test_slow")
def _slow(job: RunningJob) -> None:
    """While it works, its lease ends and another worker takes and finishes it; then it wants to commit."""
    if job.holder == "slow":
        _end_lease(job.id)
        assert jobs.run_one("quick")
        with pytest.raises(LeaseLostError):
            job.progress(1, 2)
    with job.finishing() as tx:
        audit.add(tx, Event("test:marked", object_id=job.holder), now=NOW)


def _end_lease(job_id: int) -> None:
    with portal.current().records.transaction() as tx:
        tx.execute(update(Job).where(Job.id == job_id).values(lease_until=NOW - timedelta(days=365)))


def test_who_lost_the_lease_has_no_effect(made):
    _enqueue(made, "test_slow", 1)
    assert jobs.run_one("slow")
    with made.records.reading() as db:
        marks = db.scalars(select(AuditEvent.object_id).where(AuditEvent.action == "test:marked")).all()
    assert marks == ["quick"]
    assert _count(made, Job.state == "done", Job.attempts == 2, Job.lease_holder == "quick") == 1


def test_a_refusal_is_not_tried_again(made):
    _enqueue(made, "test_refused", 1)
    assert jobs.run_one("w")
    assert not jobs.run_one("w")
    assert _count(made, Job.state == "dead", Job.attempts == 1) == 1


def test_a_kind_nobody_here_can_handle_waits_for_somebody_who_can(made):
    with made.records.transaction() as tx:
        repository.add(tx, NewJob("kind_of_a_later_release"), now=NOW)
    assert not jobs.run_one("w")
    assert _count(made, Job.state == "queued", Job.attempts == 0) == 1


def test_a_cancelled_job_stops_at_its_next_word(made):
    _enqueue(made, "test_mark", 1)
    with made.records.transaction() as tx:
        job = repository.claim(tx, jobs.claim_for("w", ("test_mark",)))
        running = RunningJob(job.id, job.public_id, {}, None, "w")
    with made.records.transaction() as tx:
        assert repository.cancel(tx, job.id, now=NOW)
    with pytest.raises(LeaseLostError):
        running.progress(1, 2)
    with pytest.raises(LeaseLostError), running.finishing():
        raise AssertionError("the effect of a cancelled job")


@HANDLERS.register("test_beats")
def _beats(job: RunningJob) -> None:
    """While it works, the heartbeat finds it in hand; not the other row, which this process holds but left."""
    until = NOW + timedelta(days=365)
    with portal.current().records.transaction() as tx:
        queue.extend(tx, leases.in_hand(), job.holder, until=until)
    with job.finishing() as tx:
        audit.add(tx, Event("test:marked", object_id=str(len(leases.in_hand()))), now=NOW)


def test_the_heartbeat_extends_what_is_in_hand_and_nothing_else(made):
    _enqueue(made, "test_mark", 1)
    with made.records.transaction() as tx:
        left = repository.claim(tx, jobs.claim_for("w", ("test_mark",))).id
    _enqueue(made, "test_beats", 1)
    assert jobs.run_one("w")
    assert leases.in_hand() == []
    until = NOW + timedelta(days=365)
    assert _count(made, Job.kind == "test_beats", Job.state == "done", Job.lease_until == until) == 1
    assert _count(made, Job.id == left, Job.state == "running", Job.lease_until < until) == 1


def test_a_job_whose_end_could_not_be_written_is_taken_over(made, monkeypatch):
    """The database goes away while the failure is being noted: the process lives on, the lease ends all the same."""
    _enqueue(made, "test_poison", 1)

    def away(*_args, **_values):
        raise OperationalError("update job", {}, Exception("away"))

    monkeypatch.setattr(repository, "fail", away)
    with pytest.raises(OperationalError):
        jobs.run_one("first")
    monkeypatch.undo()
    assert _count(made, Job.state == "running", Job.lease_holder == "first") == 1
    assert leases.in_hand() == []  # the next heartbeats of this process leave it alone
    with made.records.transaction() as tx:
        tx.execute(update(Job).values(lease_until=NOW - timedelta(days=365)))
    assert jobs.run_one("second")
    assert _count(made, Job.state == "queued", Job.attempts == 2) == 1


def test_queue_figures_tell_what_waits_and_what_is_dead(made):
    _enqueue(made, "test_refused", 1)
    assert jobs.run_one("w")
    _enqueue(made, "test_mark", 3)
    with made.records.transaction() as tx:
        repository.claim(tx, jobs.claim_for("w", ("test_mark",)))
    later = FrozenClock(NOW + timedelta(seconds=90))
    state, messages = health.queues(portal.Portal(made.config, made.records, made.readings, made.cache, later))
    assert (state.queue, state.counts) == ("jobs", {"queued": 2, "running": 1, "dead": 1})
    assert state.oldest_due_s == 90
    assert (messages.counts["queued"], messages.oldest_due_s) == (0, 0)


def test_two_processes_of_one_number_hold_apart(made):
    # A container's worker is always process 1: after a kill its successor must not keep the dead one's leases.
    stop = threading.Event()
    assert worker.Worker(made, stop).holder != worker.Worker(made, stop).holder


def test_what_people_wait_for_does_not_queue_behind_upkeep(made):
    _enqueue(made, "test_mark", 3)
    assert not jobs.run_one("w", of_people=True)
    assert jobs.run_one("w", of_people=False)


def test_a_loop_waits_for_a_database_that_is_away(made, monkeypatch):
    monkeypatch.setattr(worker, "TROUBLE_S", 0.01)
    stop, answers = threading.Event(), iter([OperationalError("select 1", {}, Exception("away")), True])

    def step():
        answer = next(answers, None)
        if answer is None:
            stop.set()
            return False
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert worker._loop(step, stop) == 1


def _stop_once(made, stop, finished):
    """Tell the worker to end as soon as so many jobs are done, and in any case after half a minute."""
    for _ in range(300):
        if _count(made, Job.state == "done") >= finished or stop.wait(0.1):
            break
    stop.set()


def test_both_lanes_end_when_told(made):
    stop = threading.Event()
    _enqueue(made, "test_mark", 5)
    threading.Thread(target=_stop_once, args=(made, stop, 5), daemon=True).start()
    assert worker.run(made, stop) >= 5
    assert _count(made, Job.state == "running") == 0


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
