"""Real homes beside the demo world: stored readings equal what an independent query reads from the source files."""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import func, select

from data.queries import consumption
from data.seed import real
from data.tables.accounts import Tenancy
from data.tables.sites import Register, Site
from domain.calendar import add_months, local_midnight_utc
from services import demo
from tests.factories.world import tiny_portal

SHARED = Path(os.environ.get("PORTAL_SHARED") or Path(__file__).resolve().parents[3] / "shared" / "data")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not real.present(SHARED), reason="the open data is not beside the project"),
]

# The day rule: each local day's exact sum is rounded once, half away from zero; months add days. [Wh]
MONTHS = """
    with day as (
        select series_id, (ts_utc at time zone s.tz)::date as day, sum(value::decimal(18, 9)) * 1000 as wh
        from read_parquet('{folder}/readings.parquet') join read_parquet('{folder}/series.parquet') s using (series_id)
        where not s.derived group by all
    )
    select series_id, date_trunc('month', day)::date, sum(round(wh))::bigint, s.tz
    from day join read_parquet('{folder}/series.parquet') s using (series_id) group by all order by 1, 2
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    portal = tiny_portal(tmp_path_factory.mktemp("real"))
    reports = demo.add_real(portal, SHARED)
    assert all(report.is_accepted for report in reports.values())
    return portal


@pytest.fixture(scope="module")
def months():
    return [
        row
        for each in real.present(SHARED)
        for row in duckdb.sql(MONTHS.format(folder=SHARED / each.folder)).fetchall()
    ]


def test_twenty_random_months_equal_the_source_to_the_wh(portal, months):
    with portal.records.reading() as db:
        ids = dict(db.execute(select(Register.external_id, Register.id)).all())
    for series_id, first, expected, zone_name in random.Random(20).sample(months, 20):
        end = add_months(first, 1)
        span = (local_midnight_utc(first, zone_name), local_midnight_utc(end, zone_name))
        assert consumption.intervals(portal.readings, ids[series_id], *span).total_wh == expected, (series_id, first)
        row = consumption.months(portal.readings, [ids[series_id]], first, end)
        assert int(row["energy_wh"].sum()) == expected, (series_id, first)


@pytest.mark.parametrize(("day", "hours"), [(date(2016, 3, 27), 23), (date(2016, 10, 30), 25)])
def test_days_of_clock_changes_have_all_their_hours(portal, day, hours):
    with portal.records.reading() as db:
        register = db.scalar(select(Register.id).where(Register.external_id == "opsd_res4_grid_import"))
    row = consumption.days(portal.readings, [register], day, day + timedelta(days=1)).iloc[0]
    assert (row["n"], row["n_expected"]) == (hours, hours)


def test_derived_series_are_not_loaded(portal):
    with portal.records.reading() as db:
        assert db.scalar(select(func.count()).where(Register.external_id.like("%consumption"))) == 0


def test_adding_again_changes_nothing(portal):
    version = portal.readings.version
    reports = demo.add_real(portal, SHARED)
    assert {report.stored for report in reports.values()} == {0}
    assert portal.readings.version == version


def test_every_home_names_its_publisher_and_has_an_owner(portal):
    with portal.records.reading() as db:
        sites = db.execute(select(Site.source, func.count(Tenancy.id)).outerjoin(Tenancy).group_by(Site.id)).all()
    assert len(sites) == 6 + 5 + 3 + 1 + 1
    assert all(source and tenancies == 1 for source, tenancies in sites)


def test_homes_with_measured_weather_are_linked_to_it(portal):
    query = select(Site.name).where(Site.weather_register_id.is_not(None)).order_by(Site.name)
    with portal.records.reading() as db:
        assert list(db.scalars(query)) == ["English home 1", "English home 2", "School building 1"]


def test_a_folder_without_open_data_is_said_so(portal, tmp_path, capsys):
    assert demo.add_real(portal, tmp_path) == {}
