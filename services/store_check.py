"""`python -m cli check`: every file, the manifest and the roll-ups, verified against each other."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.queries import consumption
from data.readings import ReadingsStore
from data.rollups import rollup
from data.store import fleet, manifest, staged
from data.store.manifest import Change
from data.store.values import BUCKET_REGISTERS, Damage, Segment, Series, Touched
from domain.errors import NotFoundError
from services.recount import Counted, recount

if TYPE_CHECKING:
    from services.portal import Portal

MEASURES = (
    "energy_wh", "n", "n_expected", "n_measured", "n_estimated", "n_customer", "n_corrected", "n_suspect",
    "min_wh", "max_wh",
)  # fmt: skip
EVER = (-(2**33), 2**33)
EPOCH = date(1970, 1, 1)
COLUMNS = ["register_id", "start_utc", "energy_wh", "quality", "version"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; `code` says what, `file` where, registers and period who is hit."""

    code: str  # missing, truncated, changed, unreadable, row_count, orphan, hour, day, month, fleet
    file: str = ""
    register_ids: tuple[int, ...] = ()
    first: datetime | date | None = None
    end: datetime | date | None = None
    detail: str = ""


def check(store: ReadingsStore, *, sample: int | None = None, progress: Progress | None = None) -> list[Finding]:
    """Verify every file and, for a spread sample of registers or all, each roll-up against the readings."""
    damaged = store.damage(again=True)
    findings = [Finding(d.reason, d.file, d.register_ids, d.first, d.end) for d in damaged]
    bad = {d.file for d in damaged}
    layout = store.manifest.current_layout()
    live = [*layout.raw, *layout.rollups.values()]
    findings += [f for s in live if s.name not in bad and (f := _row_count(store, s)) is not None]
    findings += _orphans(store)
    lost = {i for d in damaged for i in d.register_ids if d.is_of_readings}
    whole = [s for i, s in sorted(layout.series.items()) if i not in lost]
    findings += _rollups(store, _spread(whole, sample), progress)
    return findings


def _row_count(store: ReadingsStore, segment: Segment) -> Finding | None:
    """Open the file and compare its number of rows with the manifest's."""
    try:
        held = pq.read_metadata(store.files.path(segment.name)).num_rows
    except (OSError, pa.ArrowException) as error:
        return Finding("unreadable", segment.name, segment.register_ids(), detail=type(error).__name__)
    if held == segment.row_count:
        return None
    return Finding(
        "row_count", segment.name, segment.register_ids(), detail=f"{held} in the file, {segment.row_count} named"
    )


def _orphans(store: ReadingsStore) -> list[Finding]:
    """Files no row names; only certain while nobody writes."""
    with store.files.alone() as alone:
        if not alone:
            return []
        return [Finding("orphan", path.name) for path in store.files.orphans(store.manifest.named())]


def _spread(series: list[Series], sample: int | None) -> list[Series]:
    if sample is None or sample >= len(series):
        return series
    return [series[i] for i in sorted({int(x) for x in np.linspace(0, len(series) - 1, sample)})]


