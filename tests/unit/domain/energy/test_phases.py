"""Where three phases are furthest apart."""

from __future__ import annotations

import numpy as np

from domain.energy.balance import UseSeries
from domain.energy.phases import Uneven, most_uneven


def series(*values: int | None) -> UseSeries:
    energy = np.array([value or 0 for value in values], dtype=np.int64)
    label = np.datetime64("2026-10-01", "s") + np.arange(len(values)) * np.timedelta64(86_400, "s")
    counts = np.zeros((len(values), 6), dtype=np.int64)
    return UseSeries(label, np.zeros(len(values), np.int8), energy, np.array([v is not None for v in values]), counts)


def test_the_furthest_bucket_is_the_one_with_the_largest_difference():
    # 500-100 = 400, 900-200 = 700, 800-300 = 500: the second day, first phase against third.
    found = most_uneven([series(500, 900, 300), series(300, 400, 800), series(100, 200, 400)])
    assert found == Uneven(index=1, high=0, low=2, high_wh=900, low_wh=200)


def test_a_bucket_with_an_unknown_phase_is_no_difference():
    # On the second day one phase is missing; 900 against nothing is not 900 apart.
    found = most_uneven([series(500, 900), series(300, None)])
    assert found == Uneven(index=0, high=0, low=1, high_wh=500, low_wh=300)


def test_nothing_is_said_of_one_phase_or_of_none_known_or_of_other_buckets():
    assert most_uneven([series(500)]) is None
    assert most_uneven([series(None), series(300)]) is None
    assert most_uneven([series(500, 400), series(300)]) is None
