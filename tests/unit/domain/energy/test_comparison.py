"""The same elapsed part, or means per day."""

from __future__ import annotations

from datetime import date

import numpy as np

from domain.calendar import Period, PeriodKind
from domain.energy.balance import UseSeries
from domain.energy.comparison import (
    Comparison,
    compare,
    elapsed,
    fair,
    is_other_season,
    leading,
    over_pairs,
    same_intervals,
    same_part,
)
from domain.energy.pairing import pair_days

NOVEMBER = Period.of(PeriodKind.MONTH, date(2026, 11, 1))


def test_a_running_month_is_compared_up_to_yesterday():
    part = elapsed(NOVEMBER, date(2026, 11, 20))
    assert (part.first, part.end) == (date(2026, 11, 1), date(2026, 11, 20))  # 19 whole days
    then = same_part(NOVEMBER, part, NOVEMBER.shift(-1))
    assert (then.first, then.end) == (date(2026, 10, 1), date(2026, 10, 20))


def test_the_first_day_of_a_month_is_its_own_part():
    assert elapsed(NOVEMBER, date(2026, 11, 1)).day_count == 1


def test_a_finished_month_meets_the_whole_other_month():
    assert same_part(NOVEMBER, NOVEMBER, NOVEMBER.shift(-1)).day_count == 31


def test_november_and_october_are_two_seasons_of_heating_and_one_of_light():
    # The middles, 16 November and 16.5 October, are 30.5 days apart.
    assert is_other_season("gas", NOVEMBER, NOVEMBER.shift(-1))
    assert is_other_season("heat", NOVEMBER, NOVEMBER.shift(-1))
    assert not is_other_season("electricity", NOVEMBER, NOVEMBER.shift(-1))


def test_a_year_later_and_a_week_later_it_is_the_same_season():
    assert not is_other_season("gas", NOVEMBER, NOVEMBER.last_year())
    assert not is_other_season("gas", NOVEMBER, NOVEMBER.last_year().last_year())  # two years of 365 days
    january = Period.of(PeriodKind.MONTH, date(2026, 1, 1))
    december = Period.of(
        PeriodKind.WEEK, date(2025, 12, 31)
    )  # its middle is 1 January 2026, 15 days before the month's
    assert is_other_season("gas", january, december)
    assert not is_other_season("gas", Period.of(PeriodKind.WEEK, date(2026, 1, 7)), december)
    assert not is_other_season(
        "gas", Period.of(PeriodKind.YEAR, date(2026, 1, 1)), Period.of(PeriodKind.YEAR, date(2025, 1, 1))
    )


def test_heating_is_measured_by_the_year_before_and_never_by_the_month_before():
    # 638.2 kWh of gas in November, 144.7 in October and 452.7 a year ago: 341 % more is autumn, 41 % more is news.
    october, year_ago = (Comparison(638_200, then_wh, NOVEMBER, per_day=False) for then_wh in (144_700, 452_700))
    assert leading("gas", previous=october, last_year=year_ago) is year_ago
    assert leading("heat", previous=october, last_year=None) is None
    assert leading("electricity", previous=october, last_year=year_ago) is october


def test_different_lengths_are_compared_per_day():
    # 300 kWh in 30 days are 10 a day, 279 kWh in 31 days are 9 a day: 11.1 % more.
    found = compare(300_000, NOVEMBER, 279_000, NOVEMBER.shift(-1))
    assert found is not None
    assert (found.now_wh, found.then_wh, found.per_day) == (10_000, 9_000, True)
    assert found.ratio == 10 / 9 - 1


def test_nothing_is_compared_with_the_unknown():
    assert compare(None, NOVEMBER, 1, NOVEMBER) is None
    zero = compare(5, NOVEMBER, 0, NOVEMBER)
    assert zero is not None
    assert zero.ratio is None


def _days(first, energy_wh, missing=()):
    """Days of 96 intervals; the listed ones have 10 of them missing."""
    count = len(energy_wh)
    gaps = np.isin(np.arange(count), list(missing))
    counts = np.zeros((count, 6), dtype=np.int64)
    counts[:, 0], counts[:, 5] = np.where(gaps, 86, 96), np.where(gaps, 10, 0)
    label = (np.datetime64(first, "D") + np.arange(count)).astype("datetime64[s]")
    return UseSeries(label, np.zeros(count, np.int8), np.array(energy_wh, dtype=np.int64), np.ones(count, bool), counts)


def _span(first, end):
    return Period(PeriodKind.CUSTOM, date.fromisoformat(first), date.fromisoformat(end))


def test_days_with_gaps_are_left_out_on_both_sides():
    # Day 2 now and day 3 then have gaps: 10 + 40 = 50 against 11 + 41 = 52 over two pairs.
    now, then = _days("2026-05-04", [10, 20, 30, 40], {1}), _days("2026-04-27", [11, 21, 31, 41], {2})
    found = fair(now, _span("2026-05-04", "2026-05-08"), then, _span("2026-04-27", "2026-05-01"))
    assert found is not None
    assert (found.now_wh, found.then_wh, found.per_day, found.days) == (50, 52, False, 2)


