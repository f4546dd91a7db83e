"""kill -9, two writers and damaged files: nothing acknowledged is lost, nothing is doubled, neighbours do not notice."""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from data.queries.consumption import days, intervals
from data.readings import ReadingsStore
from data.rollups import rollup
from data.store import batches
from data.store.values import Segment
from services.store_check import check
from tests.factories.readings import KNOWN, join, make_batch, make_series, make_starts, make_store, postgres_schema
from tests.integration.faults.writer import ORIGIN_S, Plan, energy_wh, write

pytestmark = pytest.mark.faults
FULL = os.environ.get("PORTAL_FAULTS") == "full"
KILLS, ROWS = (30, 2_000_000) if FULL else (3, 100_000)
READERS = 8


# Each writer is a process of its own, forked from a server that has imported everything: importing takes two seconds.
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["pytest", "ibis", "tests.integration.faults.writer"])


def _spawn(plan: Plan) -> ForkServerProcess:
    process = SERVER.Process(target=write, args=(plan,))
    process.start()
    return process


def _exit_code(process: ForkServerProcess, timeout_s: float | None = None) -> int | None:
    process.join(timeout_s)
    return process.exitcode


class Readers:
    """Threads that read what is already acknowledged and note every error and every wrong or missing value."""

    def __init__(self, store: ReadingsStore, plan: Plan) -> None:
        self.store, self.plan = store, plan
        self.problems: list[str] = []
        self.latencies_ms: list[float] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(READERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        choose = random.Random(number)
        while not self._stop.wait(0.02):
            done = self.plan.acknowledged_count()
            if not done:
                continue
            k = choose.randrange(done)
            try:
                self._read(k)
            except Exception as error:  # any error at all is what this test is about
                self.problems.append(f"batch {k}: {error!r}")

    def _read(self, k: int) -> None:
        register, slots = self.plan.register(k), self.plan.slots(k)
        first = datetime.fromtimestamp(ORIGIN_S + int(slots[0]) * 900, UTC)
        began = time.perf_counter()
        found = intervals(self.store, register, first, first + timedelta(seconds=900 * len(slots)))
        self.latencies_ms.append((time.perf_counter() - began) * 1000)
        if found.damaged or not np.array_equal(found.energy_wh, energy_wh(register, slots)):
            self.problems.append(f"batch {k}: {len(found.energy_wh)} of {len(slots)} right")


def _assert_exactly_once(store: ReadingsStore, plan: Plan) -> None:
    """Every row of the plan is stored, and stored once counting all versions."""
    for register in plan.registers:
        mine = [k for k in range(plan.batches) if plan.register(k) == register]
        expected = np.concatenate([plan.slots(k) for k in mine])
        found = store.find([register], -(2**33), 2**33)
        assert not found.damaged
        newest = batches.newest(found.rows)
        assert np.array_equal(newest.start_s, ORIGIN_S + expected * 900)
        assert np.array_equal(newest.energy_wh, energy_wh(register, expected))
        assert len(found.rows) == len(expected)


def _wait_for(condition: Callable[[], bool], process: ForkServerProcess) -> None:
    deadline = time.monotonic() + 120
    while not condition() and process.is_alive():
        assert time.monotonic() < deadline, "the writer stands still"
        time.sleep(0.005)


def test_kill_9_loses_and_doubles_nothing(tmp_path: Path) -> None:
    rows = 2000
    plan = Plan(
        folder=str(tmp_path / "store"),
        manifest_url=f"sqlite:///{tmp_path / 'store' / 'manifest.sqlite'}",
        acknowledged=str(tmp_path / "acknowledged"),
        registers=tuple(range(60, 70)),  # two buckets
        batches=ROWS // rows,
        batch_rows=rows,
    )
    store = make_store(tmp_path)
    choose = random.Random(20261122)
    moments = sorted(choose.sample(range(2, plan.batches - 1), KILLS))
    with Readers(store, plan) as readers:
        for moment in moments:
            child = _spawn(plan)
            _wait_for(lambda moment=moment: plan.acknowledged_count() >= moment, child)
            time.sleep(choose.random() * 0.03)  # anywhere inside a write, a compaction or a roll-up
            child.kill()
            assert _exit_code(child) == -9
        assert _exit_code(_spawn(plan), 600) == 0
    assert readers.problems == []
    assert len(readers.latencies_ms) >= 20
    store.close()
    after = make_store(tmp_path)  # sweeps what the killed left behind
    rollup(after)
    _assert_exactly_once(after, plan)
    assert check(after) == []
    p50, p95 = np.percentile(readers.latencies_ms, [50, 95])
    print(
        f"\n{KILLS} kills, {ROWS:,} readings acknowledged: 0 lost, 0 doubled;"
        f" {len(readers.latencies_ms):,} reads by {READERS} readers: 0 errors, p50 {p50:.0f} ms, p95 {p95:.0f} ms"
    )
    after.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def manifest_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store' / 'manifest.sqlite'}"
        return
    with postgres_schema() as url:
        yield url


def test_two_writers_with_upkeep_at_once_lose_and_double_nothing(tmp_path: Path, manifest_url: str) -> None:
    count = 400 if FULL else 60
    plans = [
        Plan(str(tmp_path / "store"), manifest_url, str(tmp_path / f"ack{n}"), registers, count, 400)
        for n, registers in enumerate([(1, 2, 3), (4, 5, 70)])  # they share bucket 0
    ]
    children = [_spawn(plan) for plan in plans]
    assert [_exit_code(child, 600) for child in children] == [0, 0]
    store = make_store(tmp_path, manifest_url)
    for plan in plans:
        _assert_exactly_once(store, plan)
    store.compact(force=True)
    rollup(store)
    assert check(store) == []
    store.close()


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _flip_a_bit(path: Path) -> None:
    with path.open("r+b") as handle:
        handle.seek(path.stat().st_size // 3)
        byte = handle.read(1)[0]
        handle.seek(-1, os.SEEK_CUR)
        handle.write(bytes([byte ^ 0b100]))


def _remove(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


MARCH = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
DAMAGES = [(_truncate, "truncated"), (_flip_a_bit, "changed"), (_remove, "missing"), (_empty, "truncated")]


def _two_sites(tmp_path: Path) -> tuple[ReadingsStore, Segment]:
    """Registers 1 and 100 in files of their own; the first one's file."""
    store = make_store(tmp_path)
    starts = make_starts("2026-03-01", "2026-04-01")
    store.declare([make_series(1), make_series(100)])
    for register in (1, 100):
        store.append(make_batch(register, starts, 200 + register), known_at=KNOWN)
    rollup(store)
    assert intervals(store, 1, *MARCH).total_wh == 2976 * 201  # the file has been read and verified before
    (segment,) = (s for s in store.manifest.current_layout().raw if s.min_register == 1)
    return store, segment


@pytest.mark.parametrize(("damage", "reason"), DAMAGES, ids=["truncated", "bit flipped", "missing", "empty"])
def test_a_damaged_segment_is_named_and_other_sites_are_unaffected(
    tmp_path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    store, segment = _two_sites(tmp_path)
    kept = store.files.path(segment.name).read_bytes()
    damage(store.files.path(segment.name))
    hit, other = intervals(store, 1, *MARCH), intervals(store, 100, *MARCH)
    assert (hit.damaged, len(hit.start_utc)) == (True, 0)
    assert (other.damaged, other.total_wh) == (False, 2976 * 300)
    assert days(store, [1], MARCH[0].date(), MARCH[1].date())["energy_wh"].sum() > 0  # roll-ups still know
    (found,) = store.damage()
    assert (found.register_ids, found.first, found.end) == ((1,), *MARCH)
    assert [(f.code, f.file, f.register_ids) for f in check(store)] == [(reason, segment.name, (1,))]

    store.files.path(segment.name).write_bytes(kept)  # restored from a backup
    assert store.damage() == []
    assert intervals(store, 1, *MARCH).total_wh == 2976 * 201
    assert check(store) == []
    store.close()


def test_a_damaged_segment_is_not_rolled_up_nor_compacted_away(tmp_path: Path) -> None:
    store, segment = _two_sites(tmp_path)
    sums = days(store, [1, 100], MARCH[0].date(), MARCH[1].date())["energy_wh"].sum()
    _flip_a_bit(store.files.path(segment.name))
    store.append(make_batch(100, make_starts("2026-04-02", "2026-04-03")), known_at=KNOWN)
    store.append(make_batch(1, make_starts("2026-03-05", "2026-03-06"), 1), known_at=KNOWN)
    rollup(store)
    store.compact(force=True)
    assert segment.name in {s.name for s in store.manifest.current_layout().raw}
    frame = days(store, [100], MARCH[0].date(), datetime(2026, 5, 1, tzinfo=UTC).date())
    assert frame["energy_wh"].sum() == 2976 * 300 + 24_000
    assert days(store, [1], MARCH[0].date(), MARCH[1].date()).attrs["damaged"]
    assert sums > 0
    store.close()


def test_readers_meet_replaced_files_without_an_error(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    store.declare([make_series(1), make_series(2)])
    starts = make_starts("2026-03-01", "2026-03-11")
    store.append(join(make_batch(1, starts), make_batch(2, starts)), known_at=KNOWN)
    problems: list[str] = []
    stop = threading.Event()

    def read() -> None:
        mine = make_store(tmp_path)
        while not stop.is_set():
            try:
                total = intervals(mine, 1, *MARCH).total_wh
                daily = int(days(mine, [1], MARCH[0].date(), MARCH[1].date())["energy_wh"].sum())
                if (total, daily) != (240_000, 240_000):
                    problems.append(f"{total} {daily}")
            except Exception as error:  # any error at all is what this test is about
                problems.append(repr(error))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for round_number in range(40 if FULL else 12):  # every file is replaced and unlinked again and again
        store.stage(make_batch(2, starts[:10], round_number), known_at=KNOWN)
        rollup(store)
        store.compact(force=True)
        store.unlink_retired()
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    store.close()
