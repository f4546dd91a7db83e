"""A segment is truncated, changed or gone while people look: who is hit is told what is missing, nobody else notices."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.store.values import Segment
from services.portal import Portal
from tests.browser.driver import Browser
from tests.factories.server import ROOT, environment, serving
from tests.factories.world import tiny_world

DAY = "/consumption?period=day&date=2026-11-03"  # five hours of it were delivered two days later
QUARTERS = 20  # five hours


@dataclass
class Hurt:
    """A portal of its own with its server, and what both customers saw on the day before anything was damaged."""

    portal: Portal
    browser: Browser
    segment: Segment
    shown: dict[str, str]

    @property
    def path(self) -> Path:
        return self.portal.readings.files.path(self.segment.name)

    def as_person(self, who: str, address: str) -> str:
        self.browser.fresh()
        self.browser.size(1280)
        self.browser.sign_in(who)
        self.browser.get(address)
        return self.browser.text("main")

    def check(self) -> tuple[int, str]:
        """`python -m cli check` as an operator runs it."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", "check", "--sample", "5"],
            cwd=ROOT, env=environment(self.portal.config), capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def hurt(tmp_path_factory: pytest.TempPathFactory, _chromium: Browser) -> Iterator[Hurt]:
    folder = tmp_path_factory.mktemp("hurt")
    made = tiny_world(folder)
    with serving(made.config, folder, has_worker=False) as url:
        own = Hurt(made, Browser(_chromium.driver, url, _chromium.shots), _filled_in(made), {})
        own.shown.update({who: own.as_person(who, DAY) for who in ("prosumer", "consumer")})
        yield own
    made.readings.close()
    made.records.dispose()


def _filled_in(made: Portal) -> Segment:
    """The segment of the consumer's filled outage; no other site has readings in it."""
    found = [s for s in made.readings.manifest.current_layout().raw if s.row_count == 90]
    assert [len(s.register_ids()) for s in found] == [
        6
    ]  # import, three phases, two sub-meters by the hour: 4 * 20 + 2 * 5
    return found[0]


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _flip_a_bit(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 3] ^= 0b100
    path.write_bytes(held)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [(_truncate, "truncated"), (_flip_a_bit, "changed"), (Path.unlink, "missing")],
    ids=["truncated", "bit flipped", "missing"],
)
def test_a_damaged_segment_is_told_where_it_matters_and_nowhere_else(hurt, damage, reason):
    assert "cannot be read" not in hurt.shown["consumer"]
    kept = hurt.path.read_bytes()
    damage(hurt.path)
    seen = hurt.as_person("consumer", DAY)
    assert (
        "Some stored readings of Lindenweg 14 cannot be read at the moment: From the grid, L1, L2 and 3 more, on 3 Nov 2026."
        in seen
    )
    assert f"{QUARTERS} missing" in seen
    hurt.browser.screenshot(f"damage-{reason}")
    hurt.browser.get("/dashboard")
    assert "cannot be read at the moment" in hurt.browser.text(".notice.warn")
    assert hurt.browser.console_errors() == []
    assert hurt.as_person("prosumer", DAY) == hurt.shown["prosumer"]

    code, listed = hurt.check()
    ids = ", ".join(map(str, hurt.segment.register_ids()))
    assert code == 1
    assert f"{reason}: {hurt.segment.name} registers {ids} from 2026-11-03 to 2026-11-03" in listed
    hurt.path.write_bytes(kept)  # from the backup


def test_a_restored_segment_is_as_if_nothing_had_been(hurt):
    assert hurt.check()[0] == 0
    assert hurt.as_person("consumer", DAY) == hurt.shown["consumer"]
