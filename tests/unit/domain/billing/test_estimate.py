"""What is still to come: the same weekdays of last year, as far as lately differed from them, else the last weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest

from domain.billing.estimate import WEEK_S, YEAR_S, carried_on, outlook, prices_carried_on
from domain.energy.intervals import Intervals
from domain.energy.quality import Quality
from domain.tariffs.prices import PriceSeries
from tests.factories.readings import make_starts

BERLIN = "Europe/Berlin"
NOW, END = datetime(2026, 11, 20, 11, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC)


def readings(first: str, end: str = "2026-11-20T11:00", interval_s: int = 900) -> Intervals:
    """100 Wh in each interval."""
    starts = make_starts(first, end, interval_s)
    count = len(starts)
    bounds = (starts[0].item().replace(tzinfo=UTC), NOW) if count else (NOW, NOW)
    return Intervals(1, interval_s, starts, np.full(count, 100), np.zeros(count, dtype=np.uint8), *bounds)


def with_weeks(part: Intervals, *percent: int) -> Intervals:
    """The last weeks, the newest first, at some percent of 100 Wh."""
    seconds = part.start_utc.astype(np.int64)
    for back, value in enumerate(percent, start=1):
        low = NOW.timestamp() - back * WEEK_S
        part.energy_wh[(seconds >= low) & (seconds < low + WEEK_S)] = value
    return part


def without(part: Intervals, first: str, end: str) -> Intervals:
    kept = (part.start_utc < np.datetime64(first)) | (part.start_utc >= np.datetime64(end))
    return Intervals(
        1, part.interval_s, part.start_utc[kept], part.energy_wh[kept], part.quality[kept], part.first_utc, part.end_utc
    )


def test_the_factor_is_what_lately_was_to_a_year_before_and_the_band_its_single_weeks():
    found = outlook(with_weeks(readings("2025-08-01T00:00"), 90, 80, 90, 100, 90, 90, 90, 90), END)
    assert found.basis == "last_year"
    assert (found.back_s, found.weeks) == (YEAR_S, 8)
    assert found.factor == Fraction(720, 800)  # the sum of eight weeks over that of the same weeks
    assert (found.low, found.high) == (Fraction(80, 100), 1)


def test_without_a_year_the_last_weeks_stand_for_the_next():
    found = outlook(with_weeks(readings("2026-10-01T00:00"), 90, 110, 120, 80), END)
    assert (found.basis, found.back_s, found.weeks) == ("lately", 4 * WEEK_S, 4)
    assert (found.factor, found.low, found.high) == (1, Fraction(80, 100), Fraction(120, 100))


def test_a_gap_ends_the_last_weeks_and_two_are_the_least():
    part = readings("2026-10-01T00:00")
    assert outlook(without(part, "2026-10-31T00:00", "2026-11-02T00:00"), END).weeks == 2
    assert outlook(without(part, "2026-11-08T00:00", "2026-11-10T00:00"), END) is None
    assert outlook(readings("2026-11-20T11:00"), END) is None


def test_last_year_counts_only_where_it_knows_the_days_to_come():
    part = without(readings("2025-08-01T00:00"), "2025-11-21T11:00", "2025-11-25T00:00")
    assert outlook(part, END).basis == "lately"


def test_whoever_fed_nothing_in_lately_is_foreseen_to_feed_in_nothing():
    part = readings("2025-08-01T00:00")
    part.energy_wh[:] = 0
    found = outlook(part, END)
    assert (found.basis, found.factor, found.low, found.high) == ("lately", 1, 1, 1)


def test_nothing_to_come_needs_nothing_of_last_year():
    assert outlook(readings("2025-08-01T00:00"), NOW).basis == "last_year"


def test_readings_are_carried_on_to_the_end_as_estimates():
    part = readings("2025-08-01T00:00")
    found = carried_on(part, BERLIN, END, YEAR_S, Fraction(9, 10))
    to_come = int((END - NOW).total_seconds()) // 900
    assert len(found.start_utc) == len(part.start_utc) + to_come
    assert (np.diff(found.start_utc).astype(int) == 900).all()
    assert found.energy_wh[-to_come:].sum() == 90 * to_come
    assert set(found.quality[-to_come:].tolist()) == {int(Quality.ESTIMATED)}
    assert (found.energy_wh[:-to_come] == part.energy_wh).all()
    assert found.end_utc == END


def test_what_was_missing_then_stays_missing():
    part = without(readings("2025-08-01T00:00"), "2025-11-24T00:00", "2025-11-25T00:00")
    found = carried_on(part, BERLIN, END, YEAR_S, Fraction(1))
    assert len(found.start_utc) - len(part.start_utc) == int((END - NOW).total_seconds()) // 900 - 96


def test_two_weeks_are_repeated_as_often_as_needed():
    part = with_weeks(readings("2026-11-01T00:00"), 70, 50)
    later = NOW + timedelta(days=28)
    found = carried_on(part, BERLIN, later, 2 * WEEK_S, Fraction(1))
    added = found.energy_wh[len(part.energy_wh) :].reshape(4, -1)
    assert [set(week.tolist()) for week in added] == [{50}, {70}, {50}, {70}]


def test_daily_readings_keep_to_local_midnight_across_the_clock_change():
    """Summer time began on 30 March 2025 and on 29 March 2026: one of the days of 364 days before starts an hour apart."""
    midnights = np.array(
        [np.datetime64("2025-01-31T23:00") + np.timedelta64(24 * n - (n >= 58), "h") for n in range(59)]
        + [np.datetime64("2026-03-25T23:00")]
    ).astype("datetime64[s]")
    part = Intervals(1, 86_400, midnights, np.arange(60), np.zeros(60, dtype=np.uint8), NOW, NOW)
    found = carried_on(part, BERLIN, datetime(2026, 3, 29, 22, tzinfo=UTC), YEAR_S, Fraction(1))
    starts = [str(at) for at in found.start_utc[60:]]
    assert starts == ["2026-03-26T23:00:00", "2026-03-27T23:00:00", "2026-03-28T23:00:00"]
    assert found.energy_wh[60:].tolist() == [55, 56, 57]  # 28, 29 and 30 March 2025


@pytest.mark.parametrize(
    ("first", "expected"), [("2026-11-01T00:00", 12), ("2026-11-18T11:00", 0), ("2026-11-20T11:00", 0)]
)
def test_market_prices_repeat_their_last_week_as_far_as_they_have_one(first, expected):
    """Hourly prices up to 20 November, 11:00, carried on for 12 hours; two days of prices have no last week."""
    starts = make_starts(first, "2026-11-20T11:00", 3_600)
    series = PriceSeries("spot", "EUR", 3_600, 1_000, starts, np.arange(len(starts)))
    found = prices_carried_on(series, NOW + timedelta(hours=12))
    assert len(found.start_utc) == len(starts) + expected
    assert found.price[len(starts) :].tolist() == [len(starts) - 168 + n for n in range(expected)]
