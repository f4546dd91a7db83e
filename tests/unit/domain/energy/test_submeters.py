"""When a sub-meter is doubtful, and why."""

from __future__ import annotations

import numpy as np
import pytest

from domain.energy.balance import UseSeries
from domain.energy.submeters import Doubt, Excess, doubt, excess, step_s

DAY, HOUR = 86_400, 3_600


def series(values: list[int | None], step: int = DAY, suspect: int = 0) -> UseSeries:
    """A bucket of a day has 24 intervals here, all measured or all missing."""
    known = np.array([value is not None for value in values])
    counts = np.zeros((len(values), 6), dtype=np.int64)
    counts[known, 0], counts[~known, 5] = step // HOUR, step // HOUR
    counts[0, 4] = suspect
    label = np.datetime64("2026-11-01", "s") + np.arange(len(values)) * np.timedelta64(step, "s")
    energy = np.array([value or 0 for value in values], dtype=np.int64)
    return UseSeries(label, np.zeros(len(values), np.int8), energy, known, counts)


def test_a_healthy_device_has_no_doubt():
    assert not doubt(series([500, 480, 510]), "fridge", HOUR)


def test_silence_begins_after_the_last_reading():
    # Days 3 and 4 are missing: 48 of 96 intervals; the last reading is of 2 November.
    found = doubt(series([500, 480, None, None]), "laundry", HOUR)
    assert found == Doubt(silent_since=np.datetime64("2026-11-03"), missing=48, expected=96)


def test_a_gap_that_ended_is_only_missing():
    # One of 24 hours is 4.2 %, more than a few; one of 100 is 1 %.
    assert doubt(series([10] * 11 + [None] + [10] * 12, HOUR), "ev", HOUR) == Doubt(missing=1, expected=24)
    assert not doubt(series([10] * 50 + [None] + [10] * 49, HOUR), "ev", HOUR)


def test_the_last_hours_may_be_on_their_way():
    # Five hours are less than a day: late, not silent; 5 of 72 hours are 6.9 % and are told.
    found = doubt(series([10] * 67 + [None] * 5, HOUR), "ev", HOUR)
    assert found == Doubt(missing=5, expected=72)
    today = series([500] * 30 + [None])
    today.counts[-1, 5] = 2  # it is two o'clock: two hours of the running day are awaited, not a day
    assert doubt(today, "ev", HOUR).silent_since is None


@pytest.mark.parametrize(("kind", "since"), [("freezer", np.datetime64("2026-11-02")), ("ev", None)])
def test_what_cools_never_stands_still_for_two_days(kind, since):
    assert doubt(series([700, 0, 0]), kind, HOUR).still_since == since
    assert doubt(series([700, 650, 0]), kind, HOUR).still_since is None


def test_a_freezer_that_stood_still_all_the_time_is_told_from_the_first_day():
    assert doubt(series([0, 0, 0]), "freezer", HOUR).still_since == np.datetime64("2026-11-01")


def test_months_tell_counts_but_no_day():
    assert doubt(series([700, None], 31 * DAY), "fridge", HOUR).silent_since is None


def test_suspect_readings_are_counted():
    assert doubt(series([500, 500], suspect=3), "ev", HOUR) == Doubt(suspect=3)


def test_more_than_the_whole_is_an_excess_not_a_negative_remainder():
    # 600+500 is 100 more than 1000, 300+200 is less than 900; on the third day the total is unknown.
    total = series([1000, 900, None])
    assert excess(total, [series([600, 300, 400]), series([500, 200, 100])]) == Excess(1, 100)
    assert excess(total, []) == Excess(0, 0)


def test_one_bucket_is_taken_for_a_day():
    assert step_s(series([500])) == DAY
    assert step_s(series([5, 5, 5], HOUR)) == HOUR
