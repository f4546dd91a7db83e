"""Real homes: what the portal stores and shows equals the published files to the Wh, by a query that shares no code."""

from __future__ import annotations

import csv
import io
import json
import os
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest

from adapters.cache import make_cache
from adapters.clock import make_clock
from config import Config
from data.migrate import upgrade
from data.queries import consumption, identity
from data.queries.registers import registers_named
from data.readings import ReadingsStore
from data.session import Records
from domain.access import Role, Viewer
from domain.calendar import Period, PeriodKind, add_months
from domain.exports import ExportRequest
from services import exports, portal, real_world, sites
from services.consumption import Ask, register_totals

SHARED = Path(os.environ.get("PORTAL_SHARED") or Path(__file__).resolve().parents[3] / "shared" / "data")
DATASETS = ("opsd_konstanz", "sgsc_nsw", "opendsm_uk", "uci_household", "nmecr_school")
PAIRS, SEED = 20, 20261122
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (SHARED / DATASETS[0]).is_dir(), reason="the open data is not beside the project"),
]

# Each local day's exact sum is rounded once, half away from zero (DuckDB's round of a DECIMAL); months sum days.
# The local day comes from ICU, which the portal never uses.
DAY_RULE = """
    SELECT (ts_utc AT TIME ZONE $zone)::DATE AS day, round(sum(value::DECIMAL(18, 9) * 1000), 0)::BIGINT AS wh, count(*) AS n
    FROM read_parquet($path) WHERE series_id = $series GROUP BY day HAVING date_trunc('month', day) = $month ORDER BY day
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    config = Config(
        database_url=f"sqlite:///{folder / 'portal.sqlite'}",
        store=str(folder / "store"),
        cache_url=f"disk://{folder / 'cache'}",
        files=str(folder / "files"),
        now=datetime(2026, 11, 20, 11, 7, tzinfo=UTC),
    )
    upgrade(config.database_url)
    here = portal.Portal(
        config=config,
        records=Records(config.database_url),
        readings=ReadingsStore(config.store, config.manifest_url),
        cache=make_cache(config.cache_url),
        clock=make_clock(config.now),
    )
    real_world.load(here, SHARED)
    with portal.using(here):
        yield here
    here.readings.close()
    here.records.dispose()


def published():
    """`(dataset, series, zone, first month, last month)` of every series that is loaded."""
    rows = []
    for dataset in DATASETS if SHARED.is_dir() else ():
        found = duckdb.sql(
            "SELECT series_id, tz, (first_utc AT TIME ZONE tz)::DATE, (last_utc AT TIME ZONE tz)::DATE"
            " FROM read_parquet(?) WHERE NOT derived ORDER BY series_id",
            params=[str(SHARED / dataset / "series.parquet")],
        )
        rows += [(dataset, *row) for row in found.fetchall()]
    return rows


def random_pairs():
    """The same twenty (series, local month) pairs on every machine."""
    source, pairs = random.Random(SEED), []
    series = published()
    while series and len(pairs) < PAIRS:
        dataset, name, zone, first, last = source.choice(series)
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        month = add_months(first.replace(day=1), source.randrange(months))
        pairs.append((dataset, name, zone, month))
    return pairs


# res3 and res4 of Konstanz in both months of the change of clocks.
CHANGES = [
    ("opsd_konstanz", series, "Europe/Berlin", month)
    for series in ("opsd_res3_grid_import", "opsd_res4_pv", "opsd_res5_grid_import")
    for month in (date(2016, 3, 1), date(2016, 10, 1), date(2017, 3, 1))
]


def source():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def source_days(dataset, series, zone, month):
    params = {"zone": zone, "path": str(SHARED / dataset / "readings.parquet"), "series": series, "month": month}
    return {day: (wh, n) for day, wh, n in source().execute(DAY_RULE, params).fetchall()}


def register_id(world, series):
    with world.records.reading() as db:
        return registers_named(db, [series])[0].id


@pytest.mark.parametrize(("dataset", "series", "zone", "month"), random_pairs() + CHANGES)
def test_the_store_equals_the_published_file(world, dataset, series, zone, month):
    expected = source_days(dataset, series, zone, month)
    register, period = register_id(world, series), Period.of(PeriodKind.MONTH, month)

    frame = consumption.days(world.readings, [register], period.first, period.end)
    days = {
        day.date(): (int(wh), int(n)) for day, wh, n in zip(frame.local_date, frame.energy_wh, frame.n, strict=True)
    }
    assert days == expected

    total = sum(wh for wh, _ in expected.values())
    found = consumption.intervals(world.readings, register, *period.bounds_utc(zone))
    assert (found.total_wh, len(found.start_utc)) == (total, sum(n for _, n in expected.values()))

    months = consumption.months(world.readings, [register], period.first, period.end)
    assert months.energy_wh.tolist() == ([total] if expected else [])


def resident(world, register):
    """The customer who signs in for the home of a register, and that home as the pages see it."""
    with world.records.reading() as db:
        people = [identity.person(db, email) for email in identity.demo_emails(db)]
        granted = [(person, *identity.memberships(db, person.id)) for person in people]
    for person, account_ids, grants in granted:
        viewer = Viewer(person.id, person.email, person.name, Role.CUSTOMER, grants=grants, account_ids=account_ids)
        for site in sites.sites_of(viewer):
            if register in {item.id for item in site.registers}:
                return viewer, site
    raise AssertionError("nobody lives there")


@pytest.mark.parametrize(("dataset", "series", "zone", "month"), random_pairs() + CHANGES)
def test_the_pages_series_equal_the_published_file(world, dataset, series, zone, month):
    # What charts and tables draw for the person who lives there: the month by days, and by single readings.
    expected = source_days(dataset, series, zone, month)
    register = register_id(world, series)
    viewer, site = resident(world, register)
    shown = site.register(register)
    total = sum(wh for wh, _ in expected.values()) if expected else None
    for is_fine in (False, True):
        ask = Ask(site, shown.commodity, Period.of(PeriodKind.MONTH, month), is_fine=is_fine)
        assert register_totals(viewer, ask, [shown])[0].series.total_wh == total


def energies(kind, content):
    """The Wh column of an export, read as the reader of its format reads it."""
    if kind == "csv":
        return [int(row["Energy in Wh"]) for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]
    if kind == "json":
        return [row["energy_wh"] for row in json.loads(content)["rows"]]
    if kind == "parquet":
        return pq.read_table(io.BytesIO(content))["energy_wh"].to_pylist()
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True)["Readings"]
    return [row[6] for row in sheet.iter_rows(min_row=2, max_col=10, values_only=True)]


@pytest.mark.parametrize(("dataset", "series", "zone", "month"), random_pairs() + CHANGES)
def test_every_export_equals_the_published_file(world, dataset, series, zone, month):
    expected = source_days(dataset, series, zone, month)
    viewer, site = resident(world, register_id(world, series))
    shown = site.register(register_id(world, series))
    last = add_months(month, 1) - timedelta(days=1)
    for kind in ("csv", "xlsx", "parquet", "json"):
        request = ExportRequest(site.public_id, month, last, format=kind, register=shown.public_id)
        for resolution in ("interval", "day"):
            plan = exports.prepare(viewer, site.public_id, replace(request, resolution=resolution))
            found = energies(kind, exports.download_now(plan).content)
            assert sum(found) == sum(wh for wh, _ in expected.values())
            if resolution == "day":
                assert found == [wh for wh, _ in expected.values()]
            else:
                assert len(found) == sum(n for _, n in expected.values())


@pytest.mark.parametrize(("day", "hours"), [(date(2016, 3, 27), 23), (date(2016, 10, 30), 25)])
def test_days_of_23_and_25_hours(world, day, hours):
    # A gapless hourly register of Konstanz has as many readings as the day has hours.
    expected = source_days("opsd_konstanz", "opsd_res4_grid_import", "Europe/Berlin", day.replace(day=1))[day]
    period = Period.of(PeriodKind.DAY, day)
    register = register_id(world, "opsd_res4_grid_import")
    found = consumption.intervals(world.readings, register, *period.bounds_utc("Europe/Berlin"))
    assert (found.total_wh, len(found.start_utc), found.expected_count) == (*expected, hours)
    assert expected[1] == hours
    frame = consumption.hours(world.readings, [register], period.first, period.end)
    assert (len(frame), int(frame.energy_wh.sum())) == (hours, expected[0])


def test_every_published_total_is_stored(world):
    # All days of all series at once: the sum of rounded days, series by series.
    for dataset in DATASETS:
        rows = source().execute(
            "SELECT series_id, sum(wh)::BIGINT, sum(n)::BIGINT FROM (SELECT r.series_id, count(*) AS n,"
            " round(sum(value::DECIMAL(18, 9) * 1000), 0)::BIGINT AS wh, (ts_utc AT TIME ZONE s.tz)::DATE AS day"
            " FROM read_parquet($readings) r JOIN read_parquet($series) s USING (series_id) WHERE NOT s.derived"
            " GROUP BY r.series_id, day) GROUP BY series_id",
            {
                "readings": str(SHARED / dataset / "readings.parquet"),
                "series": str(SHARED / dataset / "series.parquet"),
            },
        )
        for series, total_wh, count in rows.fetchall():
            frame = consumption.days(world.readings, [register_id(world, series)], date(2000, 1, 1), date(2030, 1, 1))
            assert (series, int(frame.energy_wh.sum()), int(frame.n.sum())) == (series, total_wh, count)


def test_derived_series_are_not_loaded(world):
    with world.records.reading() as db:
        assert registers_named(db, ["opsd_res3_consumption", "opsd_res4_consumption", "opsd_res6_consumption"]) == []


def test_loading_again_changes_nothing(world):
    version = world.readings.version
    reports = real_world.load(world, SHARED)
    assert sum(report.stored + report.corrected for report in reports) == 0
    assert world.readings.version == version