def test_complete_days_are_all_compared():
    now, then = _days("2026-05-04", [10, 20]), _days("2026-04-27", [15, 25])
    found = fair(now, _span("2026-05-04", "2026-05-06"), then, _span("2026-04-27", "2026-04-29"))
    assert found is not None
    assert (found.now_wh, found.then_wh, found.days) == (30, 40, None)


def test_periods_of_different_length_compare_complete_days():
    # Now 30 + 10 over 2 days = 20 a day (the day with the gap left out); then 12 a day.
    now, then = _days("2026-05-04", [30, 99, 10], {1}), _days("2026-04-27", [12, 12])
    found = fair(now, _span("2026-05-04", "2026-05-07"), then, _span("2026-04-27", "2026-04-29"))
    assert found is not None
    assert (found.now_wh, found.then_wh, found.per_day, found.days) == (20, 12, True, 2)


def test_half_a_period_is_too_little_to_compare():
    now, then = _days("2026-05-04", [10, 20, 30, 40]), _days("2026-05-01", [5])
    assert fair(now, _span("2026-05-04", "2026-05-08"), then, _span("2026-04-28", "2026-05-02")) is None


def _hours(day, energy_wh):
    count = len(energy_wh)
    known = np.array([value is not None for value in energy_wh])
    label = np.datetime64(day, "s") + np.arange(count) * np.timedelta64(3600, "s")
    counts = np.zeros((count, 6), dtype=np.int64)
    counts[:, 0], counts[:, 5] = known, ~known
    energy = np.array([value or 0 for value in energy_wh], dtype=np.int64)
    return UseSeries(label, np.zeros(count, np.int8), energy, known, counts)


def test_a_running_day_meets_the_same_hours():
    # 00:00 and 01:00 are known now, 02:00 is late: 1 + 2 against 4 + 5.
    today, yesterday = _hours("2026-05-04", [1, 2, None]), _hours("2026-05-03", [4, 5, 6, 7])
    found = same_intervals(today, yesterday, Period.of(PeriodKind.DAY, date(2026, 5, 3)))
    assert found is not None
    assert (found.now_wh, found.then_wh) == (3, 9)


def test_a_day_of_25_hours_meets_a_whole_day_of_24():
    long, plain = _hours("2026-10-25", [1] * 25), _hours("2026-10-24", [2] * 24)
    found = same_intervals(long, plain, Period.of(PeriodKind.DAY, date(2026, 10, 24)))
    assert found is not None
    assert (found.now_wh, found.then_wh) == (25, 48)


def test_days_without_a_common_hour_are_not_compared():
    assert same_intervals(_hours("2026-05-04", [None]), _hours("2026-05-03", [4]), NOVEMBER) is None


def test_pairs_with_a_gap_on_either_side_are_left_out():
    # Day 2 now and day 3 then have gaps; days 1 and 4 remain: 10 + 40 = 50 against 11 + 41 = 52.
    now, then = _days("2026-05-04", [10, 20, 30, 40], {1}), _days("2026-04-27", [11, 21, 31, 41], {2})
    pairs = pair_days(_span("2026-05-04", "2026-05-08"), _span("2026-04-27", "2026-05-01"), "date")
    found = over_pairs(now, then, pairs, _span("2026-04-27", "2026-05-01"))
    assert found is not None
    assert (found.now_wh, found.then_wh, found.days) == (50, 52, 2)
    assert not found.is_whole
    assert over_pairs(_days("2026-05-04", [1, 2, 3, 4], {0, 1, 2}), then, pairs, NOVEMBER) is None  # 1 of 4 days


def test_a_whole_comparison_left_nothing_out():
    # 10 + 20 against 15 + 25: every day has a partner.
    now, then = _days("2026-05-04", [10, 20]), _days("2026-04-27", [15, 25])
    pairs = pair_days(_span("2026-05-04", "2026-05-06"), _span("2026-04-27", "2026-04-29"), "date")
    found = over_pairs(now, then, pairs, _span("2026-04-27", "2026-04-29"))
    assert found is not None
    assert (found.now_wh, found.then_wh, found.is_whole) == (30, 40, True)


def test_means_say_over_how_many_days():
    now, then = _days("2026-05-04", [30, 99, 10], {1}), _days("2026-04-27", [12, 12])
    found = fair(now, _span("2026-05-04", "2026-05-07"), then, _span("2026-04-27", "2026-04-29"))
    assert found is not None
    assert (found.days, found.then_days) == (2, 2)


def test_a_running_day_says_until_when():
    # 00:00 and 01:00 are known now: up to 02:00.
    found = same_intervals(_hours("2026-05-04", [1, 2, None]), _hours("2026-05-03", [4, 5, 6, 7]), NOVEMBER)
    assert found is not None
    assert found.until_s == 2 * 3600


def test_days_that_are_never_complete_together_are_not_compared():
    # The first day is torn here, the second there: no pair is left.
    now, then = _days("2026-05-04", [9_000, 9_000], missing=[0]), _days("2026-04-27", [8_000, 8_000], missing=[1])
    assert fair(now, _span("2026-05-04", "2026-05-06"), then, _span("2026-04-27", "2026-04-29")) is None
