"""The Stripe adapter where a person is on Stripe's page, where a bank takes money back, and where no answer comes.

The answers are a stub's, in the shapes of Stripe's API reference: localstripe knows neither Checkout nor disputes.
"""

from __future__ import annotations

import json
import re
import socket
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.clock import FrozenClock
from adapters.payments import signatures
from adapters.payments.base import Debit, ProviderRefusedError, ProviderUnreachableError, Request, SignatureError
from adapters.payments.stripe import Keys, StripeProvider
from domain.errors import NotFoundError
from domain.payments.facts import PaymentStatus, known
from tests.factories import stripe_stub

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEYS = Keys("sk_test_of_the_stub", "whsec_of_the_stub", "help@demo.example")
RETURN = "https://portal.example.com/billing/payments/return/pay-1"
PAGE = "https://checkout.stripe.com/c/pay/cs_1"
BANK = "https://hooks.stripe.com/redirect/authenticate/src_1"
OPEN = {
    "id": "cs_1", "object": "checkout.session", "status": "open", "url": PAGE, "amount_total": 9_531,
    "client_reference_id": "pay:1", "payment_intent": None,
}  # fmt: skip
PAID_PAGE = {**OPEN, "status": "complete", "url": None, "payment_intent": "pi_1"}
CHARGE = {
    "id": "ch_1", "object": "charge", "amount": 9_531, "amount_captured": 9_531, "disputed": False,
    "payment_method_details": {"type": "card"},
}  # fmt: skip
PAID = {
    "id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 9_531, "latest_charge": CHARGE,
    "created": int(NOW.timestamp()), "metadata": {"portal_key": "pay:1"}, "next_action": None,
    "last_payment_error": None,
}  # fmt: skip
CARD = {
    "id": "pm_1", "object": "payment_method", "type": "card", "customer": "cus_1",
    "card": {"brand": "visa", "last4": "4242", "exp_month": 2, "exp_year": 2028},
}  # fmt: skip


@pytest.fixture
def stub():
    with stripe_stub.answering() as made:
        made.lists("checkout/sessions")
        made.lists("payment_intents")
        made.lists("refunds")
        made.lists("setup_intents")
        made.says("GET", "payment_methods/pm_1", CARD)
        yield made


@pytest.fixture
def provider(stub):
    return StripeProvider(KEYS, FrozenClock(NOW), api=stub.url)


def ask(method="", amount_minor=9_531):
    return Request("pay:1", amount_minor, "EUR", "R2026-000001", RETURN, method)


def payment(provider, provider_id="cs_1"):
    return known(9_531, provider.facts(provider_id))


def error(code, **more):
    return {"error": {"type": "card_error", "code": code, "message": "as the reference says", **more}}


def test_without_a_saved_method_the_customer_pays_on_stripes_page(stub, provider):
    stub.says("POST", "checkout/sessions", OPEN)
    started = provider.start(ask())
    assert (started.provider_id, started.page_url) == ("cs_1", PAGE)
    (asked,) = stub.posts("checkout/sessions")
    said = asked.values
    assert (said["mode"], asked.key) == ("payment", "pay:1")
    assert said["line_items[0][price_data][unit_amount]"] == "9531"
    assert said["line_items[0][price_data][currency]"] == "eur"
    assert said["line_items[0][price_data][product_data][name]"] == "R2026-000001"
    assert (said["success_url"], said["cancel_url"]) == (RETURN, RETURN)
    assert said["payment_intent_data[metadata][portal_key]"] == "pay:1"
    assert {said["payment_method_types[0]"], said["payment_method_types[1]"]} == {"card", "sepa_debit"}


def test_no_request_has_room_for_a_card_number(stub, provider):
    stub.says("POST", "checkout/sessions", OPEN)
    stub.says("POST", "customers", {"id": "cus_1", "object": "customer"})
    provider.start(ask())
    provider.begin_method("method:1", RETURN)
    sent = [(name, value) for one in stub.asked for name, value in one.values.items()]
    assert not [name for name, _value in sent if "card[" in name or "iban" in name]
    assert not [value for _name, value in sent if re.fullmatch(r"[0-9 ]{13,19}", value)]


