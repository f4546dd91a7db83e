"""kill -9 of billing runs at random and at named points: numbers without gap or double, totals of an undisturbed run."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data.queries import billing as queries
from data.tables.billing import BillingDocument
from data.tables.billing_runs import BillingBasis, BillingDraft
from services import billing_run, ledger, portal
from services.billing_drafts import Policy
from services.portal import Portal
from tests.factories.billing_world import at, billing_world, expected_gross
from tests.factories.databases import BOTH, current_database
from tests.factories.tariffs import month
from tests.integration.faults import billing_child
from tests.integration.faults.billing_child import NOW, Plan

pytestmark = pytest.mark.faults
FULL = os.environ.get("PORTAL_FAULTS") == "full"
CONTRACTS, KILLS = (2_000, 20) if FULL else (40, 3)
POINTS = ("rated", "locked", "drafted", "numbered", "issued", "based", "committed")
STRIDE = CONTRACTS // (2 * (KILLS + len(POINTS)))  # contracts a run gets done before it is killed, at most twice

# Forked from a clean process that has imported everything: what is killed while it imports proves nothing.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["tests.integration.faults.billing_child", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg"]
)


@pytest.mark.parametrize("kind", BOTH)
def test_kill_9_leaves_no_gap_no_double_and_the_totals_of_an_undisturbed_run(kind: str, tmp_path: Path) -> None:
    dice = random.Random(20261123)
    with current_database(kind, tmp_path) as url:
        made = billing_world(tmp_path, CONTRACTS, database_url=url)
        with portal.using(made):
            for _ in range(KILLS):
                _kill_after(Plan(url, str(tmp_path)), dice)
                _whole(made)
            for point in POINTS:
                _dies(Plan(url, str(tmp_path), f"{point}:{dice.randint(1, 2 * STRIDE)}"))
                _whole(made)
            before = _count(made, BillingDocument)
            _ends(Plan(url, str(tmp_path)))
            _whole(made)
            assert 0 < before < CONTRACTS == _count(made, BillingDocument)
            assert _count(made, BillingDraft) == _count(made, BillingBasis) == CONTRACTS
            sums = _sums(made)
        made.readings.close()
        made.records.dispose()
    assert sums == _undisturbed(tmp_path / "undisturbed")
    assert [sums[f"receivable:C-{n}", "EUR"] for n in (1, CONTRACTS)] == [expected_gross(n) for n in (1, CONTRACTS)]
    print(f"\n{kind}: {CONTRACTS} contracts, {KILLS} kills at random, {len(POINTS)} at named points; {before} bills before "
          "the last run, numbers 1..n, totals as undisturbed")  # fmt: skip


def _spawn(plan: Plan):
    ours, theirs = PROCESSES.Pipe()
    child = PROCESSES.Process(target=billing_child.run, args=(plan, theirs), daemon=True)
    child.start()
    theirs.close()
    return child, ours


def _kill_after(plan: Plan, dice: random.Random) -> None:
    """Some contracts further, and then somewhere within the next ones."""
    child, told = _spawn(plan)
    target = dice.randint(0, STRIDE)
    while told.recv() < target:
        pass
    time.sleep(dice.uniform(0, 0.02))
    child.kill()
    child.join()
    assert child.exitcode == -signal.SIGKILL


def _dies(plan: Plan) -> None:
    child, _told = _spawn(plan)
    child.join()
    assert child.exitcode == -signal.SIGKILL, f"{plan.fault} was never reached"


def _ends(plan: Plan) -> None:
    child, told = _spawn(plan)
    while not isinstance(found := told.recv(), tuple):
        pass
    child.join()
    assert (child.exitcode, found) == (0, ("end", []))


def _whole(made: Portal) -> None:
    """Numbers 1..n, and every bill complete with its bookings and its basis."""
    with made.records.reading() as db:
        numbers = list(db.scalars(select(BillingDocument.number).order_by(BillingDocument.number)))
        issued = db.scalar(select(func.count()).select_from(BillingDraft).where(BillingDraft.state == "issued"))
        sums = queries.ledger_sums(db)
    assert numbers == list(range(1, len(numbers) + 1))
    assert issued == len(numbers) == _count(made, BillingBasis)
    assert len([code for code, _ in sums if code.startswith("receivable:")]) == len(numbers)
    assert ledger.problems() == []


def _count(made: Portal, table: type) -> int:
    with made.records.reading() as db:
        return int(db.scalar(select(func.count()).select_from(table)) or 0)


def _sums(made: Portal) -> dict[tuple[str, str], int]:
    with made.records.reading() as db:
        return queries.ledger_sums(db)


def _undisturbed(folder: Path) -> dict[tuple[str, str], int]:
    folder.mkdir()
    made = billing_world(folder, CONTRACTS)
    with at(made, NOW):
        report = billing_run.run(month("2026-06"), Policy(grace_days=0))
        sums = _sums(made)
    assert (report.issued, report.failed) == (CONTRACTS, [])
    made.readings.close()
    made.records.dispose()
    return sums
