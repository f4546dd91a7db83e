"""Peaks are powers, and one evening is one peak."""

from __future__ import annotations

from datetime import date

import numpy as np

from domain.energy.balance import UseSeries
from domain.energy.peaks import base_load_w, monthly_peaks, top_peaks


def _series(values):
    start = np.datetime64("2026-05-04T00:00", "s")
    label = start + np.arange(len(values)) * np.timedelta64(15, "m")
    known = np.array([value is not None for value in values])
    energy = np.array([value or 0 for value in values])
    return UseSeries(label, np.zeros(len(values), np.int8), energy, known, np.zeros((len(values), 6), np.int64))


def test_neighbours_of_a_peak_are_the_same_peak():
    # 500 Wh in 15 minutes are 2 kW; 480 Wh right after belong to it; 300 Wh four hours later do not.
    values = [100] * 40
    values[8], values[9], values[26] = 500, 480, 300
    found = top_peaks(_series(values), 900, count=2)
    assert [(str(p.label)[11:16], p.power_w) for p in found] == [("02:00", 2000.0), ("06:30", 1200.0)]


def test_unknown_intervals_are_no_peaks():
    assert top_peaks(_series([None, None]), 900) == []


def test_each_month_has_its_highest_interval():
    # 4 May 00:00 and 28 days of quarter-hours reach into 1 June: 28 x 96 = 2,688 intervals. 250 Wh in 15 minutes are 1 kW.
    values = [100] * 2690
    values[5], values[2689], values[7] = 500, 250, None
    assert monthly_peaks(_series(values), 900) == [(date(2026, 5, 1), 2000.0), (date(2026, 6, 1), 1000.0)]


def test_a_month_without_a_known_interval_has_no_peak():
    assert monthly_peaks(_series([None, None]), 900) == []


def test_base_load_is_what_95_percent_reach():
    # 19 intervals of 100 Wh and one of 0: the 5 % quantile of 20 sorted values lies at 0.95 of the way from 0 to 100.
    series = _series([0] + [100] * 19)
    assert base_load_w(series.energy_wh, series.is_known, 900) == 95 * 4
    assert base_load_w(series.energy_wh, ~series.is_known, 900) is None
