"""`make docs`: take the pictures of the README from the demo world into docs/screenshots."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import ROOT, portal
from tests.browser.driver import Browser, chromium, start_browser

FOLDER = ROOT / "docs" / "screenshots"
LARGEST_BYTES = 250 * 1024


@dataclass(frozen=True)
class Shot:
    """One picture: the page's name, its address, the width and the theme. `height` is what of the page is shown."""

    page: str
    path: str
    width: int
    theme: str
    height: int

    @property
    def name(self) -> str:
        return f"{self.page}-{self.width}-{self.theme}"


SHOTS = (
    Shot("dashboard", "/dashboard", 1280, "light", 1000),
    Shot("consumption-month", "/consumption?period=month&date=2026-10-15", 1280, "light", 1000),
    Shot("consumption-month", "/consumption?period=month&date=2026-10-15", 360, "dark", 1000),
)


def take(browser: Browser, shot: Shot) -> Path:
    browser.size(shot.width, shot.height, touch=shot.width < 640)
    browser.theme(shot.theme)
    browser.get(shot.path)
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
    with tempfile.TemporaryDirectory(prefix="screenshots-") as name, portal(Path(name)) as port:
        driver = start_browser()
        try:
            browser = Browser(driver, f"http://127.0.0.1:{port}", FOLDER)
            browser.size(1280)
            browser.sign_in("consumer")
            for shot in SHOTS:
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
