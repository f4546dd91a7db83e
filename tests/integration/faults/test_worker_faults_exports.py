"""kill -9 of the worker that makes an export: the other finishes it, one file, one notice, nothing half."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from data.queries import identity
from data.tables.identity import User
from data.tables.operations import Job, Notice
from domain.access import Role, Viewer
from domain.exports import ExportRequest
from services import exports, portal
from services.sites import sites_of
from tests.factories.databases import BOTH, current_database
from tests.factories.world import tiny_world
from tests.integration.faults.worker_child import Plan, SharedClock
from tests.integration.faults.worker_pair import Pair, busy, wait_until

pytestmark = pytest.mark.faults
FULL = os.environ.get("PORTAL_FAULTS") == "full"
KILLS = 3 if FULL else 1  # of each export
MOST_MORE = 8  # orders beyond the formats, until a worker died at work
FORMATS = ("csv", "xlsx") if FULL else ("csv",)
DATABASES = BOTH if FULL else BOTH[:1]


def _viewer(made: portal.Portal, name: str) -> Viewer:
    with made.records.reading() as db:
        user = db.scalars(select(User).where(User.email == f"{name}@demo.example")).one()
        accounts, grants = identity.memberships(db, user.id)
        return Viewer(user.id, user.email, user.name, Role(user.role), "en", grants, accounts)


def _order(viewer: Viewer, kind: str) -> tuple[str, exports.ExportPlan]:
    site = sites_of(viewer)[0]
    register = site.with_flow("import")[0].public_id if kind == "xlsx" else ""  # a workbook takes ten times as long
    request = ExportRequest(site.public_id, date(2026, 2, 15), date(2026, 11, 19), "interval", kind, register)
    plan = exports.prepare(viewer, site.public_id, request)
    public_id = exports.order(viewer, plan)
    with portal.current().records.transaction() as tx:
        # On a busy machine a worker may miss its heartbeat: that costs an attempt, and is not what is tried here.
        tx.execute(update(Job).where(Job.public_id == public_id).values(max_attempts=50))
    return public_id, plan


def _job(made: portal.Portal, public_id: str) -> Job:
    with made.records.reading() as db:
        return db.scalars(select(Job).where(Job.public_id == public_id)).one()


def _notices(made: portal.Portal, viewer: Viewer) -> int:
    with made.records.reading() as db:
        wanted = select(func.count()).where(Notice.user_id == viewer.user_id, Notice.kind == "export_ready")
        return int(db.scalar(wanted) or 0)


@pytest.mark.parametrize("database", DATABASES)
def test_an_export_outlives_its_workers(database: str, tmp_path: Path) -> None:
    with current_database(database, tmp_path) as url:
        made = tiny_world(tmp_path, database_url=url)
        clock = SharedClock(str(tmp_path / "clock"))
        clock.set(made.clock.now())
        choose = random.Random(20261122)
        plan_of_children = Plan(url, str(tmp_path), clock, made.config.manifest_url, lease_s=2.0)
        with portal.using(made), Pair(plan_of_children) as pair:
            viewer = _viewer(made, "consumer")
            before, orders = _notices(made, viewer), []
            for kind in _until_killed(pair):
                public_id, plan = _order(viewer, kind)
                orders.append(public_id)
                for attempt in range(KILLS):
                    wait_until(pair, lambda n=attempt + 1, key=public_id: _is_under_way(made, key, n), 60)
                    time.sleep(choose.uniform(0.0, 0.3))  # while it reads, writes, or packs what it has written
                    victim = busy(pair, made.records, "export")
                    if victim is not None:
                        victim.kill()
                        victim.join()
                wait_until(pair, lambda key=public_id: _job(made, key).state in {"done", "dead"}, 120)
                assert (_job(made, public_id).state, _job(made, public_id).error) == ("done", "")
                path, _name, _mime = exports.finished_file(viewer, public_id)
                assert [p.name for p in path.parent.glob(f"{public_id}-*")] == [path.name]
                if kind == "csv":  # a workbook says when it was made
                    assert path.read_bytes() == exports.download_now(viewer, plan).content
            pair.revive()
            deaths, told = pair.deaths, _notices(made, viewer) - before
            left = [path.name for path in (Path(made.config.files) / "exports").iterdir()]
        made.readings.close()
        made.records.dispose()
    assert told == len(orders)
    assert len(left) == len(orders)
    assert deaths >= 1
    print(f"\n{database}: {len(orders)} exports made under {deaths} kills, each one file and one notice")


def _until_killed(pair: Pair) -> Iterator[str]:
    """Each format once; where every file was finished before its worker could be killed, some more."""
    yield from FORMATS
    for _more in range(MOST_MORE):
        pair.revive()
        if pair.deaths:
            return
        yield FORMATS[0]


def _is_under_way(made: portal.Portal, public_id: str, attempt: int) -> bool:
    """In this attempt with something written, or finished before anybody could be killed."""
    job = _job(made, public_id)
    return job.state == "done" or (job.state == "running" and job.attempts >= attempt and job.progress_done > 0)
