"""`python -m cli jobs` on SQLite and PostgreSQL: what is dead is seen, tried again or dropped, and the trail says so."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from config import Config
from data.repositories import identity
from data.repositories import jobs as repository
from data.repositories.jobs import NewJob
from data.tables.operations import AuditEvent, Job, OutboxMessage, ScheduleRun
from domain.errors import InvalidInputError
from services import dead_letters, jobs, outbox
from services.jobs import HANDLERS, RunningJob
from services.outbox import CHANNELS, Message
from tests.factories.databases import BOTH
from tests.factories.server import ROOT, environment
from tests.factories.world import bare_portal

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
mended: list[bool] = []


@HANDLERS.register("test_mendable")
def _mendable(_job: RunningJob) -> None:
    if not mended:
        raise InvalidInputError("to", "broken")


@CHANNELS.register("test_mendable")
def _channel(_message: Message) -> None:
    if not mended:
        raise InvalidInputError("to", "no_such_mailbox")


@pytest.fixture(params=BOTH)
def made(request, tmp_path):
    mended.clear()
    with bare_portal(request.param, tmp_path, NOW) as found:
        yield found


@pytest.fixture
def run(made):
    def command(*words: str) -> int:
        parser = argparse.ArgumentParser()
        dead_letters.add_arguments(parser)
        return dead_letters.command(parser.parse_args(words), made)

    return command


@pytest.fixture
def dead(made) -> tuple[str, str]:
    """The ids of one job and one message that were refused at their first attempt."""
    with made.records.transaction() as tx:
        job = repository.add_scheduled(tx, "test", NOW, NewJob("test_mendable", {"site": 7}), now=NOW)
        job_id = job.public_id
        outbox.announce(tx, "test_mendable", {"to": "nobody"}, now=NOW)
    assert jobs.run_one("w")
    assert outbox.deliver_one("w")
    return job_id, "msg-1"


def _rows(made, table):
    with made.records.reading() as db:
        return [(row.state, row.attempts) for row in db.scalars(select(table).order_by(table.id))]


def _trail(made):
    with made.records.reading() as db:
        rows = db.scalars(select(AuditEvent).order_by(AuditEvent.id))
        return [(row.action, row.object_type, row.object_id, json.loads(row.detail)["kind"]) for row in rows]


def test_the_list_shows_what_is_dead_and_why(run, dead, capsys):
    assert run("list") == 0
    job, message, last = capsys.readouterr().out.splitlines()
    assert job.startswith(f"{dead[0]}  test_mendable  tried 1×  2026-11-20 11:07 UTC  InvalidInputError")
    assert message.startswith("msg-1           test_mendable  tried 1×  2026-11-20 11:07 UTC  InvalidInputError")
    assert last == "dead: jobs 1, messages 1"


def test_the_list_keeps_to_state_kind_and_number(run, made, dead, capsys):
    with made.records.transaction() as tx:
        ids = [jobs.enqueue(tx, "test_mendable", {}, now=NOW) for _ in range(3)]
    run("list", "--state", "queued", "--limit", "2")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [ids[2], ids[1]]  # the newest two
    assert lines[-1] == "queued: jobs 2, messages 0"
    run("list", "--kind", "export")
    assert capsys.readouterr().out == "dead: jobs 0, messages 0\n"


def test_a_long_error_takes_one_line(run, made, dead, capsys):
    with made.records.transaction() as tx:
        tx.query(Job).update({"error": "ValueError: " + "first\nsecond " * 20})
    run("list")
    line = capsys.readouterr().out.splitlines()[0]
    assert line.endswith("…")
    assert len(line) == len(f"{dead[0]}  test_mendable  tried 1×  2026-11-20 11:07 UTC  ") + 70


def test_one_is_shown_whole(run, made, dead, capsys):
    with made.records.transaction() as tx:
        owner = identity.add_user(tx, identity.NewUser("a@example.com", "A", "x", "customer"), now=NOW)
        asked = jobs.enqueue(tx, "test_mendable", {"name": "März"}, now=NOW, user_id=owner.id)
        public_id = owner.public_id
    assert run("show", asked) == 0
    text = capsys.readouterr().out
    shown = json.loads(text)
    assert (shown["owner"], shown["state"], shown["payload"]) == (public_id, "queued", {"name": "März"})
    assert "März" in text  # as people write it
    assert run("show", dead[1]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["queue"], shown["owner"], shown["payload"]) == ("outbox", "", {"to": "nobody"})
    assert set(shown) == {
        "id", "queue", "kind", "state", "attempts", "owner", "payload", "error", "created_at", "due_at", "ended_at",
    }  # fmt: skip


def test_what_is_retried_has_all_its_attempts_again(run, made, dead, capsys):
    assert run("retry", *dead) == 0
    assert capsys.readouterr().out.splitlines() == [f"{each} waits again; a worker takes it next." for each in dead]
    assert _rows(made, Job) == _rows(made, OutboxMessage) == [("queued", 0)]
    mended.append(True)
    assert jobs.run_one("w")
    assert outbox.deliver_one("w")
    assert _rows(made, Job) == _rows(made, OutboxMessage) == [("done", 1)]
    assert _trail(made) == [
        ("job:retried", "job", dead[0], "test_mendable"), ("message:retried", "message", "msg-1", "test_mendable"),
    ]  # fmt: skip


def test_what_is_dropped_is_gone_and_its_due_time_stays_taken(run, made, dead, capsys):
    assert run("drop", *dead) == 0
    assert capsys.readouterr().out.splitlines() == [f"{each} is gone." for each in dead]
    assert _rows(made, Job) == _rows(made, OutboxMessage) == []
    with made.records.transaction() as tx:
        assert tx.scalars(select(ScheduleRun.job_id)).all() == [None]
        assert repository.add_scheduled(tx, "test", NOW, NewJob("test_mendable"), now=NOW) is None
    assert [row[:3] for row in _trail(made)] == [
        ("job:dropped", "job", dead[0]), ("message:dropped", "message", "msg-1"),
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["retry", "drop"])
@pytest.mark.parametrize("state", ["queued", "running", "done", "cancelled"])
def test_only_what_is_dead_is_touched(verb, state, run, made, dead, capsys):
    with made.records.transaction() as tx:
        tx.query(Job).update({"state": state, "lease_until": NOW + timedelta(days=1)})
    assert run(verb, dead[0]) == 1
    assert capsys.readouterr().err == f"{dead[0]} is {state}; only what is dead can be retried or dropped.\n"
    assert _rows(made, Job) == [(state, 1)]
    assert _trail(made) == []


def test_an_unknown_id_is_named_and_the_others_are_done(run, made, dead, capsys):
    unknown = ["msg-2", "msg-99999999999999999999", "job-0", "1; drop"]
    assert run("retry", *unknown, dead[0]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        f"Nothing has the id {each}. `python -m cli jobs list` shows what is dead." for each in unknown
    ]
    assert said.out == f"{dead[0]} waits again; a worker takes it next.\n"
    assert run("show", "msg-2") == 1


@pytest.mark.parametrize("words", [("list", "--state", "lost"), ("list", "--limit", "0"), ("retry",), ()])
def test_a_wrong_word_is_refused_before_anything_happens(words, capsys):
    parser = argparse.ArgumentParser()
    dead_letters.add_arguments(parser)
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(words)
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("sqlite:///{}/new.sqlite", "The database has not the schema of this release: run `python -m cli migrate`."),
        ("postgresql://127.0.0.1:1/none", "The database does not answer; see PORTAL_DATABASE_URL: "),
    ],
)
def test_without_records_the_remedy_is_named(url, remedy, tmp_path):
    settings = {
        **environment(Config()),
        "PORTAL_DATABASE_URL": url.format(tmp_path),
        "PORTAL_STORE": str(tmp_path / "s"),
    }
    listing = [sys.executable, "-m", "cli", "jobs", "list"]
    done = subprocess.run(listing, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(remedy)
