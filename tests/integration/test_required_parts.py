"""In CI a part that is away is a failure; elsewhere its tests are skipped."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from config import ROOT
from tests.browser.driver import require_or_skip

AWAY = {
    "PORTAL_TEST_POSTGRES_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
    "PORTAL_TEST_REDIS_URL": "redis://127.0.0.1:1/0",
}
TESTS = (
    "tests/integration/auth/test_on_both_databases.py::test_each_role_is_read_back[postgresql]",
    "tests/integration/adapters/test_cache_redis.py::test_clear_leaves_other_peoples_keys",
)


def test_postgresql_and_redis_may_not_be_away_in_ci():
    command = [sys.executable, "-m", "pytest", *TESTS]
    environment = {**os.environ, **AWAY, "REQUIRE_SERVICES": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout[-2000:]
    assert re.match(r"2 errors in", done.stdout.splitlines()[-1]), done.stdout[-2000:]


def test_chromium_may_not_be_away_in_ci(monkeypatch):
    monkeypatch.setenv("REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception):
        require_or_skip("no Chromium")
    monkeypatch.delenv("REQUIRE_SERVICES")
    with pytest.raises(pytest.skip.Exception):
        require_or_skip("no Chromium")


def test_pysam_may_not_be_away_in_ci():
    without = "import sys, pytest; sys.modules['PySAM'] = None; sys.exit(pytest.main(sys.argv[1:]))"
    command = [sys.executable, "-c", without, "tests/integration/test_oracle.py::test_structures_nobody_thought_of[0]"]
    environment = {**os.environ, "REQUIRE_SERVICES": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout[-2000:]
    assert "its part must be here" in done.stdout


def test_localstripe_may_not_be_away_in_ci():
    without = "import sys, pytest; sys.modules['localstripe'] = None; sys.exit(pytest.main(sys.argv[1:]))"
    test = "tests/integration/adapters/test_payment_localstripe.py::test_an_unknown_payment_is_missing"
    environment = {**os.environ, "REQUIRE_SERVICES": "1"}
    command = [sys.executable, "-c", without, test]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout[-2000:]
    assert "its part must be here" in done.stdout


def test_ci_requires_them():
    assert "export REQUIRE_SERVICES=1" in (ROOT / ".ci" / "run").read_text()
