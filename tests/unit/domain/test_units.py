"""Rounding and power."""

from __future__ import annotations

import numpy as np

from domain.units import round_half_away, watts


def test_halves_go_away_from_zero():
    assert list(round_half_away(np.array([2.5, -2.5, 2.4, -2.6, 0.0]))) == [3, -3, 2, -3, 0]


def test_quarter_hour_of_500_wh_is_2_kw():
    # 500 Wh in 900 s = 500 x 3600 / 900 W
    assert list(watts(np.array([500]), 900)) == [2000.0]
