import numpy as np

from domain.simulator.occupancy import RHYTHMS, mood, presence


def test_workers_are_away_at_noon_on_working_days_and_pensioners_are_not(year):
    noon = (year.minute == 720) & ~year.is_weekend[year.day_of]
    worker, retired = (presence("x", rhythm, year).home[noon].mean() for rhythm in ("worker", "retired"))
    assert worker < 0.4
    assert retired > 0.7


def test_everybody_sleeps_at_four(year):
    for rhythm in RHYTHMS:
        assert presence("x", rhythm, year).active[year.minute == 240].max() == 0.0


def test_shares_lie_between_nobody_and_all(year):
    days = presence("x", "late", year)
    for share in (days.active, days.home):
        assert share.min() >= 0.0
        assert share.max() <= 1.0
    assert (days.active <= days.home + 1e-12).all()


def test_holidays_are_whole_weeks_and_about_a_month_a_year(year):
    # Expected weeks: the sum of the chances, 2.55; 200 households scatter by 0.1.
    weeks = [presence(f"home {n}", "worker", year).away.sum() / 7 for n in range(200)]
    assert 1.5 < np.mean(weeks) < 3.5
    away = presence("home 0", "worker", year).away[2:]  # from 1 January, a Wednesday
    assert {int(away[first : first + 7].sum()) for first in range(5, 355, 7)} <= {0, 7}


def test_moods_are_slow_and_small(year):
    feeling = mood("x", year)
    assert 0.6 < feeling.min() < feeling.max() < 1.4
    assert np.abs(np.diff(feeling)).max() < 0.005
