"""`make run`: migrate, make the demo world on first use, start the worker and the web server, say where it is."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters import tied

if TYPE_CHECKING:
    from config import Config

DEMO_LOGINS = ("consumer", "prosumer", "hybrid", "business", "accountant", "agent", "admin", "analyst")
DEMO_PASSWORD = "demo-portal-2026"  # noqa: S105 - published on purpose, refused in production
READY_WITHIN_S = 120
STOPPED_WITHIN_S = 25  # more than gunicorn gives to requests in flight
WATCH_S = 0.1

Child = subprocess.Popen[bytes]
Start = Callable[..., Child]


def serve(config: Config) -> int:
    """Run until told to stop or until one of the two processes ends; nothing that was started is left behind.

    Whoever tells us to stop may do so at any moment, also before there is a server; who kills us ends our children
    too, because they are tied to this process.
    """
    stopping = _stop_when_told()
    environment = {**os.environ, "PORTAL_PORT": str(config.port)}
    with _children(environment) as start:
        for step in _preparation(config):
            code = _first_end(stopping, start(*step))
            if code != 0:
                return code or 0
        web = start("gunicorn", "-c", "gunicorn.conf.py", "-b", f"127.0.0.1:{config.port}", "app:create_server()")
        worker = start("cli", "worker")
        threading.Thread(target=_announce, args=(config, web), daemon=True).start()
        code = _first_end(stopping, web, worker)
        return 0 if code is None else code or 1


def _preparation(config: Config) -> list[tuple[str, ...]]:
    """Schema and, in a demo without customers, the demo world."""
    return [("cli", "migrate"), *([("cli", "demo", "--if-empty")] if config.is_demo else [])]


def _stop_when_told() -> threading.Event:
    """Set by SIGTERM, Ctrl-C and a closed terminal, which `nohup` has us ignore."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: stopping.set())
    return stopping


@contextmanager
def _children(environment: dict[str, str]) -> Iterator[Start]:
    """What starts a child; at the end of the block all of them are told to stop and waited for."""
    started: list[Child] = []

    def start(module: str, *arguments: str) -> Child:
        started.append(subprocess.Popen(tied.command(module, *arguments), env=environment))
        return started[-1]

    try:
        yield start
    finally:
        _stop(*started)


def _first_end(stopping: threading.Event, *children: Child) -> int | None:
    """How the first of them to end did end; None when told to stop before."""
    while not stopping.wait(WATCH_S):
        for child in children:
            if child.poll() is not None:
                return child.returncode
    return None


def _announce(config: Config, web: Child) -> None:
    """Wait for readiness, then print the address and, in the demo, the logins; nothing of a server that never came."""
    address = f"http://127.0.0.1:{config.port}"
    deadline = time.monotonic() + READY_WITHIN_S
    while not _is_ready(address):
        if web.poll() is not None or time.monotonic() > deadline:
            return
        time.sleep(0.3)
    lines = ["", f"  The portal is ready: {address}"]
    if config.is_demo:
        lines += [f"  Sign in as {name}@demo.example" for name in DEMO_LOGINS]
        lines += [f"  Password for all of them: {DEMO_PASSWORD}", "  All people and figures of the demo are invented."]
    print("\n".join([*lines, ""]), flush=True)


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def _stop(*children: Child) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOPPED_WITHIN_S
    for child in children:
        try:
            child.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
