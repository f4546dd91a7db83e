"""Documents computed again as they were, and corrected as a whole when what they came from has changed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from data.queries import billing as billing_queries
from data.queries import billing_runs as queries
from data.repositories import contracts as contract_repository
from data.tables.contracts import Contract
from domain.access import Role, Viewer
from domain.billing.documents import lines_of
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from services import billing, billing_basis, billing_issue, billing_run, contract_rating, ledger, rebilling
from services.billing_drafts import Policy
from tests.factories.billing_world import AGENT, at, billing_world, expected_gross, owner, read
from tests.factories.contracts import publish, tariff_text
from tests.factories.databases import BOTH, current_database
from tests.factories.tariffs import make_energy, make_fixed, month, year

JUNE = month("2026-06")
AT_ONCE = Policy(grace_days=0)
LATER = datetime(2026, 7, 10, tzinfo=UTC)
TEN_HOURS = ("2026-06-10T00:00", "2026-06-10T10:00")


@pytest.fixture(params=BOTH)
def world(request, tmp_path):
    """Three homes, June 2026 billed on 3 July."""
    with current_database(request.param, tmp_path) as url:
        made = billing_world(tmp_path, 3, database_url=url)
        with at(made, "2026-07-03T08:00"):
            billing_run.run(JUNE, AT_ONCE)
        yield made
        made.readings.close()
        made.records.dispose()


def live(made):
    with made.records.reading() as db:
        return queries.live_bases(db, date(2020, 1, 1))


def first_document(made):
    return next(row.document_public_id for row in live(made) if row.contract_id == 1)


def receivable(made, number=1):
    with made.records.reading() as db:
        return billing_queries.ledger_sums(db).get((f"receivable:C-{number}", "EUR"), 0)


def printed(result):
    return [(line.code, line.first, line.end, line.quantity, line.net_minor) for line in lines_of(result.lines)]


def test_every_live_document_is_computed_again_to_the_same_lines(world):
    before = [row.document_public_id for row in live(world)]
    read(world, 3, *TEN_HOURS, known_at=LATER, extra_wh=400)
    cheaper = publish_at(world, "2026-07-11T00:00", make_energy("0.10", vat_code="std"))
    with world.records.transaction() as tx:
        contract_repository.supersede_terms(tx, 1, date(2026, 6, 1), now=LATER)
        contract_repository.add_term(
            tx, contract_id=1, tariff_version_id=contract_repository.tariff_id(tx, cheaper), first_date=date(2026, 6, 1), now=LATER,
        )  # fmt: skip
        tx.execute(update(Contract).where(Contract.id == 2).values(end_date=date(2026, 6, 20)))
    assert len(before) == 3
    for number, public_id in enumerate(before, 1):
        with at(world, "2026-07-12T08:00"):
            summary, document = billing.document(owner(number), public_id)
            again = billing_basis.recompute(owner(number), public_id)
            inputs = billing_basis.inputs_of(billing_basis.row_of(public_id), contract_rating.row_of(number))
            assert inputs.digest == billing_basis.basis(public_id).digest
        assert printed(again) == [
            (line.code, line.first, line.end, line.quantity, line.net_minor) for line in document.lines
        ]
        assert again.gross_minor == summary.gross_minor == expected_gross(number)


def publish_at(made, instant, *charges):
    with at(made, instant):
        return publish(tariff_text(*charges, version=2))


def test_only_owners_compute_their_documents_again(world):
    public_id = first_document(world)
    with at(world, "2026-07-12T08:00"):
        for viewer, document in ((owner(2), public_id), (owner(1), "doc-0000000000"), (AGENT, public_id)):
            with pytest.raises(NotFoundError):
                billing_basis.recompute(viewer, document)
            with pytest.raises(NotFoundError):
                rebilling.of_document(viewer, document)
        assert billing_basis.basis(public_id).revision == 0
        with pytest.raises(NotFoundError):
            billing_basis.basis("doc-0000000000")


def test_law_rebilling_with_unchanged_data_does_nothing(world):
    with at(world, "2026-07-12T08:00"):
        assert rebilling.find() == 0
        # The same values sent again, and readings of days that were not billed.
        read(world, 3, *TEN_HOURS, known_at=LATER)
        read(world, 3, "2026-06-30T22:00", "2026-07-02T22:00", known_at=LATER)
        assert rebilling.find() == 0
        assert rebilling.proposals(AGENT) == []


def test_law_after_a_correction_the_balance_is_what_counts_less_what_was_paid(world):
    public_id = first_document(world)
    with at(world, "2026-07-12T08:00"):
        billing_issue.book_payment("C-1", 10_000, "EUR", "bank:1", date(2026, 7, 8))
        read(
            world, [1], *TEN_HOURS, known_at=LATER, extra_wh=400
        )  # 40 x 0.4 = 16 kWh: 92.06 + 12.50 + 19.87, not 87.26 + 12.50 + 18.95
        assert rebilling.find() == 1
        assert rebilling.find() == 0
        (found,) = rebilling.proposals(AGENT)
        assert (found.number, found.delta_minor, found.reasons) == ("R2026-000001", 572, '["readings"]')
        assert rebilling.of_document(owner(1), public_id) == found
        done = rebilling.approve(AGENT, found.public_id)
        assert (done.note.number, done.document.number) == ("G2026-000001", "R2026-000004")
        assert billing_basis.basis(done.document.public_id).revision == 1
        assert receivable(world) == expected_gross(1) + 572 - 10_000
        _, note = billing.document(owner(1), done.note.public_id)
        assert (note.refers_to, note.totals.gross_minor) == ("R2026-000001", -expected_gross(1))
        assert ledger.problems() == []
        assert rebilling.find() == 0
        assert billing_run.run(JUNE, AT_ONCE).billed == 3
        again = billing_basis.recompute(owner(1), done.document.public_id)
        assert again.gross_minor == expected_gross(1) + 572
        # Credit note and original are nothing together, in the receivable, in revenue and in VAT.
        with world.records.reading() as db:
            sums = billing_queries.ledger_sums(db)
        whole = sum(expected_gross(n) for n in (1, 2, 3)) + 572
        assert sum(amount for (code, _), amount in sums.items() if code.startswith(("revenue:", "vat:"))) == -whole


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.integers(-100, 900), min_size=1, max_size=4), paid=st.integers(1, 40_000))
def test_law_any_chain_of_corrections_leaves_live_invoices_less_payments(tmp_path_factory, changes, paid):
    made = billing_world(tmp_path_factory.mktemp("chain"), 1)
    with at(made, "2026-07-03T08:00"):
        billing_run.run(JUNE, AT_ONCE)
        billing_issue.book_payment("C-1", paid, "EUR", "bank:1", date(2026, 7, 8))
    for day, extra in enumerate(changes, 10):
        known = datetime(2026, 7, day, tzinfo=UTC)
        read(made, [1], *TEN_HOURS, known_at=known, extra_wh=extra)
        with at(made, f"2026-07-{day}T09:00"):
            rebilling.find(de_minimis_minor=0)
            for row in rebilling.proposals(AGENT):
                rebilling.approve(AGENT, row.public_id)
    with at(made, "2026-07-20T08:00"):
        (row,) = live(made)
        assert row.gross_minor == contract_rating.rate_contract(1, JUNE).gross_minor
        with made.records.reading() as db:
            sums = billing_queries.ledger_sums(db)
        owed = sum(sums.get((f"{name}:C-1", "EUR"), 0) for name in ("receivable", "unapplied"))
        assert owed == row.gross_minor - paid
        assert ledger.problems() == []
    made.readings.close()
    made.records.dispose()


def test_a_small_difference_is_noted_and_not_billed_again(world):
    read(
        world, [1], "2026-06-10T00:00", "2026-06-10T01:00", known_at=LATER, extra_wh=400
    )  # 1.6 kWh: 119.29, not 118.71
    with at(world, "2026-07-12T08:00"):
        assert rebilling.find() == 0
        assert rebilling.proposals(AGENT) == []
        with world.records.reading() as db:
            (noted,) = queries.proposals(db, ["minor"])
        assert noted.delta_minor == 58


def test_a_correction_that_is_taken_back_is_not_proposed_any_more_and_may_come_again(world):
    read(world, [1], *TEN_HOURS, known_at=LATER, extra_wh=400)
    with at(world, "2026-07-12T08:00"):
        assert rebilling.find() == 1
        read(world, [1], *TEN_HOURS, known_at=replace_day(12))
        assert rebilling.find() == 0
        assert rebilling.proposals(AGENT) == []
        read(world, [1], *TEN_HOURS, known_at=replace_day(12, 7), extra_wh=400)
        assert rebilling.find() == 1
        assert len(rebilling.proposals(AGENT)) == 1


def replace_day(day, hour=6):
    return datetime(2026, 7, day, hour, tzinfo=UTC)


def test_what_has_changed_since_it_was_proposed_is_looked_at_again(world):
    read(world, [1], *TEN_HOURS, known_at=LATER, extra_wh=400)
    with at(world, "2026-07-12T08:00"):
        rebilling.find()
        (first,) = rebilling.proposals(AGENT)
        read(world, [1], *TEN_HOURS, known_at=replace_day(12), extra_wh=800)
        with pytest.raises(InvalidInputError, match="changed_meanwhile"):
            rebilling.approve(AGENT, first.public_id)
        assert rebilling.find() == 1
        (second,) = rebilling.proposals(AGENT)
        assert (second.public_id != first.public_id, second.delta_minor) == (True, 1_143)  # 32 kWh: 130.14


def test_staff_decide_once_and_nobody_else_does(world):
    read(world, 2, *TEN_HOURS, known_at=LATER, extra_wh=400)
    with at(world, "2026-07-12T08:00"):
        assert rebilling.find() == 2
        one, other = rebilling.proposals(AGENT)
        for stranger in (owner(1), Viewer(9, "x", "x", Role.ANALYST)):
            for verb in (rebilling.approve, rebilling.reject):
                with pytest.raises(ForbiddenError):
                    verb(stranger, one.public_id)
            with pytest.raises(ForbiddenError):
                rebilling.proposals(stranger)
        for verb in (rebilling.approve, rebilling.reject):
            with pytest.raises(NotFoundError):
                verb(AGENT, "rebill-0000000000")
        rebilling.reject(AGENT, one.public_id)
        rebilling.approve(AGENT, other.public_id)
        for row in (one, other):
            with pytest.raises((InvalidInputError, NotFoundError)):
                rebilling.approve(AGENT, row.public_id)
        assert (receivable(world, 1), receivable(world, 2)) == (expected_gross(1), expected_gross(2) + 571)
        assert rebilling.find() == 0  # what was rejected is not proposed again


def test_a_corrected_tariff_is_proposed_and_billed_again(world):
    dearer = publish_at(world, "2026-07-09T00:00", make_energy("0.31", vat_code="std"), make_fixed(vat_code="std"))
    with world.records.transaction() as tx:
        contract_repository.supersede_terms(tx, 1, date(2026, 1, 1), now=LATER)
        contract_repository.add_term(
            tx, contract_id=1, tariff_version_id=contract_repository.tariff_id(tx, dearer), first_date=date(2026, 1, 1), now=LATER,
        )  # fmt: skip
    with at(world, "2026-07-12T08:00"):
        assert rebilling.find() == 1
        (found,) = rebilling.proposals(AGENT)
        assert (found.reasons, found.delta_minor) == ('["terms"]', 347)  # 290.88 kWh x 0.31 + 12.50 + VAT = 122.18
        rebilling.approve(AGENT, found.public_id)
        assert receivable(world) == expected_gross(1) + 347


def test_days_after_the_end_of_a_contract_are_taken_back(world):
    with world.records.transaction() as tx:
        tx.execute(update(Contract).where(Contract.id == 1).values(end_date=date(2026, 6, 16)))
        tx.execute(update(Contract).where(Contract.id == 2).values(end_date=date(2026, 6, 1)))
    with at(world, "2026-07-12T08:00"):
        assert rebilling.find() == 2
        half, whole = rebilling.proposals(AGENT)
        assert (half.reasons, whole.reasons) == ('["days"]', '["not_supplied"]')
        assert rebilling.approve(AGENT, half.public_id).document is not None
        assert rebilling.approve(AGENT, whole.public_id).document is None
        # 15 days: 145.44 kWh x 0.30 = 43.63 and 6.25: 49.88 + 9.48
        assert (receivable(world, 1), receivable(world, 2)) == (5_936, 0)
        assert (rebilling.find(), ledger.problems()) == (0, [])
        report = billing_run.run(JUNE, AT_ONCE)
        assert (report.issued, report.held) == (0, 0)


def test_a_basis_is_never_changed(world):
    from sqlalchemy.exc import DatabaseError

    for statement in ("update billing_basis set revision = 9", "delete from billing_basis"):
        with pytest.raises(DatabaseError, match="append-only"), world.records.transaction() as tx:
            tx.execute(text(statement))
    with pytest.raises(DatabaseError, match="only superseded"), world.records.transaction() as tx:
        tx.execute(text("update billing_draft set state = 'draft'"))


def test_law_last_year_under_the_current_tariff_is_the_sum_of_its_invoices(tmp_path):
    """Within half a cent per line; the VAT changes in July, so both are compared without it."""
    made = billing_world(tmp_path, 2, first=date(2025, 1, 1), spans=(("2024-12-31T23:00", "2025-12-31T23:00"),))
    for number in range(1, 13):
        after = f"2025-{number + 1:02d}-03T08:00" if number < 12 else "2026-01-03T08:00"
        with at(made, after):
            assert billing_run.run(month(f"2025-{number:02d}"), AT_ONCE).issued == 2
    with at(made, "2026-01-04T08:00"):
        for contract in (1, 2):
            rows = [row for row in live(made) if row.contract_id == contract]
            documents = [billing.document(owner(contract), row.document_public_id)[1] for row in rows]
            billed = sum(document.totals.net_minor for document in documents)
            lines = sum(len(document.lines) for document in documents)
            lived = contract_rating.rate_contract(contract, year(2025))
            assert (len(rows), lines) == (12, 24)
            assert abs(lived.amount * 100 - billed) <= lines / 2
    made.readings.close()
    made.records.dispose()
