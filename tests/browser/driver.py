"""Driving a real Chromium: one browser and one server for the whole run."""

from __future__ import annotations

import base64
import gzip
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import JavascriptException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

AXE = gzip.decompress((Path(__file__).parent / "vendor" / "axe-4.14.1.min.js.gz").read_bytes()).decode()
AXE_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']})
   .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' +
        (n.any.concat(n.all)[0] || {}).message).join(' | '))))
   .catch(e => done(['axe failed: ' + e]));
"""
FRAMES = """
const done = arguments[arguments.length - 1];
requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))));
"""
IDLE = """
return document.readyState === 'complete'
    && !document.querySelector('[data-dash-is-loading=true], ._dash-loading')
    && document.title !== 'Updating...'
    && (!document.querySelector('#react-entry-point') || !!document.querySelector('#_pages_content > *'))
    && ![...document.querySelectorAll('.chart-slot')].some(e => {
         const r = e.getBoundingClientRect();
         return r.width > 0 && r.top < innerHeight && r.bottom > 0 && e.querySelector('.sk'); });
"""
WIDTHS = (360, 768, 1280, 1500)
THEMES = ("light", "dark")


def chromium() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


def start_browser() -> webdriver.Chrome:
    options = Options()
    options.binary_location = chromium() or ""
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--window-size=1280,900",
        "--force-prefers-reduced-motion",
        "--hide-scrollbars",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
        "--lang=en-GB",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver") or "chromedriver"), options=options)
    driver.set_script_timeout(60)
    return driver


class Browser:
    """What a test does: go, see, press; waits are for a condition, never for a time."""

    def __init__(self, driver: webdriver.Chrome, base_url: str, shots: Path) -> None:
        self.driver, self.base_url, self.shots = driver, base_url, shots
        self._cookies: dict[str, list[dict[str, Any]]] = {}  # of whoever has entered
        shots.mkdir(parents=True, exist_ok=True)

    def fresh(self) -> None:
        """Forget cookies and what the console said."""
        self.driver.get("about:blank")  # a page still open would go on asking, now as a stranger
        self.cdp("Network.clearBrowserCookies")
        self.driver.get_log("browser")

    def cdp(self, command: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, parameters)

    def size(self, width: int, height: int = 900, *, touch: bool = False) -> None:
        self._window(width, height)
        self.cdp("Emulation.setTouchEmulationEnabled", enabled=touch)

    def _window(self, width: int, height: int) -> None:
        self.cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 640
        )

    def theme(self, name: str) -> None:
        self.cdp("Network.setCookie", name="portal_theme", value=name, url=self.base_url)

    def change_theme(self, name: str) -> None:
        """Of the open page, without loading it again: what its button for the theme does."""
        self.theme(name)
        self.driver.execute_script("document.documentElement.dataset.bsTheme = arguments[0]", name)
        self.settle()

    def get(self, path: str) -> None:
        self.driver.get(self.base_url + path)
        self.settle()

    def wait(self, condition: Callable[[], Any], what: str, timeout_s: float = 30) -> Any:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                found = condition()
            except (JavascriptException, StaleElementReferenceException):
                found = None
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited {timeout_s} s for {what} on {self.driver.current_url}")

    def settle(self) -> None:
        """Until nothing is loading twice in a row."""
        self.wait(lambda: self.driver.execute_script(IDLE), "the page to be idle")
        time.sleep(0.15)
        self.wait(lambda: self.driver.execute_script(IDLE), "the page to stay idle")

    def drawn(self) -> None:
        """Until a page that has settled shows what is in a larger window: three frames on, when what came in has begun to load."""
        self.driver.execute_async_script(FRAMES)
        self.wait(lambda: self.driver.execute_script(IDLE), "the page to be drawn")

    def enter(self, who: str) -> None:
        """Signed in, through the form the first time and with the cookie of then later: for tests that leave a session as it is."""
        if who not in self._cookies:
            self.sign_in(who)
            self._cookies[who] = self.cdp("Network.getCookies", urls=[self.base_url])["cookies"]
            return
        known = ("name", "value", "domain", "path", "httpOnly", "secure", "sameSite", "expires")
        for cookie in self._cookies[who]:
            self.cdp("Network.setCookie", **{name: cookie[name] for name in known if name in cookie})

    def sign_in(self, who: str, password: str = "demo-portal-2026") -> None:
        self.get("/login")
        self.find("[name=email]").clear()
        self.find("[name=email]").send_keys(f"{who}@demo.example")
        self.find("[name=password]").clear()
        self.find("[name=password]").send_keys(password)
        self.find("form button[type=submit]").click()
        self.wait(lambda: "/login" not in self.driver.current_url, "the sign-in to be accepted")
        self.settle()

    def find(self, selector: str) -> Any:
        return self.wait(lambda: self.driver.find_elements("css selector", selector), selector)[0]

    def text(self, selector: str = "body") -> str:
        return str(self.find(selector).text)

    def axe(self) -> list[str]:
        if not self.driver.execute_script("return !!window.axe"):
            self.driver.execute_script(AXE)
        return list(self.driver.execute_async_script(AXE_RUN))

    def console_errors(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}]

    def screenshot(self, name: str) -> Path:
        """The whole page with all of its charts, as a window of its height would show it; kept as build output."""
        width, seen, height = self.driver.execute_script(
            "return [innerWidth, innerHeight, Math.max(document.documentElement.scrollHeight, innerHeight)]"
        )
        self._window(width, min(height, 8000))
        self.drawn()
        answer = self.cdp("Page.captureScreenshot", format="png")
        self._window(width, seen)
        path = self.shots / f"{name}.png"
        path.write_bytes(base64.b64decode(answer["data"]))
        return path

    def transferred(self, url: str, quiet_s: float = 1.5) -> dict[str, int]:
        """Bytes by address from opening a page until the network has been quiet for a while."""
        self.network()
        self.driver.get(url)
        rows: dict[str, int] = {}
        while found := self.network()["rows"]:
            rows = {name: rows.get(name, 0) + found.get(name, 0) for name in rows | found}
            time.sleep(quiet_s)
        return rows

    def network(self) -> dict[str, Any]:
        """Since the last call: requests and transferred bytes as the browser counted them."""
        sizes: dict[str, int] = {}
        urls: dict[str, str] = {}
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            params = message["params"]
            if message["method"] == "Network.responseReceived":
                urls[params["requestId"]] = params["response"]["url"]
            if message["method"] == "Network.loadingFinished":
                sizes[params["requestId"]] = int(params["encodedDataLength"])
        rows: dict[str, int] = {}
        for key, size in sizes.items():
            rows[urls.get(key, "?")] = rows.get(urls.get(key, "?"), 0) + size
        return {"bytes": sum(sizes.values()), "requests": len(sizes), "rows": rows}


def require_or_skip(reason: str) -> None:
    """Skip with a reason on a machine without the part; fail where it must be there."""
    import pytest

    if os.environ.get("REQUIRE_SERVICES"):
        pytest.fail(reason)
    pytest.skip(reason)
