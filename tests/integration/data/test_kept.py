"""What was decoded of files is used again, bounded, never stale, and gone when its files are."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from data.queries.consumption import days, intervals
from data.readings import ReadingsStore
from data.rollups import rollup
from data.store.engine import Engine
from data.store.kept import Kept
from data.store.layout import Layout
from data.store.values import Segment
from tests.factories.readings import KNOWN, make_batch, make_series, make_starts

DAY = (datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC))
STARTS = make_starts("2026-05-04", "2026-05-05")  # 96 quarter-hours


@pytest.fixture
def filled(store: ReadingsStore) -> ReadingsStore:
    store.declare([make_series()])
    store.append(make_batch(1, STARTS), known_at=KNOWN)
    return store


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry per cursor that anybody takes to ask DuckDB."""
    taken: list[int] = []
    cursor = Engine.cursor

    def counted(engine: Engine):
        taken.append(1)
        return cursor(engine)

    monkeypatch.setattr(Engine, "cursor", counted)
    return taken


def _total(store: ReadingsStore) -> int:
    return intervals(store, 1, *DAY).total_wh


def test_the_same_period_is_decoded_once(filled: ReadingsStore, queries: list[int]) -> None:
    assert [_total(filled) for _ in range(3)] == [24_000] * 3  # 96 x 250 Wh
    assert len(queries) == 1
    rollup(filled)
    queries.clear()
    found = [days(filled, [1], date(2026, 5, 4), date(2026, 5, 5)) for _ in range(3)]
    assert [frame["energy_wh"].sum() for frame in found] == [22_000] * 3  # 88 of them before Berlin's midnight
    assert len(queries) == 1


def test_a_staged_correction_an_appended_one_and_their_compaction_show_at_once(filled: ReadingsStore) -> None:
    assert _total(filled) == 24_000
    filled.stage(make_batch(1, STARTS[:1], 100), known_at=KNOWN)
    assert _total(filled) == 23_850  # 95 x 250 + 100
    filled.append(make_batch(1, STARTS[1:2], 0), known_at=KNOWN)
    assert _total(filled) == 23_600  # 94 x 250 + 100 + 0
    filled.compact(force=True)
    assert _total(filled) == 23_600


def test_another_zone_names_the_same_hours_anew(filled: ReadingsStore) -> None:
    rollup(filled)
    first = days(filled, [1], date(2026, 5, 4), date(2026, 5, 5))
    filled.declare([make_series(1, "UTC")])
    again = days(filled, [1], date(2026, 5, 4), date(2026, 5, 5))
    # Berlin's 4 May ends at 22:00 UTC: 88 quarter-hours of the UTC day; the UTC day has all 96.
    assert (first["n"].sum(), again["n"].sum()) == (88, 96)


def test_a_file_that_is_gone_is_not_answered_from_memory(filled: ReadingsStore) -> None:
    assert _total(filled) == 24_000
    filled.files.path(filled.manifest.current_layout().raw[0].name).unlink()
    found = intervals(filled, 1, *DAY)
    assert (found.total_wh, found.damaged) == (0, True)


def test_nothing_of_an_erased_register_stays_in_memory(filled: ReadingsStore) -> None:
    filled.declare([make_series(2)])
    filled.append(make_batch(2, STARTS, 7), known_at=KNOWN)
    assert _total(filled) == 24_000
    assert len(filled.kept) == 1
    filled.erase([1])
    assert intervals(filled, 2, *DAY).total_wh == 96 * 7
    assert [len(entry.columns["start_s"]) for entry in filled.kept._entries.values()] == [96]  # only that of register 2
    assert _total(filled) == 0


def test_what_was_forgotten_is_read_again(filled: ReadingsStore, queries: list[int]) -> None:
    assert _total(filled) == 24_000
    filled.kept.forget()
    assert (len(filled.kept), filled.kept.size_bytes) == (0, 0)
    assert _total(filled) == 24_000
    assert len(queries) == 2


def test_nobody_can_write_into_what_others_will_get(filled: ReadingsStore) -> None:
    found = intervals(filled, 1, *DAY)
    with pytest.raises(ValueError, match="read-only"):
        found.energy_wh[0] = 1


def _segment(name: str) -> Segment:
    return Segment(name, "raw", 0, 0, 0, 1, 1, 0, 1, 1, 1, f"hash of {name}", 1, 1, True, "[[1, 1]]")


def _layout(number: int, *names: str) -> Layout:
    return Layout(number, tuple(_segment(name) for name in names), {}, {}, {})


def _hundred() -> dict[str, np.ndarray]:
    return {"n": np.zeros(100, dtype=np.uint8)}


def test_the_longest_unused_leaves_first() -> None:
    kept, layout = Kept(limit_bytes=2400), _layout(1, "a")
    for number in range(24):
        kept.columns(layout, layout.raw, number, _hundred)
    kept.columns(layout, layout.raw, 0, _hundred)  # used again: now 1 is the oldest
    kept.columns(layout, layout.raw, 24, _hundred)
    assert (len(kept), kept.size_bytes) == (24, 2400)  # 24 x 100 bytes fit
    made: list[int] = []
    for number in (0, 1):
        kept.columns(layout, layout.raw, number, lambda at=number: made.append(at) or _hundred())
    assert made == [1]


def test_an_entry_too_large_is_handed_out_and_not_kept() -> None:
    kept, layout = Kept(limit_bytes=2399), _layout(1, "a")
    assert len(kept.columns(layout, layout.raw, 0, _hundred)["n"]) == 100  # 2399 / 24 is below 100 bytes
    assert len(kept) == 0


def test_a_reader_of_an_older_layout_leaves_nothing_behind() -> None:
    kept, old, new = Kept(), _layout(1, "a", "b"), _layout(2, "b")
    kept.columns(old, old.raw[:1], 0, _hundred)
    kept.columns(old, old.raw[1:], 0, _hundred)
    kept.columns(new, new.raw, 1, _hundred)
    assert len(kept) == 2  # two answers from b; that from a is gone
    kept.columns(old, old.raw[:1], 0, _hundred)
    assert len(kept) == 2
