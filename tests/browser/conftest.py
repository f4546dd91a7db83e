"""One server on the small world, one Chromium, for all browser tests."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Config
from tests.browser.driver import Browser, chromium, require_or_skip, start_browser
from tests.factories.server import serving

ROOT = Path(__file__).resolve().parent.parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Path]:
    from tests.factories.bills import bill
    from tests.factories.world import tiny_world

    folder = tmp_path_factory.mktemp("world")
    portal = tiny_world(folder)
    bill(portal)
    portal.records.dispose()
    portal.readings.close()
    return portal.config, folder


@pytest.fixture(scope="session")
def server_url(_world: tuple[Config, Path]) -> Iterator[str]:
    """gunicorn with the real entry point on a world made for this run."""
    with serving(*_world) as url:
        yield url


@pytest.fixture
def database_url(_world: tuple[Config, Path], server_url: str) -> str:
    """The records behind the server."""
    return _world[0].database_url


@pytest.fixture(scope="session")
def _chromium(server_url: str) -> Iterator[Browser]:
    if chromium() is None:
        require_or_skip("Chromium is not installed")
    driver = start_browser()
    yield Browser(driver, server_url, ROOT / "build" / "screenshots")
    driver.quit()


@pytest.fixture
def compressed(_chromium: Browser) -> None:
    """The server compresses its files well behind the first requests; what counts is what everybody gets after that.

    Whoever holds the lock is still compressing: a new checkout needs half a minute.
    """
    with (Path(Config.model_fields["static_cache"].default) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
    _chromium.cdp("Network.enable")


@pytest.fixture
def browser(_chromium: Browser) -> Browser:
    _chromium.fresh()
    _chromium.size(1280)
    return _chromium
