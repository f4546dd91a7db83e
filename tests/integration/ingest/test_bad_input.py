"""Every way a file can be wrong: line, column and remedy are named, and the store stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.ingest.options import IngestOptions
from services.ingest import ingest
from services.ingest_report import sentence, text

HEAD = "series;time;kWh\n"
GOOD = "home-import;2026-03-01 00:00;0,25\n"
CASES = {  # the bad lines after one good row (line 2): code, line of the first problem, column
    "broken_row": ("home-import;2026-03-01 00:15\n", 3, ""),
    "wrong_decimal": ("home-import;2026-03-01 00:15;0,25\nhome-import;2026-03-01 00:30;0.25\n", 4, "kWh"),
    "bad_number": ("home-import;2026-03-01 00:15;abc\n", 3, "kWh"),
    "bad_time": ("home-import;2026-02-30 00:15;0,25\n", 3, "time"),
    "contradiction": ("home-import;2026-03-01 00:15;0,1\nhome-import;2026-03-01 00:15;0,2\n", 4, "kWh"),
    "gap_time": ("home-import;2026-03-29 02:30;0,25\n", 3, "time"),
    "fold_time": ("home-import;2026-10-25 02:30;0,25\n", 3, "time"),
    "unknown_register": ("home-imporT;2026-03-01 00:15;0,25\n", 3, "series"),
    "negative": ("home-import;2026-03-01 00:15;-0,25\n", 3, "kWh"),
    "off_grid": ("home-import;2026-03-01 00:20;0,25\n", 3, "time"),
    "far_time": ("home-import;2027-03-01 00:15;0,25\n", 3, "time"),
    "too_large": ("home-import;2026-03-01 00:15;2000000\n", 3, "kWh"),
}


def everything(world):
    """All that is on the disk of the store: what the manifest names, and each file's bytes."""
    layout = world.readings.manifest.current_layout()
    named = sorted(segment.name for segment in (*layout.raw, *layout.rollups.values()))
    files = {path.name: path.read_bytes() for path in Path(world.config.store).rglob("*.parquet")}
    return world.readings.version, named, files


@pytest.mark.parametrize("code", CASES)
def test_a_bad_row_refuses_the_file(world, write, stored, code):
    rows, line, column = CASES[code]
    ingest(write("series,time,kWh\nkathmandu,2026-03-01 00:00,0.1\n", "before.csv"))
    before = everything(world)
    report = ingest(write(HEAD + GOOD + rows))
    assert not report.is_accepted
    first = report.problems[0]
    assert (first.code, first.line, first.column) == (code, line, column)
    assert " -> " in sentence(first)
    assert f"line {line}" in text(report)
    assert stored("home-import") == {}
    assert everything(world) == before
    assert ingest(write(HEAD + GOOD + rows), dry_run=True).problems == report.problems
    assert everything(world) == before


@pytest.mark.parametrize("code", CASES)
def test_good_rows_are_kept_when_asked(world, write, stored, code):
    rows, _, _ = CASES[code]
    report = ingest(write(HEAD + GOOD + rows), IngestOptions(keep_good=True))
    assert report.is_accepted
    assert set(report.counts) == {code}
    assert stored("home-import")["2026-02-28T23:00"] == (250, 0)
    assert report.stored == (2 if code == "wrong_decimal" else 1)


def test_equal_rows_count_once(world, write, stored):
    report = ingest(write(HEAD + GOOD + GOOD))
    assert (report.stored, report.repeated, report.problems) == (1, 1, ())


def test_contradicting_rows_name_both_lines(world, write):
    rows = "home-import;2026-03-01 00:15;0,1\n" + GOOD + "home-import;2026-03-01 00:15;0,2\n"
    problem = ingest(write(HEAD + GOOD + rows)).problems[0]
    assert (problem.line, problem.params["other_line"]) == (5, 3)


def test_two_names_of_one_register_may_not_contradict_each_other(world, write, stored):
    rows = GOOD + "M-home-import;2026-03-01 00:00;0,5\n" + "M-home-import;2026-03-01 00:15;0,5\n"
    report = ingest(write(HEAD + rows))
    assert [(p.code, p.line, p.params["other_line"]) for p in report.problems] == [("contradiction", 3, 2)]
    ingest(write(HEAD + rows), IngestOptions(keep_good=True))
    assert stored("home-import") == {"2026-02-28T23:15": (500, 0)}


