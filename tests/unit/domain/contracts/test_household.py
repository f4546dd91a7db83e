"""Answers about a household: read as meant, or refused by field."""

from __future__ import annotations

import pytest

from domain.contracts.household import Answers, read

LEAST = {"people": "2", "area": "80"}


def wrong(**fields):
    answers, issues = read({**LEAST, **fields})
    assert answers is None
    return [(issue.field, issue.code) for issue in issues]


def test_two_numbers_are_enough():
    assert read(LEAST) == (Answers(2, 80), ())


def test_everything_told_is_taken_in_its_unit():
    said = {**LEAST, "dwelling": "house", "heating": "heat_pump", "water": "yes", "car": "12000", "pv": "9,8",
            "battery": "7.5", "kwh": "4200"}  # fmt: skip
    assert read(said)[0] == Answers(2, 80, False, True, True, 12_000, 9_800, 7_500, 4_200_000)


@pytest.mark.parametrize(
    ("field", "value"),
    [("people", "0"), ("area", "900"), ("pv", "-1"), ("car", "90000"), ("battery", "51"), ("kwh", "0"), ("kwh", "99")],
)
def test_what_no_household_has_is_out_of_range(field, value):
    assert wrong(**{field: value}) == [(field, "out_of_range")]


@pytest.mark.parametrize(("field", "value"), [("people", ""), ("people", "1.5"), ("area", "big"), ("pv", "NaN")])
def test_what_is_no_number_is_named(field, value):
    assert wrong(**{field: value}) == [(field, "no_number")]


def test_a_choice_that_is_not_offered_and_a_battery_without_a_roof_are_named():
    assert wrong(heating="coal") == [("heating", "unknown_choice")]
    assert wrong(battery="5") == [("battery", "without_roof")]


def test_every_wrong_field_is_told_at_once_with_its_limits():
    answers, issues = read({"people": "0", "area": "900"})
    assert answers is None
    assert [(one.field, one.params) for one in issues] == [
        ("people", {"least": 1, "most": 12}), ("area", {"least": 15, "most": 600}),
    ]  # fmt: skip
