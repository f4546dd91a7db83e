"""What an ingest did, as a value and as the text an operator reads: every problem with line, column and remedy."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from datetime import datetime

from domain.ingest.problems import Problem


@dataclass
class IngestReport:
    """What a file held and what became of it; counted in readings (rows times registers in a wide file)."""

    path: str
    dry_run: bool = False
    is_accepted: bool = False
    settled: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    readings: int = 0
    missing: int = 0
    ignored: int = 0
    repeated: int = 0
    stored: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0
    registers: int = 0
    new_sites: int = 0
    problems: tuple[Problem, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    first_utc: datetime | None = None
    last_utc: datetime | None = None


# What happened, and what to do about it. Placeholders are the problem's value and params.
SENTENCES: dict[str, tuple[str, str]] = {
    "file_missing": ("there is no file {value}", "check the path"),
    "is_folder": ("{value} is a folder", "name each of its files, such as {value}/readings.csv"),
    "unreadable": ("{value} cannot be read any more ({reason})", "check that it is still there and readable, and start again"),
    "not_text": ("{value} is {kind}, not a text file", "save it as CSV (UTF-8), unpacked, and ingest that"),
    "empty_file": ("the file has no content", "ask for the export again; a file of 0 bytes is a broken transfer"),
    "no_rows": ("there is a header but no row", "ask for the export again, or remove --skip"),
    "not_utf8": (
        "byte {value} at offset {offset} is not UTF-8",
        "say how the file is written, such as --encoding {guess}, or save it as UTF-8",
    ),
    "zero_byte": (
        "there is a zero byte at offset {offset}",
        "ask for the export again: the transfer broke, or it is no text; for UTF-16 say --encoding utf-16",
    ),
    "line_ends": ("its lines end in CR alone", "save it with the line ends of Windows or Unix"),
    "unknown_encoding": ("{value!r} is not a known encoding", "use a name such as utf-8, cp1252 or utf-16"),
    "no_header": ("the first line holds numbers, not names: {value}", "add a header line, or pass over lines with --skip N"),
    "layout_unknown": ("no column of numbers was found among: {value}", "add the column of values; or say --layout wide or --layout long"),
    "delimiter_unknown": ("no sign splits the rows into columns: {value}", "say it with --delimiter ';'"),
    "columns_missing": (
        "no {column} column among: {value}",
        "name the columns {wanted}",
    ),
    "column_type": ("the column holds {value}", "write it as {wanted}"),
    "time_unknown": (
        "{value!r} is no time that can be read",
        "write times as 2026-03-01 00:15 or 01.03.2026 00:15, with or without an offset such as +01:00",
    ),
    "date_order_unknown": ("{value!r} can be read in two ways", "say --date-order dmy, mdy or ymd"),
    "unit_unknown": ("the unit of {column!r} is not in the file", "say it with --unit Wh, kWh, MWh, W, kW or degC"),
    "unit_unfit": ("the unit of {series!r} does not fit its register, or is none ({value})", "say the right one with --unit"),
    "zone_unknown": ("no time zone is known for {column!r}", "say it with --zone, such as --zone Europe/Berlin"),
    "interval_unknown": (
        "the interval of {column!r} could not be seen ({value} s)",
        "say it with --interval MINUTES: 5, 10, 15, 30, 60 or 1440",
    ),
    "interval_differs": (
        "{column!r} has a value every {found_min} minutes, its register one every {expected_min}",
        "check --register, or set the register's interval",
    ),
    "unknown_register": (
        "no register is known as {value!r} ({rows} readings)",
        "use --register {quoted}=REGISTER{known_hint}, --ignore {quoted}, or --create-site",
    ),
    "register_needed": ("the file does not name its series ({rows} readings)", "use --register REGISTER{known_hint}"),
    "register_shared": ("{column!r} means more than one register: {ids}", "choose one with --register {column}=ID"),
    "damaged_file": ("the file is damaged", "ask for the export again"),
    "broken_row": ("{found} columns instead of {expected}: {value}", "mend the row, or leave it out with --keep-good"),
    "bad_time": ("{value!r} is no time of the file's form", "mend it, or say --date-order"),
    "gap_time": (
        "{value} does not exist: clocks were put forward",
        "export with UTC offsets, or say the clock of the file, such as --zone UTC",
    ),
    "fold_time": (
        "{value} comes twice that night and the file does not say which it is",
        "export with UTC offsets, or with both hours of the night in order",
    ),
    "far_time": ("{value} is before 1990 or still to come", "mend the date, or say its order with --date-order"),
    "off_grid": ("{value} is not the start of an interval", "check --label start or end, and the register's interval"),
    "bad_number": ("{value!r} is no number", "mend it, or leave it out with --keep-good"),
    "wrong_decimal": (
        "{value!r} has another decimal sign than the file, or thousands are grouped",
        "write it like the others, or say --decimal for the whole file",
    ),
    "negative": (
        "{value} is negative",
        "send export as positive values of its own register, or leave it out with --keep-good",
    ),
    "too_large": ("{value} is more than 1 GWh in one interval", "check --unit"),
    "unknown_unit": ("unit {value!r} is not known", "use Wh, kWh, MWh, W, kW or degC"),
    "unknown_quality": ("quality {value!r} is not known", "use A, I, E, S, P, measured, estimated, customer, corrected or suspect"),
    "contradiction": (
        "line {other_line} says another value for {series} at {value}",
        "keep the right one of the two; with --keep-good both are left out",
    ),
    "missing_series": ("the series has no name", "fill it in, or leave the row out with --keep-good"),
}  # fmt: skip


def sentence(problem: Problem) -> str:
    """`line 7, column kWh: '1,5' has another decimal sign ... -> write it like the others ...`"""
    what, remedy = SENTENCES[problem.code]
    known = problem.params.get("known")
    filled = {
        "value": problem.value,
        "quoted": shlex.quote(problem.value),
        "column": problem.column,
        "guess": "cp1252",
        "wanted": "series, time and value (long), or time and one per register (wide)",
        "series": problem.column,
        "known_hint": f" (known: {known})" if known else "",
        **problem.params,
    }
    place = ", ".join(part for part in (_line(problem), f"column {problem.column}" if problem.column else "") if part)
    return f"{place or 'file'}: {what.format(**filled)} -> {remedy.format(**filled)}"


def _line(problem: Problem) -> str:
    return f"line {problem.line}" if problem.line else ""


def text(report: IngestReport) -> str:
    """The report as lines for a terminal."""
    lines = [f"{report.path}: {_outcome(report)}"]
    if report.settled:
        lines.append("  read as: " + ", ".join(f"{name} {value}" for name, value in report.settled.items()))
    if report.first_utc and report.last_utc:
        span = f"{report.first_utc:%Y-%m-%d %H:%M} to {report.last_utc:%Y-%m-%d %H:%M} UTC"
        lines.append(f"  {report.rows:,} rows, {report.readings:,} readings of {report.registers:,} registers, {span}")
    lines += [f"  {label}: {count:,}" for label, count in _counts(report) if count]
    lines += [f"  {sentence(problem)}" for problem in report.problems]
    hidden = sum(report.counts.values()) - sum(problem.rows for problem in report.problems)
    if hidden > 0:
        lines.append(f"  ... and {hidden:,} more: " + ", ".join(f"{code} {n:,}" for code, n in report.counts.items()))
    return "\n".join(lines)


def _outcome(report: IngestReport) -> str:
    if not report.is_accepted:
        return "refused, nothing was stored"
    if report.dry_run:
        return "dry run, nothing was stored"
    if not report.stored + report.corrected and not report.refused:
        return "all of it was known already, nothing changed"
    return "stored, without the refused readings" if report.refused else "stored"


def _counts(report: IngestReport) -> list[tuple[str, int]]:
    would = "would be " if report.dry_run and report.is_accepted else ""
    return [
        (f"{would}new", report.stored),
        (f"{would}corrected", report.corrected),
        ("unchanged", report.unchanged),
        ("repeated rows, counted once", report.repeated),
        ("missing values, left as gaps", report.missing),
        ("ignored", report.ignored),
        (f"sites {would}made", report.new_sites),
        ("refused", report.refused),
    ]
