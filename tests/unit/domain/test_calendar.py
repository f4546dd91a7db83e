"""Local days, months and labels: facts about clocks that anybody can look up."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from domain.calendar import (
    Period,
    PeriodKind,
    add_months,
    calendar_table,
    day_length_s,
    days_in_month,
    local_date,
    local_labels,
    local_midnight_utc,
)


def test_berlin_days_have_92_96_or_100_quarter_hours():
    # Clocks go forward on 29 March 2026 and back on 25 October 2026: 23 h and 25 h.
    lengths = [
        day_length_s(date(2026, 3, 29), "Europe/Berlin"),
        day_length_s(date(2026, 3, 30), "Europe/Berlin"),
        day_length_s(date(2026, 10, 25), "Europe/Berlin"),
    ]
    assert [length // 900 for length in lengths] == [92, 96, 100]


def test_lord_howe_moves_by_half_an_hour():
    # Lord Howe Island changes by 30 minutes: 5 April 2026 has 24.5 h, 4 October 2026 has 23.5 h.
    assert day_length_s(date(2026, 4, 5), "Australia/Lord_Howe") == 24.5 * 3600
    assert day_length_s(date(2026, 10, 4), "Australia/Lord_Howe") == 23.5 * 3600


def test_a_day_without_midnight_begins_at_one():
    # Brazil skipped 00:00 to 01:00 on 4 November 2018 (offset -03:00 to -02:00): the day began at 03:00 UTC.
    assert local_midnight_utc(date(2018, 11, 4), "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_a_day_whose_first_half_hour_was_skipped():
    # Toronto moved from 23:30 on 30 March 1919 (-05:00) to 00:30 on the 31st (-04:00), at 04:30 UTC.
    assert local_midnight_utc(date(1919, 3, 31), "America/Toronto") == datetime(1919, 3, 31, 4, 30, tzinfo=UTC)


def test_kathmandu_midnight_is_18_15_utc():
    assert local_midnight_utc(date(2026, 3, 1), "Asia/Kathmandu") == datetime(2026, 2, 28, 18, 15, tzinfo=UTC)


def test_a_skipped_day_has_no_length():
    # Samoa crossed the date line: 30 December 2011 did not exist in Apia.
    assert day_length_s(date(2011, 12, 30), "Pacific/Apia") == 0


@pytest.mark.parametrize(("month", "hours"), [(3, 743), (10, 745), (4, 720)])
def test_constant_kilowatt_gives_the_hours_of_a_berlin_month(month, hours):
    # 1 kW for the whole month is as many kWh as the month has hours: 31 x 24 -/+ 1 in March and October.
    table = calendar_table("Europe/Berlin", date(2026, month, 1), add_months(date(2026, month, 1), 1))
    assert len(table.start_utc) * 0.25 == hours


def test_labels_of_the_doubled_hour():
    # 25 October 2026, 00:00 and 01:00 UTC are both 02:00 in Berlin (+02:00, then +01:00).
    days, minutes = local_labels(
        np.array(["2026-10-25T00:00", "2026-10-25T01:00"], dtype="datetime64[s]"), "Europe/Berlin"
    )
    assert list(minutes) == [120, 120]
    assert list(days.astype(str)) == ["2026-10-25", "2026-10-25"]


def test_labels_agree_with_zoneinfo_over_two_years():
    starts = np.arange("2025-01-01", "2027-01-01", 3600, dtype="datetime64[s]")
    for name in ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"):
        days, minutes = local_labels(starts, name)
        for index in range(0, len(starts), 97):
            instant = datetime.fromtimestamp(int(starts[index].astype(np.int64)), UTC)
            from zoneinfo import ZoneInfo

            local = instant.astimezone(ZoneInfo(name))
            assert (days[index].astype(object), minutes[index]) == (local.date(), local.hour * 60 + local.minute)


def test_local_date_crosses_midnight_before_utc():
    assert local_date(datetime(2026, 3, 1, 18, 20, tzinfo=UTC), "Asia/Kathmandu") == date(2026, 3, 2)


def test_months_clip_to_their_last_day():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2026, 3, 31), -13) == date(2025, 2, 28)
    assert days_in_month(2028, 2) == 29
    assert days_in_month(2026, 12) == 31


def test_periods_hold_their_day():
    assert Period.of(PeriodKind.WEEK, date(2026, 11, 22)) == Period(
        PeriodKind.WEEK, date(2026, 11, 16), date(2026, 11, 23)
    )
    assert Period.of(PeriodKind.MONTH, date(2026, 2, 14)).day_count == 28
    assert Period.of(PeriodKind.YEAR, date(2028, 2, 14)).day_count == 366
    assert Period.of(PeriodKind.DAY, date(2026, 2, 14)).last == date(2026, 2, 14)
    with pytest.raises(ValueError, match="two dates"):
        Period.of(PeriodKind.CUSTOM, date(2026, 1, 1))


def test_shifting_follows_the_calendar():
    january = Period.of(PeriodKind.MONTH, date(2026, 1, 31))
    assert january.shift(1) == Period(PeriodKind.MONTH, date(2026, 2, 1), date(2026, 3, 1))
    assert Period.of(PeriodKind.YEAR, date(2026, 5, 5)).shift(-1).first == date(2025, 1, 1)
    assert Period.of(PeriodKind.WEEK, date(2026, 11, 22)).shift(-1).first == date(2026, 11, 9)


def test_last_year_by_weekday_meets_the_same_weekday():
    sunday = Period.of(PeriodKind.DAY, date(2026, 11, 22))
    assert sunday.last_year(by_weekday=True) == Period.of(PeriodKind.DAY, date(2025, 11, 23))  # 364 days, also a Sunday
    assert sunday.last_year().first == date(2025, 11, 22)
    assert Period.of(PeriodKind.MONTH, date(2026, 11, 1)).last_year().first == date(2025, 11, 1)
    assert Period.of(PeriodKind.WEEK, date(2026, 11, 22)).last_year().first.weekday() == 0


def test_clipping_to_a_tenancy():
    november = Period.of(PeriodKind.MONTH, date(2026, 11, 1))
    assert november.clip(date(2026, 11, 10), None) == Period(PeriodKind.CUSTOM, date(2026, 11, 10), date(2026, 12, 1))
    assert november.clip(date(2026, 1, 1), date(2026, 11, 1)) is None
    assert november.clip(date(2026, 1, 1), None) == november


def test_bounds_of_a_march_in_berlin():
    first, end = Period.of(PeriodKind.MONTH, date(2026, 3, 1)).bounds_utc("Europe/Berlin")
    assert (first, end) == (datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC))


def test_no_instants_have_no_labels():
    days, minutes = local_labels(np.array([], dtype="datetime64[s]"), "Europe/Berlin")
    assert len(days) == len(minutes) == 0


def test_own_dates_that_are_a_calendar_period_are_called_so():
    assert Period.spanning(date(2024, 2, 1), date(2024, 2, 29)).kind is PeriodKind.MONTH  # a leap year
    assert Period.spanning(date(2023, 2, 1), date(2023, 2, 27)).kind is PeriodKind.CUSTOM
    assert Period.spanning(date(2026, 11, 16), date(2026, 11, 22)).kind is PeriodKind.WEEK  # Monday to Sunday
    assert Period.spanning(date(2026, 1, 1), date(2026, 12, 31)).kind is PeriodKind.YEAR
    assert Period.spanning(date(2026, 3, 29), date(2026, 3, 29)).kind is PeriodKind.DAY


def test_all_years_are_whole_and_alone():
    found = Period.years(date(2024, 5, 10), date(2026, 11, 20))
    assert (found.first, found.end) == (date(2024, 1, 1), date(2027, 1, 1))
    assert found.shift(1) == found
