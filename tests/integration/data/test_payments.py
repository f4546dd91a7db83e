"""Payment rows on both databases: one attempt in flight, facts and what was asked for never change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from data.queries import payments as queries
from data.repositories import payments as repository
from data.tables.payments import AutopayRow, Mandate, PaymentFact, PaymentMethod, PaymentRow, WebhookEvent
from domain.payments.facts import Fact, FactKind
from services import billing_issue
from tests.factories.billing import make_document, make_line
from tests.factories.databases import BOTH, current_database
from tests.factories.people import NOW, people


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        yield made


def transaction(here):
    return here.portal.records.transaction()


def payment(here, key: str, **changes) -> PaymentRow:
    base = {
        "public_id": f"pay-{key}", "key": key, "account_id": here.ids.account_rows["consumer"], "amount_minor": 8_450,
        "currency": "EUR", "provider": "sandbox", "created_at": NOW,
    }  # fmt: skip
    return PaymentRow(**{**base, **changes})


def method(here, token: str, **changes) -> PaymentMethod:
    base = {
        "public_id": f"pm-{token}", "account_id": here.ids.account_rows["consumer"], "provider": "sandbox",
        "provider_id": token, "kind": "card", "created_at": NOW,
    }  # fmt: skip
    return PaymentMethod(**{**base, **changes})


def test_one_attempt_at_a_time_pays_a_document_and_one_the_balance(here):
    billing_issue.issue(make_document(make_line(7_101), party="C-104 880"), "june")
    with transaction(here) as tx:
        document_id = tx.execute(text("select id from billing_document")).scalar_one()
        first = repository.add_payment(tx, payment(here, "a", document_id=document_id))
        repository.add_payment(tx, payment(here, "b"))
    for again in (payment(here, "c", document_id=document_id), payment(here, "d")):
        with pytest.raises(IntegrityError), transaction(here) as tx:
            repository.add_payment(tx, again)
    with transaction(here) as tx:
        repository.set_state(tx, first.id, "failed", is_open=False)
        repository.add_payment(tx, payment(here, "e", document_id=document_id))
    with here.portal.records.reading() as db:
        assert [row.key for row in queries.attempts_of(db, document_id)] == ["a", "e"]
        assert [row.key for row in queries.in_flight(db, [first.account_id])] == ["b", "e"]
        assert [row.key for row in queries.payments_of(db, [first.account_id])] == ["e", "b", "a"]
        assert queries.payment_by_key(db, "a").public_id == "pay-a"


def test_what_is_over_or_was_asked_for_or_became_known_does_not_change(here):
    with transaction(here) as tx:
        row = repository.add_payment(tx, payment(here, "a"))
        repository.answered(tx, row.id, "spi_1", "/page", now=NOW)
        repository.add_facts(tx, row, [Fact(FactKind.CAPTURED, "sch_1", 8_450)], now=NOW)
        repository.set_state(tx, row.id, "succeeded", is_open=False)
    wrong = [
        (update(PaymentRow).values(is_open=True), "does not begin again"),
        (update(PaymentRow).values(amount_minor=1), "is kept"),
        (update(PaymentRow).values(provider_id="spi_2"), "is kept"),
        (text("delete from payment"), "rows are kept"),
        (update(PaymentFact).values(amount_minor=1), "append-only"),
        (text("delete from payment_fact"), "append-only"),
    ]
    for statement, words in wrong:
        with pytest.raises(DatabaseError, match=words), transaction(here) as tx:
            tx.execute(statement)
    with transaction(here) as tx:
        repository.answered(tx, row.id, "spi_2", "", now=NOW)  # a second answer changes nothing
    with pytest.raises(IntegrityError), transaction(here) as tx:  # the same news of a payment is kept once
        repository.add_facts(tx, row, [Fact(FactKind.CAPTURED, "sch_1", 8_450)], now=NOW)
    with here.portal.records.reading() as db:
        assert queries.payment_at(db, "sandbox", "spi_1").state == "succeeded"
        assert queries.facts_of(db, row.id) == [Fact(FactKind.CAPTURED, "sch_1", 8_450)]
        assert queries.first_known(db, row.id, "captured") == NOW


def test_a_message_is_news_once(here):
    event = {"provider": "sandbox", "event_id": "e1", "provider_id": "spi_1", "at": NOW, "received_at": NOW}
    with transaction(here) as tx:
        assert repository.add_event(tx, WebhookEvent(**event, state="waiting"))
        assert not repository.add_event(tx, WebhookEvent(**event, state="applied"))
    with transaction(here) as tx:
        assert queries.waiting_events(tx, NOW + timedelta(seconds=1)) == []
        (waiting,) = queries.waiting_events(tx, NOW)
        repository.events_applied(tx, [waiting.id])
    with here.portal.records.reading() as db:
        assert queries.waiting_events(db, NOW) == []
        assert queries.event_row(db, "sandbox", "e1").state == "applied"


def test_an_account_has_one_default_and_a_mandate_ends_with_its_method(here):
    account_id = here.ids.account_rows["consumer"]
    with transaction(here) as tx:
        mandate = repository.add_mandate(tx, Mandate(
            public_id="mandate-1", account_id=account_id, reference="M-1", creditor_id="DE98ZZZ09999999999", holder="Ada",
            iban_cipher="x", last4="3000", bank_name="Bank", signed_at=NOW, signed_by=here.ids.users["consumer"],
            ip="127.0.0.1", user_agent="", text_version="1",
        ))  # fmt: skip
        debit = repository.add_method(tx, method(here, "debit", kind="sepa", mandate_id=mandate.id))
        card = repository.add_method(tx, method(here, "card"))
        repository.make_default(tx, account_id, debit.id)
        repository.make_default(tx, account_id, card.id)
    with here.portal.records.reading() as db:
        shown = [(row.provider_id, row.is_default) for row in queries.methods_of(db, account_id)]
        assert shown == [("card", True), ("debit", False)]
    with pytest.raises(IntegrityError), transaction(here) as tx:
        tx.execute(update(PaymentMethod).values(is_default=True))
    with transaction(here) as tx:
        repository.end_method(tx, debit.id, now=NOW)
    with pytest.raises(DatabaseError, match="was signed is kept"), transaction(here) as tx:
        tx.execute(update(Mandate).values(state="active"))
    with here.portal.records.reading() as db:
        assert [row.state for row in queries.mandates_of(db, account_id)] == ["revoked"]
        assert [row.provider_id for row in queries.methods_of(db, account_id)] == ["card"]


def test_automatic_payment_needs_a_consent(here):
    account_id = here.ids.account_rows["consumer"]
    with pytest.raises(IntegrityError), transaction(here) as tx:
        repository.save_autopay(tx, account_id, {"is_on": True}, now=NOW)
    with transaction(here) as tx:
        consent = {"is_on": True, "consented_at": NOW, "consented_by": here.ids.users["consumer"], "cap_minor": 10_000}
        repository.save_autopay(tx, account_id, consent, now=NOW)
        repository.save_autopay(tx, account_id, {"preferred_day": 5}, now=NOW)
    with here.portal.records.reading() as db:
        (rule,) = queries.autopay_on(db)
        assert isinstance(rule, AutopayRow)
        assert (rule.account_id, rule.cap_minor, rule.preferred_day) == (account_id, 10_000, 5)