def test_the_same_key_leads_to_the_same_page(stub, provider):
    stub.lists("checkout/sessions", {**OPEN, "id": "cs_0", "client_reference_id": "pay:0"}, OPEN)
    assert provider.start(ask()).page_url == PAGE
    assert stub.posts("checkout/sessions") == []
    with pytest.raises(ProviderRefusedError, match="key_used"):
        provider.start(ask(amount_minor=9_532))


@pytest.mark.parametrize(
    ("session", "status"),
    [(OPEN, "created"), ({**OPEN, "status": "expired", "url": None}, "cancelled"), (PAID_PAGE, "succeeded")],
)
def test_a_page_is_open_until_it_is_paid_or_expires(stub, provider, session, status):
    stub.says("GET", "checkout/sessions/cs_1", session)
    stub.says("GET", "payment_intents/pi_1", PAID)
    assert payment(provider).status == status


def test_a_card_declined_on_an_open_page_decides_nothing(stub, provider):
    """The customer may enter another one, so the attempt is still open."""
    stub.says("GET", "checkout/sessions/cs_1", {**OPEN, "payment_intent": "pi_1"})
    stub.says("GET", "payment_intents/pi_1", {**PAID, "status": "requires_payment_method",
                                              "last_payment_error": {"code": "card_declined"}})  # fmt: skip
    assert payment(provider).is_open


def test_a_direct_debit_of_the_page_is_on_its_way_for_days(stub, provider):
    debit = {**CHARGE, "payment_method_details": {"type": "sepa_debit"}}
    stub.says("GET", "checkout/sessions/cs_1", PAID_PAGE)
    stub.says(
        "GET", "payment_intents/pi_1", {**PAID, "status": "processing", "latest_charge": debit},
        {**PAID, "latest_charge": debit},
    )  # fmt: skip
    assert payment(provider).status is PaymentStatus.PROCESSING
    assert payment(provider).status is PaymentStatus.SUCCEEDED


def test_a_direct_debit_that_the_bank_took_back(stub, provider):
    """Paid 95.31, then returned: Stripe tells it as a dispute that is lost from the start."""
    debit = {**CHARGE, "payment_method_details": {"type": "sepa_debit"}, "disputed": True}
    stub.says("GET", "payment_intents/pi_1", {**PAID, "latest_charge": debit})
    stub.lists("disputes", {"id": "du_1", "object": "dispute", "amount": 9_531, "status": "lost"})
    found = payment(provider, "pi_1")
    assert (found.status, found.kept_minor) == (PaymentStatus.RETURNED, 0)


@pytest.mark.parametrize(
    ("status", "expected"), [("needs_response", "disputed"), ("won", "succeeded"), ("lost", "disputed")]
)
def test_a_disputed_card_payment(stub, provider, status, expected):
    stub.says("GET", "payment_intents/pi_1", {**PAID, "latest_charge": {**CHARGE, "disputed": True}})
    stub.lists("disputes", {"id": "du_1", "object": "dispute", "amount": 9_531, "status": status})
    assert payment(provider, "pi_1").status == expected


def test_a_bank_that_asks_shows_its_page(stub, provider):
    """A saved card is tried without the customer; the bank wants them, so the same intent is confirmed with a page."""
    refused = {**PAID, "status": "requires_payment_method", "latest_charge": None,
               "last_payment_error": {"code": "authentication_required"}}  # fmt: skip
    stub.says("POST", "payment_intents", error("authentication_required", payment_intent=refused), status=402)
    asks = {**PAID, "status": "requires_action", "latest_charge": None,
            "next_action": {"type": "redirect_to_url", "redirect_to_url": {"url": BANK, "return_url": RETURN}}}  # fmt: skip
    stub.says("POST", "payment_intents/pi_1/confirm", asks)
    started = provider.start(ask("pm_1"))
    assert (started.provider_id, started.page_url) == ("pi_1", BANK)
    (tried,), (confirmed,) = stub.posts("payment_intents"), stub.posts("payment_intents/pi_1/confirm")
    assert (tried.values["off_session"], tried.values["customer"], tried.key) == ("true", "cus_1", "pay:1")
    assert (confirmed.values["return_url"], confirmed.key) == (RETURN, "pay:1:confirm")
    stub.lists("payment_intents", asks)
    assert provider.start(ask("pm_1")) == started


