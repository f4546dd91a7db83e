"""How a file is written, seen from its lines."""

from __future__ import annotations

import pytest

from domain.ingest.detect import dialect
from domain.ingest.options import IngestOptions
from domain.ingest.problems import IngestRefusedError


def seen(text, **options):
    return dialect(text.splitlines(), IngestOptions(**options), "utf-8")


def refused(text, **options):
    with pytest.raises(IngestRefusedError) as caught:
        seen(text, **options)
    return caught.value.problem.code


def test_a_german_wide_file():
    found = seen("Datum;Bezug [kWh];Lieferung [kWh]\n13.01.2026 00:00;0,25;1\n13.01.2026 00:15;1,5;0\n")
    assert (found.layout, found.delimiter, found.decimal, found.date_order, found.label) == (
        "wide",
        ";",
        ",",
        "dmy",
        "start",
    )
    assert found.units == {"Bezug": "kWh", "Lieferung": "kWh"}
    assert found.interval_s == 900
    assert found.columns.registers == (1, 2)


def test_a_long_file_in_utc():
    found = seen("series_id,ts_utc,value,quality,unit\na,2026-01-01T00:00Z,1.5,A,kWh\na,2026-01-01T01:00Z,1.5,A,kWh\n")
    assert (found.layout, found.delimiter, found.decimal, found.is_utc, found.interval_s) == (
        "long",
        ",",
        ".",
        True,
        3600,
    )
    columns = found.columns
    assert (columns.series, columns.time, columns.value, columns.quality, columns.unit) == (0, 1, 2, 3, 4)


def test_end_labels_and_power_by_their_names():
    found = seen("bis;Leistung_kW\n01.02.2026 00:15;1,5\n")
    assert (found.label, found.layout, found.units) == ("end", "wide", {"Leistung_kW": "kW"})


def test_utc_wins_where_both_clocks_are_given():
    found = seen("start_local,start_utc,kWh\n2026-01-01T01:00,2026-01-01T00:00,1\n")
    assert found.columns.names[found.columns.time] == "start_utc"
    assert (found.is_utc, found.layout) == (True, "long")


def test_date_and_time_of_day_apart():
    found = seen("Datum\tUhrzeit\tkWh\n01.02.2026\t00:15\t1,5\n")
    assert (found.columns.time, found.columns.clock, found.columns.value, found.delimiter) == (0, 1, 2, "\t")


def test_american_dates_once_a_day_is_past_the_twelfth():
    assert seen("date;kWh\n01/02/2026 00:00;1\n01/13/2026 00:00;1\n").date_order == "mdy"


def test_what_is_said_wins():
    found = seen(
        "time;kWh\n01/02/2026 00:00;1\n", date_order="mdy", decimal=",", label="end", unit="Wh", interval_s=300
    )
    assert (found.date_order, found.decimal, found.label, found.units, found.interval_s) == (
        "mdy",
        ",",
        "end",
        {"": "Wh"},
        300,
    )


def test_lines_before_the_header_are_passed_over():
    found = seen("Kunde: Muster\nZeitraum: 2026\ntime;kWh\n2026-01-01 00:00;1\n", skip_lines=2)
    assert found.header_line == 3


def test_a_column_that_is_empty_so_far_is_a_register_too():
    found = seen("time;roof;car\n2026-01-01 00:00;1;\n2026-01-01 01:00;2;\n", layout="wide", unit="kWh")
    assert found.columns.registers == (1, 2)


def test_refusals_say_what_is_missing():
    assert refused("") == "empty_file"
    assert refused("time;kWh\n") == "no_rows"
    assert refused("time\n2026-01-01\n") == "delimiter_unknown"
    assert refused("a;2026\nb;2027\n") == "no_header"
    assert refused("colour;kWh\nred;1\n") == "columns_missing"
    assert refused("time;name\n2026-01-01;x\n") == "layout_unknown"
    assert refused("time;name\n2026-01-01;x\n", layout="long") == "columns_missing"
    assert refused("time;import;export\n2026-01-01;1;2\n") == "unit_unknown"
    assert refused("time;value\n2026-01-01;1\n") == "unit_unknown"
    assert refused("time;kWh\n2026-01-01;1\n", unit="parsec") == "unit_unfit"
    assert refused("time;kWh\nnoon;1\n") == "time_unknown"
    assert refused("time;kWh\n01/02/2026 00:00;1\n") == "date_order_unknown"


def test_the_interval_of_a_file_ordered_by_time():
    # Every series appears once in the first lines and once, a year later, in the last ones.
    head = "".join(f"s{n},2026-01-01T00:{15 * (n % 2):02d}Z,1\n" for n in range(4))
    found = seen("series,time,kWh\n" + head + "s0,2026-12-31T00:00Z,1\ns1,2026-12-31T00:15Z,1\n")
    assert found.interval_s == 900


def test_a_stamp_that_cannot_be_read_does_not_hide_the_interval():
    assert seen("time;kWh\n2026-01-01 00:00;1\nlater;1\n2026-01-01 00:15;1\n").interval_s == 900


def test_a_sign_that_splits_the_header_but_not_the_rows_is_no_delimiter():
    found = seen("time;kWh, net\n2026-01-01 00:00;1\n2026-01-01 00:15;1\n", unit="kWh")
    assert (found.delimiter, found.columns.names) == (";", ("time", "kWh, net"))
