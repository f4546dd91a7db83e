"""The worker as a process: told to stop it finishes what runs, and what it says are JSON lines."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from data.repositories import jobs as repository
from data.repositories.jobs import NewJob
from data.tables.operations import Job
from services import outbox
from tests.factories.server import environment
from tests.factories.world import tiny_portal

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
# A worker with one handler more, which says when it has begun.
CHILD = """
import sys, time
from pathlib import Path
import cli
from services.jobs import HANDLERS
@HANDLERS.register("test_slow")
def slow(job):
    Path(sys.argv[1]).touch()
    time.sleep(1)
sys.exit(cli.main(["worker"]))
"""


def _states(made, kind):
    with made.records.reading() as db:
        return list(db.scalars(select(Job.state).where(Job.kind == kind).order_by(Job.id)))


def test_sigterm_lets_the_running_job_finish_and_begins_no_other(tmp_path: Path):
    made = tiny_portal(tmp_path, now=NOW)
    with made.records.transaction() as tx:
        for _twice in range(2):
            repository.add(tx, NewJob("test_slow"), now=NOW)
    begun = tmp_path / "begun"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(begun)], env=environment(made.config))
    try:
        deadline = time.monotonic() + 60
        while not begun.exists():
            assert time.monotonic() < deadline, "the worker began nothing"
            assert child.poll() is None
            time.sleep(0.02)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=30) == 0
    finally:
        child.kill()
        child.wait()
    assert _states(made, "test_slow") == ["done", "queued"]
    made.readings.close()
    made.records.dispose()


def test_the_worker_writes_json_lines_and_no_personal_values(tmp_path: Path):
    made = tiny_portal(tmp_path, now=NOW)
    with made.records.transaction() as tx:
        outbox.announce(tx, "log", {"event": "something_happened"}, now=NOW)
        repository.add(tx, NewJob("export", {"locale": "en", "first": "2026-10-01"}, max_attempts=1), now=NOW)
    command = [sys.executable, "-m", "cli", "worker", "--once"]
    done = subprocess.run(
        command, env=environment(made.config), capture_output=True, text=True, timeout=120, check=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    told = {line["logger"]: line for line in lines}
    assert told["portal.outbox"]["message"] == "something_happened msg-1"  # of level INFO, the default
    (failed,) = [line for line in lines if line["level"] == "ERROR"]
    assert failed["logger"] == "portal.worker"
    assert "InvalidInputError" in failed["exception"]  # the order has no last day
    made.readings.close()
    made.records.dispose()
