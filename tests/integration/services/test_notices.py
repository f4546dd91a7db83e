"""What a person is told: once, by whoever asks first, and by nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from data.repositories import identity
from data.repositories import jobs as repository
from data.repositories import notices as rows
from data.repositories.notices import NewNotice
from data.tables.operations import Job, Notice
from domain.access import NOBODY, Role, Viewer
from domain.errors import NotFoundError
from services import jobs, notices
from services.jobs import HANDLERS, RunningJob
from tests.factories.databases import BOTH
from tests.factories.world import bare_portal

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)


@HANDLERS.register("test_gone")
def _gone(_job: RunningJob) -> None:
    raise NotFoundError(what="site")


@pytest.fixture(params=BOTH)
def made(request, tmp_path):
    with bare_portal(request.param, tmp_path, NOW) as found:
        yield found


@pytest.fixture
def people(made):
    with made.records.transaction() as tx:
        ids = [
            identity.add_user(
                tx, identity.NewUser(email=f"{name}@demo.example", name=name, password_hash="x", role="customer"),
                now=NOW,
            ).id
            for name in ("ada", "ben")
        ]  # fmt: skip
    return [Viewer(user_id, "", "", Role.CUSTOMER) for user_id in ids]


def _tell(made, viewer, *names):
    with made.records.transaction() as tx:
        for name in names:
            rows.add(tx, NewNotice(viewer.user_id, "export_ready", {"name": name}), now=NOW)


def _names(viewer):
    return [told.params["name"] for told in notices.take_unseen(viewer)]


def test_each_notice_is_shown_once_to_its_person(made, people):
    ada, ben = people
    _tell(made, ada, "one", "two")
    assert notices.take_unseen(ben) == []
    assert _names(ada) == ["one", "two"]
    assert _names(ada) == []
    with made.records.reading() as db:
        assert db.scalars(select(Notice.seen_at)).all() == [NOW, NOW]


def test_the_newest_three_are_shown_and_none_comes_later(made, people):
    _tell(made, people[0], "one", "two", "three", "four", "five")
    assert _names(people[0]) == ["three", "four", "five"]
    assert _names(people[0]) == []


def test_nobody_and_staff_on_a_visit_take_none(made, people):
    ada = people[0]
    _tell(made, ada, "one")
    assert notices.take_unseen(NOBODY) == []
    assert notices.take_unseen(replace(ada, acting_for_account_id=7)) == []
    assert _names(ada) == ["one"]


def test_who_waits_for_a_job_is_told_that_it_failed(made, people):
    with made.records.transaction() as tx:
        jobs.enqueue(tx, "test_gone", {"name": "a.csv"}, now=NOW, user_id=people[0].user_id)
        jobs.enqueue(tx, "test_gone", {}, now=NOW)  # nobody's
    while jobs.run_one("w"):
        pass
    assert [(told.kind, told.params) for told in notices.take_unseen(people[0])] == [
        ("test_gone_failed", {"name": "a.csv"})
    ]
    with made.records.reading() as db:
        assert len(db.scalars(select(Notice.id)).all()) == 1


def test_also_when_the_job_took_five_workers_with_it(made, people):
    with made.records.transaction() as tx:
        jobs.enqueue(tx, "test_gone", {"name": "a.csv"}, now=NOW, user_id=people[0].user_id)
        dead = repository.claim(tx, jobs.claim_for("killed", ("test_gone",)))
        tx.execute(update(Job).values(attempts=5, lease_until=NOW - timedelta(days=365)))
    assert dead.user_id == people[0].user_id
    assert not jobs.run_one("w")
    assert _names(people[0]) == ["a.csv"]
