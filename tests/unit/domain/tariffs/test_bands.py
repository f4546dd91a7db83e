from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tariffs.bands import NO_BAND, Calendar, Rule, compiled

MONDAY, SUNDAY, WORKDAY, HOLIDAY = 0, 6, 0, 1


def band(calendar: Calendar, month: int, weekday: int, holiday: int, clock: str) -> str:
    hour, minute = map(int, clock.split(":"))
    return calendar.bands[compiled(calendar)[month - 1, weekday, holiday, hour * 4 + minute // 15]]


CALENDAR = Calendar(
    rules=(
        Rule(band="holiday", holiday="yes"),
        Rule(band="summer noon", months=(6, 7, 8), from_min=11 * 60, to_min=15 * 60),
        Rule(band="peak", weekdays=(1, 2, 3, 4, 5), holiday="no", from_min=8 * 60, to_min=20 * 60),
        Rule(band="night", from_min=22 * 60, to_min=6 * 60),
        Rule(band="rest"),
    ),
    holidays="DE-BW",
)


@pytest.mark.parametrize(
    ("month", "weekday", "holiday", "clock", "expected"),
    [
        (7, MONDAY, WORKDAY, "12:00", "summer noon"),  # before peak in the list
        (1, MONDAY, WORKDAY, "12:00", "peak"),
        (1, MONDAY, WORKDAY, "08:00", "peak"),
        (1, MONDAY, WORKDAY, "20:00", "rest"),
        (1, MONDAY, WORKDAY, "22:00", "night"),  # wraps around midnight
        (1, MONDAY, WORKDAY, "05:45", "night"),
        (1, MONDAY, WORKDAY, "06:00", "rest"),
        (1, SUNDAY, WORKDAY, "12:00", "rest"),
        (7, SUNDAY, HOLIDAY, "12:00", "holiday"),
    ],
)
def test_the_first_rule_that_fits_wins(month, weekday, holiday, clock, expected):
    assert band(CALENDAR, month, weekday, holiday, clock) == expected


def test_a_sound_calendar_has_no_issues_and_names_its_bands_in_order():
    assert CALENDAR.issues() == []
    assert CALENDAR.bands == ("holiday", "summer noon", "peak", "night", "rest")


def test_an_hour_nobody_covers_is_named():
    (issue,) = Calendar(rules=(Rule(band="day", from_min=360, to_min=1320), Rule(band="x", weekdays=(1,)))).issues()
    # Monday is covered by the second rule, so the first open quarter is Tuesday's.
    assert (issue.code, issue.params) == ("time_not_covered", {"month": 1, "weekday": 2, "at": "00:00"})


@pytest.mark.parametrize(
    ("rule", "field", "code"),
    [
        (Rule(band=""), "rules[0].band", "empty"),
        (Rule(band="a", months=(13,)), "rules[0].months", "not_a_month"),
        (Rule(band="a", weekdays=(0,)), "rules[0].weekdays", "not_a_weekday"),
        (Rule(band="a", from_min=7), "rules[0].from", "not_a_quarter_hour"),
        (Rule(band="a", to_min=1455), "rules[0].to", "not_a_quarter_hour"),
        (Rule(band="a", from_min=60, to_min=60), "rules[0].to", "no_time_between"),
        (Rule(band="a", holiday="yes"), "holidays", "region_needed"),
    ],
)
def test_a_wrong_rule_names_its_field(rule, field, code):
    assert [(issue.field, issue.code) for issue in Calendar(rules=(rule,)).issues()] == [(field, code)]


steps = st.integers(0, 95).map(lambda step: step * 15)
rules = st.builds(
    Rule,
    band=st.sampled_from("abc"),
    months=st.lists(st.integers(1, 12), max_size=4).map(tuple),
    weekdays=st.lists(st.integers(1, 7), max_size=4).map(tuple),
    holiday=st.sampled_from(["any", "yes", "no"]),
    from_min=steps,
    to_min=steps,
).filter(lambda rule: rule.from_min != rule.to_min)


@settings(deadline=None)
@given(st.lists(rules, max_size=6))
def test_law_every_quarter_hour_falls_in_exactly_one_band(found):
    calendar = Calendar(rules=(*found, Rule(band="rest")), holidays="DE")
    table = compiled(calendar)
    assert calendar.issues() == []
    assert (table != NO_BAND).all()
    # Rule by rule, the slow way: the first that fits.
    rng = np.random.default_rng(0)
    for month, weekday, holiday, step in rng.integers(0, (12, 7, 2, 96), size=(20, 4)):
        expected = next(
            rule.band
            for rule in calendar.rules
            if (not rule.months or month + 1 in rule.months)
            and (not rule.weekdays or weekday + 1 in rule.weekdays)
            and rule.holiday in {"any", "yes" if holiday else "no"}
            and rule.steps()[step]
        )
        assert calendar.bands[table[month, weekday, holiday, step]] == expected
