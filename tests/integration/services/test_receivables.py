"""Refunds, returns, write-offs and fees on both databases: once per key, never more than there is, always exact."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from data.queries import billing as queries
from data.queries import receivables as reading
from data.repositories import accounts
from data.tables.operations import AuditEvent
from domain.billing.ledger import party_accounts
from domain.errors import InvalidInputError, NotFoundError
from services import billing_issue, ledger, portal, receivables
from services.receivables import Booking, Received
from tests.factories.billing import make_document, make_line
from tests.factories.databases import BOTH, current_database
from tests.factories.people import NOW, people

ADA = "C-104 880"
DAY = date(2026, 8, 3)


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        yield made


def invoice(net_minor=10_000, party=ADA, **changes):
    return replace(make_document(make_line(net_minor), party=party), **changes)


def book(function, *arguments, key, **more):
    with portal.current().records.transaction() as tx:
        return function(tx, *arguments, Booking(key, DAY), **more)


def pay(amount, key, party=ADA, into="bank"):
    return book(receivables.book_received, Received(party, amount, "EUR", into=into), key=key)


def open_items():
    with portal.current().records.reading() as db:
        return {row.number_text: row.open_minor for row in queries.open_documents(db)}


def level(*codes):
    with portal.current().records.reading() as db:
        return sum(queries.ledger_sums(db, codes).values())


def test_credit_is_paid_out_once_and_no_further(here):
    pay(5_000, "bank:1")
    assert book(receivables.refund_credit, ADA, 3_000, "EUR", key="refund:1")
    assert not book(receivables.refund_credit, ADA, 3_000, "EUR", key="refund:1")
    with pytest.raises(InvalidInputError) as refused:
        book(receivables.refund_credit, ADA, 2_001, "EUR", key="refund:2")
    assert refused.value.params["most_minor"] == 2_000
    assert (level("clearing:transfers"), level("bank"), level(*party_accounts(ADA))) == (-3_000, 5_000, -2_000)


def test_feed_in_is_paid_out_as_well(here):
    billing_issue.issue(make_document(make_line(5_000, "feed_in"), kind="feed_in_credit", party=ADA), "sun")
    assert book(receivables.refund_credit, ADA, 5_950, "EUR", key="refund:1")
    assert level(*party_accounts(ADA)) == 0


def test_a_returned_debit_opens_what_it_settled_and_is_won_back(here):
    billing_issue.issue(invoice(), "june")  # 119.00
    pay(11_900, "pay:1", into="clearing:sandbox")
    assert open_items() == {}
    assert book(receivables.book_return, "pay:1", 11_900, key="return:1")
    assert not book(receivables.book_return, "pay:1", 11_900, key="return:1")
    assert (open_items(), level("clearing:sandbox")) == ({"R2026-000001": 11_900}, 0)
    assert ledger.problems() == []
    assert book(receivables.book_undone, "return:1", 11_900, key="won:1")
    assert (open_items(), level("clearing:sandbox"), ledger.problems()) == ({}, 11_900, [])
    with pytest.raises(InvalidInputError, match="above_captured"):
        book(receivables.book_undone, "return:1", 1, key="won:2")


def test_a_payment_is_given_back_up_to_what_was_kept_of_it(here):
    billing_issue.issue(invoice(), "june")
    pay(12_000, "pay:1")  # 1.00 too much
    assert book(receivables.refund_payment, "pay:1", 5_000, key="refund:1")
    # 1.00 waited; 49.00 of the invoice are open again
    assert (open_items(), level("bank")) == ({"R2026-000001": 4_900}, 7_000)
    with pytest.raises(InvalidInputError) as refused:
        book(receivables.refund_payment, "pay:1", 7_001, key="refund:2")
    assert refused.value.params["most_minor"] == 7_000
    assert book(receivables.book_undone, "refund:1", 5_000, key="failed:1")  # the bank would not take it
    assert book(receivables.refund_payment, "pay:1", 12_000, key="refund:3")
    assert (open_items(), level("bank"), ledger.problems()) == ({"R2026-000001": 11_900}, 0, [])


def test_what_was_taken_back_by_a_credit_note_is_not_opened(here):
    first = billing_issue.issue(invoice(), "june:0")
    pay(11_900, "pay:1")
    billing_issue.issue_credit_note(first.number, DAY)
    billing_issue.issue(invoice(9_000), "june:1")  # 107.10 from the 119.00
    book(receivables.book_return, "pay:1", 11_900, key="return:1")
    assert (open_items(), level(*party_accounts(ADA)), ledger.problems()) == ({"R2026-000002": 10_710}, 10_710, [])


def test_a_return_of_money_that_was_paid_out_is_owed_without_a_document(here):
    pay(5_000, "pay:1")
    book(receivables.refund_credit, ADA, 5_000, "EUR", key="refund:1")
    book(receivables.book_return, "pay:1", 5_000, key="return:1")
    assert (open_items(), level(*party_accounts(ADA)), ledger.problems()) == ({}, 5_000, [])


def test_an_item_is_given_up_in_part_and_whole_and_a_fee_is_paid_with_its_document(here):
    number = billing_issue.issue(invoice(), "june").number
    assert book(receivables.charge_fee, number, 250, key="fee:1")
    assert not book(receivables.charge_fee, number, 250, key="fee:1")
    assert open_items() == {number: 12_150}
    assert book(receivables.write_off, number, 150, key="off:1")
    with pytest.raises(InvalidInputError) as refused:
        book(receivables.write_off, number, 12_001, key="off:2")
    assert refused.value.params["most_minor"] == 12_000
    assert book(receivables.write_off, number, None, key="off:3")
    assert (open_items(), level("write_off"), level("dunning_fees"), ledger.problems()) == ({}, 12_150, -250, [])
    with pytest.raises(InvalidInputError, match="nothing_open"):
        book(receivables.charge_fee, number, 250, key="fee:2")
    with pytest.raises(InvalidInputError, match="above_open"):
        book(receivables.write_off, number, None, key="off:4")


def test_what_is_not_there_is_missing(here):
    pay(5_000, "pay:1")
    book(receivables.move_money, "EUR", 5_000, ("bank", "suspense"), key="move:1")
    for function, arguments in (
        (receivables.refund_payment, ("pay:9", 1)),
        (receivables.refund_payment, ("move:1", 1)),
        (receivables.book_undone, ("pay:1", 1)),
        (receivables.refund_credit, ("C-0", 1, "EUR")),
        (receivables.write_off, ("R2026-000009", 1)),
        (receivables.charge_fee, ("R2026-000009", 1)),
    ):
        with pytest.raises(NotFoundError):
            book(function, *arguments, key="x")


def test_every_booking_is_audited_with_its_key_and_amount(here):
    number = billing_issue.issue(invoice(), "june").number
    pay(11_900, "pay:1")
    book(receivables.book_return, "pay:1", 11_900, key="return:1")
    book(receivables.charge_fee, number, 250, key="fee:1")
    book(receivables.write_off, number, 250, key="off:1")
    with portal.current().records.reading() as db:
        found = db.execute(select(AuditEvent.action, AuditEvent.detail).order_by(AuditEvent.id)).all()
    assert [(action, detail) for action, detail in found if action != "document:issued"] == [
        ("payment:booked", '{"amount_minor": 11900, "key": "pay:1"}'),
        ("return:booked", '{"amount_minor": 11900, "key": "return:1"}'),
        ("fee:booked", '{"amount_minor": 250, "key": "fee:1"}'),
        ("write_off:booked", '{"amount_minor": 250, "key": "off:1"}'),
    ]


REVERSAL = (
    "insert into ledger_reversal (transaction_key, of_key, kind, amount_minor) values ('{}', 'pay:1', 'refund', {})"
)
REOPENING = (
    "insert into ledger_reopening (transaction_key, document_id, kind, amount_minor) values ('pay:1', 1, 'fee', 1)"
)


def test_law_the_database_refuses_more_than_was_captured_and_changes_of_what_was_booked(here):
    billing_issue.issue(invoice(), "june")
    pay(11_900, "pay:1")
    book(receivables.refund_payment, "pay:1", 11_000, key="refund:1")
    wrong = [
        (REVERSAL.format("x", 901), "more than the booking moved"),
        (REVERSAL.format("refund:1", 1), "is closed"),
        (REOPENING, "is closed"),
    ]
    for table in ("ledger_reversal", "ledger_reopening"):
        wrong += [(f"update {table} set amount_minor = 1", "append-only"), (f"delete from {table}", "append-only")]
    for statement, words in wrong:
        with pytest.raises(DatabaseError, match=words), here.portal.records.transaction() as tx:
            tx.execute(text(statement))


def test_law_eight_threads_never_give_back_more_than_was_captured(here):
    billing_issue.issue(invoice(), "june")
    pay(11_900, "pay:1")

    def work(turn: int) -> int:
        with portal.using(here.portal):
            try:
                book(receivables.refund_payment, "pay:1", 1_000, key=f"refund:{turn % 20}")
            except InvalidInputError:
                return 1
        return 0

    with ThreadPoolExecutor(8) as pool:
        refused = sum(pool.map(work, range(40)))  # 20 refunds, each tried twice; 11 of 10.00 fit into 119.00
    assert (level("bank"), open_items(), ledger.problems()) == (900, {"R2026-000001": 11_000}, [])
    assert refused == 2 * (20 - 11)


def test_law_eight_threads_never_pay_out_more_credit_than_there_is(here):
    pay(5_000, "pay:1")

    def work(turn: int) -> int:
        with portal.using(here.portal):
            try:
                book(receivables.refund_credit, ADA, 900, "EUR", key=f"refund:{turn}")
            except InvalidInputError:
                return 1
        return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(16))) == 16 - 5  # five of 9.00 fit into 50.00
    assert level(*party_accounts(ADA)) == -500


AMOUNTS = st.integers(1, 300)
KINDS = ("invoice", "negative", "credit_note", "pay", "refund_credit", "refund", "returned", "undo", "write_off", "fee")
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), AMOUNTS, st.integers(0, 5)), min_size=1, max_size=14)


class Model:
    """The same steps in plain sums, to compare with."""

    def __init__(self, party: str) -> None:
        self.party, self.balance, self.captured, self.refunded = party, 0, 0, 0
        self.documents: list[tuple[str, int]] = []
        self.payments: list[str] = []
        self.reversals: list[str] = []
        self.count = 0

    def step(self, kind: str, amount: int, which: int) -> None:
        self.count += 1
        key = f"{self.party}:{self.count}"
        with contextlib.suppress(InvalidInputError):  # more than there is: nothing is booked, and the sums say so
            getattr(self, kind)(amount, which, key)

    def invoice(self, amount: int, _which: int, key: str) -> None:
        issued = billing_issue.issue(make_document(make_line(amount), party=self.party), key)
        gross = make_document(make_line(amount)).totals.gross_minor
        self.documents.append((issued.number, gross))
        self.balance += gross

    def negative(self, amount: int, which: int, key: str) -> None:
        self.invoice(-amount, which, key)

    def credit_note(self, _amount: int, which: int, _key: str) -> None:
        if which < len(self.documents):
            number, gross = self.documents.pop(which)
            billing_issue.issue_credit_note(number, DAY)
            self.balance -= gross

    def pay(self, amount: int, _which: int, key: str) -> None:
        pay(amount, key, self.party)
        self.payments.append(key)
        self.captured += amount
        self.balance -= amount

    def refund_credit(self, amount: int, _which: int, key: str) -> None:
        book(receivables.refund_credit, self.party, amount, "EUR", key=key, out_of="bank")
        self._out(amount, key)

    def refund(self, amount: int, which: int, key: str) -> None:
        self._take_back(receivables.refund_payment, amount, which, key)

    def returned(self, amount: int, which: int, key: str) -> None:
        self._take_back(receivables.book_return, amount, which, key)

    def _take_back(self, how, amount: int, which: int, key: str) -> None:
        if which < len(self.payments):
            book(how, self.payments[which], amount, key=key)
            self._out(amount, key)

    def _out(self, amount: int, key: str) -> None:
        self.reversals.append(key)
        self.refunded += amount
        self.balance += amount

    def undo(self, amount: int, which: int, key: str) -> None:
        if which < len(self.reversals):
            book(receivables.book_undone, self.reversals[which], amount, key=key)
            self.refunded -= amount
            self.balance -= amount

    def write_off(self, amount: int, which: int, key: str) -> None:
        if which < len(self.documents):
            book(receivables.write_off, self.documents[which][0], amount, key=key)
            self.balance -= amount

    def fee(self, amount: int, which: int, key: str) -> None:
        if which < len(self.documents):
            book(receivables.charge_fee, self.documents[which][0], amount, key=key)
            self.balance += amount


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with people(tmp_path_factory.mktemp("model")) as made:
        made.count, made.money = 0, 0
        yield made


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_law_whatever_happens_balance_open_items_and_bank_are_the_sums_of_what_happened(home, steps):
    home.count += 1
    model = Model(f"C-9{home.count:05d}")
    with portal.using(home.portal):
        with home.portal.records.transaction() as tx:
            customer = accounts.add_customer(tx, kind="residential", name="Model", now=NOW)
            accounts.add_account(tx, customer_id=customer.id, number=model.party)
        for kind, amount, which in steps:
            model.step(kind, amount, which)
        home.money += model.captured - model.refunded
        assert ledger.problems() == []  # each receivable is its open items, and postings sum to zero
        assert level(*party_accounts(model.party)) == model.balance
        assert level("bank") == home.money  # captures less refunds
        with home.portal.records.reading() as db:
            assert all(row.open_minor > 0 for row in queries.open_documents(db))
            for key in model.payments:
                moved = reading.money_moved(db, key)
                assert 0 <= moved.left_minor <= moved.amount_minor
