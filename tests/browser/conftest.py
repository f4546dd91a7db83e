"""One server on the small world, one Chromium, for all browser tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.driver import Browser, chromium, require_or_skip, start_browser

ROOT = Path(__file__).resolve().parent.parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """gunicorn with the real entry point on a world made for this run."""
    from tests.factories.world import tiny_world

    folder = tmp_path_factory.mktemp("world")
    portal = tiny_world(folder)
    config = portal.config
    portal.records.dispose()
    portal.readings.close()
    port = _free_port()
    environment = {
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
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "-b", f"127.0.0.1:{port}", "app:create_server()"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    worker = subprocess.Popen(
        [sys.executable, "-m", "cli", "worker"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_ready(url, process, folder / "server.log")
        yield url
    finally:
        for child in (process, worker):
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
                child.wait(timeout=20)
        log.close()


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


@pytest.fixture(scope="session")
def _chromium(server_url: str) -> Iterator[Browser]:
    if chromium() is None:
        require_or_skip("Chromium is not installed")
    driver = start_browser()
    yield Browser(driver, server_url, ROOT / "build" / "screenshots")
    driver.quit()


@pytest.fixture
def browser(_chromium: Browser) -> Browser:
    _chromium.fresh()
    _chromium.size(1280)
    return _chromium
