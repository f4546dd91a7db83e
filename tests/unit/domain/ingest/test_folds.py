"""Two equal wall times in the autumn night: told apart only by a file that has both, in order."""

from __future__ import annotations

import numpy as np

from domain.ingest.folds import second_pass

QUARTERS = [7200, 8100, 9000, 9900]  # 02:00, 02:15, 02:30, 02:45


def passes(walls, series=None):
    count = len(walls)
    series = np.zeros(count, dtype=np.int64) if series is None else np.array(series)
    is_second, is_known = second_pass(series, np.array(walls, dtype=np.int64), np.arange(1, count + 1))
    return is_second.tolist(), is_known.tolist()


def test_one_pass_after_the_other():
    assert passes(QUARTERS * 2) == ([False] * 4 + [True] * 4, [True] * 8)


def test_alone_it_stays_unknown():
    assert passes([9000])[1] == [False]


def test_three_times_it_stays_unknown():
    assert passes([9000] * 3)[1] == [False] * 3


def test_interleaved_quarters_stay_unknown():
    # 02:00 02:00 02:15 02:15: the second 02:00 comes before the first 02:15, so this is not the order of time.
    assert passes([7200, 7200, 8100, 8100])[1] == [False] * 4


def test_hours_need_no_more_than_two_rows():
    assert passes([7200, 7200]) == ([False, True], [True, True])


def test_each_series_and_night_is_its_own():
    year = 86_400 * 364
    is_second, is_known = passes([7200, 7200, 7200, 7200 + year, 7200 + year], series=[1, 2, 2, 2, 2])
    assert is_known == [False, True, True, True, True]
    assert is_second == [False, False, True, False, True]


def test_no_ambiguous_rows():
    assert passes([]) == ([], [])
