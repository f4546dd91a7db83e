"""`cli serve` as real processes: whenever it is told to stop or killed, none of what it started is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters import tied
from config import Config
from data.tables.accounts import Customer
from services import serve
from tests.factories.server import ROOT, environment, free_port
from tests.factories.world import tiny_portal

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
PATIENCE_S = 90
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux ends orphans")


@contextmanager
def _serving(folder: Path, *, is_made: bool) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The real command on stores of its own, as leader of a session; the world is made, so that the server comes soon,
    or yet to make, which takes longer than any of these tests.
    """
    made = tiny_portal(folder, now=NOW)
    if is_made:
        with made.records.transaction() as tx:
            tx.add(Customer(public_id="cust-1", kind="residential", name="A", created_at=NOW))
    made.records.dispose()
    made.readings.close()
    port = free_port()
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve"],
            cwd=ROOT, env=environment(made.config, port), stdout=log, stderr=log, start_new_session=True,
            preexec_fn=_hear_a_closed_terminal,  # noqa: PLW1509 - it sets one signal and takes no lock
        )  # fmt: skip
    try:
        yield child, f"http://127.0.0.1:{port}"
    finally:
        for pid in _session(child.pid):
            os.kill(pid, signal.SIGKILL)
        child.wait()


def _hear_a_closed_terminal() -> None:
    """Also where the tests themselves were started with `nohup`, which their children inherit."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _session(leader: int) -> dict[int, str]:
    """The command lines of all living processes of a session; who loses the parent stays in it."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, _parent, _group, session = (place / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found[int(place.name)] = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it has just ended
            continue
    return found


def _wait(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s for {what}"
        time.sleep(0.02)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@on_linux
@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("-m cli migrate", signal.SIGTERM),
        ("-m cli demo", signal.SIGTERM),
        ("-m cli demo", signal.SIGKILL),
        ("-m gunicorn", signal.SIGHUP),
        ("-m gunicorn", signal.SIGKILL),
        ("-m cli worker", signal.SIGTERM),
    ],
)
def test_nothing_is_left_of_a_start_that_ends_early(moment, number, tmp_path):
    with _serving(tmp_path, is_made="demo" not in moment) as (child, _url):
        _wait(lambda: any(moment in line for line in _session(child.pid).values()), moment)
        child.send_signal(number)
        assert child.wait(timeout=PATIENCE_S) == (-number if number == signal.SIGKILL else 0)
        _wait(lambda: not _session(child.pid), "the children to end")


@on_linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_running_portal(number, tmp_path):
    with _serving(tmp_path, is_made=True) as (child, url):
        _wait(lambda: _answers(url), "the server")
        assert len(_session(child.pid)) >= 4  # serve, gunicorn with at least one of its two, and the worker
        child.send_signal(number)
        child.wait(timeout=PATIENCE_S)
        _wait(lambda: not _session(child.pid), "the children to end")


@on_linux
def test_a_child_whose_parent_is_gone_already_does_not_begin():
    late = [sys.executable, "-m", "adapters.tied", str(os.getppid()), "this"]  # whose parent we are, not ours
    done = subprocess.run(late, cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (tied.ORPHANED, b"", b"")


def test_server_and_worker_end_together(monkeypatch):
    """One of them ended by itself: the other is ended, and that is no success."""
    seconds = {"gunicorn": "0", "cli": "60"}
    started = []

    def short(module, *_arguments):
        started.append(module)
        return ["sleep", seconds[module]]

    monkeypatch.setattr(serve.tied, "command", short)
    monkeypatch.setattr(serve, "_preparation", lambda _config: [])
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        assert serve.serve(Config(port=free_port())) == 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert started == ["gunicorn", "cli"]
