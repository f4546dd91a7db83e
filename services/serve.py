"""`make run`: migrate, make the demo world on first use, start the worker and the web server, say where it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config import Config

DEMO_LOGINS = ("consumer", "prosumer", "hybrid", "business", "accountant", "agent", "admin", "analyst")
DEMO_PASSWORD = "demo-portal-2026"  # noqa: S105 - published on purpose, refused in production
READY_WITHIN_S = 120


def serve(config: Config) -> int:
    """Run until interrupted or until one of the two processes ends; end the other with it."""
    _prepare(config)
    environment = {**os.environ, "PORTAL_PORT": str(config.port)}
    web = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "gunicorn.conf.py",
            "-b",
            f"127.0.0.1:{config.port}",
            "app:create_server()",
        ],
        env=environment,
    )
    worker = subprocess.Popen([sys.executable, "-m", "cli", "worker"], env=environment)
    threading.Thread(target=_announce, args=(config, web), daemon=True).start()
    try:
        return _watch(web, worker)
    finally:
        _stop(web, worker)


def _prepare(config: Config) -> None:
    """Schema and, in a demo without customers, the demo world."""
    subprocess.run([sys.executable, "-m", "cli", "migrate"], check=True)
    if config.is_demo:
        subprocess.run([sys.executable, "-m", "cli", "demo", "--if-empty"], check=True)


def _announce(config: Config, web: subprocess.Popen[bytes]) -> None:
    """Wait for readiness, then print the address and, in the demo, the logins."""
    address = f"http://127.0.0.1:{config.port}"
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and web.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    break
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.3)
    lines = ["", f"  The portal is ready: {address}"]
    if config.is_demo:
        lines += [f"  Sign in as {name}@demo.example" for name in DEMO_LOGINS]
        lines += [f"  Password for all of them: {DEMO_PASSWORD}", "  All people and figures of the demo are invented."]
    print("\n".join([*lines, ""]), flush=True)


def _watch(web: subprocess.Popen[bytes], worker: subprocess.Popen[bytes]) -> int:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.wait(0.5):
        for process in (web, worker):
            if process.poll() is not None:
                return process.returncode or 1
    return 0


def _stop(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
