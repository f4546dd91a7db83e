"""Servers for the benchmarks: the portal on the tiny world and plain Dash, both behind gunicorn."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate, br", "Content-Type": "application/json"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def gunicorn(arguments: list[str], environment: dict[str, str], ready: str, log: Path) -> Iterator[int]:
    """A server on a free port until the block ends; `ready` is the path that answers 200 when it is."""
    port = int(environment.get("PORTAL_PORT") or free_port())
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", *arguments],
            cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        try:
            _wait(port, ready, process, log)
            yield port
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait(timeout=20)


def _wait(port: int, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.2)
    raise RuntimeError(f"the server did not become ready:\n{log.read_text()[-3000:]}")


def plain_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("PORTAL_")}


@contextmanager
def portal(folder: Path) -> Iterator[int]:
    """The real entry point with its own settings on a world made for this run."""
    from tests.factories.server import environment
    from tests.factories.world import tiny_world

    made = tiny_world(folder)
    config = made.config
    made.records.dispose()
    made.readings.close()
    port = free_port()
    arguments = ["-c", "gunicorn.conf.py", "app:create_server()"]
    with gunicorn(arguments, environment(config, port), "/readyz", folder / "portal.log") as found:
        yield found


@contextmanager
def plain_dash(folder: Path, page: dict[str, Any]) -> Iterator[int]:
    """Dash on its defaults with as many workers and threads as the portal has."""
    kept = folder / "plain.json"
    kept.write_text(json.dumps(page))
    environment = {**plain_environment(), "PLAIN_LAYOUT": str(kept)}
    arguments = [
        "-w",
        "2",
        "-k",
        "gthread",
        "--threads",
        "4",
        "--keep-alive",
        "15",
        "benchmarks.plain_dash:create_server()",
    ]
    with gunicorn(arguments, environment, "/_dash-layout", folder / "plain.log") as found:
        yield found


@dataclass
class Client:
    """One keep-alive connection with its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def send(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body or None, {**(headers or HEADERS), "Cookie": cookie})
        answer = self.connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _sign, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value
        return answer.status, content

    def callback(self, body: str) -> bytes:
        token = self.cookies.get("portal_csrf", "")
        status, content = self.send("POST", "/_dash-update-component", body, {**HEADERS, "X-CSRF-Token": token})
        if status != 200:
            raise RuntimeError(f"{status}: {content[:300]!r}")
        return content

    def plain_callback(self, body: str) -> Any:
        """The answer as JSON, asked for without compression."""
        token = self.cookies.get("portal_csrf", "")
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "X-CSRF-Token": token}
        status, content = self.send("POST", "/_dash-update-component", body, headers)
        if status != 200:
            raise RuntimeError(f"{status}: {content[:300]!r}")
        return json.loads(content)

    def sign_in(self, email: str, password: str) -> None:
        _status, form = self.send("GET", "/login", headers={"Accept-Encoding": "identity"})
        token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', form)
        if token is None:
            raise RuntimeError("the sign-in form has no token")
        sent = urllib.parse.urlencode({"email": email, "password": password, "csrf_token": token[1].decode()})
        status, content = self.send("POST", "/login", sent, {"Content-Type": "application/x-www-form-urlencoded"})
        if status != 303:
            raise RuntimeError(f"{status}: {content[:300]!r}")
        self.send("GET", "/consumption")


def figure_request(chart: str, query: dict[str, str]) -> str:
    """What the browser sends when a chart of the consumption page comes into view."""
    return json.dumps({
        "output": f"{chart}.children",
        "outputs": {"id": chart, "property": "children"},
        "inputs": [{"id": f"{chart}-seen", "property": "data", "value": "light"}],
        "changedPropIds": [f"{chart}-seen.data"],
        "state": [{"id": "consumption-state", "property": "data", "value": query}],
    })  # fmt: skip


def figure_of(answer: Any, chart: str) -> dict[str, Any]:
    found: dict[str, Any] = answer["response"][chart]["children"]["props"]["figure"]
    return found
