"""Buckets of local time: how many there are and how many intervals each should hold."""

from __future__ import annotations

from datetime import UTC, date, datetime

from domain.energy.buckets import Span, buckets, slots


def test_the_long_day_has_100_slots_and_25_hours():
    found = slots("Europe/Berlin", date(2026, 10, 25), date(2026, 10, 26), 900)
    assert len(found.start_utc) == 100
    assert int(found.fold.sum()) == 4  # the second 02:00, 02:15, 02:30, 02:45
    hours = buckets(Span("Europe/Berlin", date(2026, 10, 25), date(2026, 10, 26)), "hour", {1: 900})
    assert len(hours) == 25
    assert list(hours[1]) == [4] * 25


def test_the_short_day_has_92_slots_and_no_two_o_clock():
    found = slots("Europe/Berlin", date(2026, 3, 29), date(2026, 3, 30), 900)
    assert len(found.start_utc) == 92
    assert "2026-03-29T02" not in {str(label)[:13] for label in found.label}


def test_a_month_with_the_long_day_expects_four_more():
    # 31 days x 96 + 4 = 2,980 quarter-hours; 31 x 24 + 1 = 745 hours.
    frame = buckets(Span("Europe/Berlin", date(2026, 10, 1), date(2026, 11, 1)), "month", {1: 900, 2: 3600})
    assert (frame[1].tolist(), frame[2].tolist()) == ([2980], [745])


def test_kathmandu_days_have_96_quarter_hours_from_18_15_utc():
    found = slots("Asia/Kathmandu", date(2026, 3, 1), date(2026, 3, 2), 900)
    assert (len(found.start_utc), str(found.start_utc[0])) == (96, "2026-02-28T18:15:00")
    assert str(found.label[0]) == "2026-03-01T00:00:00"


def test_what_is_still_to_come_is_not_expected():
    # At 11:07 UTC, 12:07 in Berlin, 48 quarter-hours of the day are over: 12 hours x 4.
    until = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
    frame = buckets(Span("Europe/Berlin", date(2026, 11, 20), date(2026, 11, 21), until), "day", {1: 900})
    assert frame[1].tolist() == [48]
    assert len(slots("Europe/Berlin", date(2026, 11, 20), date(2026, 11, 21), 900, until).start_utc) == 48


def test_an_empty_span_has_no_slots():
    assert len(slots("Europe/Berlin", date(2026, 11, 20), date(2026, 11, 20), 900).start_utc) == 0


def test_daily_readings_begin_at_local_midnight_on_days_of_any_length():
    # March 2026 in Berlin: 31 days, one of 23 hours; midnight is 23:00 UTC in winter and 22:00 in summer.
    found = slots("Europe/Berlin", date(2026, 3, 28), date(2026, 3, 31), 86_400)
    assert [str(start) for start in found.start_utc] == [
        "2026-03-27T23:00:00", "2026-03-28T23:00:00", "2026-03-29T22:00:00",
    ]  # fmt: skip
    frame = buckets(Span("Europe/Berlin", date(2026, 3, 1), date(2026, 4, 1)), "month", {1: 86_400})
    assert frame[1].tolist() == [31]


def test_a_running_day_is_not_yet_a_daily_reading():
    until = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
    frame = buckets(Span("Europe/Berlin", date(2026, 11, 18), date(2026, 11, 21), until), "day", {1: 86_400})
    assert frame[1].tolist() == [1, 1, 0]


def test_what_may_still_be_on_its_way_is_not_expected():
    # At 12:07 in Berlin 48 quarter-hours are over; of those that ended by 11:47 there are 47.
    now, due = datetime(2026, 11, 20, 11, 7, tzinfo=UTC), datetime(2026, 11, 20, 10, 47, tzinfo=UTC)
    span = Span("Europe/Berlin", date(2026, 11, 20), date(2026, 11, 21), now, due)
    assert buckets(span, "day", {1: 900})[1].tolist() == [47]
    assert buckets(span, "hour", {1: 900})[1].tolist() == [4] * 11 + [3]
    assert buckets(span, "hour", {1: 3600})[1].tolist() == [1] * 11 + [0]  # the hour from 11:00 is over at 12:00


def test_a_daily_reading_is_expected_when_it_should_be_here():
    now, due = datetime(2026, 11, 19, 23, 7, tzinfo=UTC), datetime(2026, 11, 19, 22, 47, tzinfo=UTC)  # 00:07 in Berlin
    span = Span("Europe/Berlin", date(2026, 11, 18), date(2026, 11, 20), now, due)
    assert buckets(span, "day", {1: 86_400})[1].tolist() == [1, 0]
