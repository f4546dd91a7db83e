"""Readings are durable, versioned, seen at once and found again, on both manifests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from data.queries.consumption import extent, intervals
from data.readings import Batch, ReadingsStore
from domain.errors import InvalidInputError
from services.store_check import check
from tests.factories.readings import KNOWN, join, make_batch, make_series, make_starts, make_store

DAY = (datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC))
STARTS = make_starts("2026-05-04", "2026-05-05")  # 96 quarter-hours


def test_a_day_of_one_kilowatt_is_24_kwh_in_96_intervals(any_store: ReadingsStore) -> None:
    any_store.declare([make_series()])
    any_store.append(make_batch(1, STARTS), known_at=KNOWN)
    found = intervals(any_store, 1, *DAY)
    assert (found.total_wh, len(found.start_utc), found.missing_count) == (24_000, 96, 0)  # 96 x 250 Wh
    assert found.start_utc.dtype == "datetime64[s]"
    assert found.energy_wh.dtype == np.int64
    assert not found.damaged


def test_the_period_is_half_open(store: ReadingsStore) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, STARTS), known_at=KNOWN)
    found = intervals(store, 1, DAY[0], DAY[0] + timedelta(hours=1))
    assert found.start_utc.tolist() == STARTS[:4].tolist()  # 00:00, 00:15, 00:30, 00:45, not 01:00


def test_a_correction_wins_and_the_older_value_stays_readable(any_store: ReadingsStore) -> None:
    any_store.declare([make_series()])
    any_store.append(make_batch(1, STARTS), known_at=KNOWN)
    later = KNOWN + timedelta(days=3)
    any_store.append(make_batch(1, STARTS[:2], 100, quality=3), known_at=later)
    assert intervals(any_store, 1, *DAY).total_wh == 23_700  # 94 x 250 + 2 x 100
    assert intervals(any_store, 1, *DAY, known_at=later - timedelta(seconds=1)).total_wh == 24_000
    assert intervals(any_store, 1, *DAY, known_at=later).total_wh == 23_700
    assert intervals(any_store, 1, *DAY, known_at=KNOWN - timedelta(seconds=1)).total_wh == 0


def test_time_travel_survives_compaction(store: ReadingsStore) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, STARTS), known_at=KNOWN)
    store.stage(make_batch(1, STARTS[:2], 100, quality=3), known_at=KNOWN + timedelta(days=1))
    store.compact(force=True)
    assert intervals(store, 1, *DAY).total_wh == 23_700
    assert intervals(store, 1, *DAY, known_at=KNOWN).total_wh == 24_000


def test_a_missing_interval_is_missing_not_zero(store: ReadingsStore) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, np.delete(STARTS, [10, 11])), known_at=KNOWN)
    found = intervals(store, 1, *DAY)
    assert (len(found.start_utc), found.missing_count, found.total_wh) == (94, 2, 23_500)


def test_staged_readings_are_seen_at_once_and_after_compaction_once(any_store: ReadingsStore) -> None:
    any_store.declare([make_series()])
    any_store.append(make_batch(1, STARTS[:90]), known_at=KNOWN)
    before = any_store.version
    any_store.stage(make_batch(1, STARTS[88:]), known_at=KNOWN)  # two overlap
    assert any_store.version > before
    assert intervals(any_store, 1, *DAY).total_wh == 24_000
    any_store.compact(force=True)
    assert intervals(any_store, 1, *DAY).total_wh == 24_000
    assert len(any_store.manifest.current_layout().raw) == 1
    assert check(any_store) == []


def test_rows_in_any_order_come_back_sorted_and_the_last_of_a_pair_counts(store: ReadingsStore) -> None:
    store.declare([make_series(1), make_series(2)])
    mixed = join(make_batch(2, STARTS[::-1], 7), make_batch(1, STARTS, 5), make_batch(1, STARTS[:1], 9))
    store.append(mixed, known_at=KNOWN)
    found = intervals(store, 1, *DAY)
    assert found.start_utc.tolist() == STARTS.tolist()
    assert found.total_wh == 95 * 5 + 9
    assert intervals(store, 2, *DAY).total_wh == 96 * 7


def test_appending_known_rows_again_changes_nothing(store: ReadingsStore) -> None:
    store.declare([make_series()])
    version = store.append(make_batch(1, STARTS), known_at=KNOWN)
    revision = store.version
    assert store.append(make_batch(1, STARTS), known_at=KNOWN, skip_known=True) == version
    assert store.version == revision
    changed = make_batch(1, STARTS, np.where(np.arange(96) == 5, 251, 250))
    store.append(changed, known_at=KNOWN, skip_known=True)
    assert sum(s.row_count for s in store.manifest.current_layout().raw) == 97  # only the one that differs


def test_a_known_row_with_another_quality_is_new(store: ReadingsStore) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, STARTS, quality=1), known_at=KNOWN)
    store.append(make_batch(1, STARTS, quality=0), known_at=KNOWN, skip_known=True)
    assert intervals(store, 1, *DAY).quality.tolist() == [0] * 96


@pytest.mark.parametrize(
    ("batch", "code"),
    [
        (make_batch(9, STARTS), "undeclared"),
        (make_batch(1, STARTS + np.timedelta64(7, "s")), "off_grid"),
        (make_batch(1, STARTS, 2**53), "too_large"),
        (make_batch(1, STARTS, quality=5), "unknown"),
        (Batch(np.ones(2, int), STARTS[:2], np.ones(3, int), np.zeros(2, np.uint8)), "unequal_lengths"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_stored(store: ReadingsStore, batch: Batch, code: str) -> None:
    store.declare([make_series()])
    revision = store.version
    with pytest.raises(InvalidInputError) as refusal:
        store.append(batch, known_at=KNOWN)
    assert refusal.value.params["remedy"] == code
    assert store.version == revision
    assert not list((store.files.folder / "segments").iterdir())


def test_an_empty_batch_and_an_unknown_register_are_empty(store: ReadingsStore) -> None:
    assert store.append(make_batch(1, STARTS[:0]), known_at=KNOWN) == 0
    assert len(intervals(store, 77, *DAY).start_utc) == 0


def test_extent_is_first_start_and_end_of_last_interval(any_store: ReadingsStore) -> None:
    any_store.declare([make_series(1), make_series(2, interval_s=3600)])
    any_store.append(make_batch(1, STARTS[4:]), known_at=KNOWN)
    any_store.stage(make_batch(1, STARTS[:1]), known_at=KNOWN)
    assert extent(any_store, [1, 2]) == {1: DAY}


def test_another_process_sees_what_was_acknowledged(store: ReadingsStore) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, STARTS), known_at=KNOWN)
    other = make_store(store.files.folder.parent)
    assert intervals(other, 1, *DAY).total_wh == 24_000
    store.append(make_batch(1, STARTS[:1], 0), known_at=KNOWN)
    assert intervals(other, 1, *DAY).total_wh == 23_750
    other.close()


def test_compaction_unlinks_replaced_files_one_round_later(store: ReadingsStore) -> None:
    store.declare([make_series()])
    for hour in range(0, 96, 4):
        store.append(make_batch(1, STARTS[hour : hour + 4]), known_at=KNOWN)
    other = make_store(store.files.folder.parent)
    stale = other.manifest.current_layout()
    store.compact(force=True)
    names = {p.name for p in (store.files.folder / "segments").iterdir()}
    assert {s.name for s in stale.raw} <= names  # 24 old files are still there for readers
    assert intervals(other, 1, *DAY).total_wh == 24_000
    store.compact(force=True)
    assert len(list((store.files.folder / "segments").iterdir())) == 1
    assert intervals(other, 1, *DAY).total_wh == 24_000
    other.close()


def test_start_removes_orphans_but_never_a_file_on_its_way(store: ReadingsStore) -> None:
    orphan = store.files.path("raw-000000-feedfeedfeedfeed.parquet")
    orphan.write_bytes(b"left by a killed writer")
    with store.files.writing():
        make_store(store.files.folder.parent).close()
        assert orphan.exists()  # some process is writing: it may be its file
    make_store(store.files.folder.parent).close()
    assert not orphan.exists()


def test_erasure_leaves_nothing_of_the_register_and_all_of_its_neighbours(any_store: ReadingsStore) -> None:
    from data.queries.consumption import days
    from data.rollups import rollup

    any_store.declare([make_series(1), make_series(2)])
    any_store.append(join(make_batch(1, STARTS, 123_457), make_batch(2, STARTS)), known_at=KNOWN)
    rollup(any_store)
    any_store.stage(make_batch(1, STARTS[:1], 5), known_at=KNOWN)
    any_store.erase([1])
    first, end = DAY[0].date() - timedelta(days=1), DAY[1].date() + timedelta(days=1)
    assert len(intervals(any_store, 1, *DAY).start_utc) == 0
    assert len(days(any_store, [1], first, end)) == 0
    assert intervals(any_store, 2, *DAY).total_wh == 24_000
    assert days(any_store, [2], first, end)["energy_wh"].sum() == 24_000
    assert extent(any_store, [1, 2]).keys() == {2}
    assert check(any_store) == []
    layout = any_store.manifest.current_layout()
    named = {s.name for s in (*layout.raw, *layout.rollups.values())}
    assert {p.name for p in (any_store.files.folder / "segments").iterdir()} == named


def test_sql_text_reaches_no_file_outside_the_store(store: ReadingsStore) -> None:
    import duckdb

    with store.engine.cursor() as cursor:
        for statement in (
            "SELECT * FROM read_csv('/etc/passwd')",
            "ATTACH '/tmp/other.duckdb'",
            "COPY (SELECT 1) TO '/tmp/out.csv'",
            "INSTALL httpfs",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                cursor.execute(statement)


def test_a_forked_process_reads_with_a_connection_of_its_own(store: ReadingsStore) -> None:
    import multiprocessing

    store.declare([make_series()])
    store.append(make_batch(1, STARTS), known_at=KNOWN)
    assert intervals(store, 1, *DAY).total_wh == 24_000  # engine and pool exist before the fork
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        totals = pool.map(_total_of, [store.files.folder.parent] * 4)
    assert totals == [24_000] * 4


def _total_of(folder: object) -> int:
    made = make_store(folder)  # type: ignore[arg-type]
    return intervals(made, 1, *DAY).total_wh
