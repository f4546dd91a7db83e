"""Which day meets which: weekdays, dates, leap years, and days of 23 and 25 hours."""

from __future__ import annotations

from datetime import date

import numpy as np

from domain.calendar import Period
from domain.energy.balance import UseSeries
from domain.energy.buckets import slots
from domain.energy.pairing import NONE, pair_buckets, pair_days


def _span(first, last):
    return Period.spanning(date.fromisoformat(first), date.fromisoformat(last))


def _day(day, zone="Europe/Berlin"):
    grid = slots(zone, day, date.fromordinal(day.toordinal() + 1), 3600)
    size = len(grid.label)
    return UseSeries(grid.label, grid.fold, np.ones(size, np.int64), np.ones(size, bool), np.zeros((size, 6), np.int64))


def test_mondays_meet_mondays():
    # 1 October 2026 is a Thursday, 1 October 2025 a Wednesday: the first Thursday then is the 2nd.
    pairs = pair_days(_span("2026-10-01", "2026-10-31"), _span("2025-10-01", "2025-10-31"), "weekday")
    assert pairs[0] == (None, date(2025, 10, 1))
    assert pairs[1] == (date(2026, 10, 1), date(2025, 10, 2))
    assert pairs[-1] == (date(2026, 10, 31), None)
    assert all(a.weekday() == b.weekday() for a, b in pairs if a and b)
    assert len(pairs) == 32  # 31 days each, moved by one


def test_less_than_a_week_has_no_weekdays_to_align():
    pairs = pair_days(_span("2026-11-10", "2026-11-11"), _span("2026-11-01", "2026-11-02"), "weekday")
    assert pairs == [(date(2026, 11, 10), date(2026, 11, 1)), (date(2026, 11, 11), date(2026, 11, 2))]


def test_the_leap_day_meets_nothing_by_date():
    # 20 February to 5 March: 15 days in 2024, 14 in 2023; every other date meets itself.
    pairs = pair_days(_span("2024-02-20", "2024-03-05"), _span("2023-02-20", "2023-03-05"), "date")
    assert (date(2024, 2, 29), None) in pairs
    assert (date(2024, 3, 1), date(2023, 3, 1)) in pairs
    assert len(pairs) == 15
    other_way = pair_days(_span("2023-02-20", "2023-03-05"), _span("2024-02-20", "2024-03-05"), "date")
    assert other_way == [(b, a) for a, b in pairs]


def test_first_days_meet_where_the_dates_differ():
    # November has 30 days, October 31: the 31st is left alone.
    pairs = pair_days(_span("2026-11-01", "2026-11-30"), _span("2026-10-01", "2026-10-31"), "date")
    assert pairs[0] == (date(2026, 11, 1), date(2026, 10, 1))
    assert pairs[-1] == (None, date(2026, 10, 31))
    assert len(pairs) == 31


def test_the_short_day_leaves_two_o_clock_alone():
    short, plain = date(2026, 3, 29), date(2026, 3, 28)
    found = pair_buckets(_day(short), _day(plain), [(short, plain)], "interval")
    assert len(found) == 24
    assert found.now[2] == NONE  # 02:00 does not exist
    assert (found.now[3], found.then[3]) == (2, 3)  # 03:00 meets 03:00, though it is only the third hour


def test_the_long_day_has_a_second_two_o_clock():
    long, plain = date(2026, 10, 25), date(2026, 10, 24)
    found = pair_buckets(_day(long), _day(plain), [(long, plain)], "interval")
    assert len(found) == 25
    assert (found.now[3], found.then[3]) == (3, NONE)  # 02:00 B
    assert (found.now[4], found.then[4]) == (4, 3)  # 03:00 meets 03:00


def _months(*names):
    labels, none = np.array(names, dtype="datetime64[M]").astype("datetime64[s]"), np.zeros(len(names), np.int8)
    return UseSeries(labels, none, none.astype(np.int64), none.astype(bool), np.zeros((len(names), 6), np.int64))


def test_months_meet_by_their_place_in_their_period():
    days = pair_days(_span("2026-01-01", "2026-02-28"), _span("2025-11-01", "2025-12-31"), "date")
    found = pair_buckets(_months("2026-01", "2026-02"), _months("2025-11"), days, "month")
    assert (found.now, found.then) == ((0, 1), (0, NONE))  # the first meets the first, the second nothing


def test_months_of_somebody_who_moved_in_late_stay_where_they_were():
    # Readings from November 2024 on: they belong to the 11th and 12th month of 2025, not to its first two.
    days = pair_days(_span("2025-01-01", "2025-12-31"), _span("2024-01-01", "2024-12-31"), "date")
    year = _months(*(f"2025-{month:02d}" for month in range(1, 13)))
    found = pair_buckets(year, _months("2024-11", "2024-12"), days, "month")
    assert found.now == tuple(range(12))
    assert found.then == (NONE,) * 10 + (0, 1)
    back = pair_buckets(_months("2024-11", "2024-12"), year, [(b, a) for a, b in days], "month")
    assert (back.now, back.then) == (found.then, found.now)
