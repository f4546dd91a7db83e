"""Meter data from files into the readings store: read, judge, order, round by the day, compare, append."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from adapters.ahead import ahead
from adapters.importers import Opened, open_file
from adapters.importers.tidy_parquet import read_series
from adapters.reading_sorter import Judged, ReadingSorter
from data.queries import consumption
from data.readings import Batch, ReadingsStore
from data.store.batches import distinct, key_of, newest
from domain import calendar
from domain.energy.quality import Quality
from domain.ingest import duplicates, rounding
from domain.ingest.options import IngestOptions
from domain.ingest.problems import IngestRefusedError, Problem, ProblemLog, refuse
from domain.ingest.units import MILLIDEGREE, source_unit
from services import portal
from services.ingest_judge import Judge
from services.ingest_registers import INTERVALS_S, NewSeries, RegisterBook, new_series
from services.ingest_report import IngestReport, text

Progress = Callable[[float, str], None]  # share of the whole work from 0 to 1, and its stage
LONGEST_DAY_S = 26 * 3600  # no local day is longer
STAGES = {"read": (0.0, 0.6), "check": (0.6, 0.7), "store": (0.7, 1.0)}


def ingest(
    path: str | Path, options: IngestOptions | None = None, *, dry_run: bool = False, progress: Progress | None = None
) -> IngestReport:
    """Read a file into the store of the current portal. With any bad row nothing is stored, unless `keep_good`."""
    path, options = Path(path), options or IngestOptions()
    report, log = IngestReport(path.name, dry_run), ProblemLog()
    try:
        _run(path, options, report, log, progress or (lambda _share, _stage: None))
    except IngestRefusedError as error:
        log.add(error.problem)
        report.is_accepted = False
    report.problems, report.counts, report.refused = log.problems, dict(+log.counts), log.total
    return report


def _run(path: Path, options: IngestOptions, report: IngestReport, log: ProblemLog, progress: Progress) -> None:
    here = portal.current()
    _check_options(options)
    opened = open_file(path, options)
    report.settled = opened.settled
    book = RegisterBook(here.records, options, _known_series(path, opened, options))
    with ReadingSorter() as sorter:
        judge = Judge(opened, options, book, log, here.clock.now())
        for raw in ahead(opened.blocks(log)):
            sorter.add(judge.block(raw))
            report.rows += raw.rows
            report.readings += len(raw)
            report.missing += raw.empty
            progress(_share("read", raw.done), "read")
        if report.rows == 0 and log.total == 0:
            raise refuse("no_rows", value=path.name)
        sorter.add(judge.folds())
        report.ignored, report.registers = judge.ignored, len(book.targets)
        report.settled |= {"time zone": ", ".join(sorted({t.zone_name for t in book.targets}))} if book.targets else {}
        first_s = _check(sorter, book, judge, report, log, progress)
        report.is_accepted = log.total == 0 or options.keep_good
        if report.is_accepted:
            _store(sorter, book, judge.scales(), report, first_s, progress)


def _check_options(options: IngestOptions) -> None:
    if options.zone:
        try:
            calendar.zone(options.zone)
        except (KeyError, ValueError):
            raise refuse("zone_unknown", value=options.zone, column=options.zone) from None
    if options.interval_s and options.interval_s not in INTERVALS_S:
        raise refuse("interval_unknown", value=str(options.interval_s))


def _share(stage: str, done: float) -> float:
    low, high = STAGES[stage]
    return low + (high - low) * done


def _known_series(path: Path, opened: Opened, options: IngestOptions) -> dict[str, NewSeries]:
    """What the file (or the `series.parquet` beside it) says about series nobody knows yet."""
    if not options.create_site:
        return {}
    known = {}
    if opened.importer == "tidy_parquet":
        for row in read_series(path.parent):
            interval_s = options.interval_s or int(str(row["interval_min"])) * 60
            known[str(row["series_id"])] = new_series(str(row["unit"]), str(row["tz"]), interval_s)
    unit = opened.units.get("") or next(iter(opened.units.values()), "")
    if source_unit(unit) is not None:
        known.setdefault("", new_series(unit, options.zone or "", opened.interval_s or 0))
    return known


def _check(
    sorter: ReadingSorter, book: RegisterBook, judge: Judge, report: IngestReport, log: ProblemLog, progress: Progress
) -> dict[int, int]:
    """Contradicting rows and a wrong interval, seen once the readings are in order; first start of each slot."""
    first_s: dict[int, int] = {}
    seen, total = 0, max(1, report.readings)
    low, high = None, None
    for rows in _whole_days(sorter, book):
        found = duplicates.find((rows.slot, rows.start_s), (rows.amount, rows.quality))
        report.repeated += found.repeated
        for one, other in found.contradictions:
            _log_contradiction(rows.pick(np.array([one, other])), book, judge.value_column, log)
        log.add_count("contradiction", max(0, found.contradicting_rows - 2 * len(found.contradictions)))
        judge.check_interval(rows)
        for place in np.flatnonzero(np.concatenate(([True], rows.slot[1:] != rows.slot[:-1]))).tolist():
            first_s.setdefault(int(rows.slot[place]), int(rows.start_s[place]))
        low = min(int(rows.start_s.min()), low if low is not None else 2**62)
        high = max(int(rows.start_s.max()), high if high is not None else -(2**62))
        seen += len(rows)
        progress(_share("check", seen / total), "check")
    report.first_utc = None if low is None else datetime.fromtimestamp(low, UTC)
    report.last_utc = None if high is None else datetime.fromtimestamp(high, UTC)
    return first_s


def _log_contradiction(pair: Judged, book: RegisterBook, column: str, log: ProblemLog) -> None:
    name = book.targets[int(pair.slot[0])].name
    at = datetime.fromtimestamp(int(pair.start_s[0]), UTC).strftime("%Y-%m-%dT%H:%MZ")
    first, second = sorted(pair.line.tolist())
    params: dict[str, object] = {"other_line": first, "series": name, "rows": 2}
    log.add(Problem("contradiction", second, column or name, at, params), times=2)


def _whole_days(sorter: ReadingSorter, book: RegisterBook) -> Iterator[Judged]:
    """Batches in order that never cut a local day of a register: the day rule needs the day as a whole."""
    held: list[Judged] = []
    for batch in sorter.batches():
        cut = _last_day_begins(batch, book)
        if cut == 0:
            held.append(batch)
            continue
        yield Judged.join([*held, batch.pick(slice(0, cut))]) if held else batch.pick(slice(0, cut))
        held = [batch.pick(slice(cut, None))]
    if held:
        yield Judged.join(held) if len(held) > 1 else held[0]


def _last_day_begins(batch: Judged, book: RegisterBook) -> int:
    """Where the last local day of the last register begins in the batch."""
    near = int(np.searchsorted(batch.slot, batch.slot[-1]))
    near += int(np.searchsorted(batch.start_s[near:], batch.start_s[-1] - LONGEST_DAY_S))
    day = _local_day(batch.pick(slice(near, None)), book)
    return near + int(np.searchsorted(day, day[-1]))


def _local_day(rows: Judged, book: RegisterBook) -> npt.NDArray[np.int64]:
    zones = [target.zone_name for target in book.targets]
    first = zones[int(rows.slot[0])]
    if all(name == first for name in zones):
        return calendar.local_labels(rows.start_s.astype("datetime64[s]"), first)[0].astype(np.int64)
    day = np.zeros(len(rows), dtype=np.int64)
    zone_of_slot = np.array([zones.index(name) for name in zones])[rows.slot]
    for index in np.unique(zone_of_slot):
        part = zone_of_slot == index
        starts = rows.start_s[part].astype("datetime64[s]")
        day[part] = calendar.local_labels(starts, zones[index])[0].astype(np.int64)
    return day


def _store(
    sorter: ReadingSorter,
    book: RegisterBook,
    scales: npt.NDArray[np.int64],
    report: IngestReport,
    first_s: dict[int, int],
    progress: Progress,
) -> None:
    here = portal.current()
    known_at = here.clock.now()
    report.new_sites = sum(t.register_id == 0 for slot, t in enumerate(book.targets) if slot in first_s)
    if not report.dry_run:
        starts = {slot: datetime.fromtimestamp(start, UTC) for slot, start in first_s.items()}
        book.make_sites(starts, f"ingest of {report.path}")
        here.readings.declare(book.series())
    # Registers that held something before: only they can be unchanged or corrected.
    held = frozenset(consumption.extent(here.readings, [t.register_id for t in book.targets if t.register_id]))
    done, total = 0, max(1, report.readings)
    batches = (
        (len(rows), _changes(_batch(rows, book, scales), held, here.readings, report))
        for rows in _whole_days(sorter, book)
    )
    for count, batch in ahead(batches):
        if len(batch.register_id) and not report.dry_run:
            here.readings.append(batch, known_at=known_at)
        done += count
        progress(_share("store", done / total), "store")


def _batch(rows: Judged, book: RegisterBook, scales: npt.NDArray[np.int64]) -> Batch:
    """Whole units by the day rule; contradicted and repeated rows left out."""
    found = duplicates.find((rows.slot, rows.start_s), (rows.amount, rows.quality))
    rows = rows if found.keep.all() else rows.pick(found.keep)
    ids = np.array([target.register_id for target in book.targets], dtype=np.int64)
    energy = _whole_units(rows, book, scales[rows.slot])
    return Batch(ids[rows.slot], rows.start_s.astype("datetime64[s]"), energy, rows.quality)


def _whole_units(rows: Judged, book: RegisterBook, scale: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    whole, rest = np.divmod(rows.amount, scale)
    if len(rows) == 0 or not rest.any():
        return whole  # nothing is finer than the unit, so there is no remainder to carry
    day = _local_day(rows, book)
    is_new = np.ones(len(rows), dtype=bool)
    is_new[1:] = (rows.slot[1:] != rows.slot[:-1]) | (day[1:] != day[:-1])
    is_single = np.array([target.unit == MILLIDEGREE for target in book.targets])[rows.slot]  # a mean has no day's sum
    return rounding.round_days(rows.amount, scale, is_new | is_single)


def _changes(batch: Batch, held_before: frozenset[int], store: ReadingsStore, report: IngestReport) -> Batch:
    """Only what the store does not say already; another value for a known interval is marked as corrected."""
    ids = sorted(held_before & set(distinct(batch.register_id).tolist()))
    start_s = batch.start_utc.astype(np.int64)
    if not ids:
        report.stored += len(start_s)
        return batch
    held = newest(store.find(ids, int(start_s.min()), int(start_s.max()) + 1).rows)
    if len(held) == 0:
        report.stored += len(start_s)
        return batch
    ours, theirs = key_of(batch.register_id, start_s), key_of(held.register_id, held.start_s)
    place = np.minimum(np.searchsorted(theirs, ours), len(theirs) - 1)
    is_known = theirs[place] == ours
    differs = held.energy_wh[place] != batch.energy_wh
    # A corrected reading stays corrected when the file that corrected it is read again as "measured".
    same_quality = (held.quality[place] == batch.quality) | (held.quality[place] == Quality.CORRECTED)
    unchanged, corrected = is_known & ~differs & same_quality, is_known & differs
    quality = np.where(corrected & (batch.quality == Quality.MEASURED), np.uint8(Quality.CORRECTED), batch.quality)
    report.unchanged += int(unchanged.sum())
    report.corrected += int((is_known & ~unchanged).sum())
    report.stored += int((~is_known).sum())
    keep = ~unchanged
    return Batch(batch.register_id[keep], batch.start_utc[keep], batch.energy_wh[keep], quality[keep].astype(np.uint8))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything that can be found out can also be said."""
    parser.add_argument("path", help="Parquet (series_id, ts_utc, value[, quality]) or CSV, wide or long")
    parser.add_argument("--dry-run", action="store_true", help="report only, store nothing")
    parser.add_argument("--keep-good", action="store_true", help="store the good rows of a file with bad ones")
    parser.add_argument("--create-site", action="store_true", help="make a site for each series nobody knows")
    parser.add_argument(
        "--register",
        action="append",
        default=[],
        metavar="NAME=REGISTER",
        help="which register a series or column is; REGISTER alone for the only one",
    )
    parser.add_argument("--ignore", action="append", default=[], metavar="NAME", help="a series or column not to read")
    parser.add_argument("--zone", help="clock of the file, such as Europe/Berlin; otherwise the site's")
    parser.add_argument("--unit", help="Wh, kWh, MWh, W, kW or degC")
    parser.add_argument("--interval", type=int, metavar="MINUTES", help="5, 10, 15, 30, 60 or 1440")
    parser.add_argument("--delimiter", help="such as ';' ('tab' for a tabulator)")
    parser.add_argument("--decimal", choices=[".", ","])
    parser.add_argument("--encoding", help="such as cp1252; otherwise UTF-8")
    parser.add_argument("--layout", choices=["wide", "long"])
    parser.add_argument("--label", choices=["start", "end"], help="what a time names; otherwise the start")
    parser.add_argument("--date-order", choices=["ymd", "dmy", "mdy"])
    parser.add_argument("--skip", type=int, default=0, metavar="LINES", help="lines before the header")
    parser.add_argument("--no-rollup", action="store_true", help="leave the roll-ups to the worker")


