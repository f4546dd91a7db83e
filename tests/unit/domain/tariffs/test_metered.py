from __future__ import annotations

from dataclasses import replace

import numpy as np

from domain.energy.quality import Quality
from domain.tariffs.metered import summed
from tests.factories.tariffs import grid, readings

STARTS = grid("2026-06-01", "2026-06-02")


def test_one_register_is_left_as_it_is():
    one = readings(STARTS, 100)
    assert summed([(one, 1)]) is one


def test_signed_registers_are_summed_where_all_are_known():
    # Home use: import 100 + production 300 - export 50, with four quarters of export missing.
    taken, made, given = readings(STARTS, 100), readings(STARTS, 300), readings(STARTS[4:], 50)
    found = summed([(taken, 1), (made, 1), (given, -1)])
    assert (found.start_utc == STARTS[4:]).all()
    assert found.total_wh == 92 * 350


def test_a_finer_register_is_summed_to_the_coarser_one():
    hourly = readings(grid("2026-06-01", "2026-06-02", interval_s=3600), 1000, interval_s=3600)
    found = summed([(readings(STARTS[1:], 100), 1), (hourly, 1)])
    assert (found.interval_s, len(found.start_utc)) == (3600, 23)  # the first hour has a quarter missing
    assert set(found.energy_wh.tolist()) == {1400}


def test_the_weakest_part_speaks_for_the_sum():
    estimated = readings(STARTS, 1, np.where(np.arange(96) < 10, Quality.ESTIMATED, Quality.MEASURED))
    found = summed([(readings(STARTS), 1), (replace(estimated, damaged=True), 1)])
    assert (int((found.quality == Quality.ESTIMATED).sum()), found.damaged) == (10, True)
