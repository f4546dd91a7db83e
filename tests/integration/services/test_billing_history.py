"""The history of an account on both databases: what each booking was, the balance after it, and what brought no money."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from sqlalchemy import select

from data.repositories import payments as repository
from data.tables.billing import BillingDocument
from data.tables.payments import PaymentRow
from domain.access import NOBODY, Role, Viewer
from domain.errors import NotFoundError
from domain.payments.facts import Fact, FactKind
from domain.payments.refunds import RefundAsk
from services import billing, billing_history, billing_issue, dunning_run, receivables, refunds
from services.billing_history import Filter
from services.receivables import Booking
from tests.factories.databases import BOTH, current_database
from tests.factories.people import people
from tests.integration.services.test_billing import ADA, BEA, invoice, viewer

IBAN = "DE89370400440532013000"


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        yield made


@pytest.fixture
def eventful(here):
    """119.00 billed, paid, taken back by the bank, 5.00 of fee, all paid, the bill taken back, 50.00 paid out."""
    first = billing_issue.issue(invoice(), "june")
    billing_issue.book_payment(ADA, 11_900, "EUR", "p1", date(2026, 7, 10))
    with here.portal.records.transaction() as tx:
        receivables.book_return(tx, "p1", 11_900, Booking("r1", date(2026, 7, 14)))
        receivables.charge_fee(tx, first.number, 500, Booking("f1", date(2026, 7, 20)))
    billing_issue.book_payment(ADA, 12_400, "EUR", "p2", date(2026, 7, 21))
    billing_issue.issue_credit_note(first.number, date(2026, 8, 3))
    with here.portal.records.transaction() as tx:
        receivables.refund_credit(tx, ADA, 5_000, "EUR", Booking("o1", date(2026, 8, 10)))
    billing_issue.issue(invoice(party=BEA), "of the neighbour")
    return here


def ada(here) -> Viewer:
    return viewer(here, "consumer")


def test_each_booking_is_told_with_the_balance_after_it(eventful):
    found = billing_history.history(ada(eventful), Filter())
    told = [(each.on.isoformat(), each.kind, each.amount_minor, each.balance_minor) for each in reversed(found.entries)]
    assert told == [
        ("2026-07-03", "invoice", 11_900, 11_900),
        ("2026-07-10", "payment", -11_900, 0),
        ("2026-07-14", "return", 11_900, 11_900),
        ("2026-07-20", "fee", 500, 12_400),
        ("2026-07-21", "payment", -12_400, 0),
        ("2026-08-03", "credit_note", -11_900, -11_900),
        ("2026-08-10", "refund", 5_000, -6_900),
    ]
    assert found.balances == {"EUR": -6_900} == billing.balance(ada(eventful), eventful.ids.accounts["consumer"])
    stated = billing.statement(ada(eventful), eventful.ids.accounts["consumer"])
    assert [(row.amount_minor, row.balance_minor) for row in stated] == [row[2:] for row in told]


def test_a_booking_names_the_bills_it_was_about(eventful):
    by_day = {each.on.day: each for each in billing_history.entries(ada(eventful)) if each.on.month == 7}
    assert (by_day[3].document.number, by_day[3].about) == ("R2026-000001", ())
    for day in (10, 14, 20, 21):
        assert [document.number for document in by_day[day].about] == ["R2026-000001"]


def test_the_story_of_one_bill_is_told_from_its_issue_on(eventful):
    ada_, neighbour = ada(eventful), viewer(eventful, "neighbour")
    first = next(each.document for each in billing_history.entries(ada_) if each.kind == "invoice")
    story = billing_history.of_document(ada_, first.public_id)
    assert [(each.on.day, each.kind) for each in story.entries] == [
        (3, "invoice"), (10, "payment"), (14, "return"), (20, "fee"), (21, "payment"), (3, "credit_note"),
    ]  # fmt: skip
    assert (story.letters, story.set_off_minor) == ((), 0)
    second = billing_issue.issue(invoice(), "july")  # 119.00, of which 69.00 are the credit that is left
    told = billing_history.of_document(ada_, second.public_id)
    assert ([each.kind for each in told.entries], told.set_off_minor) == (["invoice"], 6_900)
    dunning_run.run_dunning(date(2026, 7, 24))  # a week after it was due
    [letter] = billing_history.of_document(ada_, second.public_id).letters
    assert (letter.code, letter.on, letter.fee_minor) == ("reminder", date(2026, 7, 24), 0)
    for asked in (first.public_id, "doc-0000000000"):
        with pytest.raises(NotFoundError):
            billing_history.of_document(neighbour if asked == first.public_id else ada_, asked)
        with pytest.raises(NotFoundError):
            billing_history.of_document(NOBODY, asked)


def test_an_attempt_that_failed_is_in_the_story_of_its_bill(here):
    first = billing_issue.issue(invoice(), "june")
    with here.portal.records.transaction() as tx:
        attempt(here, tx, "k1", "failed", [Fact(FactKind.DECLINED, "d1", reason="insufficient_funds")])
        row = tx.scalars(select(PaymentRow)).one()
        row.document_id = tx.scalars(select(BillingDocument.id)).one()
    story = billing_history.of_document(ada(here), first.public_id)
    assert [(each.kind, each.reason) for each in story.entries] == [("invoice", ""), ("failed", "insufficient_funds")]


def test_a_credit_note_names_the_bill_it_takes_back_apart_from_those_it_is_set_off_against(here):
    """119.00 each; the first is paid, so its credit settles the second."""
    first, second = billing_issue.issue(invoice(), "june"), billing_issue.issue(invoice(), "july")
    billing_issue.book_payment(ADA, 11_900, "EUR", "p1", date(2026, 7, 10), first.number)
    billing_issue.issue_credit_note(first.number, date(2026, 8, 3))
    note = billing_history.entries(ada(here))[0]
    assert (note.kind, note.takes_back.number) == ("credit_note", first.number)
    assert [document.number for document in note.about] == [second.number]


def attempt(here, tx, key: str, state: str, facts=()) -> None:
    row = PaymentRow(
        public_id=f"pay-{key}", key=key, account_id=here.ids.account_rows["consumer"], amount_minor=11_900, currency="EUR",
        provider="sandbox", provider_id=f"p-{key}", state=state, is_open=state == "processing", created_at=here.clock.now(),
    )  # fmt: skip
    repository.add_payment(tx, row)
    repository.add_facts(tx, row, facts, now=here.clock.now())


def test_attempts_without_money_stand_between_the_bookings_and_change_no_balance(here):
    billing_issue.issue(invoice(), "june")
    declined = Fact(FactKind.DECLINED, "d-1", reason="insufficient_funds")
    with here.portal.records.transaction() as tx:
        attempt(here, tx, "a", "failed", [declined])
        attempt(here, tx, "b", "processing")
        attempt(here, tx, "c", "succeeded")  # its money is told by its booking
    found = billing_history.history(ada(here), Filter())
    assert [(each.kind, each.balance_minor, each.reason) for each in found.entries] == [
        ("in_progress", None, ""),
        ("failed", None, "insufficient_funds"),
        ("invoice", 11_900, ""),
    ]
    assert found.balances == {"EUR": 11_900}


def test_a_refund_that_was_asked_for_is_told_before_it_is_sent(here):
    billing_issue.book_payment(ADA, 2_000, "EUR", "p1", date(2026, 7, 10))
    ask = RefundAsk(1_500, "EUR", "Paid twice", iban=IBAN, holder="Ada")
    refunds.ask_refund(ada(here), here.ids.accounts["consumer"], ask)
    newest = billing_history.entries(ada(here))[0]
    assert (newest.kind, newest.amount_minor, newest.balance_minor, newest.reason) == (
        "refund_asked",
        1_500,
        None,
        "Paid twice",
    )


def test_filters_pages_and_what_there_is_to_choose(eventful, monkeypatch):
    def asked(**wanted: object):
        return billing_history.history(ada(eventful), Filter(**wanted))

    assert asked().groups == ("bills", "payments", "refunds", "other")
    assert asked().years == (2026,)
    counts = {group: asked(group=group).found for group in ("bills", "payments", "refunds", "other", "", "nonsense")}
    assert counts == {"bills": 2, "payments": 3, "refunds": 1, "other": 1, "": 7, "nonsense": 7}
    assert asked(year=2025).found == 0
    monkeypatch.setattr(billing_history, "PAGE_ROWS", 3)
    assert [(asked(page=page).page, len(asked(page=page).entries)) for page in (1, 3, 9, 0)] == [
        (1, 3),
        (3, 1),
        (3, 1),
        (1, 3),
    ]


def test_the_file_holds_what_was_asked_for_oldest_first(eventful):
    rows = list(csv.DictReader(io.StringIO(billing_history.as_csv(ada(eventful), Filter(group="payments")))))
    assert [(row["date"], row["kind"], row["about"], row["amount"], row["balance"]) for row in rows] == [
        ("2026-07-10", "payment", "R2026-000001", "-119.00", "0.00"),
        ("2026-07-14", "return", "R2026-000001", "119.00", "119.00"),
        ("2026-07-21", "payment", "R2026-000001", "-124.00", "0.00"),
    ]


def test_no_reason_becomes_a_formula(here):
    declined = Fact(FactKind.DECLINED, "d-1", reason="=HYPERLINK(1)")
    with here.portal.records.transaction() as tx:
        attempt(here, tx, "a", "failed", [declined])
    (row,) = csv.DictReader(io.StringIO(billing_history.as_csv(ada(here), Filter())))
    assert row["reason"] == "'=HYPERLINK(1)"


def test_the_accounts_of_others_are_missing(eventful):
    neighbour = viewer(eventful, "neighbour")
    assert [each.account_number for each in billing_history.entries(neighbour)] == [BEA]
    for account in (eventful.ids.accounts["consumer"], "account-0000000000"):
        for ask in (billing_history.history, billing_history.as_csv):
            with pytest.raises(NotFoundError):
                ask(neighbour, Filter(account=account))
    staff = Viewer(9, "agent@demo.example", "Agent", Role.AGENT)
    assert billing_history.entries(staff) == billing_history.entries(NOBODY) == []
