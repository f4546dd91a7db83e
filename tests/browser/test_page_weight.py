"""What a visit costs in bytes, as the browser counts them (1 KB = 1,024 bytes)."""

from __future__ import annotations

import json

from tests.browser.conftest import ROOT
from tests.browser.driver import Browser

KB = 1024


def _measure(browser: Browser, path: str) -> float:
    browser.network()
    browser.get(path)
    return browser.network()["bytes"] / KB


def _cold(browser: Browser, path: str) -> float:
    browser.cdp("Network.clearBrowserCache")
    return _measure(browser, path)


def _keep(name: str, **figures: float) -> None:
    """Figures for the docs, as build output."""
    folder = ROOT / "build" / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"weight-{name}.json").write_text(json.dumps({key: round(value, 1) for key, value in figures.items()}))


def test_sign_in_is_light(browser: Browser):
    browser.cdp("Network.enable")
    cold = _cold(browser, "/login")
    _keep("sign-in", cold_kb=cold)
    assert cold <= 110
    assert browser.driver.execute_script("return !window.dash_clientside && !window.React")


def test_dashboard_and_consumption_stay_within_their_budgets(browser: Browser):
    browser.cdp("Network.enable")
    browser.sign_in("consumer")
    for name, path in {"dashboard": "/dashboard", "consumption": "/consumption?period=month&date=2026-10-15"}.items():
        cold, warm = _cold(browser, path), _measure(browser, path)
        _keep(name, cold_kb=cold, warm_kb=warm)
        assert cold <= 790, name
        assert warm <= 60, name
