"""Refunds through the provider that took the payment, on both databases: our request and its news are one booking."""

from __future__ import annotations

import argparse
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.payments.base import ProviderUnreachableError
from data.tables.operations import OutboxMessage
from domain.access import Role, Viewer
from domain.errors import InvalidInputError
from domain.payments.facts import Fact, FactKind
from domain.payments.refunds import RefundAsk
from services import ledger, payment_facts, payments, refund_run, refunds
from services.payment_providers import sandbox
from tests.factories.databases import BOTH
from tests.factories.payments import ADA, deliver, invoice, open_minor, paying, viewer, whole


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with paying(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def paid(here) -> str:
    """An invoice of 119.00 paid in the sandbox: the ledger's key of that payment."""
    document = invoice(here)
    account = here.ids.accounts["consumer"]
    payments.start_payment(viewer(here), account, 11_900, document.public_id, None, "k1")
    sandbox().choose("spi_000001", "approve")
    deliver(here)
    [capture] = [fact for fact in sandbox().facts("spi_000001") if fact.kind is FactKind.CAPTURED]
    return f"payment:sandbox:captured:{capture.key}"


def staff(here, name: str) -> Viewer:
    return Viewer(here.ids.users[name], f"{name}@demo.example", name, Role(name), "en", frozenset(), ())


def approved(here, payment_key: str, amount_minor: int = 3_000) -> str:
    ask = RefundAsk(amount_minor, "EUR", "charged twice", payment_key, "sandbox")
    public_id = refunds.ask_refund(staff(here, "agent"), here.ids.accounts["consumer"], ask)
    refunds.approve_refund(staff(here, "admin"), public_id)
    return public_id


def state(here, public_id: str) -> tuple[str, str]:
    found = refunds.refund(staff(here, "agent"), public_id)
    return found.state, found.failure


def status(here) -> str:
    [view] = payments.payments(viewer(here), here.ids.accounts["consumer"])
    return view.status


def mails(here) -> list[str]:
    with here.portal.records.reading() as db:
        found = [str(payload) for payload in db.scalars(select(OutboxMessage.payload).order_by(OutboxMessage.id))]
    return [name for name in ("refund_sent", "refund_failed", "refund_declined") for one in found if name in one]


def clearing(here) -> int:
    return whole(here)["clearing:sandbox"]


def news(here, *facts: Fact) -> None:
    """What else the provider knows of the payment, told twice."""
    with here.portal.records.reading() as db:
        row = payment_facts.queries.payment_at(db, "sandbox", "spi_000001")
    for _ in range(2):
        with here.portal.records.transaction() as tx:
            payment_facts.keep(tx, row.id, facts, now=here.clock.now())


def test_a_refund_goes_the_way_the_payment_came_and_is_booked_once(here, paid):
    public_id = approved(here, paid)
    assert [sent.state for sent in refund_run.run_refunds()] == ["done"]
    assert (state(here, public_id), clearing(here), open_minor(here)) == (("done", ""), 11_900 - 3_000, 3_000)
    assert (status(here), deliver(here)) == ("partly_refunded", 1)  # the provider's own message comes after
    assert (clearing(here), refund_run.run_refunds(), ledger.problems()) == (8_900, [], [])
    assert mails(here) == ["refund_sent"]


def test_news_of_a_refund_before_its_answer_is_kept_waits_for_it(here, paid, monkeypatch):
    refund = type(sandbox()).refund

    def told_at_once(self, *asked) -> str:
        number = refund(self, *asked)
        deliver(here)
        assert clearing(here) == 8_900  # booked by the request, not by the message too
        return number

    monkeypatch.setattr(type(sandbox()), "refund", told_at_once)
    public_id = approved(here, paid)
    refund_run.run_refunds()
    assert (state(here, public_id), clearing(here), ledger.problems()) == (("done", ""), 8_900, [])


def test_a_run_that_got_no_answer_asks_again_and_the_news_meanwhile_is_no_second_refund(here, paid, monkeypatch):
    refund, calls = type(sandbox()).refund, []

    def silent_once(self, *asked) -> str:
        number = refund(self, *asked)
        calls.append(asked[2])
        if len(calls) == 1:
            raise ProviderUnreachableError(key=asked[2])
        return number

    monkeypatch.setattr(type(sandbox()), "refund", silent_once)
    public_id = approved(here, paid)
    assert [sent.state for sent in refund_run.run_refunds()] == ["sending"]
    deliver(here)
    assert clearing(here) == 8_900
    assert [sent.state for sent in refund_run.run_refunds()] == ["done"]
    assert (calls, state(here, public_id), clearing(here)) == ([public_id] * 2, ("done", ""), 8_900)


def test_a_refund_the_bank_does_not_take_is_booked_back_once_and_said(here, paid):
    public_id = approved(here, paid)
    refund_run.run_refunds()
    news(here, Fact(FactKind.REFUND_FAILED, "sre_000001"))
    assert (state(here, public_id), clearing(here)) == (("failed", "bank_refused"), 11_900)
    assert (open_minor(here), ledger.problems()) == (0, [])  # the invoice is settled again
    assert mails(here) == ["refund_sent", "refund_failed"]
    again = approved(here, paid, 8_900)  # the sandbox itself does not know that its bank refused 30.00 of 119.00
    assert [sent.state for sent in refund_run.run_refunds()] == ["done"]
    assert (state(here, again), clearing(here)) == (("done", ""), 3_000)


def test_a_refund_that_failed_before_its_answer_was_kept_has_failed(here, paid, monkeypatch):
    refund = type(sandbox()).refund

    def failing(self, *asked) -> str:
        number = refund(self, *asked)
        news(here, Fact(FactKind.REFUNDED, number, asked[1]), Fact(FactKind.REFUND_FAILED, number))
        return number

    monkeypatch.setattr(type(sandbox()), "refund", failing)
    public_id = approved(here, paid)
    refund_run.run_refunds()
    assert (state(here, public_id), clearing(here), ledger.problems()) == (("failed", "bank_refused"), 11_900, [])


def test_a_refund_made_at_the_provider_is_booked_as_before(here, paid):
    sandbox().refund("spi_000001", 1_900, "by-hand")
    deliver(here)
    assert (clearing(here), status(here), ledger.problems()) == (10_000, "partly_refunded", [])
    with pytest.raises(InvalidInputError) as refused:
        approved(here, paid, 10_001)
    assert refused.value.params["most_minor"] == 10_000


def test_what_the_provider_refuses_is_booked_back(here, paid):
    """Both ask for 119.00; the provider gave it back by hand meanwhile and its message is still on the way."""
    public_id = approved(here, paid, 11_900)
    sandbox().refund("spi_000001", 11_900, "by-hand")
    [sent] = refund_run.run_refunds()
    assert (sent.state, state(here, public_id)) == ("failed", ("failed", "refund_above_captured"))
    deliver(here)
    assert (clearing(here), open_minor(here), ledger.problems()) == (0, 11_900, [])


def test_money_of_another_way_does_not_go_through_the_provider(here, paid):
    account = here.ids.accounts["consumer"]
    for key in ("", "bank:1", "payment:stripe:captured:ch_1"):
        with pytest.raises(InvalidInputError) as refused:
            refunds.ask_refund(staff(here, "agent"), account, RefundAsk(100, "EUR", "charged twice", key, "sandbox"))
        assert (refused.value.params["field"], refused.value.params["remedy"]) == ("route", "not_as_it_came")


def test_staff_ask_from_a_terminal_and_the_money_goes_the_way_it_came(here, paid, capsys):
    parser = argparse.ArgumentParser()
    refund_run.add_arguments(parser)

    def command(*words: str) -> int:
        return refund_run.command(parser.parse_args(list(words)), here.portal)

    ask = ("ask", ADA, "12.50", "--payment", paid, "--reason", "charged twice", "--by")
    assert command(*ask, "consumer@demo.example") == 1
    assert command("ask", "C-0", *ask[2:], "agent@demo.example") == 1
    assert command(*ask[:2], "119.01", *ask[3:], "agent@demo.example") == 1
    assert command(*ask, "agent@demo.example") == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "There is no such person.", "There is no such account.", "Amount: No more than €119.00 can be paid out.",
    ]  # fmt: skip
    [row] = refunds.refund_queue(staff(here, "agent"))
    assert said.out.startswith(f"{row.public_id}  {ADA}  12.50 EUR  sandbox  asked by agent@demo.example")
    assert command("approve", row.public_id, "--by", "admin@demo.example") == 0
    assert (command("run"), clearing(here)) == (0, 11_900 - 1_250)


def test_a_declined_request_is_answered_with_its_reason(here, paid):
    ask = RefundAsk(3_000, "EUR", "charged twice", paid, "sandbox")
    public_id = refunds.ask_refund(staff(here, "agent"), here.ids.accounts["consumer"], ask)
    refunds.decline_refund(staff(here, "admin"), public_id, "It was charged once.")
    here.clock.instant += timedelta(minutes=1)
    assert (mails(here), refund_run.run_refunds(), clearing(here)) == (["refund_declined"], [], 11_900)
    with here.portal.records.reading() as db:
        [told] = [p for p in db.scalars(select(OutboxMessage.payload)) if "refund_declined" in str(p)]
    assert "It was charged once." in str(told)