def test_unknown_register_names_the_ones_that_are_meant(world, write):
    report = ingest(write(HEAD + "home-inport;2026-03-01 00:00;0,25\n"))
    assert "home-import" in str(report.problems[0].params["known"])


def test_file_of_no_bytes(world, write):
    report = ingest(write(b""))
    assert [problem.code for problem in report.problems] == ["empty_file"]
    assert "0 bytes" in text(report)


def test_header_without_rows(world, write):
    assert [problem.code for problem in ingest(write(HEAD)).problems] == ["no_rows"]


def test_file_that_is_not_utf8_names_line_and_offset(world, write):
    # "series;time;kWh\n" is 16 bytes, the good row 34: the ä of latin-1 is byte 50 + 5 on line 3.
    data = (HEAD + GOOD).encode() + b"home-\xe4;2026-03-01 00:15;0,25\n"
    problem = ingest(write(data)).problems[0]
    assert (problem.code, problem.line, problem.params["offset"]) == ("not_utf8", 3, 55)
    assert "--encoding" in sentence(problem)


def test_missing_file(world, tmp_path):
    assert ingest(tmp_path / "none.csv").problems[0].code == "file_missing"


def test_damaged_parquet(world, write):
    assert ingest(write(b"PAR1 and then nothing", "x.parquet")).problems[0].code == "damaged_file"


def test_hourly_values_do_not_fit_a_quarter_hour_register(world, write):
    rows = "".join(f"home-import;2026-03-01 {hour:02d}:00;0,25\n" for hour in range(12))
    problem = ingest(write(HEAD + rows)).problems[0]
    assert (problem.code, problem.params["found_min"], problem.params["expected_min"]) == ("interval_differs", 60, 15)


def test_unit_is_never_guessed(world, write):
    assert ingest(write("series;time;value\nhome-import;2026-03-01 00:00;0,25\n")).problems[0].code == "unit_unknown"


def test_a_zone_that_does_not_exist(world, write):
    assert ingest(write(HEAD + GOOD), IngestOptions(zone="Mars/Olympus")).problems[0].code == "zone_unknown"


def test_ambiguous_date_order(world, write):
    report = ingest(write("series;time;kWh\nhome-import;01/02/2026 00:00;0,25\n"))
    assert report.problems[0].code == "date_order_unknown"


def test_blank_lines_do_not_shift_the_numbers(world, write):
    report = ingest(write(HEAD + GOOD + "\n\n" + "home-import;2026-03-01 00:15;x\n"))
    assert (report.problems[0].code, report.problems[0].line) == ("bad_number", 5)


def test_wide_files_name_the_column_of_the_register(world, write):
    rows = "2026-03-01 00:00;0,25;0\n2026-03-01 00:15;0,25;-1\n2026-03-01 00:30;x;0\n"
    report = ingest(write("time;home-import [kWh];home-export [kWh]\n" + rows))
    assert [(p.code, p.line, p.column) for p in report.problems] == [
        ("negative", 3, "home-export"),
        ("bad_number", 4, "home-import [kWh]"),
    ]


def test_a_nameless_series_asks_for_its_register(world, write):
    problem = ingest(write("time;kWh\n2026-03-01 00:00;0,25\n")).problems[0]
    assert (problem.code, problem.column) == ("register_needed", "kWh")
    assert "--register REGISTER" in sentence(problem)


def test_every_sentence_can_be_said():
    from domain.ingest.problems import Problem
    from services.ingest_report import SENTENCES

    facts = dict.fromkeys(
        (
            "offset",
            "rows",
            "known",
            "ids",
            "found",
            "expected",
            "found_min",
            "expected_min",
            "other_line",
            "reason",
            "kind",
        ),
        1,
    )
    for code in SENTENCES:
        assert " -> " in sentence(Problem(code, 7, "kWh", "x", facts))


def test_quotes_and_windows_line_ends(world, write, stored):
    report = ingest(
        write('time,series,kWh\r\n"2026-03-01T00:00Z","home-import","0.25"\r\n2026-03-01T00:15Z,home-import,0.5\r\n')
    )
    assert (report.problems, len(stored("home-import"))) == ((), 2)


def test_an_open_quote_breaks_one_row_only(world, write, stored):
    rows = 'home-import;"2026-03-01 00:15;0,25\nhome-import;2026-03-01 00:30;0,25\n'
    report = ingest(write(HEAD + GOOD + rows), IngestOptions(keep_good=True))
    assert [(p.code, p.line) for p in report.problems] == [("broken_row", 3)]
    assert len(stored("home-import")) == 2
