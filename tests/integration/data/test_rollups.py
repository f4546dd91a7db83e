"""Roll-ups are sums of the readings over what the clock on the wall showed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.queries.cohort import month_totals
from data.queries.consumption import days, hours, intervals, months
from data.readings import ReadingsStore
from data.rollups import rollup
from data.store.manifest import Change, ConflictError
from services.store_check import check
from tests.factories.readings import KNOWN, join, make_batch, make_series, make_starts, make_store

YEAR = make_starts("2025-12-31T00:00", "2027-01-01T12:00")
HOUR_COLUMNS = [
    "register_id", "local_date", "local_hour", "fold", "energy_wh", "n", "n_expected", "n_measured", "n_estimated",
    "n_customer", "n_corrected", "n_suspect", "min_wh", "max_wh", "peak_start_utc",
]  # fmt: skip


@pytest.mark.parametrize("rolled_up", [False, True], ids=["from readings", "from files"])
def test_one_constant_kilowatt_gives_743_and_745_kwh_in_the_months_of_the_clock_changes(
    any_store: ReadingsStore, rolled_up: bool
) -> None:
    any_store.declare([make_series(1, "Europe/Berlin")])
    any_store.append(make_batch(1, YEAR), known_at=KNOWN)
    if rolled_up:
        assert rollup(any_store) == 367  # 365 days of the year, one before and one after
    used = months(any_store, [1], date(2026, 1, 1), date(2027, 1, 1))
    kwh = (used["energy_wh"] / 1000).tolist()
    assert kwh[2] == 743.0  # 31 x 24 h - 1 h
    assert kwh[9] == 745.0  # 31 x 24 h + 1 h
    assert kwh[3] == 720.0
    assert (used["n"] == used["n_expected"]).all()
    assert sum(kwh) == 8760.0


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100), (date(2026, 5, 4), 96)])
def test_a_berlin_day_has_92_96_or_100_quarter_hours(store: ReadingsStore, day: date, count: int) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, YEAR), known_at=KNOWN)
    rollup(store)
    row = days(store, [1], day, day + pd.Timedelta(days=1)).iloc[0]
    assert (row["n"], row["n_expected"], row["energy_wh"]) == (count, count, count * 250)


def test_the_long_day_has_two_hours_called_two_and_the_short_day_none(store: ReadingsStore) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, YEAR, np.arange(len(YEAR))), known_at=KNOWN)
    long = hours(store, [1], date(2026, 10, 25), date(2026, 10, 26))
    twice = long[long["local_hour"] == 2]
    assert twice["fold"].tolist() == [0, 1]
    assert twice["peak_start_utc"].astype(str).tolist() == ["2026-10-25 00:45:00", "2026-10-25 01:45:00"]
    short = hours(store, [1], date(2026, 3, 29), date(2026, 3, 30))
    assert short["local_hour"].tolist() == [0, 1, *range(3, 24)]


def test_a_site_at_plus_five_forty_five_begins_its_day_at_a_quarter_past_six_utc(store: ReadingsStore) -> None:
    store.declare([make_series(1, "Asia/Kathmandu")])
    starts = make_starts("2026-05-03T18:15", "2026-05-04T18:15")  # 00:00 local is 18:15 UTC of the day before
    store.append(make_batch(1, starts), known_at=KNOWN)
    day = days(store, [1], date(2026, 5, 3), date(2026, 5, 6))
    assert day["local_date"].astype(str).tolist() == ["2026-05-04"]
    assert day["energy_wh"].tolist() == [24_000]
    assert hours(store, [1], date(2026, 5, 4), date(2026, 5, 5))["n"].tolist() == [4] * 24


def test_lord_howe_changes_its_clock_by_half_an_hour(store: ReadingsStore) -> None:
    store.declare([make_series(1, "Australia/Lord_Howe", 1800)])
    store.append(make_batch(1, make_starts("2026-01-01", "2026-12-31", 1800), 500), known_at=KNOWN)
    expected = days(store, [1], date(2026, 2, 1), date(2026, 12, 1)).set_index("local_date")["n_expected"]
    assert expected[pd.Timestamp("2026-04-05")] == 49  # 24.5 h
    assert expected[pd.Timestamp("2026-10-04")] == 47  # 23.5 h
    assert check(store) == []


def test_the_frame_has_the_documented_columns_also_when_empty(store: ReadingsStore) -> None:
    frame = hours(store, [1], date(2026, 5, 4), date(2026, 5, 5))
    assert list(frame.columns) == HOUR_COLUMNS
    assert frame.dtypes.astype(str)["local_date"] == "datetime64[s]"
    store.declare([make_series()])
    store.append(make_batch(1, YEAR), known_at=KNOWN)
    filled = hours(store, [1], date(2026, 5, 4), date(2026, 5, 5))
    assert filled.dtypes.astype(str).tolist() == frame.dtypes.astype(str).tolist()
    assert list(days(store, [1], date(2026, 5, 4), date(2026, 5, 5)).columns) == [
        c for c in HOUR_COLUMNS if c not in {"local_hour", "fold"}
    ]


def test_only_touched_days_are_recomputed(store: ReadingsStore) -> None:
    store.declare([make_series(1), make_series(2)])
    store.append(join(make_batch(1, YEAR), make_batch(2, YEAR)), known_at=KNOWN)
    assert rollup(store) == 2 * 367
    assert rollup(store) == 0
    store.stage(make_batch(2, make_starts("2026-05-04T10:00", "2026-05-04T10:15"), 1250, 3), known_at=KNOWN)
    before = {k: s.name for k, s in store.manifest.current_layout().rollups.items()}
    assert rollup(store) == 1
    after = {k: s.name for k, s in store.manifest.current_layout().rollups.items()}
    assert {k for k in after if after[k] != before[k]} == {
        ("hour", 0, 2026 * 4 + 1),
        ("day", 0, 2026),
        ("month", 0, 2026),
    }
    assert days(store, [2], date(2026, 5, 4), date(2026, 5, 5))["energy_wh"].tolist() == [25_000]  # +1 kWh
    assert months(store, [1, 2], date(2026, 5, 1), date(2026, 6, 1))["energy_wh"].tolist() == [744_000, 745_000]
    assert check(store) == []


def test_before_and_after_the_roll_up_the_answer_is_the_same(store: ReadingsStore) -> None:
    store.declare([make_series(1), make_series(2, "Asia/Kathmandu", 300), make_series(3, interval_s=3600)])
    noise = np.random.default_rng(7).integers(0, 900, len(YEAR))
    store.append(join(make_batch(1, YEAR, noise, noise % 5), make_batch(3, YEAR[::4], noise[::4])), known_at=KNOWN)
    rollup(store)
    fine = make_starts("2026-05-01", "2026-05-03", 300)
    store.stage(join(make_batch(2, fine, 3), make_batch(1, YEAR[5000:5003], 77, 3)), known_at=KNOWN)
    span = (date(2026, 1, 1), date(2026, 12, 1))
    before = [query(store, [1, 2, 3], *span) for query in (hours, days, months)]
    rollup(store)
    after = [query(store, [1, 2, 3], *span) for query in (hours, days, months)]
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_five_minute_and_daily_registers_count_what_their_calendar_holds(store: ReadingsStore) -> None:
    store.declare([make_series(1, interval_s=300), make_series(2, interval_s=86400)])
    store.append(make_batch(1, make_starts("2026-10-24T22:00", "2026-10-25T23:00", 300), 10), known_at=KNOWN)
    midnights = np.array(["2026-03-28T23:00", "2026-10-24T22:00"], dtype="datetime64[s]")  # local midnights
    store.append(make_batch(2, midnights, 9000), known_at=KNOWN)
    five = days(store, [1], date(2026, 10, 25), date(2026, 10, 26)).iloc[0]
    assert (five["n"], five["n_expected"], five["energy_wh"]) == (300, 300, 3000)  # 25 h x 12
    daily = days(store, [2], date(2026, 3, 1), date(2026, 11, 1))
    assert daily["n_expected"].tolist() == [1, 1]  # once, on 23 and on 25 hours
    assert check(store) == []


def test_negative_values_keep_their_earliest_peak(store: ReadingsStore) -> None:
    store.declare([make_series(1, interval_s=3600)])  # outdoor temperature in thousandths of a degree
    starts = make_starts("2026-01-09T23:00", "2026-01-10T23:00", 3600)
    store.append(make_batch(1, starts, [-5000, -3000, -3000] + [-8000] * 21), known_at=KNOWN)
    row = days(store, [1], date(2026, 1, 10), date(2026, 1, 11)).iloc[0]
    assert (row["max_wh"], row["min_wh"], str(row["peak_start_utc"])) == (-3000, -8000, "2026-01-10 00:00:00")
    assert row["energy_wh"] / row["n"] == pytest.approx(-7458.333, abs=1e-3)  # -(5 + 3 + 3 + 21 x 8) / 24 degrees


def test_a_changed_zone_moves_the_days(store: ReadingsStore) -> None:
    store.declare([make_series(1, "Europe/Berlin")])
    store.append(make_batch(1, make_starts("2026-05-04", "2026-05-05")), known_at=KNOWN)
    rollup(store)
    store.declare([make_series(1, "UTC")])
    span = (date(2026, 5, 1), date(2026, 5, 10))
    assert days(store, [1], *span)["energy_wh"].tolist() == [24_000]
    rollup(store)
    assert days(store, [1], *span)["energy_wh"].tolist() == [24_000]
    assert check(store) == []


def test_a_damaged_roll_up_is_answered_from_the_readings_and_made_anew(store: ReadingsStore) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, YEAR), known_at=KNOWN)
    rollup(store)
    for segment in store.manifest.current_layout().rollups.values():
        store.files.path(segment.name).write_bytes(b"PAR1 nothing of it is left PAR1")
    assert months(store, [1], date(2026, 3, 1), date(2026, 4, 1))["energy_wh"].tolist() == [743_000]
    assert hours(store, [1], date(2026, 5, 4), date(2026, 5, 5))["energy_wh"].tolist() == [1000] * 24
    rollup(store)
    assert check(store) == []


def test_a_damaged_roll_up_of_neighbours_is_made_whole_when_one_register_is_rolled_up(store: ReadingsStore) -> None:
    store.declare([make_series(1), make_series(2)])
    store.append(join(make_batch(1, YEAR), make_batch(2, YEAR, 50)), known_at=KNOWN)
    rollup(store)
    for segment in store.manifest.current_layout().rollups.values():
        store.files.path(segment.name).unlink()
    rollup(store, [1])  # the files hold both registers
    assert months(store, [2], date(2026, 3, 1), date(2026, 4, 1))["energy_wh"].tolist() == [148_600]  # 2,972 x 50
    assert check(store) == []


def test_of_two_processes_that_make_the_same_first_roll_up_one_starts_over(any_store: ReadingsStore) -> None:
    any_store.declare([make_series(1), make_series(2)])
    any_store.append(make_batch(1, YEAR), known_at=KNOWN)
    rollup(any_store)
    made = any_store.manifest.current_layout().rollups["day", 0, 2026]
    revision = any_store.version
    with pytest.raises(ConflictError):
        any_store.manifest.commit(Change(add=[replace(made, name="day-000000-of-another-process.parquet")]))
    assert any_store.version == revision
    assert any_store.manifest.current_layout().rollups["day", 0, 2026] == made


def test_a_cohort_compares_complete_months_only(store: ReadingsStore) -> None:
    store.declare([make_series(1), make_series(2), make_series(3)])
    may = make_starts("2026-04-30T22:00", "2026-05-31T22:00")
    store.append(join(make_batch(1, may), make_batch(2, may, 50), make_batch(3, may[:-1])), known_at=KNOWN)
    groups = {11: [(1, 1), (2, -1)], 12: [(3, 1)], 13: [(1, 1), (9, 1)]}
    assert month_totals(store, groups, date(2026, 5, 1)) == {11: 595_200}  # 2,976 x (250 - 50) Wh; 12 has a gap


@given(
    first=st.integers(0, 365 * 96),
    count=st.integers(1, 400),
    seed=st.integers(0, 1000),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"]),
    interval_s=st.sampled_from([300, 900, 1800, 3600]),
)
@settings(max_examples=25, deadline=None)
def test_hours_days_and_months_add_up_to_the_intervals(
    first: int, count: int, seed: int, zone: str, interval_s: int
) -> None:
    random = np.random.default_rng(seed)
    low = int(YEAR[0].astype(np.int64)) + first * 900 // interval_s * interval_s
    starts = (low + np.sort(random.choice(800, count, replace=False)) * interval_s).astype("datetime64[s]")
    values = random.integers(-50, 5000, count)
    span, instants = (
        (date(2025, 12, 1), date(2027, 5, 1)),
        (datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)),
    )
    with TemporaryDirectory() as folder:
        store = make_store(Path(folder))
        store.declare([make_series(1, zone, interval_s)])
        store.append(make_batch(1, starts, values, random.integers(0, 5, count)), known_at=KNOWN)
        if seed % 2:
            rollup(store)
        total = intervals(store, 1, *instants).total_wh
        assert total == values.sum()
        for query in (hours, days, months):
            frame = query(store, [1], *span)
            assert frame["energy_wh"].sum() == total
            assert frame["n"].sum() == count
            assert frame["max_wh"].max() == values.max()
        assert check(store) == []
        store.close()
