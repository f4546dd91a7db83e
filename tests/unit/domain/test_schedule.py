"""A daily time of the wall clock is due exactly once on each date, also on the two days the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from domain.schedule import Daily, Every

NIGHT = Daily(time(2, 30))


def test_a_time_the_clock_skips_is_due_after_the_jump():
    # 29 March 2026 in Berlin goes from 02:00 to 03:00 (01:00 UTC); 02:30 at the old offset is 01:30 UTC.
    assert NIGHT.due_on(date(2026, 3, 29)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_shown_twice_counts_the_first_time():
    # 25 October 2026: 02:30 at +02:00 is 00:30 UTC, and again at +01:00 an hour later.
    assert NIGHT.due_on(date(2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_year_of_minutes_has_365_due_times():
    start = datetime(2026, 1, 1, 0, 0, tzinfo=UTC)
    due = {NIGHT.latest_due(start + timedelta(minutes=7 * n)) for n in range(365 * 24 * 60 // 7)}
    # From 31 December 2025 (01:30 UTC, seen from 1 January 00:00) to 31 December 2026: 366 dates.
    assert len(due) == 366


def test_every_minutes_floor_to_the_grid():
    assert Every(15).latest_due(datetime(2026, 11, 20, 11, 7, tzinfo=UTC)) == datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
