"""The real server on a portal of a test: gunicorn as in production, if asked with its worker, and a visitor who asks."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from auth.callbacks import ROUTER
from config import Config
from tests.factories.people import PASSWORD

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(
    config: Config, folder: Path, *, has_worker: bool = True, web: str = "app:create_server()"
) -> Iterator[str]:
    """The address of a server on these stores; it ends with the block. web : what makes it"""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = environment(config, port)
    path = folder / "server.log"
    with path.open("wb") as log:
        command = ["gunicorn", "-c", "gunicorn.conf.py", "-b", f"127.0.0.1:{port}", web]
        children = [_start(command, settings, log)]
        if has_worker:
            children.append(_start(["cli", "worker"], settings, log))
        try:
            _wait_ready(url, children[0], path)
            yield url
        finally:
            for child in children:
                if child.poll() is None:
                    _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """At once: a browser's open connections are not waited for. How a server ends is not what these tests are about."""
    os.killpg(child.pid, signal.SIGINT)
    try:
        child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment(config: Config, port: int = 8050) -> dict[str, str]:
    """The settings of the process that serves a test's portal, and nothing else of ours."""
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("PORTAL_")},
        "PORTAL_DATABASE_URL": config.database_url,
        "PORTAL_STORE": config.store,
        "PORTAL_FILES": config.files,
        "PORTAL_CACHE_URL": config.cache_url,
        "PORTAL_NOW": config.now.isoformat() if config.now else "",
        "PORTAL_PORT": str(port),
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        "PORTAL_ENV": "demo",
    }


def _start(module: list[str], settings: dict[str, str], log: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *module], cwd=ROOT, env=settings, stdout=log, stderr=log, start_new_session=True
    )


def _wait_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise AssertionError(f"the server did not become ready:\n{log.read_text()[-4000:]}")


class Visitor:
    """Asks as the browser does, over HTTP: the sign-in form, the router, a chart's callback, a download."""

    def __init__(self, url: str) -> None:
        self.url, self.http = url, requests.Session()

    def sign_in(self, email: str) -> None:
        form = self.http.get(f"{self.url}/login", timeout=30).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert token is not None, "the sign-in form carries a token"
        sent = {"email": email, "password": PASSWORD, "csrf_token": token[1]}
        answer = self.http.post(f"{self.url}/login", data=sent, timeout=30, allow_redirects=False)
        assert answer.status_code == 303, answer.text[:300]

    def _ask(self, body: dict[str, Any]) -> Any:
        header = {"X-CSRF-Token": self.http.cookies.get("portal_csrf", "")}
        answer = self.http.post(f"{self.url}/_dash-update-component", json=body, headers=header, timeout=60)
        assert answer.status_code == 200, answer.text[:300]
        return answer.json()["response"]

    def page(self, path: str, search: str = "") -> Any:
        """The tree of components that the router draws."""
        outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
        address = {"pathname": path, "search": search}
        inputs = [{"id": "_pages_location", "property": name, "value": value} for name, value in address.items()]
        changed = ["_pages_location.pathname"]
        drawn = self._ask({"output": ROUTER, "outputs": outputs, "inputs": inputs, "changedPropIds": changed})
        return drawn["_pages_content"]["children"]

    def figure(self, chart: str, store: str, state: Any) -> Any:
        """The figure of a chart that has come into view, with the state the page was drawn with."""
        seen = f"{chart}-seen"
        response = self._ask(
            {
                "output": f"{chart}.children",
                "outputs": {"id": chart, "property": "children"},
                "inputs": [{"id": seen, "property": "data", "value": "light"}],
                "state": [{"id": store, "property": "data", "value": state}],
                "changedPropIds": [f"{seen}.data"],
            }
        )
        return response[chart]["children"]["props"]["figure"]

    def download(self, **asked: str) -> bytes:
        form = {**asked, "csrf_token": self.http.cookies.get("portal_csrf", "")}
        answer = self.http.post(f"{self.url}/consumption/export/download", data=form, timeout=60)
        assert "attachment" in answer.headers.get("Content-Disposition", ""), answer.text[:300]
        return answer.content


def components(tree: Any, kind: str) -> list[dict[str, Any]]:
    """The properties of every component of a kind in a drawn tree, in the order of the page."""
    if isinstance(tree, list):
        return [found for item in tree for found in components(item, kind)]
    if not isinstance(tree, dict):
        return []
    own = [tree["props"]] if tree.get("type") == kind else []
    return own + [found for value in tree.values() for found in components(value, kind)]


def words(tree: Any) -> str:
    """Everything a drawn tree says, without its markup."""
    if isinstance(tree, list):
        return "".join(words(item) for item in tree)
    if isinstance(tree, dict):
        return words(tree.get("props", {}).get("children"))
    return "" if tree is None else str(tree)
