from __future__ import annotations

from datetime import date

import pytest

from domain.contracts.changes import earliest_day, issues
from domain.contracts.switching import Bound

TODAY = date(2026, 11, 20)
FREE = Bound(date(2025, 1, 1), notice_days=14)
FIXED = Bound(date(2026, 7, 1), notice_days=30, minimum_until=date(2027, 7, 1), exit_fee_minor=4_500)


def told(kind, day, text="Gartenweg 2, Basel", held=FREE):
    return [(issue.field, issue.code, *issue.params.values()) for issue in issues(kind, day, text, held, TODAY)]


def test_the_first_day_of_an_end():
    assert earliest_day("cancel", FREE, TODAY) == date(2026, 12, 4)  # 20 November and 14 days
    assert earliest_day("cancel", FIXED, TODAY) == date(2027, 7, 1)  # with its minimum term, and so without its fee
    assert earliest_day("move_out", FIXED, TODAY) == date(2026, 12, 20)  # 30 days; a move is not bound by the term
    assert earliest_day("move_out", Bound(date(2027, 1, 1), notice_days=0), TODAY) == date(2027, 1, 2)
    assert earliest_day("move_in", FIXED, TODAY) == date(2026, 10, 9)  # 42 days ago


def test_what_may_be_asked_for():
    assert told("cancel", date(2026, 12, 4), "") == []
    assert told("move_out", date(2026, 12, 20), held=FIXED) == []
    assert told("move_in", date(2026, 11, 1)) == []
    assert told("correct", None) == []


@pytest.mark.parametrize(("kind", "day", "text", "held", "found"), [
    ("sell", None, "x", FREE, ("kind", "unknown")),
    ("cancel", None, "", FREE, ("day", "no_date", date(2026, 12, 4))),
    ("cancel", date(2026, 12, 3), "", FREE, ("day", "too_early", date(2026, 12, 4))),
    ("cancel", date(2026, 11, 1), "", FREE, ("day", "too_early", date(2026, 12, 4))),
    ("cancel", date(2027, 11, 21), "", FREE, ("day", "too_late", date(2027, 11, 20))),
    ("cancel", date(2027, 6, 30), "", FIXED, ("day", "too_early", date(2027, 7, 1))),
    ("move_out", date(2027, 1, 1), "x", Bound(date(2025, 1, 1), end_date=date(2027, 1, 1)), ("day", "contract_over", date(2027, 1, 1))),
    ("move_out", date(2026, 12, 20), "", FREE, ("text", "missing")),
    ("correct", None, "x" * 601, FREE, ("text", "too_long", 600)),
])  # fmt: skip
def test_what_is_wrong_is_named(kind, day, text, held, found):
    assert told(kind, day, text, held) == [found]
