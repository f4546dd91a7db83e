"""Requests, exact kilowatt-hours, wall clocks and cells that stay text."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from domain.exports import (
    ExportRegister,
    ExportRequest,
    by_meter,
    decimal_kwh,
    effective_resolution,
    iso_local,
    iso_utc,
    neutral_text,
    rows_of,
)

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


def test_each_row_names_the_meter_of_its_time():
    # Exchanged at 10:00 UTC: the reading that starts at 09:45 is the old meter's, the one at 10:00 the new one's.
    start = np.arange("2026-06-01T09:30", "2026-06-01T10:30", 15, dtype="datetime64[m]").astype("datetime64[s]")
    rows = rows_of(REGISTER, "Europe/Berlin", start, np.array([1, 2, 3, 4]), np.zeros(4, dtype=np.uint8))
    chain = [(datetime(2026, 6, 1, 10, tzinfo=UTC), "new"), (datetime(2020, 1, 1, tzinfo=UTC), "old")]
    parts = by_meter(rows, chain)
    assert [(part.register.serials, part.energy_wh.tolist()) for part in parts] == [("old", [1, 2]), ("new", [3, 4])]
    assert [iso_utc(part)[0] for part in parts] == ["2026-06-01T09:30:00Z", "2026-06-01T10:00:00Z"]


def test_a_meter_without_a_row_has_no_part():
    # Exchanged in 2024 and in 2025; all rows are of June 2026, when the third meter counts.
    start = np.array(["2026-06-01T09:30", "2026-06-01T09:45"], dtype="datetime64[s]")
    rows = rows_of(REGISTER, "UTC", start, np.array([1, 2]), np.zeros(2, dtype=np.uint8))
    (part,) = by_meter(rows, [(datetime(2023 + n, 1, 1, tzinfo=UTC), f"meter {n}") for n in range(3)])
    assert (part.register.serials, part.energy_wh.tolist()) == ("meter 2", [1, 2])


def test_one_meter_needs_no_parts():
    rows = rows_of(
        REGISTER, "UTC", np.array(["2026-06-01"], dtype="datetime64[s]"), np.array([1]), np.array([0], dtype=np.uint8)
    )
    assert by_meter(rows, [(datetime(2020, 1, 1, tzinfo=UTC), "1EMH")]) == [rows]


@pytest.mark.parametrize(
    ("asked", "interval_s", "told"),
    [
        ("hour", 86_400, "day"),
        ("hour", 3600, "hour"),
        ("hour", 900, "hour"),
        ("interval", 86_400, "interval"),
        ("month", 86_400, "month"),
    ],
)
def test_a_reading_is_never_told_finer_than_it_is(asked, interval_s, told):
    assert effective_resolution(asked, interval_s) == told


def test_rows_that_sum_readings_keep_their_counts():
    start = np.array(["2026-03-28T23:00:00"], dtype="datetime64[s]")
    rows = rows_of(REGISTER, "Europe/Berlin", start, np.array([9]), np.array([0], dtype=np.uint8))
    assert (rows.readings.tolist(), rows.expected.tolist()) == ([1], [1])
    day = rows.counted(np.array([90]), np.array([92]))  # 23 hours of quarters, two of them missing
    assert (day.readings.tolist(), day.expected.tolist(), day.energy_wh.tolist()) == ([90], [92], [9])


def test_days_out_of_range_are_named():
    assert [issue.code for issue in ExportRequest("s", date(1900, 1, 1), date(2200, 1, 1)).issues()] == ["out_of_range"]
