"""A billing run on both databases: ready periods become drafts, drafts become documents, each once; the rest says why."""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from data.queries import billing as billing_queries
from data.repositories import contracts as contract_repository
from data.tables.billing_runs import BillingDraft
from data.tables.contracts import Contract
from domain.access import Role, Viewer
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from services import billing_drafts, billing_queue, billing_run, ledger, schedules
from services.billing_drafts import Policy
from tests.factories.billing_world import AGENT, at, billing_world, expected_gross, mails, owner, read
from tests.factories.contracts import publish, tariff_text
from tests.factories.databases import BOTH, current_database
from tests.factories.tariffs import month

JUNE, JULY = month("2026-06"), month("2026-07")
AT_ONCE = Policy(grace_days=0)


@pytest.fixture(params=BOTH)
def world(request, tmp_path):
    """Three homes with the readings of June."""
    with current_database(request.param, tmp_path) as url:
        made = billing_world(tmp_path, 3, database_url=url, first=date(2025, 1, 1))
        yield made
        made.readings.close()
        made.records.dispose()


def documents(made):
    with made.records.reading() as db:
        rows = db.execute(
            text(
                "select number_text, kind, first_date, end_date, gross_minor, balance_minor from billing_document order by id"
            )
        ).all()
    return [(row[0], row[1], str(row[2]), str(row[3]), row[4], row[5]) for row in rows]


def drafts(made):
    with made.records.reading() as db:
        return db.scalars(select(BillingDraft).order_by(BillingDraft.id)).all()


def codes(made):
    return [[one["code"] for one in json.loads(row.reasons)] for row in drafts(made)]


def counts(report):
    return {
        name: n
        for name in ("issued", "drafted", "held", "unchanged", "billed", "waiting")
        if (n := getattr(report, name))
    }


def test_a_draft_waits_for_late_readings_and_is_issued_after_its_grace(world):
    with at(world, "2026-07-03T08:00"):
        assert counts(billing_run.run(JUNE)) == {"drafted": 3}
        assert counts(billing_run.run(JUNE)) == {"unchanged": 3}
        assert documents(world) == []
        read(
            world, [2], "2026-06-10T00:00", "2026-06-10T01:00", known_at=datetime(2026, 7, 4, tzinfo=UTC), extra_wh=500
        )
    with at(world, "2026-07-05T08:00"):
        assert counts(billing_run.run(JUNE)) == {
            "drafted": 1,
            "unchanged": 2,
        }  # what came late is in the draft of home 2
    with at(world, "2026-07-06T08:00"):
        assert counts(billing_run.run(JUNE)) == {"issued": 3}
        assert counts(billing_run.run(JUNE)) == {"billed": 3}
    # 4 x 0.5 kWh x 0.30 = 0.60 and its VAT of 0.114: 0.71
    gross = [expected_gross(1), expected_gross(2) + 71, expected_gross(3)]
    assert [(row[0], row[1], row[4]) for row in documents(world)] == [
        (f"R2026-{n:06d}", "invoice", gross[n - 1]) for n in (1, 2, 3)
    ]
    assert {row.state for row in drafts(world)} == {"issued"}


def test_law_running_twice_issues_once_and_posts_once(world):
    with at(world, "2026-07-03T08:00"):
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"issued": 3}
        with world.records.reading() as db:
            sums = billing_queries.ledger_sums(db)
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"billed": 3}
        with world.records.reading() as db:
            assert billing_queries.ledger_sums(db) == sums
        assert [sums[f"receivable:C-{n}", "EUR"] for n in (1, 2, 3)] == [expected_gross(n) for n in (1, 2, 3)]
        assert ledger.problems() == []


def test_a_dry_run_says_what_would_happen_and_writes_nothing(world):
    with at(world, "2026-07-03T08:00"):
        assert counts(billing_run.run(JUNE, AT_ONCE, is_dry=True)) == {"issued": 3}
        assert counts(billing_run.run(JUNE, is_dry=True)) == {"drafted": 3}
        assert (documents(world), drafts(world)) == ([], [])


