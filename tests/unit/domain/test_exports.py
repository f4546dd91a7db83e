"""Requests, exact kilowatt-hours, wall clocks and cells that stay text."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from domain.exports import ExportRegister, ExportRequest, decimal_kwh, iso_local, neutral_text, rows_of

REGISTER = ExportRegister(1, "1EMH", "Import", "electricity", 900)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "＝1"])
def test_what_would_start_a_formula_becomes_text(text):
    assert neutral_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Kitchen", "1-2", "a=b", "Küche @home"])
def test_other_text_stays(text):
    assert neutral_text(text) == text


def test_kilowatt_hours_are_exact():
    assert decimal_kwh(1_234_567, ",") == "1234,567"
    assert decimal_kwh(-5) == "-0.005"
    assert decimal_kwh(9_007_199_254_740_993) == "9007199254740.993"  # 2**53 + 1 Wh, which no float holds


def test_the_doubled_hour_is_told_apart_by_its_offset():
    start = np.array(["2026-10-25T00:00:00", "2026-10-25T01:00:00"], dtype="datetime64[s]")
    rows = rows_of(REGISTER, "Europe/Berlin", start, np.array([1, 2]), np.array([0, 0], dtype=np.uint8))
    assert iso_local(rows) == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]


def test_kathmandu_is_5_45_ahead():
    start = np.array(["2026-10-24T18:15:00"], dtype="datetime64[s]")  # 18:15 + 5:45 = 24:00
    rows = rows_of(REGISTER, "Asia/Kathmandu", start, np.array([1]), np.array([0], dtype=np.uint8))
    assert iso_local(rows) == ["2026-10-25T00:00:00+05:45"]


def test_a_request_names_each_problem():
    wrong = ExportRequest("s", date(2026, 2, 2), date(2026, 2, 1), "minute", "doc")
    assert [issue.code for issue in wrong.issues()] == ["last_before_first", "unknown_resolution", "unknown_format"]
    assert ExportRequest("s", date(2026, 2, 1), date(2026, 2, 1)).issues() == []