def _rollups(store: ReadingsStore, series: list[Series], progress: Progress | None) -> list[Finding]:
    findings: list[Finding] = []
    done = 0
    buckets: dict[int, list[Series]] = {}
    for item in series:
        buckets.setdefault(item.register_id // BUCKET_REGISTERS, []).append(item)
    for bucket, members in buckets.items():
        frame = _rows_of(store, [s.register_id for s in members])
        counted: dict[int, Counted] = {}
        for item in members:
            rows = frame.get(item.register_id)
            kinds = recount(*rows, item.zone_name, item.interval_s) if rows else {}
            findings += _compare(store, item, rows, kinds)
            counted |= {item.register_id: kinds["day"]} if kinds else {}
            done += 1
            if progress:
                progress(done, len(series))
        findings += _fleet(store, bucket, members, counted)
    return findings


Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def _rows_of(store: ReadingsStore, register_ids: list[int]) -> dict[int, Columns]:
    """Start, energy and quality of each register, newest version of each interval, read without DuckDB."""
    with store.manifest.reading() as connection:
        layout = store.manifest.layout(connection)
        tail = staged.rows(connection, register_ids, *EVER)
    segments = layout.raw_of(min(register_ids), max(register_ids), *EVER)
    good, _damaged = store.usable(segments)  # what is damaged holds none of these registers
    tables = [pq.read_table(path, columns=COLUMNS) for path in store.paths(good)]
    arrays = [[_column(t, name) for name in COLUMNS] for t in tables]
    arrays.append([tail.register_id, tail.start_s, tail.energy_wh, tail.quality, tail.version])
    register, start, energy, quality, version = (np.concatenate(parts) for parts in zip(*arrays, strict=True))
    order = np.lexsort((version, start, register))
    register, start = register[order], start[order]
    last = np.append((np.diff(register) != 0) | (np.diff(start) != 0), np.ones(min(1, len(order)), dtype=bool))
    register, start, energy, quality = register[last], start[last], energy[order][last], quality[order][last]
    edges = {i: slice(*np.searchsorted(register, [i, i + 1])) for i in register_ids}
    return {i: (start[e], energy[e], quality[e].astype(np.int64)) for i, e in edges.items() if e.start < e.stop}


def _column(table: Any, name: str) -> np.ndarray:
    values: np.ndarray = table[name].to_numpy()
    return values.astype("datetime64[s]").astype(np.int64) if name == "start_utc" else values


def _fleet(store: ReadingsStore, bucket: int, members: list[Series], counted: dict[int, Counted]) -> Iterable[Finding]:
    """The bucket's fleet days against the sums over its registers; days that wait for a roll-up are left out."""
    layout = store.manifest.current_layout()
    everybody = {i for i in layout.series if i // BUCKET_REGISTERS == bucket}
    if {s.register_id for s in members} != everybody:
        return  # a sample, or damage: sums over some say nothing about all
    with store.manifest.reading() as connection:
        waiting = {day for r in manifest.touched(connection, everybody) for day in range(r.first_day, r.end_day)}
        held = {(row.day, row.name): row for row in fleet.of_bucket(connection, bucket)}
    sums: dict[tuple[int, str], np.ndarray] = {}
    for register_id, days in counted.items():
        name = layout.groups.get(register_id, "")
        for day, values in zip(days.key.tolist(), days.values, strict=True):
            mine = np.array([1, values[2], values[1], values[0]])  # registers, n_expected, n, energy
            sums[day, name] = sums.get((day, name), np.zeros(4, dtype=np.int64)) + mine
    for day, name in sorted(sums.keys() | held.keys()):
        row = held.get((day, name))
        shown = (row.registers, row.n_expected, row.n, row.energy_wh) if row else (0, 0, 0, 0)
        if day not in waiting and shown != tuple(sums.get((day, name), np.zeros(4)).tolist()):
            detail = f"{name or 'ungrouped'} differs from the sum over the registers"
            yield Finding("fleet", register_ids=tuple(sorted(everybody)), first=_day("day", day), detail=detail)
            return


def _compare(
    store: ReadingsStore, series: Series, rows: Columns | None, counted: dict[str, Counted]
) -> Iterable[Finding]:
    if rows is None:
        if len(consumption.days(store, [series.register_id], EPOCH, date(2200, 1, 1))):
            yield Finding("day", register_ids=(series.register_id,), detail="has roll-ups without readings")
        return
    first = date.fromisoformat(str(np.datetime64(int(rows[0][0]), "s").astype("datetime64[D]"))) - timedelta(days=1)
    end = date.fromisoformat(str(np.datetime64(int(rows[0][-1]), "s").astype("datetime64[D]"))) + timedelta(days=2)
    queries = {"hour": consumption.hours, "day": consumption.days, "month": consumption.months}
    for kind, query in queries.items():
        shown = _shown(kind, query(store, [series.register_id], first.replace(day=1), end))
        if (place := _difference(counted[kind], shown)) is not None:
            yield Finding(
                kind, register_ids=(series.register_id,), first=_day(kind, place), detail="differs from the readings"
            )


def _shown(kind: str, frame: pd.DataFrame) -> Counted:
    days = frame["local_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    key = days
    if kind == "hour":
        key = (days * 24 + frame["local_hour"].to_numpy()) * 2 + frame["fold"].to_numpy()
    if kind == "month":
        key = frame["local_date"].to_numpy().astype("datetime64[M]").astype(np.int64)
    columns = [frame[name].to_numpy() for name in MEASURES]
    columns.append(frame["peak_start_utc"].to_numpy().astype("datetime64[s]").astype(np.int64))
    return Counted(key.astype(np.int64), np.stack(columns, axis=1).astype(np.int64))


def _difference(counted: Counted, shown: Counted) -> int | None:
    """The first key at which the two disagree."""
    if np.array_equal(counted.key, shown.key):
        rows = np.flatnonzero((counted.values != shown.values).any(axis=1))
        return int(counted.key[rows[0]]) if len(rows) else None
    return int(min(set(counted.key.tolist()) ^ set(shown.key.tolist())))


def _day(kind: str, key: int) -> date:
    if kind == "month":
        return date(1970 + key // 12, key % 12 + 1, 1)
    return EPOCH + timedelta(days=key // 48 if kind == "hour" else key)


def give_up(store: ReadingsStore, name: str) -> Damage:
    """Take a damaged segment of readings out of the store for good; its days are summed again from what is left.

    For after its source files were ingested again, or where neither file nor backup exists.
    """
    found = next((item for item in store.damage(again=True) if item.file == name), None)
    if found is None or not found.is_of_readings:
        raise NotFoundError(what="damaged segment", file=name)
    first, end = found.first.date() - timedelta(days=1), found.end.date() + timedelta(days=2)
    touched = [Touched(i, (first - EPOCH).days, (end - EPOCH).days) for i in found.register_ids]
    store.manifest.commit(Change(retire=[name], touched=touched))
    store.unlink_retired()
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sample", type=int, metavar="N", help="compare the roll-ups of N registers instead of all")
    parser.add_argument("--give-up", metavar="SEGMENT", help="take a damaged segment out of the store for good")


def command(arguments: argparse.Namespace, portal: Portal) -> int:
    """Print each finding; exit code 1 when there is one."""
    if arguments.give_up:
        return _give_up(portal.readings, arguments.give_up)
    findings = check(portal.readings, sample=arguments.sample)
    for item in findings:
        where = " ".join(filter(None, [item.file, _registers(item.register_ids), _period(item)]))
        print(f"{item.code}: {where} {item.detail}".rstrip())
    for name in sorted({item.file for item in findings if item.file.startswith("raw-") and item.code != "orphan"}):
        print(
            f"remedy: put {name} back from a backup; or ingest its files again, then `python -m cli check --give-up {name}`"
        )
    layout = portal.readings.manifest.current_layout()
    rows = sum(s.row_count for s in layout.raw)
    print(f"{len(layout.raw)} segments, {rows:,} readings, {len(layout.rollups)} roll-up files: {_verdict(findings)}")
    return 1 if findings else 0


def _give_up(store: ReadingsStore, name: str) -> int:
    try:
        lost = give_up(store, name)
    except NotFoundError:
        print(f"{name} is no damaged segment of readings; `python -m cli check` names those that are.")
        return 2
    count = rollup(store)
    gone = Finding("given_up", name, lost.register_ids, lost.first, lost.end)
    print(
        f"{name} was taken out: {_registers(gone.register_ids)} {_period(gone)}. {count:,} register-days were summed again from what is left."
    )
    return 0


def _registers(ids: tuple[int, ...]) -> str:
    listed = ", ".join(map(str, ids[:10]))
    return f"registers {listed}{' and more' if len(ids) > 10 else ''}" if ids else ""


def _period(item: Finding) -> str:
    """From the first to the last day, both included, UTC."""
    if item.first is None:
        return ""
    last = f" to {item.end - timedelta(seconds=1):%Y-%m-%d}" if item.end else ""
    return f"from {item.first:%Y-%m-%d}{last}"


def _verdict(findings: list[Finding]) -> str:
    return "all verified" if not findings else f"{len(findings)} findings"