def test_one_contract_alone_is_billed(world):
    with at(world, "2026-07-03T08:00"):
        assert counts(billing_run.run(JUNE, AT_ONCE, contract_public_id="con-2")) == {"issued": 1}
        assert [row[4] for row in documents(world)] == [expected_gross(2)]
        assert counts(billing_run.run(JUNE, AT_ONCE, contract_public_id="con-9")) == {}


def test_a_month_that_is_not_over_waits(world):
    with at(world, "2026-06-30T21:59"):  # 23:59 in Berlin
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"waiting": 3}
    with at(world, "2026-06-30T22:00"):
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"issued": 3}


def test_missing_estimated_and_doubtful_readings_hold_a_bill_until_they_are_mended(world):
    with at(world, "2026-08-03T08:00"):
        read(world, [1], "2026-06-30T22:00", "2026-07-31T21:45")  # the last quarter-hour is missing
        read(world, [2], "2026-06-30T22:00", "2026-07-31T22:00", quality=1)
        read(world, [3], "2026-06-30T22:00", "2026-07-31T22:00", quality=4)
        assert counts(billing_run.run(JULY, AT_ONCE)) == {"held": 3}
        assert codes(world) == [["readings_missing"], ["too_many_estimates"], ["readings_in_doubt"]]
        assert [one.reasons[0]["code"] for one in billing_queue.held(AGENT)] == [
            "readings_missing", "too_many_estimates", "readings_in_doubt",
        ]  # fmt: skip
        assert counts(billing_run.run(JULY, AT_ONCE)) == {"unchanged": 3}
        read(world, [1], "2026-07-31T21:45", "2026-07-31T22:00")
    with at(world, "2026-08-04T08:00"):
        assert counts(billing_run.run(JULY, AT_ONCE)) == {"issued": 1, "unchanged": 2}


def test_a_bill_three_times_as_dear_waits_for_an_agent_and_leaves_when_released(world):
    read(world, [1], "2025-05-31T22:00", "2025-06-30T22:00", extra_wh=-90)  # 11 Wh instead of 101
    with at(world, "2025-07-03T08:00"):
        assert counts(billing_run.run(month("2025-06"), AT_ONCE, contract_public_id="con-1")) == {"issued": 1}
    with at(world, "2026-07-03T08:00"):
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"held": 1, "issued": 2}
        (seen,) = billing_queue.unusual(AGENT)
        # 31.68 kWh x 0.30 = 9.50 + 12.50 + VAT = 26.18 a year ago; 290.88 kWh now
        assert (seen.code, seen.account_number) == ("over_three_times", "C-1")
        assert seen.figures == {"gross_minor": expected_gross(1), "days": 30, "before_minor": 2_618, "before_days": 30}
        for stranger in (owner(1), Viewer(9, "x", "x", Role.ANALYST)):
            with pytest.raises(ForbiddenError):
                billing_queue.release(stranger, seen.public_id)
            with pytest.raises(ForbiddenError):
                billing_queue.unusual(stranger)
        with pytest.raises(NotFoundError):
            billing_queue.release(AGENT, "anomaly-0000000000")
        billing_queue.release(AGENT, seen.public_id, "a heat pump was installed")
        with pytest.raises(InvalidInputError):
            billing_queue.release(AGENT, seen.public_id)
        assert billing_queue.unusual(AGENT) == []
        assert counts(billing_run.run(JUNE)) == {"issued": 1, "billed": 2}


