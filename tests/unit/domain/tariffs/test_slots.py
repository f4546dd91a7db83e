from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from domain.energy.quality import Quality
from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.holidays import Holidays
from domain.tariffs.slots import Use, band_codes, cells, coverage, slots, stretch_sums
from tests.factories.tariffs import BERLIN, DAY_NIGHT, grid, make_use, readings


def reason(call, *arguments) -> str:
    with pytest.raises(RatingRefusedError) as caught:
        call(*arguments)
    return caught.value.reason


@pytest.mark.parametrize(
    ("zone", "day", "count"),
    [
        (BERLIN, "2026-03-29", 92),
        (BERLIN, "2026-10-25", 100),
        (BERLIN, "2026-06-01", 96),
        ("Asia/Kathmandu", "2026-06-01", 96),
        ("Australia/Lord_Howe", "2026-04-05", 98),  # half an hour of summer time
    ],
)
def test_a_local_day_has_as_many_quarter_hours_as_its_clock_says(zone, day, count):
    first = date.fromisoformat(day)
    found = slots(zone, first, date.fromordinal(first.toordinal() + 1), 900, 0)
    assert len(found) == count
    assert set(found.day.tolist()) == {(first - date(1970, 1, 1)).days}


def test_daily_readings_are_one_interval_on_the_long_day_too():
    found = slots(BERLIN, date(2026, 10, 24), date(2026, 10, 27), 86_400, 0)
    assert np.diff(found.start_s).tolist() == [86_400, 90_000]
    assert found.minute.tolist() == [0, 0, 0]


def test_the_second_hour_of_the_long_night_is_night_too():
    # 22:00 to 06:00 is 8 hours, 9 in the night of 24 to 25 October: 36 quarter-hours of the two half nights.
    found = slots(BERLIN, date(2026, 10, 25), date(2026, 10, 26), 900, 0)
    night = band_codes(found, DAY_NIGHT, None) == 1
    assert int(night.sum()) == 7 * 4 + 2 * 4  # 00:00 to 06:00 with 02:xx twice, and 22:00 to 24:00


def test_hourly_prices_that_change_inside_a_reading_are_refused():
    half = Calendar(rules=(Rule(band="a", from_min=30), Rule(band="b")))
    hourly = slots(BERLIN, date(2026, 1, 1), date(2026, 1, 2), 3600, 0)
    assert reason(band_codes, hourly, half, None) == "readings_too_coarse"
    assert band_codes(hourly, DAY_NIGHT, None).tolist() == [1] * 6 + [0] * 16 + [1] * 2


def test_a_clock_changed_inside_a_reading_is_refused_where_it_changes_the_price():
    # St. John's put its clock from 00:01 to 01:01 on 14 March 2010: that hour shows 00:00, 01:15, 01:30 and 01:45.
    first_hour = Calendar(rules=(Rule(band="a", to_min=60), Rule(band="b")))
    hourly = slots("America/St_Johns", date(2010, 3, 14), date(2010, 3, 15), 3600, 1800)
    assert reason(band_codes, hourly, first_hour, None) == "readings_too_coarse"
    by_weekday = Calendar(rules=(Rule(band="a", weekdays=(7,)), Rule(band="b")))
    assert band_codes(hourly, by_weekday, None).tolist() == [0] * 23  # the whole of a Sunday without an hour


def test_readings_of_a_day_can_be_priced_by_season_but_not_by_hour():
    daily = slots(BERLIN, date(2026, 1, 1), date(2026, 1, 3), 86_400, 0)
    assert reason(band_codes, daily, DAY_NIGHT, None) == "readings_too_coarse"
    seasons = Calendar(rules=(Rule(band="winter", months=(1,)), Rule(band="rest")))
    assert band_codes(daily, seasons, None).tolist() == [0, 0]


def test_a_holiday_is_priced_as_one():
    calendar = Calendar(rules=(Rule(band="off", holiday="yes"), Rule(band="on")), holidays="XX")
    found = slots(BERLIN, date(2026, 5, 1), date(2026, 5, 3), 3600, 0)
    rows = Holidays("XX", 2026, 2026, (date(2026, 5, 1),))
    assert band_codes(found, calendar, rows).tolist() == [0] * 24 + [1] * 24
    assert reason(band_codes, found, calendar, None) == "holidays_missing"


def test_a_calendar_with_an_open_hour_is_refused():
    found = slots(BERLIN, date(2026, 5, 1), date(2026, 5, 3), 900, 0)
    assert reason(band_codes, found, Calendar(rules=(Rule(band="day", from_min=360),)), None) == "band_missing"


def test_a_missing_interval_is_counted_and_has_no_energy():
    starts = grid("2026-03-29", "2026-03-30")
    use = Use(BERLIN, {"import": readings(np.delete(starts, [3, 4, 5]), 250, Quality.ESTIMATED)})
    laid = use.laid("import", date(2026, 3, 29), date(2026, 3, 30))
    found = coverage("import", laid, slice(0, 92))
    assert (found.expected, found.present, found.missing, found.estimated) == (92, 89, 3, 89)
    assert found.energy_wh == 89 * 250
    assert laid.missing(slice(0, 4)) == 1
    assert not laid.is_known[3:6].any()


