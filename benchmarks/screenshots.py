"""`make docs`: take the pictures of the README from the full demo world into docs/screenshots."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config import Config
from tests.browser.driver import Browser, chromium, start_browser
from tests.factories.server import ROOT, environment, serving

FOLDER = ROOT / "docs" / "screenshots"
LARGEST_BYTES = 250 * 1024
NOW = datetime(2026, 11, 20, 17, 7, tzinfo=UTC)  # an early evening, when the day has something to tell
DRAWN = """return [...document.querySelectorAll('.chart-slot')].every(slot => {
  const box = slot.getBoundingClientRect();
  return box.top >= innerHeight || box.width === 0 || !!slot.querySelector('.js-plotly-plot path');
})"""


@dataclass(frozen=True)
class Shot:
    """One picture: the page's name, its address, the width and the theme. `height` is what of the page is shown.

    follow : what is pressed there first, where the address of a thing is not known before, such as a bill's
    """

    page: str
    path: str
    width: int
    theme: str
    height: int
    who: str = "consumer"
    follow: str = ""

    @property
    def name(self) -> str:
        return f"{self.page}-{self.width}-{self.theme}"


SHOTS = (
    Shot("dashboard", "/dashboard", 1280, "light", 1000),
    Shot("consumption-month", "/consumption?period=month&date=2026-10-15", 1280, "light", 1000),
    Shot("consumption-month", "/consumption?period=month&date=2026-10-15", 360, "dark", 800),
    Shot("dashboard-hybrid", "/dashboard", 1280, "dark", 1000, who="hybrid"),
    Shot("dashboard-business", "/dashboard", 360, "light", 800, who="business"),
    Shot("bill", "/billing", 1280, "light", 1000, follow="td a[href^='/billing/doc-'], th a[href^='/billing/doc-']"),
    Shot("bill", "/billing", 360, "dark", 800, follow="td a[href^='/billing/doc-'], th a[href^='/billing/doc-']"),
    Shot("compare-tariffs", "/contracts/compare", 1280, "light", 1000),
)


@contextmanager
def demo_world(folder: Path) -> Iterator[str]:
    """The address of the portal on the whole demo world, with its clock stopped."""
    config = Config(database_url=f"sqlite:///{folder / 'portal.sqlite'}", store=str(folder / "store"),
                    cache_url=f"disk://{folder / 'cache'}", files=str(folder / "files"), now=NOW)  # fmt: skip
    for verb in ("migrate", "demo"):
        subprocess.run([sys.executable, "-m", "cli", verb], cwd=ROOT, env=environment(config), check=True)
    with serving(config, folder, has_worker=False) as url:
        yield url


def take(browser: Browser, shot: Shot) -> Path:
    browser.size(shot.width, shot.height, touch=shot.width < 640)
    browser.theme(shot.theme)
    browser.get(shot.path)
    if shot.follow:
        browser.get(browser.find(shot.follow).get_attribute("href").removeprefix(browser.base_url))
    browser.wait(lambda: browser.driver.execute_script(DRAWN), "every chart in sight to be drawn")
    path = FOLDER / f"{shot.name}.png"
    if not browser.driver.save_screenshot(str(path)):
        raise RuntimeError(f"{path} was not written")
    return path


def main() -> int:
    if chromium() is None:
        print("Chromium is needed for the pictures, for example: apt-get install chromium chromium-driver")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    large = []
    with tempfile.TemporaryDirectory(prefix="screenshots-") as name, demo_world(Path(name)) as url:
        driver = start_browser()
        try:
            browser = Browser(driver, url, FOLDER)
            for shot in SHOTS:
                browser.fresh()
                browser.size(1280)
                browser.sign_in(shot.who)
                path = take(browser, shot)
                print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1024:.0f} KB")
                large += [path.name] if path.stat().st_size > LARGEST_BYTES else []
        finally:
            driver.quit()
    if large:
        print(f"More than {LARGEST_BYTES // 1024} KB: {', '.join(large)}")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
