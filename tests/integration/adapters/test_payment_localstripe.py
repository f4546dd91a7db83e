"""The Stripe adapter and the official client against localstripe: whatever that program can, as docs/stripe.md lists."""

from __future__ import annotations

import errno
import json
import socket
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import requests
import stripe

from adapters.clock import FrozenClock, WallClock
from adapters.payments.base import ProviderRefusedError, Request, SignatureError
from adapters.payments.stripe import Keys, StripeProvider
from domain.errors import InvalidInputError, NotFoundError
from domain.payments.facts import FactKind, PaymentStatus, known
from tests.factories import localstripe
from tests.factories.localstripe import KEY, WEBHOOK_SECRET

pytestmark = pytest.mark.localstripe

CONTACT = "help@demo.example"
KEYS = Keys(KEY, WEBHOOK_SECRET, CONTACT)
GOOD, DECLINED_WHEN_CHARGED, ASKS = "4242424242424242", "4000000000000341", "4000002500003155"
ASKS_AND_DECLINED = "4000008400001629"
GOOD_ACCOUNT, EMPTY_ACCOUNT = "DE89370400440532013000", "DE62370400440532013001"


@pytest.fixture(scope="module")
def server():
    with localstripe.running() as made:
        yield made


@pytest.fixture
def provider(server):
    return StripeProvider(KEYS, WallClock(), api=server.url)


def ask(key, method, amount_minor=9_531):
    return Request(key, amount_minor, "EUR", "R2026-000001", "https://portal.example.com/billing", method)


def payment(provider, provider_id):
    return known(9_531, provider.facts(provider_id))


def test_a_saved_card_is_charged_at_once(server, provider):
    started = provider.start(ask("card", server.card(GOOD)))
    assert started.page_url == ""
    found = payment(provider, started.provider_id)
    assert (found.status, found.kept_minor) == (PaymentStatus.SUCCEEDED, 9_531)
    intent = server.client.payment_intents.retrieve(started.provider_id)
    assert (intent.amount, intent.currency, intent.metadata["portal_key"]) == (9_531, "eur", "card")


def test_the_same_key_charges_once_also_where_idempotency_keys_are_ignored(server, provider):
    """localstripe makes a charge for each request; the key in the metadata is what stops the second."""
    method = server.card(GOOD)
    first, second = provider.start(ask("once", method)), provider.start(ask("once", method))
    assert first == second
    intents = server.client.payment_intents.list({"limit": 100}).auto_paging_iter()
    assert [one.id for one in intents if one.metadata.to_dict().get("portal_key") == "once"] == [first.provider_id]
    with pytest.raises(ProviderRefusedError, match="key_used"):
        provider.start(ask("once", method, 9_532))


def test_a_payment_is_found_by_its_key(server, provider):
    started = provider.start(ask("found", server.card(GOOD)))
    assert provider.find("found") == started.provider_id
    assert provider.find("never asked for") == ""


def test_a_declined_card_is_an_answer_with_its_reason(server, provider):
    started = provider.start(ask("declined", server.card(DECLINED_WHEN_CHARGED)))
    found = payment(provider, started.provider_id)
    assert (found.status, found.decline_reason) == (PaymentStatus.FAILED, "card_declined")


def test_3d_secure_waits_for_the_customer_and_then_charges(server, provider):
    started = provider.start(ask("asks", server.card(ASKS)))
    assert payment(provider, started.provider_id).status is PaymentStatus.AUTHENTICATION
    confirm(server, started.provider_id, success=True)
    assert payment(provider, started.provider_id).kept_minor == 9_531


def test_3d_secure_that_fails_is_a_decline(server, provider):
    started = provider.start(ask("asks in vain", server.card(ASKS)))
    confirm(server, started.provider_id, success=False)
    found = payment(provider, started.provider_id)
    assert (found.status, found.decline_reason) == (PaymentStatus.FAILED, "payment_intent_authentication_failure")


def test_a_card_that_is_confirmed_and_then_declined(server, provider):
    started = provider.start(ask("asks and declines", server.card(ASKS_AND_DECLINED)))
    assert confirm(server, started.provider_id, success=True) == 402
    assert payment(provider, started.provider_id).status is PaymentStatus.FAILED


def test_what_nobody_confirms_within_a_day_is_cancelled(server, provider):
    started = provider.start(ask("forgotten", server.card(ASKS)))
    tomorrow = FrozenClock(WallClock().now() + timedelta(days=1, minutes=1))
    later = StripeProvider(KEYS, tomorrow, api=server.url)
    assert payment(later, started.provider_id).status is PaymentStatus.CANCELLED


def confirm(server, intent_id, *, success) -> int:
    """As the customer does on the bank's page."""
    secret = server.client.payment_intents.retrieve(intent_id).client_secret
    said = {"client_secret": secret, "success": success, "key": "pk_test_of_this_machine"}
    answer = requests.post(f"{server.url}/v1/payment_intents/{intent_id}/_authenticate", json=said, timeout=60)
    return answer.status_code


def test_a_direct_debit_is_collected(server, provider):
    method = server.account(GOOD_ACCOUNT)
    started = provider.start(ask("debit", method))
    server.heard("payment_intent.succeeded", started.provider_id)
    assert payment(provider, started.provider_id).kept_minor == 9_531


