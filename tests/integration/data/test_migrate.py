"""Migrations on both databases: complete, safe to start at once, append-only audit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from data.migrate import is_current, upgrade
from data.session import make_engine
from data.tables import Base
from tests.factories.databases import BOTH, empty_database

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def url(request, tmp_path):
    with empty_database(request.param, tmp_path) as made:
        yield made


@pytest.mark.parametrize("url", BOTH, indirect=True)
def test_the_migrated_schema_is_the_models(url):
    engine = make_engine(url)
    assert not is_current(engine)
    upgrade(engine)
    upgrade(engine)  # a second time changes nothing
    assert is_current(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


@pytest.mark.parametrize("url", BOTH, indirect=True)
def test_check_constraints_are_in_the_database(url):
    upgrade(url)
    engine = make_engine(url)
    found = {item["name"] for table in Base.metadata.tables for item in inspect(engine).get_check_constraints(table)}
    wanted = {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    assert wanted <= found
    engine.dispose()


@pytest.mark.parametrize("url", BOTH, indirect=True)
def test_four_processes_at_once_make_one_schema(url):
    script = f"from data.migrate import upgrade; upgrade({url!r})"
    running = [
        subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    errors = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0, 0], errors
    engine = make_engine(url)
    assert is_current(engine)
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from alembic_version")).scalar_one() == 1
    engine.dispose()


@pytest.mark.parametrize("url", BOTH, indirect=True)
@pytest.mark.parametrize("statement", ["update audit_event set action = 'x'", "delete from audit_event"])
def test_the_audit_trail_is_append_only_in_the_database(url, statement):
    upgrade(url)
    engine = make_engine(url)
    insert = """insert into audit_event (at, action, object_type, object_id, detail, request_id)
                values ('2026-11-20 11:07:00+00:00', 'a:b', '', '', '{}', '')"""
    with engine.begin() as connection:
        connection.execute(text(insert))
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    with engine.connect() as connection:
        assert connection.execute(text("select action from audit_event")).scalars().all() == ["a:b"]
    engine.dispose()


# A site and an account to live there, and a meter with two places to stand.
THERE = (
    "insert into customer values (1, 'c', 'residential', 'Ada', '', '2026-01-01')",
    "insert into account values (1, 'a', 'C-1', 1), (2, 'b', 'C-2', 1)",
    """insert into site (id, public_id, name, street, postcode, city, country, region, time_zone, kind, business_type,
    heating, has_ev, has_solar, source) values (1, 's', 's', '', '', '', 'DE', '', 'UTC', 'home', '', '', false, false, '')""",
    "insert into supply_point values (1, 'p', 1, 'electricity', ''), (2, 'q', 1, 'electricity', '')",
    "insert into meter values (1, 'm', 'M-1', '', '', 'main')",
)
STAYS = "insert into tenancy (id, account_id, site_id, first_date, end_date) values "
OUTBOX = """insert into outbox (kind, payload, state, attempts, available_at, lease_holder, error, created_at)
    values ('log', '{{}}', '{state}', 0, '2026-01-01', '', '', '2026-01-01')"""
PLACES = "insert into meter_installation (id, meter_id, supply_point_id, installed_utc, removed_utc) values "


@pytest.mark.parametrize("url", BOTH, indirect=True)
def test_a_site_has_one_tenancy_and_a_meter_one_place_at_a_time(url):
    upgrade(url)
    engine = make_engine(url)

    def run(*statements):
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    run(*THERE)
    run(
        f"{STAYS}(1, 1, 1, '2026-01-01', '2026-10-14')", f"{STAYS}(2, 2, 1, '2026-10-14', null)"
    )  # half-open: they touch
    run(f"{PLACES}(1, 1, 1, '2026-01-01', '2026-05-01')", f"{PLACES}(2, 1, 2, '2026-05-01', null)")
    for wrong in (
        f"{STAYS}(3, 1, 1, '2026-12-01', '2027-01-01')",  # within the open stay of the other account
        f"{STAYS}(3, 2, 1, '2025-01-01', '2026-01-02')",  # one day too long
        "update tenancy set end_date = '2026-10-15' where id = 1",
        f"{PLACES}(3, 1, 1, '2026-06-01', null)",
        "update meter_installation set removed_utc = null where id = 1",
        OUTBOX.format(state="lost"),
    ):
        with pytest.raises(DatabaseError):
            run(wrong)
    run("update tenancy set end_date = '2026-10-01' where id = 1", f"{STAYS}(3, 1, 1, '2025-01-01', '2026-01-01')")
    run(OUTBOX.format(state="queued"))
    engine.dispose()


def test_a_database_with_two_stays_at_once_is_told_which(tmp_path):
    url = f"sqlite:///{tmp_path / 'portal.sqlite'}"
    upgrade(url)
    engine = make_engine(url)
    with engine.begin() as connection:  # as it was before
        for verb in ("insert", "update"):
            connection.execute(text(f"drop trigger tenancy_one_at_a_time_{verb}"))
            connection.execute(text(f"drop trigger meter_installation_one_at_a_time_{verb}"))
        connection.execute(text("update alembic_version set version_num = '0001'"))
        for statement in (*THERE, f"{STAYS}(1, 1, 1, '2026-01-01', null), (2, 2, 1, '2026-10-14', null)"):
            connection.execute(text(statement))
    with pytest.raises(RuntimeError, match="tenancy: these rows overlap, end one of each pair first: 1 and 2"):
        upgrade(engine)
    engine.dispose()


def test_a_killed_migration_leaves_the_lock_free(tmp_path):
    # The kernel drops the lock of a process that ended, so the next one does not wait for ever.
    url = f"sqlite:///{tmp_path / 'portal.sqlite'}"
    script = f"import os, data.migrate as m; m.command.upgrade = lambda *_: os.kill(os.getpid(), 9); m.upgrade({url!r})"
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    assert killed.returncode == -9
    upgrade(url)
    engine = make_engine(url)
    assert is_current(engine)
    engine.dispose()