def test_readings_outside_the_days_stay_out():
    use = make_use("2026-01-01", "2026-01-04", 100)
    laid = use.laid("import", date(2026, 1, 2), date(2026, 1, 3))
    assert (laid.is_whole, int(laid.energy_wh.sum())) == (True, 96 * 100)
    assert laid.missing(slice(0, 96)) == 0


def test_hours_in_kathmandu_start_at_a_quarter_past():
    # Local midnight is 18:15 UTC, and a meter there counts from midnight.
    use = make_use("2026-01-01", "2026-01-03", 100, zone="Asia/Kathmandu", interval_s=3600)
    laid = use.laid("import", date(2026, 1, 1), date(2026, 1, 3))
    assert (laid.is_whole, len(laid.slots)) == (True, 48)


def test_readings_that_cannot_be_laid_are_refused():
    starts = grid("2026-01-01", "2026-01-02")
    day = (date(2026, 1, 1), date(2026, 1, 2))
    off = starts.copy()
    off[5] += np.timedelta64(60, "s")
    assert reason(Use(BERLIN, {"import": readings(off)}).laid, "import", *day) == "readings_off_grid"
    assert reason(Use(BERLIN, {"import": readings(starts[::-1])}).laid, "import", *day) == "readings_disordered"
    assert reason(Use(BERLIN, {"import": readings(starts)}).laid, "export", *day) == "flow_missing"


def test_nothing_at_all_is_all_missing():
    use = Use(BERLIN, {"import": readings(grid("2026-01-01", "2026-01-01"))})
    laid = use.laid("import", date(2026, 1, 1), date(2026, 1, 2))
    assert laid.missing(slice(0, 96)) == 96
    assert use.first_day("import") is None
    assert make_use("2026-01-01", "2026-01-02").first_day("import") == date(2026, 1, 1)


def test_the_sum_of_nothing_is_zero():
    # 1 + 2 = 3 in the first stretch, none in the empty one.
    values = np.array([1, 2, 3], dtype=np.int64)
    assert stretch_sums(values, [slice(0, 2), slice(2, 2)]) == [3, 0]
    assert stretch_sums(values, []) == []


def test_days_without_intervals_have_no_bands():
    empty = slots(BERLIN, date(2026, 5, 1), date(2026, 5, 1), 900, 0)
    assert band_codes(empty, DAY_NIGHT, None).tolist() == []


def test_long_intervals_are_priced_where_no_band_changes_inside_them():
    # Three hours each: 00-03, 03-06 at night, 06-09 to 18-21 by day, 21-24 at night.
    calendar = Calendar(rules=(Rule(band="day", from_min=360, to_min=1260), Rule(band="night")))
    grid_3h = slots("UTC", date(2026, 5, 1), date(2026, 5, 2), 3 * 3600, 0)
    codes = band_codes(grid_3h, calendar, None)
    assert codes[0] == codes[1] == codes[7] != codes[2]
    assert len({int(code) for code in codes[2:7]}) == 1


SEASONS = Calendar(rules=(Rule(band="winter", months=(1, 2, 12)), Rule(band="never", months=(5,)), Rule(band="rest")))


def test_cells_sum_each_band_in_each_month_of_the_days_that_are_asked_for():
    whole = slots(BERLIN, date(2026, 1, 1), date(2026, 5, 1), 3600, 0)
    found = cells(whole, SEASONS, None, date(2026, 1, 31), date(2026, 4, 2))
    ones = np.ones(len(whole), dtype=np.int64)
    # winter: a day of January and all of February; May is never met; the rest: March, an hour short, and a day of April
    assert found.sums(ones) == [[24, 28 * 24, 0, 0], [0, 0, 0, 0], [0, 0, 31 * 24 - 1, 24]]
    assert [len(band) for band in found.by_band] == [24 + 28 * 24, 0, 31 * 24 - 1 + 24]
    assert found.by_band[0].tolist() == list(range(30 * 24, 59 * 24))  # places in the whole grid, in order


def test_cells_sum_what_masks_sum():
    use = make_use("2026-01-01", "2027-01-01", np.arange(35_040) % 977)
    laid = use.laid("import", date(2026, 1, 1), date(2027, 1, 1))
    found = cells(laid.slots, DAY_NIGHT, None, date(2026, 1, 1), date(2027, 1, 1))
    codes = band_codes(laid.slots, DAY_NIGHT, None)
    for band, sums in enumerate(found.sums(laid.energy_wh)):
        assert sum(sums) == int(laid.energy_wh[codes == band].sum())
        assert (found.by_band[band] == np.flatnonzero(codes == band)).all()


def test_no_days_have_no_cells():
    day = date(2026, 1, 1)
    grid_of_none = slots(BERLIN, day, day, 3600, 0)
    assert cells(grid_of_none, SEASONS, None, day, day).sums(np.zeros(0, dtype=np.int64)) == [[], [], []]


def test_more_cells_than_are_told_apart_are_refused():
    day, end = date(2026, 1, 1), date(3026, 1, 1)
    short = slots(BERLIN, day, date(2026, 1, 2), 3600, 0)
    with pytest.raises(ValueError, match="3 bands in 12000 months"):
        cells(short, SEASONS, None, day, end)
