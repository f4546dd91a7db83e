"""The same elapsed part, or means per day."""

from __future__ import annotations

from datetime import date

from domain.calendar import Period, PeriodKind
from domain.energy.comparison import compare, elapsed, same_part

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
