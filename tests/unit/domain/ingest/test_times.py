"""Time stamps as people write them, and what the wall clock means in the two strange nights of a year."""

# ruff: noqa: DTZ001 - wall times without a zone are the subject here
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ingest import times

BERLIN = "Europe/Berlin"


def cells(*texts):
    return np.array([list(text.encode().ljust(times.WIDTH)) for text in texts], dtype=np.uint8)


def seconds(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "order", "wall", "offset"),
    [
        ("2026-03-01 00:15", "ymd", "2026-03-01T00:15", None),
        ("2026-03-01T00:15:00Z", "ymd", "2026-03-01T00:15", 0),
        ("2026-03-01T00:15+05:45", "ymd", "2026-03-01T00:15", 20_700),
        ("2026-03-01T00:15:00-0800", "ymd", "2026-03-01T00:15", -28_800),
        ("2026-03-01 00:15:00.000+01", "ymd", "2026-03-01T00:15", 3600),
        ("01.03.2026 00:15", "dmy", "2026-03-01T00:15", None),
        ("1.3.2026 0:15", "dmy", "2026-03-01T00:15", None),
        ("03/01/2026 00:15", "mdy", "2026-03-01T00:15", None),
        ("31.12.2026 24:00", "dmy", "2027-01-01T00:00", None),
        ("2026-03-01", "ymd", "2026-03-01T00:00", None),
    ],
)
def test_forms_of_a_time_stamp(text, order, wall, offset):
    stamps = times.parse(cells(text), order)
    assert stamps.is_good.tolist() == [True]
    assert stamps.wall_s.tolist() == [seconds(wall)]
    assert stamps.offset_s.tolist() == [times.NO_OFFSET if offset is None else offset]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30 00:00",
        "2026-13-01 00:00",
        "2026-01-01 25:00",
        "2026-01-01 24:15",
        "2026-01-01 00:60",
        "yesterday",
        "01.03.2026 00:15",
    ],
)
def test_what_is_no_time(text):
    assert times.parse(cells(text), "ymd").is_good.tolist() == [False]


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)), st.sampled_from(["", "Z", "+02:00", "-09:30"]))
def test_fast_and_patient_reading_agree(instant, tail):
    text = instant.replace(microsecond=0).isoformat() + tail
    stamps = times.parse(cells(text), "ymd")
    assert (int(stamps.wall_s[0]), int(stamps.offset_s[0])) == times.parse_one(text, "ymd")


def test_half_past_two_does_not_exist_in_spring():
    found = times.to_utc(
        np.array([seconds("2026-03-29T01:45"), seconds("2026-03-29T02:30"), seconds("2026-03-29T03:00")]), BERLIN
    )
    assert found.is_gap.tolist() == [False, True, False]
    # 01:45 is 00:45 UTC, 03:00 is 01:00 UTC: a quarter of an hour later.
    assert found.utc_s[[0, 2]].tolist() == [seconds("2026-03-29T00:45"), seconds("2026-03-29T01:00")]


def test_half_past_two_comes_twice_in_autumn():
    found = times.to_utc(np.array([seconds("2026-10-25T02:30")]), BERLIN)
    assert found.is_fold.tolist() == [True]
    assert (found.utc_s[0], found.later_s[0]) == (seconds("2026-10-25T00:30"), seconds("2026-10-25T01:30"))


def test_an_end_label_on_the_edge_of_the_gap_is_the_change_itself():
    # The interval 01:45-02:00 ends when the clock jumps: 01:00 UTC.
    edge = np.array([seconds("2026-03-29T02:00")])
    assert times.to_utc(edge, BERLIN, "end").utc_s.tolist() == [seconds("2026-03-29T01:00")]
    assert times.to_utc(edge, BERLIN, "start").is_gap.tolist() == [True]


@given(
    st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from(
        [BERLIN, "America/Los_Angeles", "Australia/Sydney", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]
    ),
)
def test_wall_times_agree_with_the_zone_database(wall, zone_name):
    wall = wall.replace(minute=wall.minute // 15 * 15, second=0, microsecond=0)
    tz = ZoneInfo(zone_name)
    early, late = wall.replace(tzinfo=tz).astimezone(UTC), wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    exists = early.astimezone(tz).replace(tzinfo=None) == wall
    found = times.to_utc(np.array([int((wall - datetime(1970, 1, 1)) / timedelta(seconds=1))]), zone_name)
    assert bool(found.is_gap[0]) is not exists
    if exists:
        assert found.utc_s[0] == int(early.timestamp())
        assert bool(found.is_fold[0]) is (early != late)
