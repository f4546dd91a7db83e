"""What runs by itself and when: roll-ups, compaction, the demo's live readings, payments, cleaning up."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import delete

from data.repositories import jobs as repository
from data.repositories.jobs import NewJob
from data.tables.identity import LoginAttempt, LoginSession
from data.tables.operations import Job, OutboxMessage, ScheduleRun
from domain.calendar import Period, PeriodKind
from domain.schedule import Daily, Every, Rule
from services import exports, payment_runs, portal
from services.jobs import HANDLERS, RunningJob
from services.rollups import roll_up

KEEP_DAYS = 7
log = logging.getLogger("portal.worker")


@dataclass(frozen=True)
class Schedule:
    kind: str
    rule: Rule
    demo_only: bool = False
    max_attempts: int = 5

    def latest_due(self, now: datetime, time_zone: str) -> datetime:
        """The last time it was due by the retailer's clock."""
        rule = replace(self.rule, zone_name=time_zone) if isinstance(self.rule, Daily) else self.rule
        return rule.latest_due(now)


SCHEDULES: dict[str, Schedule] = {
    "rollup": Schedule("rollup", Every(1)),
    "compact": Schedule("compact", Every(60)),
    "live_demo": Schedule("live_demo", Every(1), demo_only=True),
    "dunning": Schedule("dunning", Daily(time(5, 30))),
    "cleanup": Schedule("cleanup", Daily(time(2, 30))),
    "billing": Schedule("billing", Daily(time(3, 30))),
    payment_runs.RECONCILE: Schedule(payment_runs.RECONCILE, Every(5)),
    payment_runs.COLLECT: Schedule(payment_runs.COLLECT, Daily(time(5, 0))),
    payment_runs.TELL: Schedule(payment_runs.TELL, Every(1), demo_only=True),
}


def enqueue_due(taken: dict[str, datetime]) -> int:
    """One job for each schedule whose latest due time nobody has taken. Earlier due times that were slept through
    are not made up for: each of these jobs does all the work there is.

    taken : the due times this process has seen taken, so that an idle worker does not ask the database
    """
    made = portal.current()
    now = made.clock.now()
    added = 0
    for name, schedule in SCHEDULES.items():
        if schedule.demo_only and not made.config.is_demo:
            continue
        due = schedule.latest_due(now, made.config.time_zone)
        if taken.get(name) == due:
            continue
        with made.records.transaction() as tx:
            new = NewJob(schedule.kind, {"due": due.isoformat()}, max_attempts=schedule.max_attempts)
            added += repository.add_scheduled(tx, name, due, new, now=now) is not None
        taken[name] = due
    return added


@HANDLERS.register("rollup")
def _rollup(_job: RunningJob) -> None:
    roll_up(portal.current())


@HANDLERS.register("compact")
def _compact(_job: RunningJob) -> None:
    portal.current().readings.compact()


@HANDLERS.register("live_demo")
def _live_demo(_job: RunningJob) -> None:
    from services.demo import continue_live

    continue_live(portal.current())


@HANDLERS.register("billing")
def _billing(_job: RunningJob) -> None:
    """The bills of the month before and the instalments of this one; then what corrections have changed."""
    from services import billing_run, rebilling

    today = portal.today()
    this = Period.of(PeriodKind.MONTH, today)
    for month in (this.shift(-1), this):
        report = billing_run.run(month)
        log.info("billing run of %s: %s", f"{month.first:%Y-%m}", billing_run.told(report))
    rebilling.find()


@HANDLERS.register("dunning")
def _dunning(job: RunningJob) -> None:
    from services import dunning_run

    job.result["steps"] = dunning_run.nightly()


@HANDLERS.register("cleanup")
def _cleanup(job: RunningJob) -> None:
    """Expired sessions, old attempts, what was done or sent; what a person asked for stays until its own expiry."""
    before = portal.current().clock.now() - timedelta(days=KEEP_DAYS)
    with job.finishing() as tx:
        tx.execute(delete(LoginAttempt).where(LoginAttempt.at < before))
        tx.execute(delete(LoginSession).where(LoginSession.expires_at < before))
        tx.execute(delete(ScheduleRun).where(ScheduleRun.due_at < before))
        tx.execute(delete(Job).where(Job.user_id.is_(None), Job.state == "done", Job.finished_at < before))
        tx.execute(delete(OutboxMessage).where(OutboxMessage.state == "done", OutboxMessage.sent_at < before))
        exports.remove_expired(tx)
