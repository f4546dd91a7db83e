"""Late or broken: told from the age of the last reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.energy.freshness import Health, due_since, is_offline, judge

END = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def _health(minutes):
    return judge(END, now=END + timedelta(minutes=minutes), interval_s=900).health


def test_quarter_hours_are_late_after_65_minutes():
    # Due 15 + 20 minutes after the last end, and two more intervals of grace: 35 + 30 = 65.
    assert (_health(65), _health(66)) == (Health.LIVE, Health.LATE)


def test_two_days_of_silence_are_more_than_late():
    assert (_health(2 * 24 * 60 - 1), _health(2 * 24 * 60)) == (Health.LATE, Health.SILENT)


def test_never_is_its_own_answer():
    assert judge(None, now=END, interval_s=900).health is Health.NEVER


def test_a_device_is_offline_after_two_hours_without_a_word():
    assert not is_offline(END, now=END + timedelta(hours=2))
    assert is_offline(END, now=END + timedelta(hours=2, seconds=1))
    assert not is_offline(None, now=END)


def test_an_interval_has_twenty_minutes_to_arrive():
    assert due_since(END) == END - timedelta(minutes=20)
