"""Files that are not what they seem: each is refused with what it is and what to do, or read as it was meant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services.ingest import ingest
from services.ingest_report import sentence, text

ROW = "home-import;2026-03-01 00:00;0,25\n"
STAMPS = pa.array([datetime(2026, 3, 1, 0, minute, tzinfo=UTC) for minute in (0, 15)], pa.timestamp("ms", "UTC"))
NAMES = ["home-import", "home-import"]


def problem_of(path):
    (problem,) = ingest(path).problems
    return problem


@pytest.mark.parametrize(
    ("content", "code", "line", "remedy"),
    [
        (b"PK\x03\x04 a workbook", "not_text", 0, "save it as CSV"),
        (b"%PDF-1.7 a bill", "not_text", 0, "save it as CSV"),
        (b"\x1f\x8b packed", "not_text", 0, "unpacked"),
        (("series;time;kWh\n" + ROW).encode("utf-16"), "not_utf8", 1, "--encoding utf-16"),
        (
            ("series;time;kWh\n" + ROW + "home-import;2026-03-01 00:15;\0\n").encode(),
            "zero_byte",
            3,
            "ask for the export",
        ),
        (("series;time;kWh\r" + ROW.replace("\n", "\r") * 2).encode(), "line_ends", 1, "line ends of Windows or Unix"),
        (b"foo;bar;baz\na;b;1\n", "columns_missing", 1, "name the columns series, time and value"),
        (b"series;time;kWh\nhome-import;1772323200;0,25\n", "time_unknown", 0, "2026-03-01 00:15"),
        (b"series;time\nhome-import;2026-03-01 00:00\n", "layout_unknown", 1, "add the column of values"),
        (b"home-import;2026-03-01 00:00;0,25\n" * 2, "no_header", 1, "add a header line"),
        (b"<!DOCTYPE html>\n<p>Please sign in</p>\n", "delimiter_unknown", 1, "--delimiter"),
        (b"\n\n", "empty_file", 0, "ask for the export again"),
    ],
)
def test_text_that_is_something_else(world, write, content, code, line, remedy):
    problem = problem_of(write(content))
    assert (problem.code, problem.line) == (code, line)
    assert remedy in sentence(problem).partition(" -> ")[2]
    assert world.readings.version == 0


def test_a_folder_is_not_a_missing_file(world, tmp_path):
    assert problem_of(tmp_path).code == "is_folder"


def test_a_file_that_vanishes_while_it_is_opened(world, write, monkeypatch):
    path = write("series;time;kWh\n" + ROW)
    monkeypatch.setattr(Path, "open", lambda self, *_args, **_kwargs: (_ for _ in ()).throw(FileNotFoundError(2, "No such file or directory")))  # fmt: skip
    problem = problem_of(path)
    assert (problem.code, problem.params["reason"]) == ("unreadable", "no such file or directory")


def test_a_file_that_vanishes_while_it_is_read(world, write, monkeypatch):
    from adapters.importers import csv_table

    def fail(*_args):
        raise OSError(5, "Input/output error")
        yield

    path = write("series;time;kWh\n" + ROW)
    monkeypatch.setattr(csv_table, "text_blocks", fail)
    assert problem_of(path).code == "unreadable"
    assert world.readings.version == 0


@pytest.mark.parametrize(
    ("columns", "code", "line", "column"),
    [
        ({"series_id": NAMES, "ts_utc": STAMPS}, "columns_missing", 0, "value"),
        ({"series_id": NAMES, "ts_utc": ["2026-03-01", "x"], "value": [0.25, 0.5]}, "column_type", 0, "ts_utc"),
        ({"series_id": NAMES, "ts_utc": STAMPS, "value": ["0.25", "x"]}, "column_type", 0, "value"),
        ({"series_id": NAMES, "ts_utc": STAMPS, "value": [0.25, float("inf")]}, "bad_number", 2, "value"),
        ({"series_id": NAMES, "ts_utc": STAMPS, "value": [0.25, -0.5]}, "negative", 2, "value"),
        (
            {"series_id": ["home-import", None], "ts_utc": STAMPS, "value": [0.25, 0.5]},
            "missing_series",
            2,
            "series_id",
        ),
        (
            {"series_id": NAMES, "ts_utc": STAMPS, "value": [0.25, 0.5], "quality": ["A", "?"]},
            "unknown_quality",
            2,
            "quality",
        ),
    ],
)
def test_parquet_with_wrong_columns_or_rows(world, tmp_path, stored, columns, code, line, column):
    path = tmp_path / "readings.parquet"
    pq.write_table(pa.table(columns), path)
    problem = problem_of(path)
    assert (problem.code, problem.line, problem.column) == (code, line, column)
    assert "ts_utc" in sentence(problem) or line or column == "value"
    assert stored("home-import") == {}


def test_parquet_without_rows_and_cut_short(world, tmp_path):
    path = tmp_path / "readings.parquet"
    pq.write_table(pa.table({"series_id": NAMES, "ts_utc": STAMPS, "value": [0.25, 0.5]}), path)
    path.write_bytes(path.read_bytes()[:200])
    assert problem_of(path).code == "damaged_file"
    pq.write_table(pa.table({"series_id": NAMES[:0], "ts_utc": STAMPS[:0], "value": pa.array([], pa.float64())}), path)
    assert problem_of(path).code == "no_rows"


def test_not_a_number_is_a_gap_and_whole_numbers_are_numbers(world, tmp_path, stored):
    path = tmp_path / "readings.parquet"
    pq.write_table(pa.table({"series_id": NAMES, "ts_utc": STAMPS, "value": [0.25, float("nan")]}), path)
    report = ingest(path)
    assert (report.stored, report.missing, report.problems) == (1, 1, ())
    pq.write_table(pa.table({"series_id": NAMES, "ts_utc": STAMPS, "value": [0, 2]}), path)
    ingest(path)
    assert stored("home-import") == {"2026-03-01T00:00": (0, 3), "2026-03-01T00:15": (2000, 0)}  # 3: corrected


def test_mark_quotes_blanks_and_windows_line_ends_are_read(world, write, stored):
    plain = "series;time;kWh\n" + ROW
    for number, content in enumerate((
        b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode(),
        b'"series";"time";"kWh"\n"home-import";"2026-03-01 00:00";"0,25"\n',
        b"series ; time ; kWh \n home-import ; 2026-03-01 00:00 ; 0,25 \n",
        plain.rstrip("\n").encode(),
    )):  # fmt: skip
        report = ingest(write(content, f"{number}.csv"))
        assert (report.problems, report.stored + report.unchanged) == ((), 1)
    assert stored("home-import") == {"2026-02-28T23:00": (250, 0)}


def test_the_counts_of_a_report_add_up(world, write):
    # Two rows contradict each other and two name a stranger: four refused rows, all of them in the two sentences.
    rows = ROW + "home-import;2026-03-01 00:00;0,5\n" + "nobody;2026-03-01 00:00;1\nnobody;2026-03-01 00:15;1\n"
    report = ingest(write("series;time;kWh\n" + rows))
    assert (report.refused, len(report.problems)) == (4, 2)
    assert "more:" not in text(report)
