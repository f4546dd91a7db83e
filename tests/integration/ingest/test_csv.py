"""CSV files as people send them, into a real store."""

from __future__ import annotations

from domain.energy.quality import Quality
from domain.ingest.options import IngestOptions
from services.ingest import ingest
from services.ingest_report import text


def test_long_file_in_utc(world, write, stored):
    path = write("series,time,value_kwh\nhome-import,2026-03-01T00:00Z,0.25\nhome-import,2026-03-01T00:15Z,0.5\n")
    report = ingest(path)
    assert (report.is_accepted, report.stored, report.problems) == (True, 2, ())
    assert stored("home-import") == {"2026-03-01T00:00": (250, 0), "2026-03-01T00:15": (500, 0)}


def test_german_wide_file_with_local_times(world, write, stored):
    # 00:00 in Berlin in January is 23:00 UTC of the day before; an empty cell is a gap, never a zero.
    path = write(
        "\ufeffDatum;home-import [kWh];home-export [kWh]\n01.01.2026 00:00;0,25;0\n01.01.2026 00:15;1,125;\n",
        encoding="utf-8",
    )
    report = ingest(path)
    assert report.problems == ()
    assert (report.stored, report.missing) == (3, 1)
    assert stored("home-import") == {"2025-12-31T23:00": (250, 0), "2025-12-31T23:15": (1125, 0)}
    assert stored("home-export") == {"2025-12-31T23:00": (0, 0)}


def test_reading_the_same_file_again_changes_nothing(world, write):
    path = write("series,time,kWh\nhome-import,2026-03-01T00:00Z,0.25\n")
    ingest(path)
    version = world.readings.version
    report = ingest(path)
    assert (report.stored, report.corrected, report.unchanged) == (0, 0, 1)
    assert world.readings.version == version
    assert "known already, nothing changed" in text(report)


def test_another_value_is_a_correction_and_stays_one(world, write, stored):
    ingest(write("series,time,kWh\nhome-import,2026-03-01T00:00Z,0.25\n"))
    second = write("series,time,kWh\nhome-import,2026-03-01T00:00Z,0.26\n", "second.csv")
    assert ingest(second).corrected == 1
    assert stored("home-import") == {"2026-03-01T00:00": (260, Quality.CORRECTED)}
    assert ingest(second).unchanged == 1


def test_a_dry_run_stores_nothing(world, write, stored):
    report = ingest(write("series,time,kWh\nhome-import,2026-03-01T00:00Z,0.25\n"), dry_run=True)
    assert (report.is_accepted, report.stored) == (True, 1)
    assert stored("home-import") == {}


def test_mean_power_and_end_labels(world, write, stored):
    # 1,000 W for a quarter of an hour is 250 Wh; the label 00:15 is the end of the interval that began at 00:00.
    path = write("series,end_utc,value,unit\nhome-import,2026-03-01 00:15,1000,W\nhome-import,2026-03-01 00:30,2,kW\n")
    assert ingest(path).problems == ()
    assert stored("home-import") == {"2026-03-01T00:00": (250, 0), "2026-03-01T00:15": (500, 0)}


def test_both_hours_of_the_autumn_night_in_order(world, write, stored):
    # 02:00 comes twice on 25 October 2026: first 00:00 UTC (summer time), then 01:00 UTC.
    rows = "".join(f"home-hourly,2026-10-25 {hour}:00,{n}\n" for n, hour in enumerate(["01", "02", "02", "03"], 1))
    report = ingest(write("series,time,kWh\n" + rows))
    assert report.problems == ()
    assert stored("home-hourly") == {
        "2026-10-24T23:00": (1000, 0),
        "2026-10-25T00:00": (2000, 0),
        "2026-10-25T01:00": (3000, 0),
        "2026-10-25T02:00": (4000, 0),
    }


def test_temperature_may_be_below_zero(world, write, stored):
    ingest(write("series,time,value,unit\ngarden,2026-01-01T00:00Z,-3.25,degC\n"))
    assert stored("garden") == {"2026-01-01T00:00": (-3250, 0)}


def test_the_day_rule_carries_the_remainder(world, write, stored):
    # 0.4 + 0.4 + 0.4 + 0.3 = 1.5 Wh, half away from zero: 2 Wh. Running sums 0.4, 0.8, 1.2, 1.5 round to 0, 1, 1, 2.
    rows = "".join(f"home-import,2026-03-01T0{h}:00Z,{v}\n" for h, v in enumerate([0.4, 0.4, 0.4, 0.3]))
    ingest(write("series,time,Wh\n" + rows))
    assert [energy for energy, _ in stored("home-import").values()] == [0, 1, 0, 1]


def test_a_file_of_another_encoding_when_said(world, write, stored):
    path = write("Zählpunkt;Zeit;Wert (kWh)\nhome-import;01.03.2026 12:00;0,25\n", encoding="cp1252")
    assert ingest(path, IngestOptions(encoding="cp1252")).problems == ()
    assert stored("home-import") == {"2026-03-01T11:00": (250, 0)}


def test_date_and_clock_in_two_columns(world, write, stored):
    ingest(write("Datum;Uhrzeit;home-import (kWh)\n01.03.2026;12:00;0,25\n01.03.2026;24:00;0,5\n"))
    assert stored("home-import") == {"2026-03-01T11:00": (250, 0), "2026-03-01T23:00": (500, 0)}


def test_a_name_is_mapped_to_a_register(world, write, stored):
    path = write("time;value_kwh\n2026-03-01T00:00Z;0,25\n")
    report = ingest(path, IngestOptions(registers={"": "home-import"}))
    assert report.problems == ()
    assert stored("home-import") == {"2026-03-01T00:00": (250, 0)}


def test_quarter_hours_at_five_hours_forty_five(world, write, stored):
    # Midnight in Kathmandu is 18:15 UTC of the day before.
    ingest(write("series,time,kWh\nkathmandu,2026-03-02 00:00,0.1\n"))
    assert stored("kathmandu") == {"2026-03-01T18:15": (100, 0)}


def test_unknown_series_get_a_site_when_asked(world, write, stored):
    path = write("series,time,kWh\nnew-1,2026-03-01 00:00,0.1\nnew-1,2026-03-01 00:30,0.2\n")
    report = ingest(path, IngestOptions(create_site=True, zone="Europe/London"))
    assert (report.problems, report.new_sites) == ((), 1)
    assert stored("new-1") == {"2026-03-01T00:00": (100, 0), "2026-03-01T00:30": (200, 0)}
    assert ingest(path).unchanged == 2
