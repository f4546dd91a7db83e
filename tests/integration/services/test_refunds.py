"""Refund requests on both databases: asked by one person, decided by another, sent once."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from data.queries import billing as queries
from data.queries import identity
from data.tables.operations import AuditEvent, OutboxMessage
from domain.access import Role, Viewer
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.payments.refunds import AlreadyDecidedError, OwnRequestError, RefundAsk
from services import billing_issue, ledger, portal, receivables, refund_run, refunds
from services.receivables import Booking, Received
from services.refund_routes import ROUTES, RefundAnswer, RefundOrder
from tests.factories.billing import make_document, make_line
from tests.factories.databases import BOTH, current_database
from tests.factories.people import people

ADA, IBAN = "C-104 880", "DE89 3704 0044 0532 0130 00"
ASK = RefundAsk(3_000, "EUR", "I have moved out", iban=IBAN, holder="Ada Example")


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        yield made


def viewer(here, name: str) -> Viewer:
    role = Role(name) if name in {"agent", "admin", "analyst"} else Role.CUSTOMER
    with here.portal.records.reading() as db:
        accounts, grants = identity.memberships(db, here.ids.users[name])
    return Viewer(here.ids.users[name], f"{name}@demo.example", name, role, "en", grants, accounts)


def pay(amount=5_000, key="bank:1", into="bank"):
    with portal.current().records.transaction() as tx:
        receivables.book_received(tx, Received(ADA, amount, "EUR", into=into), Booking(key, date(2026, 11, 1)))


def asked(here, ask=ASK, by="consumer") -> str:
    return refunds.ask_refund(viewer(here, by), here.ids.accounts["consumer"], ask)


def level(code):
    with portal.current().records.reading() as db:
        return sum(queries.ledger_sums(db, [code]).values())


def state(here, public_id):
    found = refunds.refund(viewer(here, "agent"), public_id)
    return found.state, found.failure


def test_an_owner_asks_an_admin_approves_and_it_is_sent_once(here):
    pay()
    public_id = asked(here)
    assert refunds.refundable(viewer(here, "consumer"), here.ids.accounts["consumer"]) == 2_000
    assert [row.public_id for row in refunds.refund_queue(viewer(here, "agent"))] == [public_id]
    assert refund_run.run_refunds() == []  # nobody has decided
    refunds.approve_refund(viewer(here, "admin"), public_id, "seen")
    [sent] = refund_run.run_refunds()
    assert (sent.state, sent.order.iban, sent.order.amount_minor) == ("done", "DE89370400440532013000", 3_000)
    assert refund_run.run_refunds() == []
    assert (level("clearing:transfers"), level(f"unapplied:{ADA}"), ledger.problems()) == (-3_000, -2_000, [])
    [row] = refunds.refunds(viewer(here, "consumer"), here.ids.accounts["consumer"])
    assert (row.state, row.iban_end, row.decided_by_email, row.note) == ("done", "3000", "admin@demo.example", "seen")
    with here.portal.records.reading() as db:
        actions = db.scalars(select(AuditEvent.action).where(AuditEvent.object_id == public_id).order_by(AuditEvent.id))
        assert list(actions) == ["refund:asked", "refund:approved", "refund:sending", "refund:done"]
        [mail] = db.scalars(select(OutboxMessage.payload))
        assert "refund_sent" in mail
        assert "0532" not in mail  # of the account no more than its end


def test_who_asked_never_decides_and_nobody_decides_twice(here):
    pay()
    own = asked(here, by="admin")
    with pytest.raises(OwnRequestError):
        refunds.approve_refund(viewer(here, "admin"), own)
    other = asked(here, replace(ASK, amount_minor=100), by="agent")
    refunds.decline_refund(viewer(here, "admin"), other, "not yet due")
    with pytest.raises(AlreadyDecidedError):
        refunds.approve_refund(viewer(here, "admin"), other)
    for name in ("agent", "analyst", "consumer"):
        with pytest.raises(ForbiddenError):
            refunds.approve_refund(viewer(here, name), own)
    assert (state(here, own), state(here, other)) == (("asked", ""), ("declined", ""))


DECIDED_AT_ONCE = """insert into refund_request (public_id, account_id, currency, amount_minor, route, iban_sealed, iban_end,
    holder, reason, state, asked_by, asked_at, decided_by, note, provider_id, failure) select 'x', account_id, currency,
    amount_minor, route, '', '', '', reason, 'approved', asked_by, asked_at, asked_by + 1, '', '', '' from refund_request"""


def test_law_the_database_refuses_one_person_and_a_changed_request(here):
    pay()
    public_id = asked(here, by="admin")
    admin = here.ids.users["admin"]
    for statement, words in (
        (f"update refund_request set state = 'approved', decided_by = {admin}", "four_eyes"),
        ("update refund_request set amount_minor = 9", "what was asked"),
        ("update refund_request set iban_sealed = 'x'", "what was asked"),
        (f"update refund_request set asked_by = {here.ids.users['agent']}", "what was asked"),
        ("update refund_request set state = 'approved'", "decided"),
        ("delete from refund_request", "rows are kept"),
        (DECIDED_AT_ONCE, "begins as asked"),
    ):
        with pytest.raises(DatabaseError, match=words), here.portal.records.transaction() as tx:
            tx.execute(text(statement))
    assert state(here, public_id) == ("asked", "")


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        ({"amount_minor": 5_001}, "amount", "above_credit"),
        ({"amount_minor": 0}, "amount", "amount_zero"),
        ({"iban": "DE88 3704 0044 0532 0130 00"}, "iban", "check_iban"),
        ({"iban": ""}, "iban", "missing"),
        ({"holder": " \n"}, "holder", "missing"),
        ({"reason": ""}, "reason", "length"),
        ({"route": "carrier pigeon"}, "route", "unknown"),
        ({"payment_key": "bank:1"}, "payment", "staff_only"),
    ],
)
def test_a_wrong_request_names_its_field_and_changes_nothing(here, change, field, remedy):
    pay()
    with pytest.raises(InvalidInputError) as refused:
        asked(here, replace(ASK, **change))
    assert (refused.value.params["field"], refused.value.params["remedy"]) == (field, remedy)
    assert refunds.refund_queue(viewer(here, "agent")) == []


def test_what_is_somebody_elses_is_missing(here):
    pay()
    public_id = asked(here)
    stranger, account = viewer(here, "neighbour"), here.ids.accounts["consumer"]
    for ask in (
        lambda: refunds.refundable(stranger, account),
        lambda: refunds.refunds(stranger, account),
        lambda: refunds.refund(stranger, public_id),
        lambda: refunds.refund(stranger, "refund-0000000000"),
        lambda: refunds.ask_refund(stranger, account, ASK),
        lambda: refunds.refunds(stranger, "account-0000000000"),
    ):
        with pytest.raises(NotFoundError):
            ask()
    with pytest.raises(NotFoundError):
        refunds.approve_refund(viewer(here, "admin"), "refund-0000000000")
    member = replace(viewer(here, "consumer"), memberships=((here.ids.account_rows["consumer"], "member"),))
    assert refunds.refund(member, public_id).state == "asked"
    with pytest.raises(ForbiddenError):
        refunds.ask_refund(member, account, ASK)
    for name in ("consumer", "analyst"):
        with pytest.raises(ForbiddenError):
            refunds.refund_queue(viewer(here, name))
    acting = replace(
        viewer(here, "agent"), acting_for_account_id=here.ids.account_rows["consumer"],
        memberships=((here.ids.account_rows["consumer"], "read_only"),),
    )  # fmt: skip
    assert refunds.refundable(acting, account) == 2_000
    with pytest.raises(ForbiddenError):
        refunds.ask_refund(acting, account, ASK)


def test_what_an_invoice_used_up_meanwhile_is_not_sent(here):
    pay()
    public_id = asked(here)
    refunds.approve_refund(viewer(here, "admin"), public_id)
    billing_issue.issue(make_document(make_line(3_000), party=ADA), "june")  # takes 35.70 of the 50.00
    assert [(sent.state, sent.failure) for sent in refund_run.run_refunds()] == [("failed", "above_credit")]
    assert (state(here, public_id), level("clearing:transfers")) == (("failed", "above_credit"), 0)


def test_two_requests_never_ask_for_the_same_money(here):
    pay()

    def ask(_turn: int) -> int:
        with portal.using(here.portal):
            try:
                asked(here)
            except InvalidInputError:
                return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, range(8))) == 1  # one of 30.00 fits into 50.00


@dataclass
class Provider:
    """Keeps what it did by key, as a provider does; answers as it is told."""

    answer: RefundAnswer = field(default_factory=lambda: RefundAnswer("done", "re_1"))
    done: dict[str, int] = field(default_factory=dict)
    asked: int = 0
    breaks: int = 0

    def takes(self, _payment_key: str) -> bool:
        return True

    def account(self, _order: RefundOrder) -> str:
        return "clearing:test"

    def send(self, order: RefundOrder) -> RefundAnswer:
        self.asked += 1
        self.done[order.key] = order.amount_minor
        if self.breaks:
            self.breaks -= 1
            raise ConnectionError("gone before its answer was kept")
        return self.answer


@pytest.fixture
def provider(monkeypatch):
    made = Provider()
    monkeypatch.setitem(ROUTES._items, "test_provider", made)
    return made


def approved(here, provider_ask=None) -> str:
    ask = provider_ask or RefundAsk(3_000, "EUR", "charged twice", payment_key="pay:1", route="test_provider")
    public_id = asked(here, ask, by="agent")
    refunds.approve_refund(viewer(here, "admin"), public_id)
    return public_id


def test_a_run_that_died_after_telling_the_provider_is_told_again_with_the_same_key(here, provider):
    billing_issue.issue(make_document(make_line(10_000), party=ADA), "june")
    pay(11_900, "pay:1", "clearing:test")
    public_id = approved(here)
    provider.breaks = 1
    with pytest.raises(ConnectionError):
        refund_run.run_refunds()
    assert state(here, public_id) == ("sending", "")
    assert [sent.state for sent in refund_run.run_refunds()] == ["done"]
    assert (provider.asked, provider.done) == (2, {public_id: 3_000})
    assert (level("clearing:test"), ledger.problems()) == (8_900, [])


def test_a_refusal_books_the_money_back(here, provider):
    billing_issue.issue(make_document(make_line(10_000), party=ADA), "june")
    pay(11_900, "pay:1", "clearing:test")
    public_id = approved(here)
    provider.answer = RefundAnswer("failed", reason="card_closed")
    assert [sent.failure for sent in refund_run.run_refunds()] == ["card_closed"]
    assert (state(here, public_id), level("clearing:test")) == (("failed", "card_closed"), 11_900)
    assert (level(f"receivable:{ADA}"), ledger.problems()) == (0, [])  # the invoice is settled again


def test_an_answer_may_come_later(here, provider):
    pay(11_900, "pay:1", "clearing:test")
    public_id = approved(here)
    provider.answer = RefundAnswer("sending", "re_7")
    assert [sent.state for sent in refund_run.run_refunds()] == ["sending"]
    for _ in range(2):  # told twice
        with here.portal.records.transaction() as tx:
            assert refund_run.finish_refund(tx, public_id, RefundAnswer("done")) == "done"
    assert (level("clearing:test"), refund_run.run_refunds()) == (8_900, [])


def test_requests_for_one_payment_stay_within_it(here, provider):
    pay(5_000, "pay:1", "clearing:test")
    approved(here)
    with pytest.raises(InvalidInputError) as refused:
        approved(here)
    assert refused.value.params["most_minor"] == 2_000
    with pytest.raises(InvalidInputError, match="not_found"):
        asked(here, RefundAsk(1, "EUR", "charged twice", "pay:9", "test_provider"), by="agent")


def test_law_parallel_runs_send_each_request_once(here, provider):
    pay(9_000, "pay:1", "clearing:test")
    ids = [approved(here, RefundAsk(500, "EUR", "charged twice", "pay:1", "test_provider")) for _ in range(6)]

    def run(_turn: int) -> None:
        with portal.using(here.portal):
            refund_run.run_refunds()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert (provider.done, level("clearing:test")) == (dict.fromkeys(ids, 500), 9_000 - 6 * 500)
    assert {state(here, public_id) for public_id in ids} == {("done", "")}


def command(here, *words: str) -> int:
    parser = argparse.ArgumentParser()
    refund_run.add_arguments(parser)
    return refund_run.command(parser.parse_args(list(words)), here.portal)


def test_from_a_terminal(here, capsys):
    pay()
    first, second = asked(here), asked(here, replace(ASK, amount_minor=100))
    assert command(here, "list", "--by", "agent@demo.example") == 0
    assert command(here, "approve", first, "--by", "agent@demo.example") == 1
    assert command(here, "approve", first, "--by", "admin@demo.example", "--note", "seen") == 0
    assert command(here, "decline", second, "--by", "admin@demo.example", "--note", "too small") == 0
    assert command(here, "approve", second, "--by", "admin@demo.example") == 1
    assert command(here, "show", "refund-0000000000", "--by", "admin@demo.example") == 1
    assert command(here, "list", "--by", "consumer@demo.example") == 1
    assert command(here, "run") == 0
    said = capsys.readouterr()
    assert f"{first}  {ADA}  30.00 EUR  bank_transfer …3000  asked by consumer@demo.example" in said.out
    assert f"done  30.00 EUR  to Ada Example DE89370400440532013000  reference {first}" in said.out
    assert said.err.splitlines() == [
        "This person may not do that; it takes the permission billing:approve.", "This request is declined already.",
        "There is no such refund.", "There is no such person.",
    ]  # fmt: skip


def test_a_person_never_approves_their_own_request_from_a_terminal(here, capsys):
    pay()
    assert command(here, "approve", asked(here, by="admin"), "--by", "admin@demo.example") == 1
    assert "let another admin decide" in capsys.readouterr().err


def test_a_booking_has_the_retailers_day(here):
    """23:30 in London of 31 October is 00:30 of 1 November in Berlin."""
    pay()
    public_id = asked(here)
    refunds.approve_refund(viewer(here, "admin"), public_id)
    here.clock.instant = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    refund_run.run_refunds()
    with here.portal.records.reading() as db:
        day = "select booked_on from ledger_transaction where key = :key"
        assert str(db.scalar(text(day), {"key": f"refund:{public_id}"})) == "2026-11-01"
