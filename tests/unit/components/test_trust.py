"""The ribbon and its note tell how readings are known, and the counts add up."""

from __future__ import annotations

import pytest

from components.trust import STATES, TrustCounts, note, ribbon, state_name
from tests.unit.components.trees import attribute, by_class, nodes, text_of

DAY = TrustCounts(measured=90, estimated=3, customer=1, corrected=1, suspect=0, missing=1)


def test_counts_add_up_to_the_period():
    assert DAY.total == 96  # 90 + 3 + 1 + 1 + 0 + 1: the quarter-hours of a day
    assert sum(DAY.of(state) for state in STATES) == DAY.total
    assert TrustCounts().total == 0


def test_runs_share_the_width():
    runs = [node for node in nodes(ribbon([("measured", 3), ("missing", 0), ("estimated", 1)])) if node._type == "I"]
    assert [run.className for run in runs] == ["tr tr-measured", "tr tr-estimated"]
    assert [float(run.style["flexGrow"]) for run in runs] == [0.75, 0.25]  # 3 and 1 of 4


def test_an_empty_ribbon_has_no_runs():
    assert ribbon([]).children == []
    assert attribute(ribbon([]), "aria-hidden") == "true"


def test_the_note_counts_each_state_that_occurs():
    said = [text_of(item) for item in note(DAY).children]
    assert said == ["90 measured", "3 estimated", "1 from you", "1 corrected", "1 missing"]


def test_the_note_always_says_measured_and_missing():
    assert [text_of(item) for item in note(TrustCounts(measured=35_040)).children] == ["35,040 measured", "0 missing"]


def test_the_note_is_german_in_numbers(german):
    assert text_of(note(TrustCounts(measured=35_040)).children[0]) == "35.040 measured"


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_mark_and_name(state):
    shown = note(TrustCounts(**{state: 1}))
    assert len(by_class(shown, f"tr-{state}")) == 1
    assert state_name(state) in text_of(shown)