def test_a_release_counts_for_what_was_seen_and_not_for_what_came_later(world):
    read(world, [1], "2026-05-31T22:00", "2026-06-30T22:00", extra_wh=-101)
    free = tariff_text(*_energy_alone(), version=2)
    with world.records.transaction() as tx:
        contract_repository.supersede_terms(tx, 1, date(2026, 1, 1), now=datetime(2026, 1, 1, tzinfo=UTC))
    with at(world, "2026-01-02T00:00"):
        published = publish(free)
        with world.records.transaction() as tx:
            contract_repository.add_term(
                tx, contract_id=1, tariff_version_id=contract_repository.tariff_id(tx, published),
                first_date=date(2026, 1, 1), now=datetime(2026, 1, 2, tzinfo=UTC),
            )  # fmt: skip
    with at(world, "2026-07-03T08:00"):
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"held": 1, "issued": 2}
        (seen,) = billing_queue.unusual(AGENT)
        assert (seen.code, seen.figures) == ("zero", {"gross_minor": 0, "days": 30})
        billing_queue.release(AGENT, seen.public_id)
    # An export meter was wired the wrong way round: 4 quarter-hours of -1 Wh.
    read(
        world, [1], "2026-06-02T00:00", "2026-06-30T01:00", known_at=datetime(2026, 7, 3, 9, tzinfo=UTC), extra_wh=-202
    )
    with at(world, "2026-07-03T10:00"):
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"held": 1, "billed": 2}
        assert [one.code for one in billing_queue.unusual(AGENT)] == ["negative"]


def _energy_alone():
    from tests.factories.tariffs import make_energy

    return (make_energy(vat_code="std"),)


def test_a_contract_that_fails_is_reported_with_its_reason_and_the_others_are_billed(world, monkeypatch):
    real = billing_drafts.judge

    def broken(due, *arguments):
        if due.contract.id == 2:
            raise RuntimeError("a wrong wire")
        return real(due, *arguments)

    with at(world, "2026-07-03T08:00"):
        monkeypatch.setattr(billing_drafts, "judge", broken)
        report = billing_run.run(JUNE, AT_ONCE)
        assert (counts(report), report.failed) == ({"issued": 2, "held": 1}, [("V-2", "RuntimeError: a wrong wire")])
        assert [code for code in codes(world) if code] == [["RuntimeError"]]
        monkeypatch.undo()
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"issued": 1, "billed": 2}


def test_a_contract_whose_writing_fails_leaves_nothing_half_done(world, monkeypatch):
    real = billing_drafts.settle

    def broken(tx, due, judged, *arguments):
        found = real(tx, due, judged, *arguments)
        if due.contract.id == 2 and found == "issued":
            raise RuntimeError("the disk is full")
        return found

    with at(world, "2026-07-03T08:00"):
        monkeypatch.setattr(billing_drafts, "settle", broken)
        report = billing_run.run(JUNE, AT_ONCE)
        assert (report.issued, report.failed) == (2, [("V-2", "RuntimeError: the disk is full")])
        assert [row[0] for row in documents(world)] == ["R2026-000001", "R2026-000002"]
        assert [code for code in codes(world) if code] == [["RuntimeError"]]
        monkeypatch.undo()
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"issued": 1, "billed": 2}
        assert [row[0] for row in documents(world)] == ["R2026-000001", "R2026-000002", "R2026-000003"]


def test_days_without_a_tariff_hold_the_bill(world):
    with at(world, "2026-07-03T08:00"), world.records.transaction() as tx:
        contract_repository.supersede_terms(tx, 3, date(2026, 6, 11), now=datetime(2026, 6, 1, tzinfo=UTC))
    with at(world, "2026-07-03T08:00"):
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"issued": 2, "held": 1}
        assert [code for code in codes(world) if code] == [["no_tariff"]]


def test_days_that_are_billed_are_not_billed_again_when_a_contract_ends_earlier(world):
    with at(world, "2026-07-03T08:00"):
        billing_run.run(JUNE, AT_ONCE)
        with world.records.transaction() as tx:
            tx.execute(update(Contract).where(Contract.id == 1).values(end_date=date(2026, 6, 16)))
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"billed": 2, "held": 1}
        assert [code for code in codes(world) if code] == [["overlaps_issued"]]


def test_the_night_bills_the_month_before_and_finds_corrections(world):
    from services.jobs import HANDLERS

    assert schedules.SCHEDULES["billing"].kind == "billing"
    with at(world, "2026-07-03T01:30"):
        HANDLERS["billing"](None)
        assert [row.state for row in drafts(world)] == ["draft"] * 3
    with at(world, "2026-07-06T01:30"):
        HANDLERS["billing"](None)
        assert [row.state for row in drafts(world)] == ["issued"] * 3


