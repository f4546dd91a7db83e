"""Which provider the portal asks, and a payment through Stripe from the customer's click to the ledger."""

from __future__ import annotations

import json

import pytest

from adapters.payments import signatures
from adapters.payments.sandbox import SandboxProvider
from adapters.payments.stripe import StripeProvider
from domain.errors import NotFoundError
from services import ledger, payment_facts, payment_providers, payments
from tests.factories import stripe_stub
from tests.factories.databases import BOTH
from tests.factories.payments import invoice, open_minor, paying, viewer, whole
from tests.factories.people import NOW, people
from tests.factories.settings import PRODUCTION

STRIPE = {"payment_provider": "stripe", "stripe_key": "sk_test_1", "stripe_webhook_secret": "whsec_1"}
PAGE = f"https://checkout.stripe.com/c/pay/cs_1#{'f' * 900}"  # as long as Stripe's addresses are
SESSION = {
    "id": "cs_1", "object": "checkout.session", "status": "open", "url": PAGE, "amount_total": 11_900,
    "payment_intent": None,
}  # fmt: skip
CHARGE = {"id": "ch_1", "object": "charge", "amount": 11_900, "amount_captured": 11_900, "disputed": False}
PAID = {
    "id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 11_900, "latest_charge": CHARGE,
    "created": int(NOW.timestamp()), "metadata": {},
}  # fmt: skip


def test_a_demo_asks_the_sandbox(tmp_path):
    with people(tmp_path):
        assert isinstance(payment_providers.provider(), SandboxProvider)
        with pytest.raises(NotFoundError):
            payment_providers.provider("stripe")


def test_production_asks_stripe_and_has_no_sandbox(tmp_path):
    with people(tmp_path, **PRODUCTION):
        assert isinstance(payment_providers.provider(), StripeProvider)
        assert payment_providers.provider() is payment_providers.provider("stripe")
        with pytest.raises(NotFoundError):
            payment_providers.provider("sandbox")


@pytest.fixture
def stub():
    with stripe_stub.answering() as made:
        for path in ("checkout/sessions", "payment_intents", "refunds"):
            made.lists(path)
        made.says("POST", "checkout/sessions", SESSION)
        made.says("GET", "checkout/sessions/cs_1", SESSION)
        yield made


@pytest.fixture(params=BOTH)
def here(request, tmp_path, stub):
    with paying(request.param, tmp_path, **STRIPE, stripe_api=stub.url) as made:
        yield made


def tell(kind, thing):
    event = {"id": "evt_1", "object": "event", "type": kind, "created": int(NOW.timestamp()), "data": {"object": thing}}
    body = json.dumps(event).encode()
    signed = {"Stripe-Signature": signatures.sign(STRIPE["stripe_webhook_secret"], body, NOW)}
    return payment_facts.receive("stripe", body, signed)


def test_an_invoice_is_paid_on_stripes_page_and_booked_once(here, stub):
    document = invoice(here)
    started = payments.start_payment(
        viewer(here), here.ids.accounts["consumer"], 11_900, document.public_id, None, "k1"
    )
    assert (started.redirect_url, started.status) == (PAGE, "created")
    paid = {**SESSION, "status": "complete", "url": None, "payment_intent": "pi_1"}
    stub.says("GET", "checkout/sessions/cs_1", paid)
    stub.says("GET", "payment_intents/pi_1", PAID)
    stub.lists("checkout/sessions", paid)
    assert tell("payment_intent.succeeded", PAID)
    assert not tell("payment_intent.succeeded", PAID)  # the same message again
    assert payments.refresh(viewer(here), started.payment_public_id).status == "succeeded"
    assert (open_minor(here), whole(here)["clearing:stripe"], ledger.problems()) == (0, 11_900, [])


def test_a_provider_that_is_silent_leaves_the_payment_unknown_and_one_page_is_made(here, stub):
    document = invoice(here)
    error = {"error": {"type": "api_error", "message": "try later"}}
    stub.says("POST", "checkout/sessions", error, status=500)
    started = payments.start_payment(
        viewer(here), here.ids.accounts["consumer"], 11_900, document.public_id, None, "k1"
    )
    assert (started.redirect_url, started.status) == (None, "unknown")
    (asked,) = stub.posts("checkout/sessions")
    assert asked.key == asked.values["client_reference_id"]  # by which it is found when it is asked for again
