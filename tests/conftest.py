"""For all tests: where every real part must be present, a skip for want of one is a failure."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

# The open data lies beside some checkouts only; where it is named, it must be there.
PARTS = (
    "postgres",
    "redis",
    "browser",
    "pysam",
    "localstripe",
    *(("shared",) if os.environ.get("PORTAL_SHARED") else ()),
)

# A busy machine is no fault of the law under test.
settings.register_profile("portal", deadline=None)
settings.load_profile("portal")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """With REQUIRE_SERVICES set, as in CI, PostgreSQL, Redis, Chromium, PySAM, localstripe and the open data may not be missing."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("REQUIRE_SERVICES") and any(item.get_closest_marker(part) for part in PARTS):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but its part must be here: {report.longrepr}"
