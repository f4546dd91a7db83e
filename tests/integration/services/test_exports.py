"""Every format against the query that pages are drawn from, to the Wh; and who gets what."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pyarrow.parquet as pq
import pytest

from data.queries import consumption as queries
from domain.calendar import Period, PeriodKind
from domain.errors import InvalidInputError, NotFoundError
from domain.exports import ExportRequest
from domain.text import use_locale
from services import exports, jobs, portal
from services.sites import sites_of


def _energies(kind: str, content: bytes) -> list[int]:
    """The Wh column, read back as its format's reader would."""
    if kind == "csv":
        return [int(row[6]) for row in list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]]
    if kind == "json":
        return [row["energy_wh"] for row in json.loads(content)["rows"]]
    if kind == "parquet":
        return pq.read_table(io.BytesIO(content))["energy_wh"].to_pylist()
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Readings"]
    return [row[6] for row in sheet.iter_rows(min_row=2, max_col=10, values_only=True)]


def _request(site, first, last, **options):
    register = options.pop("register", site.with_flow("import")[0])
    return ExportRequest(site.public_id, first, last, register=register.public_id, **options)


def _export(viewer, request):
    return exports.download_now(exports.prepare(viewer, request.site, request)).content


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "json"])
@pytest.mark.parametrize(
    ("who", "day"),
    [("consumer", date(2026, 3, 29)), ("consumer", date(2026, 10, 25)), ("consumer2", date(2026, 10, 25))],
)
def test_the_file_of_a_day_is_the_query_of_the_day(viewer_of, who, day, kind):
    viewer = viewer_of(who)
    site = sites_of(viewer)[0]
    bounds = Period.of(PeriodKind.DAY, day).bounds_utc(site.zone_name)
    found = queries.intervals(portal.current().readings, site.with_flow("import")[0].id, *bounds)
    assert len(found.energy_wh) > 0
    for resolution in ("interval", "hour", "day"):
        energies = _energies(kind, _export(viewer, _request(site, day, day, resolution=resolution, format=kind)))
        assert sum(energies) == found.total_wh
        if resolution == "interval":
            assert energies == found.energy_wh.tolist()


def test_a_month_is_the_roll_up(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    register = site.with_flow("import")[0]
    frame = queries.months(portal.current().readings, [register.id], date(2026, 10, 1), date(2026, 11, 1))
    request = _request(site, date(2026, 10, 1), date(2026, 10, 31), resolution="month", format="csv")
    assert _energies("csv", _export(viewer, request)) == frame["energy_wh"].tolist()


def test_hours_of_the_long_day_begin_at_25_instants(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    request = _request(site, date(2026, 10, 25), date(2026, 10, 25), resolution="hour", format="json")
    rows = json.loads(_export(viewer, request))["rows"]
    assert len({row["start_utc"] for row in rows}) == len(rows) == 25
    assert [row["start_local"][11:] for row in rows[2:4]] == ["02:00:00+02:00", "02:00:00+01:00"]


def test_german_csv_has_semicolons_and_commas(viewer_of, monkeypatch):
    from adapters import catalogs
    from domain import text

    text.install(catalogs.load())
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    with use_locale("de"):
        content = _export(viewer, _request(site, date(2026, 10, 25), date(2026, 10, 25), resolution="day"))
    row = content.decode("utf-8-sig").splitlines()[1].split(";")
    assert row[5] == f"{int(row[6]) // 1000},{int(row[6]) % 1000:03d}"


def test_foreign_missing_and_read_only_are_the_same_404(viewer_of):
    viewer, other = viewer_of("consumer"), viewer_of("consumer2")
    mine, foreign = sites_of(viewer)[0], sites_of(other)[0]
    request = _request(mine, date(2026, 10, 25), date(2026, 10, 25))
    looking = replace(viewer, grants=tuple(replace(grant, membership="read_only") for grant in viewer.grants))
    for who, site, asked in (
        (viewer, foreign.public_id, request),
        (viewer, "site_none", request),
        (viewer, mine.public_id, replace(request, register=foreign.registers[0].public_id)),
        (looking, mine.public_id, request),
    ):
        with pytest.raises(NotFoundError):
            exports.prepare(who, site, asked)


def test_days_before_the_tenancy_stay_out(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    since = date(2026, 10, 25)
    moved_in = replace(viewer, grants=tuple(replace(grant, first_date=since) for grant in viewer.grants))
    plan = exports.prepare(moved_in, site.public_id, _request(site, since - timedelta(days=9), since))
    assert (plan.period.first, plan.period.end) == (since, since + timedelta(days=1))
    with pytest.raises(InvalidInputError):
        exports.prepare(moved_in, site.public_id, _request(site, since - timedelta(days=9), since - timedelta(days=1)))


def test_a_job_leaves_a_private_file_for_its_owner(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    plan = exports.prepare(viewer, site.public_id, _request(site, date(2026, 10, 20), date(2026, 10, 25)))
    public_id = exports.order(viewer, plan)
    assert exports.order(viewer, plan) == public_id  # asked twice, made once
    while jobs.run_one("test"):
        pass
    path, name, _mime = exports.finished_file(viewer, public_id)
    assert name == "readings-2026-10-20-2026-10-25-interval.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == exports.download_now(plan).content
    with pytest.raises(NotFoundError):
        exports.finished_file(viewer_of("consumer2"), public_id)
