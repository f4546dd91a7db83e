"""A damaged segment is made good from the files it came from: ingest them again, then give the segment up."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

import pytest

from data.queries import consumption
from data.queries.registers import registers_named
from data.rollups import rollup
from domain.errors import NotFoundError
from services import store_check
from services.ingest import ingest


def _file(name):
    """A local day of 0.25 kWh a quarter-hour: 96 * 250 Wh = 24,000 Wh."""
    stamps = [f"2026-03-03 {n // 4:02d}:{n % 4 * 15:02d}" for n in range(96)]
    return "series,time,kWh\n" + "".join(f"{name},{stamp},0.25\n" for stamp in stamps)


def _sum(world, name):
    with world.records.reading() as db:
        register = registers_named(db, [name])[0].id
    return int(consumption.days(world.readings, [register], date(2026, 3, 1), date(2026, 3, 10)).energy_wh.sum())


@pytest.fixture
def lost(world, write):
    """Two homes are stored; the segment of the first has vanished from the disk."""
    files = [write(_file(name), f"{name}.csv") for name in ("home-import", "kathmandu")]
    for path in files:
        ingest(path)
    rollup(world.readings)
    segment = min(world.readings.manifest.current_layout().raw, key=lambda s: s.min_register)
    world.readings.files.path(segment.name).unlink()
    return files[0], segment


def test_check_names_segment_registers_days_and_remedy(world, lost, capsys):
    _path, segment = lost
    assert store_check.command(Namespace(sample=None, give_up=None), world) == 1
    said = capsys.readouterr().out
    assert f"missing: {segment.name} registers 1 from 2026-03-02 to 2026-03-03" in said
    assert f"--give-up {segment.name}" in said


def test_ingesting_the_file_again_brings_the_readings_back(world, lost, stored, capsys):
    path, segment = lost
    assert stored("home-import") == {}
    assert len(stored("kathmandu")) == 96
    report = ingest(path)
    assert (report.stored, report.unchanged, report.corrected) == (96, 0, 0)
    assert len(stored("home-import")) == 96
    assert store_check.command(Namespace(sample=None, give_up=segment.name), world) == 0
    assert "registers 1 from 2026-03-02 to 2026-03-03" in capsys.readouterr().out
    assert store_check.check(world.readings) == []
    assert (_sum(world, "home-import"), _sum(world, "kathmandu")) == (24_000, 24_000)


def test_what_is_given_up_without_its_file_is_gone_from_the_sums_too(world, lost):
    _path, segment = lost
    assert _sum(world, "home-import") == 24_000  # the roll-ups still know
    store_check.give_up(world.readings, segment.name)
    assert (_sum(world, "home-import"), _sum(world, "kathmandu")) == (0, 24_000)
    rollup(world.readings)
    assert store_check.check(world.readings) == []


def test_a_sound_segment_cannot_be_given_up(world, write, capsys):
    ingest(write(_file("home-import")))
    (segment,) = world.readings.manifest.current_layout().raw
    with pytest.raises(NotFoundError):
        store_check.give_up(world.readings, segment.name)
    assert store_check.command(Namespace(sample=None, give_up=segment.name), world) == 2
    assert "no damaged segment" in capsys.readouterr().out