def test_a_saved_card_that_is_declined_is_an_answer(stub, provider):
    declined = {**PAID, "status": "requires_payment_method", "latest_charge": None,
                "last_payment_error": {"code": "card_declined", "decline_code": "insufficient_funds"}}  # fmt: skip
    stub.says("POST", "payment_intents", error("card_declined", payment_intent=declined), status=402)
    stub.says("GET", "payment_intents/pi_1", declined)
    started = provider.start(ask("pm_1"))
    assert started.page_url == ""
    assert payment(provider, started.provider_id).decline_reason == "insufficient_funds"


def test_a_decline_without_an_intent_is_a_refusal_with_the_banks_reason(stub, provider):
    stub.says("POST", "payment_intents", error("card_declined", decline_code="stolen_card"), status=402)
    with pytest.raises(ProviderRefusedError) as refused:
        provider.start(ask("pm_1"))
    assert refused.value.reason == "stolen_card"


def test_a_card_is_added_on_stripes_page(stub, provider):
    setup = {**OPEN, "id": "cs_2", "client_reference_id": "method:1", "url": "https://checkout.stripe.com/c/pay/cs_2"}
    stub.says("POST", "customers", {"id": "cus_1", "object": "customer"})
    stub.says("POST", "checkout/sessions", setup)
    started = provider.begin_method("method:1", RETURN)
    assert started.page_url == setup["url"]
    (asked,) = stub.posts("checkout/sessions")
    assert (asked.values["mode"], asked.values["customer"]) == ("setup", "cus_1")
    stub.says(
        "GET", "checkout/sessions/cs_2", {**setup, "setup_intent": {"id": "seti_1", "status": "requires_payment_method"}},
        {**setup, "status": "complete", "setup_intent": {"id": "seti_1", "status": "succeeded", "payment_method": "pm_1"}},
    )  # fmt: skip
    assert provider.added_method(started.provider_id) is None
    added = provider.added_method(started.provider_id)
    assert (added.token, added.last4, added.expires) == ("pm_1", "4242", date(2028, 2, 29))  # 2028 is a leap year


DEBIT = Debit("mandate:M-1", "DE89370400440532013000", "Ada Example", "Commerzbank", "M-1")
SETUP = {"id": "seti_1", "object": "setup_intent", "status": "succeeded", "payment_method": "pm_2",
         "metadata": {"portal_key": "mandate:M-1"}}  # fmt: skip


def test_an_account_is_kept_under_the_mandate_that_was_signed_with_us(stub, provider):
    stub.says("POST", "customers", {"id": "cus_1", "object": "customer"})
    stub.says("POST", "setup_intents", SETUP)
    added = provider.debit_method(DEBIT)
    assert (added.token, added.kind, added.label, added.last4) == ("pm_2", "sepa_debit", "Commerzbank", "3000")
    (asked,) = stub.posts("setup_intents")
    assert asked.values["payment_method_data[sepa_debit][iban]"] == DEBIT.iban
    assert asked.values["mandate_data[customer_acceptance][type]"] == "offline"
    assert (asked.values["metadata[mandate]"], asked.key) == ("M-1", "mandate:M-1")
    stub.lists("setup_intents", SETUP)
    assert provider.debit_method(DEBIT) == added
    assert len(stub.posts("setup_intents")) == 1


def test_an_account_that_stripe_will_not_take_is_refused(stub, provider):
    stub.says("POST", "customers", {"id": "cus_1", "object": "customer"})
    stub.says("POST", "setup_intents", {**SETUP, "status": "requires_payment_method"})
    with pytest.raises(ProviderRefusedError, match="method_refused"):
        provider.debit_method(DEBIT)


