"""Stripe's objects as facts; the fields are those of Stripe's API reference."""

from __future__ import annotations

import pytest

from adapters.payments import stripe_facts
from domain.payments.facts import Fact, FactKind, PaymentStatus, known

CHARGE = {"id": "ch_1", "amount": 9_531, "amount_captured": 9_531, "payment_method_details": {"type": "card"}}
DEBIT = {**CHARGE, "payment_method_details": {"type": "sepa_debit"}}


def intent(status, **more):
    return {"id": "pi_1", "status": status, "latest_charge": None, "last_payment_error": None, **more}


@pytest.mark.parametrize(
    ("found", "fact"),
    [
        (intent("requires_action"), Fact(FactKind.AUTHENTICATION, "pi_1")),
        (intent("processing", latest_charge=DEBIT), Fact(FactKind.PROCESSING, "pi_1")),
        (intent("canceled"), Fact(FactKind.CANCELLED, "pi_1")),
        (intent("succeeded", latest_charge=CHARGE), Fact(FactKind.CAPTURED, "ch_1", 9_531)),
        (
            intent(
                "requires_payment_method", last_payment_error={"code": "card_declined", "decline_code": "lost_card"}
            ),
            Fact(FactKind.DECLINED, "pi_1", reason="lost_card"),
        ),
        (
            intent("requires_payment_method", last_payment_error={"code": "expired_card"}),
            Fact(FactKind.DECLINED, "pi_1", reason="expired_card"),
        ),
    ],
)
def test_each_state_of_an_intent_is_one_fact(found, fact):
    assert stripe_facts.of_intent(found) == [fact]


@pytest.mark.parametrize("found", [intent("requires_payment_method"), intent("requires_confirmation")])
def test_an_intent_that_waits_for_a_method_says_nothing(found):
    assert stripe_facts.of_intent(found) == []


def test_less_than_asked_may_be_captured():
    assert stripe_facts.of_intent(intent("succeeded", latest_charge={**CHARGE, "amount_captured": 5_000})) == [
        Fact(FactKind.CAPTURED, "ch_1", 5_000)
    ]


def test_a_refund_that_the_bank_would_not_take_gives_nothing_back():
    """100.00 captured, 30.00 and 20.00 refunded, the 20.00 came back: 70.00 are kept."""
    told = [
        {"id": "re_1", "amount": 3_000, "status": "succeeded"},
        {"id": "re_2", "amount": 2_000, "status": "failed"},
    ]
    payment = known(10_000, [Fact(FactKind.CAPTURED, "ch_1", 10_000), *stripe_facts.of_refunds(told)])
    assert payment.kept_minor == 7_000


@pytest.mark.parametrize(
    ("status", "expected", "kept"),
    [
        ("warning_needs_response", PaymentStatus.SUCCEEDED, 9_531), ("needs_response", PaymentStatus.DISPUTED, 0),
        ("under_review", PaymentStatus.DISPUTED, 0), ("lost", PaymentStatus.DISPUTED, 0),
        ("won", PaymentStatus.SUCCEEDED, 9_531), ("prevented", PaymentStatus.SUCCEEDED, 9_531),
    ],
)  # fmt: skip
def test_a_dispute_takes_the_money_until_it_is_won(status, expected, kept):
    told = [{"id": "du_1", "amount": 9_531, "status": status}]
    payment = known(9_531, [Fact(FactKind.CAPTURED, "ch_1", 9_531), *stripe_facts.of_disputes(told, is_debit=False)])
    assert (payment.status, payment.kept_minor) == (expected, kept)


def test_a_direct_debit_that_came_back_is_returned_and_not_disputed():
    told = [{"id": "du_1", "amount": 9_531, "status": "lost"}]
    assert stripe_facts.of_disputes(told, is_debit=stripe_facts.is_debit(DEBIT)) == [
        Fact(FactKind.RETURNED, "du_1", 9_531)
    ]
    assert not stripe_facts.is_debit(CHARGE)
    assert not stripe_facts.is_debit({"id": "ch_1"})


@pytest.mark.parametrize(
    ("thing", "about"),
    [
        ({"object": "payment_intent", "id": "pi_1"}, "pi_1"),
        ({"object": "checkout.session", "id": "cs_1", "payment_intent": "pi_1"}, "cs_1"),
        ({"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}, "pi_1"),
        ({"object": "refund", "id": "re_1", "payment_intent": {"id": "pi_1"}}, "pi_1"),
        ({"object": "dispute", "id": "du_1", "payment_intent": "pi_1"}, "pi_1"),
        ({"object": "charge", "id": "ch_1", "payment_intent": None}, ""),
        ({"object": "customer", "id": "cus_1"}, ""),
    ],
)
def test_every_event_leads_to_its_payment(thing, about):
    assert stripe_facts.about({"data": {"object": thing}}) == about
