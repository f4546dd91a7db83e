"""Labels of buckets: unique, round, and right when the clock shows an hour twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from gettext import NullTranslations

import numpy as np
import pytest

from components.consumption import labels
from data.seed.plan import KIND_LABELS
from domain import text
from domain.energy.balance import UseSeries
from domain.energy.buckets import Span, buckets, slots
from domain.energy.names import given_name
from services.sites import RegisterView

BERLIN = "Europe/Berlin"
LONG_DAY = date(2026, 10, 25)
SHORT_DAY = date(2026, 3, 29)


def _series(label, fold):
    size = len(label)
    return UseSeries(label, fold, np.ones(size, np.int64), np.ones(size, bool), np.zeros((size, 6), np.int64))


def _intervals(first, end, interval_s=900, zone=BERLIN):
    grid = slots(zone, first, end, interval_s)
    return _series(grid.label, grid.fold)


def _buckets(first, end, resolution):
    frame = buckets(Span(BERLIN, first, end), resolution, {1: 900})
    return _series(frame["label"].to_numpy().astype("datetime64[s]"), frame["fold"].to_numpy())


def _day(day, interval_s=900):
    return _intervals(day, day + timedelta(days=1), interval_s)


def test_the_doubled_hour_is_a_and_b():
    names = labels.full_labels(_day(LONG_DAY), "interval")
    assert len(names) == len(set(names)) == 100  # 25 hours of four quarters
    assert names[7:17] == [
        "01:45", "02:00 A", "02:15 A", "02:30 A", "02:45 A", "02:00 B", "02:15 B", "02:30 B", "02:45 B", "03:00",
    ]  # fmt: skip


def test_one_label_knows_its_fold():
    series = _day(LONG_DAY)
    assert [labels.clock_label(series, index) for index in (0, 8, 12, 16)] == ["00:00", "02:00 A", "02:00 B", "03:00"]


def test_hours_of_the_long_day():
    names = labels.full_labels(_buckets(LONG_DAY, date(2026, 10, 26), "hour"), "hour")
    assert len(names) == 25
    assert names[1:5] == ["01:00", "02:00 A", "02:00 B", "03:00"]


def test_the_short_day_skips_two_o_clock():
    names = labels.full_labels(_day(SHORT_DAY), "interval")
    assert len(names) == 92  # 23 hours of four quarters
    assert names[7:9] == ["01:45", "03:00"]


def test_a_week_names_the_day_too():
    names = labels.full_labels(_intervals(date(2026, 10, 19), date(2026, 10, 26)), "interval")
    assert len(names) == len(set(names)) == 6 * 96 + 100
    assert names[0] == "Mon 19 Oct, 00:00"
    assert "Sun 25 Oct, 02:00 B" in names


def test_days_and_months_have_their_names():
    assert labels.full_labels(_buckets(date(2026, 8, 1), date(2026, 8, 3), "day"), "day") == ["Sat 1 Aug", "Sun 2 Aug"]
    year = labels.full_labels(_buckets(date(2026, 1, 1), date(2027, 1, 1), "month"), "month")
    assert len(set(year)) == 12
    assert year[2] == "March 2026"


@pytest.mark.parametrize("day", [date(2026, 8, 1), SHORT_DAY, LONG_DAY])
@pytest.mark.parametrize("interval_s", [300, 900, 3600])
def test_a_day_is_ticked_every_four_hours(day, interval_s):
    series = _day(day, interval_s)
    found = labels.ticks(series, "interval")
    assert [text for _index, text in found] == ["00:00", "04:00", "08:00", "12:00", "16:00", "20:00"]
    assert all(labels.clock_label(series, index) == text for index, text in found)


@pytest.mark.parametrize(
    ("first", "end", "resolution", "texts"),
    [
        (date(2026, 10, 19), date(2026, 10, 26), "hour", ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
        (date(2026, 10, 19), date(2026, 10, 26), "day", ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
        # every fifth day; 5 October is a Monday: bold
        (date(2026, 10, 1), date(2026, 11, 1), "day", ["1", "<b>5</b>", "10", "15", "20", "25", "30"]),
        (date(2026, 10, 1), date(2026, 11, 1), "hour", ["1", "5", "10", "15", "20", "25", "30"]),
        (date(2026, 1, 1), date(2027, 1, 1), "month",
         ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]),
    ],
)  # fmt: skip
def test_ticks_are_at_most_a_dozen(first, end, resolution, texts):
    assert [text for _index, text in labels.ticks(_buckets(first, end, resolution), resolution)] == texts


def test_weekends_are_days_five_and_six():
    # 1 August 2026 is a Saturday.
    assert labels.weekend(_buckets(date(2026, 8, 1), date(2026, 8, 10), "day"), "day") == [0, 1, 7, 8]
    assert labels.weekend(_buckets(date(2026, 8, 1), date(2026, 8, 2), "hour"), "hour") == []


def test_flows_and_kinds_have_names():
    assert labels.flow_name("production", "wind") == "Wind power"
    assert labels.flow_name("production", "solar") == "Solar power"
    assert labels.flow_name("phase", "", 2) == "Phase L2"
    assert labels.flow_name("submeter", "heat_pump") == "Heat pump"
    assert labels.kind_name("something new") == "Sub-meter"
    assert labels.commodity_name("gas") == "Gas"


def test_a_year_by_day_is_ticked_by_quarter():
    # 365 days; the first of January, April, July and October are days 0, 90, 181 and 273.
    found = labels.ticks(_buckets(date(2025, 1, 1), date(2026, 1, 1), "day"), "day")
    assert found == [(0, "Jan"), (90, "Apr"), (181, "Jul"), (273, "Oct")]


def test_three_months_by_day_are_ticked_by_month():
    found = labels.ticks(_buckets(date(2025, 1, 1), date(2025, 4, 1), "day"), "day")
    assert found == [(0, "Jan"), (31, "Feb"), (59, "Mar")]  # 31 and 31 + 28


def _years(first, count):
    label = (np.datetime64(str(first), "Y") + np.arange(count)).astype("datetime64[s]")
    return _series(label, np.zeros(count, np.int8))


def test_years_are_ticked_at_most_a_dozen_times():
    assert [text for _i, text in labels.ticks(_years(2024, 3), "year")] == ["2024", "2025", "2026"]
    assert [text for _i, text in labels.ticks(_years(2001, 25), "year")] == ["2005", "2010", "2015", "2020", "2025"]
    assert labels.full_labels(_years(2024, 2), "year") == ["2024", "2025"]


def test_many_months_are_ticked_by_their_januaries():
    label = (np.datetime64("2024-09", "M") + np.arange(27)).astype("datetime64[s]")
    assert labels.ticks(_series(label, np.zeros(27, np.int8)), "month") == [(4, "2025"), (16, "2026")]


def test_days_of_two_years_name_their_year():
    names = labels.full_labels(_buckets(date(2025, 12, 31), date(2026, 1, 2), "day"), "day")
    assert names == ["Wed 31 Dec 2025", "Thu 1 Jan 2026"]


class Loud(NullTranslations):
    """A language in which every word is shouted."""

    def gettext(self, message):
        return message.upper()


def test_a_given_name_stays_and_one_of_the_demo_world_is_translated(monkeypatch):
    monkeypatch.setitem(text._catalogues, "de", Loud())
    with text.use_locale("de"):
        assert given_name("Annas Sauna") == "Annas Sauna"
        assert given_name("") == ""
        assert [given_name(label) for label in KIND_LABELS.values()] == [
            label.upper() for label in KIND_LABELS.values()
        ]


def test_a_register_without_a_name_is_called_after_what_it_counts():
    phase = RegisterView(1, "r", "electricity", "phase", "", 2, "", 900, "Wh")
    assert labels.register_name(phase) == "Phase L2"
    assert labels.register_name(replace(phase, label="Werkstatt")) == "Werkstatt"
