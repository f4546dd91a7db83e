"""Tables tell measured, estimated, corrected and missing apart, on phones in words."""

from __future__ import annotations

from components import known
from components.trust import TrustCounts
from tests.unit.components.trees import text_of

WHOLE = TrustCounts(measured=96)
MIXED = TrustCounts(measured=1_900, estimated=96, corrected=4, missing=3)
DOUBTFUL = TrustCounts(measured=95, suspect=1)


def test_the_four_usual_states_always_have_a_column_and_others_when_they_occur():
    assert known.shown_states([WHOLE]) == ["measured", "estimated", "corrected", "missing"]
    assert known.shown_states([WHOLE, DOUBTFUL]) == ["measured", "estimated", "corrected", "suspect", "missing"]
    assert known.shown_states([]) == ["measured", "estimated", "corrected", "missing"]


def test_every_interval_of_a_row_is_in_one_of_its_cells():
    shown = known.shown_states([MIXED])
    assert [column.title for column in known.columns(shown)] == ["Measured", "Estimated", "Corrected", "Missing"]
    assert known.cells(MIXED, shown) == ["1,900", "96", "4", "3"]
    assert MIXED.total == 1_900 + 96 + 4 + 3


def test_words_say_what_was_not_measured_and_nothing_else():
    assert known.words(MIXED) == "96 estimated, 4 corrected, 3 missing"
    assert known.words(DOUBTFUL) == "1 doubtful"
    assert known.words(WHOLE) == ""


def test_phones_have_the_words_below_the_name():
    (said,) = known.below(MIXED)
    assert text_of(said) == "96 estimated, 4 corrected, 3 missing"
    assert "only-n" in said.className
    assert known.below(WHOLE) == []
