"""What a visit costs in bytes, as the browser counts them (1 KB = 1,024 bytes)."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest

from adapters.static_files import FINGERPRINT
from tests.browser.conftest import ROOT
from tests.browser.driver import Browser

KB = 1024
pytestmark = pytest.mark.usefixtures("compressed")
DRAWN = (
    "return [...document.querySelectorAll('.js-plotly-plot')].filter(plot => plot.querySelector('.main-svg')).length"
)


def cold_rows(browser: Browser, url: str, drawn: int = 0, timeout_s: float = 120) -> dict[str, int]:
    """Everything transferred with an empty cache, and `drawn` figures on the page in the end."""
    browser.cdp("Network.clearBrowserCache")
    rows = browser.transferred(url)
    browser.wait(lambda: browser.driver.execute_script(DRAWN) >= drawn, f"{drawn} figures", timeout_s=timeout_s)
    return rows


def kb_of(rows: dict[str, int]) -> float:
    return sum(rows.values()) / KB


def requests_of(rows: dict[str, int]) -> int:
    return sum(not url.startswith("data:") for url in rows)


def kinds_of(rows: dict[str, int]) -> dict[str, float]:
    """Transferred KB by what kind of file it is."""
    kinds: dict[str, int] = {}
    for url, size in rows.items():
        suffix = PurePosixPath(urlsplit(url).path).suffix
        kind = {".js": "scripts", ".css": "styles", ".woff2": "fonts"}.get(suffix, "document and data")
        kinds[kind] = kinds.get(kind, 0) + size
    return {kind: round(size / KB, 1) for kind, size in sorted(kinds.items())}


def _files_of(rows: dict[str, int]) -> dict[str, float]:
    """Transferred KB by the file's name without its fingerprint, largest first."""
    sizes: dict[str, int] = {}
    for url, size in rows.items():
        if url.startswith("data:"):
            continue
        name = FINGERPRINT.sub("", urlsplit(url).path) or "(begun before)"
        sizes[name] = sizes.get(name, 0) + size
    return {name: round(size / KB, 1) for name, size in sorted(sizes.items(), key=lambda item: -item[1])}


def keep(name: str, **figures: object) -> None:
    """Figures for the docs, as build output; `python -m benchmarks.weights` makes tables of them."""
    folder = ROOT / "build" / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(figures))


def test_sign_in_is_light(browser: Browser):
    rows = cold_rows(browser, f"{browser.base_url}/login")
    keep("weight-sign-in", cold_kb=round(kb_of(rows), 1), files_kb=_files_of(rows))
    assert kb_of(rows) <= 110
    assert browser.driver.execute_script("return !window.dash_clientside && !window.React")


def test_dashboard_and_consumption_stay_within_their_budgets(browser: Browser):
    browser.sign_in("consumer")
    for name, path in {"dashboard": "/dashboard", "consumption": "/consumption?period=month&date=2026-10-15"}.items():
        rows = cold_rows(browser, browser.base_url + path, drawn=1)
        cold, warm = kb_of(rows), kb_of(browser.transferred(browser.base_url + path))
        keep(f"weight-{name}", cold_kb=round(cold, 1), warm_kb=round(warm, 1), files_kb=_files_of(rows))
        assert cold <= 790, name
        assert warm <= 60, name
