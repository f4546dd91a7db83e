"""Every format against the query that pages are drawn from, to the Wh; and who gets what."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from adapters.clock import FrozenClock
from data.queries import consumption as queries
from data.tables.accounts import Tenancy
from data.tables.identity import User
from data.tables.operations import AuditEvent
from domain.calendar import Period, PeriodKind
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.exports import RESOLUTIONS, ExportRequest
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
    return exports.download_now(viewer, exports.prepare(viewer, request.site, request)).content


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
    assert path.read_bytes() == exports.download_now(viewer, plan).content
    with pytest.raises(NotFoundError):
        exports.finished_file(viewer_of("consumer2"), public_id)


def _taken(since_id):
    with portal.current().records.reading() as db:
        rows = db.scalars(select(AuditEvent).where(AuditEvent.id > since_id).order_by(AuditEvent.id)).all()
    return [(row.action, row.actor_user_id, row.object_id, json.loads(row.detail)) for row in rows]


def test_the_audit_trail_keeps_who_took_which_readings(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    with portal.current().records.reading() as db:
        before = db.scalar(select(func.max(AuditEvent.id))) or 0
    request = _request(site, date(2026, 10, 2), date(2026, 10, 3), resolution="hour")
    plan = exports.prepare(viewer, site.public_id, request)
    exports.download_now(viewer, plan)
    public_id = exports.order(viewer, plan)
    while jobs.run_one("test", of_people=True):
        pass
    exports.finished_file(viewer, public_id)
    what = {
        "first": "2026-10-02", "last": "2026-10-03", "resolution": "hour", "format": "csv", "register": request.register,
    }  # fmt: skip
    assert _taken(before) == [
        ("export:downloaded", viewer.user_id, site.public_id, what), ("export:made", viewer.user_id, site.public_id, what),
        ("export:fetched", viewer.user_id, public_id, {}),
    ]  # fmt: skip


def test_a_plan_is_worth_nothing_to_somebody_else(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    plan = exports.prepare(viewer, site.public_id, _request(site, date(2026, 10, 2), date(2026, 10, 3)))
    with pytest.raises(NotFoundError):
        exports.download_now(viewer_of("consumer2"), plan)


def test_what_a_disabled_person_ordered_is_not_made(viewer_of):
    viewer = viewer_of("consumer2")
    site = sites_of(viewer)[0]
    plan = exports.prepare(viewer, site.public_id, _request(site, date(2026, 10, 2), date(2026, 10, 3)))
    public_id = exports.order(viewer, plan)
    made = portal.current()
    with made.records.transaction() as tx:
        tx.get(User, viewer.user_id).disabled_at = made.clock.now()
    try:
        while jobs.run_one("test", of_people=True):
            pass
    finally:
        with made.records.transaction() as tx:
            tx.get(User, viewer.user_id).disabled_at = None
    assert next(view.state for view in exports.my_exports(viewer) if view.public_id == public_id) == "failed"


def test_staff_in_the_read_only_view_are_refused(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    acting = replace(viewer, acting_for_account_id=next(iter(viewer.account_ids)))
    with pytest.raises(ForbiddenError) as refused:
        exports.prepare(acting, site.public_id, _request(site, date(2026, 10, 25), date(2026, 10, 25)))
    assert refused.value.status == 403


def test_an_exchanged_meter_changes_its_serial_within_the_file(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    register = site.with_flow("import")[0]
    old, new = sorted((m for m in site.meters if register.id in m.register_ids), key=lambda meter: meter.installed_utc)
    request = _request(site, site.first_date, date(2026, 11, 19), resolution="day", format="json")
    rows = json.loads(_export(viewer, request))["rows"]
    changed = new.installed_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert {row["meter"] for row in rows if row["start_utc"] < changed} == {old.serial}
    assert {row["meter"] for row in rows if row["start_utc"] >= changed} == {new.serial}


def test_a_month_with_days_without_readings_expects_them_too(viewer_of):
    # The tiny world has readings until 14 April: 14 days of 96 were sent, 30 were due.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    request = _request(site, date(2026, 4, 1), date(2026, 4, 30), resolution="month", format="json")
    (row,) = json.loads(_export(viewer, request))["rows"]
    assert (row["readings"], row["readings_expected"]) == (14 * 96, 30 * 96)


def test_the_workbook_says_what_it_is_and_draws_it(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    request = _request(site, date(2026, 10, 1), date(2026, 10, 31), resolution="day", format="xlsx")
    content = _export(viewer, request)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["About", "Readings", "Sums", "Chart"]
    assert book["Readings"].freeze_panes == "A2"
    total_wh = sum(_energies("xlsx", content))
    about = [cell.value for row in book["About"].iter_rows() for cell in row if cell.value is not None]
    assert total_wh in about
    assert "Demo data: all people and figures are invented." in about
    assert book["Sums"].cell(row=book["Sums"].max_row, column=2).value == pytest.approx(total_wh / 1000, abs=1e-9)


def test_text_of_people_never_becomes_a_formula(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    plan = exports.prepare(
        viewer, site.public_id, _request(site, date(2026, 10, 25), date(2026, 10, 25), resolution="day")
    )
    evil = replace(plan, registers=tuple(replace(r, label='=HYPERLINK("http://x")') for r in plan.registers))
    assert (
        next(csv.reader(io.StringIO(exports.download_now(viewer, evil).content.decode("utf-8-sig").splitlines()[1])))[
            1
        ][:2]
        == "'="
    )
    book = openpyxl.load_workbook(
        io.BytesIO(exports.download_now(viewer, replace(evil, request=replace(evil.request, format="xlsx"))).content)
    )
    cell = book["Readings"]["B2"]
    assert (cell.data_type, cell.value[:2]) == ("s", "'=")
    assert [c.data_type for row in book["Readings"].iter_rows() for c in row if c.data_type == "f"] == []


def test_a_file_leaves_after_seven_days_and_what_a_killed_worker_left_after_one(viewer_of):
    viewer = viewer_of("consumer")
    made = portal.current()
    site = sites_of(viewer)[0]
    plan = exports.prepare(viewer, site.public_id, _request(site, date(2026, 10, 1), date(2026, 10, 2)))
    public_id = exports.order(viewer, plan)
    while jobs.run_one("test", of_people=True):
        pass
    path, _name, _mime = exports.finished_file(viewer, public_id)
    left = path.with_name("left-by-a-killed-worker.tmp")
    left.write_bytes(b"half")
    for file in (path, left):
        os.utime(file, (0, 0))  # long before this run, whatever the portal's clock says
    with made.records.transaction() as tx:
        exports.remove_expired(tx)
    assert (path.exists(), left.exists()) == (True, False)
    later = FrozenClock(made.clock.now() + timedelta(days=7, seconds=1))
    with portal.using(portal.Portal(made.config, made.records, made.readings, made.cache, later)):
        assert exports.my_exports(viewer) == []
        with made.records.transaction() as tx:
            exports.remove_expired(tx)
    assert not path.exists()


def test_the_job_runs_with_the_rights_of_its_time(viewer_of):
    # Ordered while it was theirs; when the worker comes, the tenancy has ended before those days.
    viewer = viewer_of("consumer")
    made = portal.current()
    site = sites_of(viewer)[0]
    plan = exports.prepare(viewer, site.public_id, _request(site, date(2026, 10, 7), date(2026, 10, 8)))
    public_id = exports.order(viewer, plan)
    with made.records.transaction() as tx:
        tenancies = list(tx.scalars(select(Tenancy).where(Tenancy.site_id == site.id)))
        before = {tenancy.id: tenancy.end_date for tenancy in tenancies}
        for tenancy in tenancies:
            tenancy.end_date = date(2026, 10, 7)
    try:
        while jobs.run_one("test", of_people=True):
            pass
    finally:
        with made.records.transaction() as tx:
            for tenancy in tx.scalars(select(Tenancy).where(Tenancy.site_id == site.id)):
                tenancy.end_date = before[tenancy.id]
    assert next(view.state for view in exports.my_exports(viewer) if view.public_id == public_id) == "failed"


def test_the_estimate_is_exact_where_nothing_is_missing(viewer_of):
    # 25 October 2026 in Berlin: 100 quarter-hours, 25 hours, one day, one month.
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    day = date(2026, 10, 25)
    told = {
        r: exports.prepare(viewer, site.public_id, _request(site, day, day, resolution=r)).rows for r in RESOLUTIONS
    }
    assert told == {"interval": 100, "hour": 25, "day": 1, "month": 1}


def test_five_open_exports_are_enough(viewer_of):
    viewer = viewer_of("consumer2")
    site = sites_of(viewer)[0]
    plans = [
        exports.prepare(viewer, site.public_id, _request(site, date(2026, 10, 1), date(2026, 10, n)))
        for n in range(1, 7)
    ]
    ordered = [exports.order(viewer, plan) for plan in plans[:5]]
    with pytest.raises(InvalidInputError):
        exports.order(viewer, plans[5])
    assert exports.cancel(viewer, ordered[0])
    ordered.append(exports.order(viewer, plans[5]))
    assert [exports.cancel(viewer, public_id) for public_id in ordered[1:]] == [True] * 5


def test_two_orders_at_once_are_one_and_ten_are_five(viewer_of):
    viewer = viewer_of("business")
    site, made = sites_of(viewer)[0], portal.current()
    register = exports.exportable(site)[0]
    plans = [
        exports.prepare(viewer, site.public_id, _request(site, date(2026, 10, 1), date(2026, 10, n), register=register))
        for n in range(1, 11)
    ]
    answers: list[str] = []

    def ask(plan):
        with portal.using(made):
            try:
                answers.append(exports.order(viewer, plan))
            except InvalidInputError as refused:
                answers.append(str(refused.params["remedy"]))

    for asked in (plans[:1] * 4, plans):
        threads = [threading.Thread(target=ask, args=(plan,)) for plan in asked]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    # Four times the same, then ten of which it is one: five in all, whoever came first.
    assert len(set(answers) - {"too_many"}) == 5
    assert answers.count("too_many") in {5, 6}
    assert [exports.cancel(viewer, public_id) for public_id in set(answers) - {"too_many"}] == [True] * 5


def test_an_older_file_stays_within_reach_of_its_owner(viewer_of):
    # The list shows twenty; a link from a notice goes on working.
    viewer = viewer_of("prosumer")
    site = sites_of(viewer)[0]
    request = _request(site, date(2026, 10, 20), date(2026, 10, 21), resolution="day")
    public_id = exports.order(viewer, exports.prepare(viewer, site.public_id, request))
    while jobs.run_one("test", of_people=True):
        pass
    for n in range(1, 22):
        later = _request(site, date(2026, 10, 1), date(2026, 10, n), resolution="day")
        assert exports.cancel(viewer, exports.order(viewer, exports.prepare(viewer, site.public_id, later)))
    assert public_id not in {view.public_id for view in exports.my_exports(viewer)}
    assert exports.finished_file(viewer, public_id)[0].is_file()


def test_another_attempt_removes_what_a_killed_worker_left(viewer_of):
    viewer = viewer_of("prosumer")
    site = sites_of(viewer)[0]
    request = _request(site, date(2026, 10, 22), date(2026, 10, 23), resolution="day")
    public_id = exports.order(viewer, exports.prepare(viewer, site.public_id, request))
    folder = Path(portal.current().config.files) / "exports"
    (folder / f"{public_id}-killed.making").mkdir(parents=True)
    (folder / f"{public_id}-killed.making" / "file.csv").write_text("half")
    (folder / f"{public_id}-uncommitted.csv").write_text("whole, but no row named it")
    while jobs.run_one("test", of_people=True):
        pass
    path, _name, _mime = exports.finished_file(viewer, public_id)
    assert list(folder.glob(f"{public_id}-*")) == [path]
