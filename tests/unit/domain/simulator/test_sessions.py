from datetime import date

import numpy as np

from domain.simulator.grid import make_grid
from domain.simulator.sessions import Sessions, after, daily_sessions, energy_wh, join, quarter_wh

GRID = make_grid("Europe/Berlin", date(2026, 6, 1), date(2026, 6, 2))
MIDNIGHT_S = int(GRID.start_s[0])


def run(start_s, duration_s, power_w):
    return Sessions(*(np.array([value], dtype=np.int64) for value in (start_s, duration_s, power_w)))


def test_a_run_within_a_quarter_hour_counts_there_alone():
    used = energy_wh(GRID, run(MIDNIGHT_S + 60, 360, 2000))
    assert used[0] == 200  # 2 kW * 0.1 h
    assert used.sum() == 200


def test_a_run_across_quarter_hours_is_shared_by_time():
    used = energy_wh(GRID, run(MIDNIGHT_S + 600, 1800, 3600))
    assert used[:4].tolist() == [300, 900, 600, 0]  # 5, 15 and 10 minutes of 60 Wh a minute


def test_runs_that_overlap_add_up():
    both = join([run(MIDNIGHT_S, 900, 1000), run(MIDNIGHT_S, 900, 2000)])
    assert energy_wh(GRID, both)[0] == 750  # 3 kW * 0.25 h


def test_a_run_of_the_evening_before_is_still_there_after_midnight():
    used = energy_wh(GRID, run(MIDNIGHT_S - 3600, 7200, 7200))
    assert used[:5].tolist() == [1800, 1800, 1800, 1800, 0]  # 7.2 kW until 01:00


def test_daily_runs_leave_out_days_without():
    always = daily_sessions(GRID, 60.0, 30.0, 1000.0)
    assert len(always.start_s) == len(GRID.days)
    assert len(daily_sessions(GRID, 60.0, 30.0 * (GRID.days % 2), 1000.0).start_s) < len(GRID.days)


def test_a_later_step_follows_its_run():
    rinse = after(run(MIDNIGHT_S, 900, 2000), 15, 10, 300)
    assert rinse.start_s.tolist() == [MIDNIGHT_S + 900]
    assert (rinse.duration_s[0], rinse.power_w[0]) == (600, 300)


def test_power_becomes_whole_watt_hours_and_is_never_negative():
    assert quarter_wh(np.array([1000.0, 10.0, -5.0])).tolist() == [250, 2, 0]  # 2.5 rounds to even
