"""The same interval twice."""

from __future__ import annotations

import numpy as np

from domain.ingest.duplicates import find


def found(keys, values):
    return find((np.array(keys),), (np.array(values),))


def test_equal_rows_count_once():
    result = found([1, 1, 1, 2], [5, 5, 5, 6])
    assert (result.keep.tolist(), result.repeated, result.contradictions) == ([True, False, False, True], 2, ())


def test_a_contradicted_interval_keeps_nothing():
    result = found([1, 2, 2, 3], [5, 6, 7, 8])
    assert result.keep.tolist() == [True, False, False, True]
    assert (result.contradictions, result.contradicting_rows, result.repeated) == (((1, 2),), 2, 0)


def test_a_repeat_beside_a_contradiction_is_not_kept_either():
    result = found([2, 2, 2], [6, 6, 7])
    assert (result.keep.tolist(), result.contradicting_rows) == ([False] * 3, 3)


def test_nothing_twice():
    assert found([1, 2, 3], [0, 0, 0]).keep.all()
    assert found([], []).keep.tolist() == []
