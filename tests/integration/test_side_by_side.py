"""`make test` fails when any of its parts failed, whichever ended first."""

from __future__ import annotations

import sys

import pytest

from tests.side_by_side import run

PASS = (sys.executable, "-c", "print('all well')")
FAIL = (sys.executable, "-c", "raise SystemExit(3)")


@pytest.mark.parametrize(
    ("beside", "here", "last", "code"),
    [
        ([PASS, PASS], [PASS], [PASS], 0),
        ([FAIL, PASS], [PASS], [PASS], 3),
        ([PASS, FAIL], [PASS], [PASS], 3),
        ([PASS, PASS], [FAIL], [PASS], 3),
        ([PASS, PASS], [PASS], [FAIL], 3),
    ],
)
def test_one_failed_part_fails_all(tmp_path, beside, here, last, code):
    assert run(beside, here, last, tmp_path / "log") == code


@pytest.mark.parametrize("failing", ["beside", "here"])
def test_nothing_follows_a_failed_step_but_what_ran_beside_is_printed(tmp_path, capfd, failing):
    mark = tmp_path / "ran"
    later = (sys.executable, "-c", f"open({str(mark)!r}, 'w')")
    lanes = {"beside": [PASS], "here": [PASS]}
    lanes[failing] = [*lanes[failing], FAIL, later]
    assert run(lanes["beside"], lanes["here"], [later], tmp_path / "log") == 3
    assert not mark.exists()
    assert "all well" in capfd.readouterr().out.partition("Beside the above:")[2]