def parsed(*words):
    parser = argparse.ArgumentParser()
    billing_run.add_arguments(parser)
    return parser.parse_args(words)


def test_a_run_from_a_terminal_says_what_it_did(world, capsys, monkeypatch):
    with at(world, "2026-07-03T08:00") as here:
        assert billing_run.command(parsed("--period", "2026-06", "--grace-days", "0"), here) == 0
        out = capsys.readouterr().out
        assert out.startswith(
            "Issued 3, 0 in grace, 0 held, 0 unchanged, 0 billed before, 0 not over yet, 0 failed.\nTime: reading "
        )
        for words in (["--period", "2026-13"], ["--period", "June"], [], ["--period", "2026-06", "--grace-days", "-1"]):
            assert billing_run.command(parsed(*words), here) == 2
        monkeypatch.setattr(billing_drafts, "judge", lambda *_: 1 / 0)
        read(world, 3, "2026-06-30T22:00", "2026-07-31T22:00")
    with at(world, "2026-08-03T08:00") as here:
        assert billing_run.command(parsed("--period", "2026-07"), here) == 1
        assert "V-1: ZeroDivisionError: division by zero" in capsys.readouterr().out
        assert billing_run.command(parsed("--proposals"), here) == 0
        assert capsys.readouterr().out == "0 new; 0 wait for somebody to decide.\n"


def test_owners_are_told_by_mail_in_the_transaction_of_the_invoice(world):
    with at(world, "2026-07-03T08:00"):
        billing_run.run(JUNE, Policy(grace_days=0, is_told=False), contract_public_id="con-2")
        assert mails(world) == []
        billing_run.run(JUNE, AT_ONCE)
    (mail,) = mails(world)  # the other homes have nobody who signs in
    told = {"number": "R2026-000002", "amount_minor": expected_gross(1), "due_on": "2026-07-17", "end": "2026-07-01"}
    assert (mail["template"], mail["user_id"]) == ("invoice_ready", 2)
    assert told.items() <= mail["values"].items()


def test_grace_counts_from_the_first_draft(world):
    with at(world, "2026-07-03T08:00"):
        billing_run.run(JUNE)
        assert {row.grace_until for row in drafts(world)} == {datetime(2026, 7, 3, 8, tzinfo=UTC) + timedelta(days=3)}
        assert counts(billing_run.run(JUNE, AT_ONCE)) == {"issued": 3}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["", "con-1", "con-2", "con-3"]), st.integers(0, 2), st.booleans()), max_size=6)
)
def test_law_any_order_of_runs_and_parts_of_runs_ends_as_one_run(tmp_path_factory, steps):
    made = billing_world(tmp_path_factory.mktemp("order"), 3)
    for hour, (contract, grace, is_dry) in enumerate(steps, 8):
        with at(made, f"2026-07-03T{hour:02d}:00"):
            billing_run.run(JUNE, Policy(grace_days=grace), contract_public_id=contract, is_dry=is_dry)
    with at(made, "2026-07-09T08:00"):
        billing_run.run(JUNE)
        billing_run.run(JUNE, AT_ONCE)
        assert ledger.problems() == []
    assert [row[0] for row in documents(made)] == [f"R2026-{n:06d}" for n in (1, 2, 3)]
    assert sorted(row[4] for row in documents(made)) == [expected_gross(n) for n in (1, 2, 3)]
    made.readings.close()
    made.records.dispose()


def test_two_runs_at_once_bill_each_contract_once(world):
    def work(_place):
        with at(world, "2026-07-03T08:00"):
            return billing_run.run(JUNE, AT_ONCE)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, range(2))
    assert (first.failed, second.failed) == ([], [])
    assert first.issued + second.issued == 3
    assert sorted(row[0] for row in documents(world)) == [f"R2026-{n:06d}" for n in (1, 2, 3)]
    with at(world, "2026-07-03T08:00"):
        assert ledger.problems() == []
