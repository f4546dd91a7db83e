"""Errors carry what a sentence needs."""

from __future__ import annotations

from domain.errors import InvalidInputError, Issue


def test_invalid_input_names_field_and_remedy():
    error = InvalidInputError("date", "use_iso_date", value="31.02.")
    assert (error.status, error.params) == (400, {"field": "date", "remedy": "use_iso_date", "value": "31.02."})


def test_an_issue_is_a_value():
    assert Issue("subject", "too_short") == Issue("subject", "too_short")