def test_a_refund_goes_to_the_intent_behind_the_page(stub, provider):
    stub.says("GET", "checkout/sessions/cs_1", PAID_PAGE)
    stub.says("GET", "payment_intents/pi_1", PAID)
    stub.says("POST", "refunds", {"id": "re_1", "object": "refund", "amount": 1_000, "status": "pending"})
    assert provider.refund("cs_1", 1_000, "refund:1") == "re_1"
    (asked,) = stub.posts("refunds")
    assert asked.values == {"payment_intent": "pi_1", "amount": "1000", "metadata[portal_key]": "refund:1"}
    assert asked.key == "refund:1"


def test_a_payment_older_than_the_newest_hundred_is_searched_for(stub, provider):
    stub.lists("payment_intents/search", PAID)
    stub.lists("checkout/sessions", PAID_PAGE)
    assert provider.find("pay:o'clock") == "cs_1"
    (asked,) = [one for one in stub.asked if one.path.endswith("/search")]
    assert asked.values["query"] == r"metadata['portal_key']:'pay:o\'clock'"


def told(kind, thing, event_id="evt_1"):
    event = {
        "id": event_id,
        "object": "event",
        "type": kind,
        "created": int(NOW.timestamp()),
        "data": {"object": thing},
    }
    body = json.dumps(event).encode()
    return body, signatures.sign(KEYS.webhook, body, NOW)


@pytest.mark.parametrize(
    ("kind", "thing", "about"),
    [
        ("checkout.session.completed", PAID_PAGE, "cs_1"),
        ("payment_intent.succeeded", PAID, "cs_1"),
        ("charge.dispute.created", {"id": "du_1", "object": "dispute", "payment_intent": "pi_1"}, "cs_1"),
        ("charge.refunded", {**CHARGE, "payment_intent": "pi_1"}, "cs_1"),
        ("customer.created", {"id": "cus_1", "object": "customer"}, ""),
    ],
)
def test_news_of_an_intent_are_news_of_the_page_it_was_paid_on(stub, provider, kind, thing, about):
    stub.lists("checkout/sessions", PAID_PAGE)
    event = provider.read_event(*told(kind, thing))
    assert (event.event_id, event.provider_id, event.at) == ("evt_1", about, NOW)


def test_a_message_that_is_no_event_is_unreadable(provider):
    body = b"not json"
    with pytest.raises(SignatureError, match="unreadable"):
        provider.read_event(body, signatures.sign(KEYS.webhook, body, NOW))


def test_one_of_two_signatures_suffices_while_the_secret_is_changed(provider):
    """Stripe signs with the old and the new secret for a day."""
    body, signature = told("customer.created", {"id": "cus_1", "object": "customer"})
    assert provider.read_event(body, f"{signature},v1={'0' * 64}").event_id == "evt_1"


def test_no_answer_leaves_the_outcome_unknown():
    """The connection is taken and nothing ever comes back."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        provider = StripeProvider(KEYS, FrozenClock(NOW), api=address, timeout_s=0.2)
        with pytest.raises(ProviderUnreachableError):
            provider.start(ask())


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (500, "api_error", ProviderUnreachableError), (429, "rate_limit_error", ProviderUnreachableError),
        (401, "invalid_request_error", ProviderUnreachableError),
        (409, "invalid_request_error", ProviderUnreachableError),
        (400, "invalid_request_error", ProviderRefusedError), (400, "idempotency_error", ProviderRefusedError),
        (404, "invalid_request_error", NotFoundError),
    ],
)  # fmt: skip
def test_what_may_have_been_done_is_never_called_refused(stub, provider, status, kind, expected):
    stub.says("POST", "checkout/sessions", {"error": {"type": kind, "message": "no"}}, status=status)
    with pytest.raises(expected):
        provider.start(ask())


def test_a_bank_page_that_is_left_is_cancelled_after_a_day_unless_it_was_confirmed_meanwhile(stub):
    later = StripeProvider(KEYS, FrozenClock(NOW + timedelta(days=1, seconds=1)), api=stub.url)
    waits = {**PAID, "status": "requires_action", "latest_charge": None}
    stub.says("GET", "payment_intents/pi_1", waits, PAID)
    stub.says("POST", "payment_intents/pi_1/cancel", {"error": {"type": "invalid_request_error"}}, status=400)
    assert payment(later, "pi_1").status is PaymentStatus.SUCCEEDED
