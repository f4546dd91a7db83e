"""Addresses carry the state of a page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from components.links import href

QUERY = {"site": "s_1", "period": "month", "date": "2026-08-01"}


def _query(address):
    return {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}


def test_one_part_changes_and_the_rest_stays():
    assert _query(href("/consumption", QUERY, period="day")) == {**QUERY, "period": "day"}
    assert QUERY["period"] == "month"


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_leaves_the_query(nothing):
    assert _query(href("/consumption", QUERY, site=nothing)) == {"period": "month", "date": "2026-08-01"}


def test_zero_is_something():
    assert href("/consumption", {"page": 0}) == "/consumption?page=0"


def test_without_a_query_there_is_no_question_mark():
    assert href("/consumption") == "/consumption"
    assert href("/consumption", {"site": ""}) == "/consumption"


def test_values_cannot_break_out():
    address = href("/search", {"q": "a&b=c #1/ü"})
    assert _query(address) == {"q": "a&b=c #1/ü"}
    assert address.count("&") == 0
    assert "#" not in address