def test_a_direct_debit_without_cover_fails_later(server, provider):
    started = provider.start(ask("debit in vain", server.account(EMPTY_ACCOUNT)))
    server.heard("payment_intent.payment_failed", started.provider_id)
    found = payment(provider, started.provider_id)
    assert (found.status, found.captured_minor) == (PaymentStatus.FAILED, 0)


def test_of_a_saved_method_only_what_may_be_shown_is_known(server, provider):
    card, account = provider.method(server.card(GOOD)), provider.method(server.account(GOOD_ACCOUNT))
    assert (card.kind, card.label, card.last4, card.expires) == ("card", "Visa", "4242", date(2030, 12, 31))
    assert (account.kind, account.label, account.last4) == ("sepa_debit", "DE 37040044", "3000")
    assert GOOD not in repr(card)
    assert GOOD_ACCOUNT not in repr(account)
    with pytest.raises(NotFoundError):
        provider.method("pm_of_nobody")


def test_a_card_that_cannot_be_saved_is_refused_with_its_reason(server):
    with pytest.raises(stripe.CardError, match="declined"):
        server.card("4000000000009995")


def test_refunds_in_parts_never_pass_what_came_in(server, provider):
    """95.31 came in: 30.00 and 65.31 go back, then nothing more. localstripe itself would give back any amount."""
    paid = provider.start(ask("refunds", server.card(GOOD))).provider_id
    first = provider.refund(paid, 3_000, "refund:1")
    assert provider.refund(paid, 3_000, "refund:1") == first
    assert payment(provider, paid).status is PaymentStatus.PARTLY_REFUNDED
    with pytest.raises(ProviderRefusedError, match="refund_above_captured"):
        provider.refund(paid, 6_532, "refund:2")
    with pytest.raises(ProviderRefusedError, match="key_used"):
        provider.refund(paid, 3_001, "refund:1")
    provider.refund(paid, 6_531, "refund:3")
    found = payment(provider, paid)
    assert (found.status, found.kept_minor) == (PaymentStatus.REFUNDED, 0)
    assert sum(one.amount for one in server.client.refunds.list({"payment_intent": paid}).data) == 9_531


def test_nothing_is_refunded_of_a_payment_that_failed(server, provider):
    failed = provider.start(ask("no refund", server.card(DECLINED_WHEN_CHARGED))).provider_id
    with pytest.raises(ProviderRefusedError, match="refund_above_captured"):
        provider.refund(failed, 1, "refund:none")


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_amounts_are_above_zero(server, provider, amount_minor):
    with pytest.raises(InvalidInputError):
        provider.start(ask("zero", server.card(GOOD), amount_minor))
    with pytest.raises(InvalidInputError):
        provider.refund("pi_any", amount_minor, "zero")


def test_an_unknown_payment_is_missing(provider):
    with pytest.raises(NotFoundError):
        provider.facts("pi_of_nobody")
    with pytest.raises(NotFoundError):
        provider.start(ask("no method", "pm_of_nobody"))


def test_a_webhook_is_what_the_official_client_says_it_is(server, provider):
    started = provider.start(ask("told", server.card(GOOD)))
    body, signature = server.heard("payment_intent.succeeded", started.provider_id)
    official = stripe.Webhook.construct_event(body, signature, WEBHOOK_SECRET)
    event = provider.read_event(body, signature)
    assert (event.event_id, event.provider_id) == (official.id, started.provider_id)
    assert event.at == datetime.fromtimestamp(official.created, UTC)


def test_a_webhook_that_was_changed_or_kept_back_is_refused(server, provider):
    started = provider.start(ask("tampered", server.card(GOOD)))
    body, signature = server.heard("payment_intent.succeeded", started.provider_id)
    with pytest.raises(SignatureError, match="not_signed"):
        provider.read_event(body.replace(b"9531", b"9530"), signature)
    with pytest.raises(SignatureError, match="not_signed"):
        provider.read_event(body, "")
    sent = datetime.fromtimestamp(json.loads(body)["created"], UTC)
    for age_s, is_taken in ((300, True), (301, False), (-301, False)):
        at = StripeProvider(KEYS, FrozenClock(sent + timedelta(seconds=age_s)), api=server.url)
        if is_taken:
            assert at.read_event(body, signature).provider_id == started.provider_id
        else:
            with pytest.raises(SignatureError, match="too_old"):
                at.read_event(body, signature)
    other = StripeProvider(Keys(KEY, "whsec_of_another", CONTACT), WallClock(), api=server.url)
    with pytest.raises(SignatureError, match="not_signed"):
        other.read_event(body, signature)


def test_the_facts_are_the_same_when_they_are_asked_for_again(server, provider):
    paid = provider.start(ask("again", server.card(GOOD))).provider_id
    provider.refund(paid, 100, "refund:again")
    assert {fact.kind for fact in provider.facts(paid)} == {FactKind.CAPTURED, FactKind.REFUNDED}
    assert provider.facts(paid) == provider.facts(paid)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux lists what listens")
def test_it_listens_on_the_loopback_of_ipv4_alone(server):
    """The program itself asks for `::`, which is every address of the machine."""
    port = int(server.url.rpartition(":")[2])
    with socket.socket(socket.AF_INET6) as other:
        assert other.connect_ex(("::1", port)) == errno.ECONNREFUSED
    listening = [line.split()[1] for line in Path("/proc/net/tcp6").read_text().splitlines() if f":{port:04X} " in line]
    assert set(listening) == {f"0000000000000000FFFF00000100007F:{port:04X}"}