def options_of(arguments: argparse.Namespace) -> IngestOptions:
    """`--register bezug=reg-1` names one; `--register reg-1` is the only series of a file without names."""
    pairs = [pair.rpartition("=") for item in arguments.register for pair in item.split(",")]
    return IngestOptions(
        delimiter="\t" if arguments.delimiter == "tab" else arguments.delimiter,
        decimal=arguments.decimal,
        encoding=arguments.encoding,
        layout=arguments.layout,
        label=arguments.label,
        zone=arguments.zone,
        unit=arguments.unit,
        interval_s=arguments.interval * 60 if arguments.interval else None,
        date_order=arguments.date_order,
        skip_lines=arguments.skip,
        registers={name: register for name, _, register in pairs},
        ignore=frozenset(arguments.ignore),
        keep_good=arguments.keep_good,
        create_site=arguments.create_site,
    )


def command(arguments: argparse.Namespace, here: portal.Portal) -> int:
    """`python -m cli ingest PATH`: 0 when stored, 1 when refused, 2 when some rows were left out."""
    from tqdm import tqdm

    portal.use(here)
    options = options_of(arguments)
    with tqdm(
        total=100, unit="%", bar_format="{desc:<6} {percentage:3.0f}%|{bar}| {elapsed}", disable=not sys.stderr.isatty()
    ) as bar:

        def progress(share: float, stage: str) -> None:
            bar.set_description_str(stage, refresh=False)
            bar.update(share * 100 - bar.n)

        report = ingest(arguments.path, options, dry_run=arguments.dry_run, progress=progress)
    print(text(report))
    if report.stored + report.corrected and not report.dry_run and not arguments.no_rollup:
        from services.rollups import roll_up

        print(f"  {roll_up(here):,} register-days of roll-ups recomputed")
    if not report.is_accepted:
        return 1
    return 2 if report.refused else 0
