"""Stripe through its official client: pages of Stripe's for whatever a person types, our own guards for whatever repeats.

A payment without a saved method is a Checkout session (`cs_...`), one with a saved method an intent (`pi_...`). The key of
each request goes along as the idempotency key and is kept in the object's metadata, where it is looked for before anything
is begun again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import stripe

from adapters.clock import Clock
from adapters.payments import signatures, stripe_facts
from adapters.payments.base import (
    Debit,
    Event,
    Method,
    ProviderRefusedError,
    ProviderUnreachableError,
    Request,
    SignatureError,
    Started,
)
from adapters.payments.stripe_facts import Object
from domain.errors import InvalidInputError, NotFoundError
from domain.payments.facts import Fact, FactKind, known

log = logging.getLogger("portal.payments")
API = "https://api.stripe.com"
KINDS = ["card", "sepa_debit"]
KEY = "portal_key"  # in the metadata of what the portal began
RECENT = 100  # looked through for a key before anything is begun; Stripe's own search lags by a minute
CONFIRM_WITHIN = timedelta(days=1)  # as long as a Checkout page stays open
TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Keys:
    """secret : `sk_...` or a restricted `rk_...`; webhook : `whsec_...` of the endpoint that points here.

    contact : where Stripe writes about direct debits, since it is not told the customer's address
    """

    secret: str
    webhook: str
    contact: str


class StripeProvider:
    name = "stripe"
    signature_header = "Stripe-Signature"

    def __init__(self, keys: Keys, clock: Clock, *, api: str = API, timeout_s: float = TIMEOUT_S) -> None:
        # Nothing is repeated inside of the client: an answer that never came is an unknown outcome, which is asked for later.
        client = stripe.StripeClient(
            keys.secret, base_addresses={"api": api}, max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=timeout_s),
        )  # fmt: skip
        self._api: Any = client.v1
        self._clock, self._webhook_secret, self._contact = clock, keys.webhook, keys.contact

    def start(self, request: Request) -> Started:
        if request.amount_minor <= 0:
            raise InvalidInputError("amount", "above_zero", amount_minor=request.amount_minor)
        with _asking(key=request.key):
            return self._charge(request) if request.method else self._page(request)

    def facts(self, provider_id: str) -> tuple[Fact, ...]:
        with _asking(payment=provider_id):
            if not provider_id.startswith("cs_"):
                return tuple(self._facts(provider_id))
            session = self._api.checkout.sessions.retrieve(provider_id).to_dict()
            if session["status"] == "expired":
                return (Fact(FactKind.CANCELLED, provider_id),)
            # While the page is open a declined card decides nothing: the customer may try another.
            return tuple(self._facts(session["payment_intent"])) if session["status"] == "complete" else ()

    def find(self, key: str) -> str:
        with _asking(key=key):
            begun = self._recent_session(key) or self._recent_intent(key) or self._searched_intent(key)
            return "" if begun is None else self._name_of(begun["id"])

    def refund(self, provider_id: str, amount_minor: int, key: str) -> str:
        if amount_minor <= 0:
            raise InvalidInputError("amount", "above_zero", amount_minor=amount_minor)
        facts = self.facts(provider_id)
        with _asking(key=key):
            intent = self._intent_of(provider_id)
            payment = known(1, facts)
            for refund in self._refunds(intent) if payment.captured_minor else ():
                if refund["metadata"].get(KEY) == key:
                    _same(refund["amount"], amount_minor, key)
                    return str(refund["id"])
            most = payment.refundable_minor
            if amount_minor > most:
                raise ProviderRefusedError("refund_above_captured", most_minor=most)
            asked = {"payment_intent": intent, "amount": amount_minor, "metadata": {KEY: key}}
            return str(self._api.refunds.create(asked, {"idempotency_key": key}).id)

    def begin_method(self, key: str, return_url: str) -> Started:
        """On a page of Stripe's. Nothing about the customer is told but what they enter there."""
        with _asking(key=key):
            session = self._recent_session(key)
            if session is None:
                asked = {
                    "mode": "setup", "customer": self._customer(key), "payment_method_types": ["card"],
                    "client_reference_id": key, "success_url": return_url, "cancel_url": return_url,
                }  # fmt: skip
                session = self._new_session(asked, key)
            return Started(str(session["id"]), str(session.get("url") or ""))

    def added_method(self, setup_id: str) -> Method | None:
        with _asking(method=setup_id):
            session = self._api.checkout.sessions.retrieve(setup_id, {"expand": ["setup_intent"]}).to_dict()
        setup = session.get("setup_intent") or {}
        return self.method(setup["payment_method"]) if setup.get("status") == "succeeded" else None

    def debit_method(self, debit: Debit) -> Method:
        with _asking(mandate=debit.mandate_reference):
            setups = self._recent(self._api.setup_intents)
            before = next((one for one in setups if one["metadata"].get(KEY) == debit.key), None)
            setup = before or self._new_debit(debit)
        if setup["status"] not in {"succeeded", "processing"}:
            raise ProviderRefusedError("method_refused", mandate=debit.mandate_reference)
        return Method(str(setup["payment_method"]), "sepa_debit", debit.bank_name, debit.iban[-4:])

    def method(self, token: str) -> Method:
        with _asking(method=token):
            return _method(self._api.payment_methods.retrieve(token).to_dict())

    def read_event(self, body: bytes, signature: str) -> Event:
        try:
            # The age is judged by the portal's clock, below.
            told = stripe.Webhook.construct_event(body, signature, self._webhook_secret, tolerance=None).to_dict()
        except stripe.SignatureVerificationError as error:
            raise SignatureError(reason="not_signed") from error
        except ValueError as error:
            raise SignatureError(reason="unreadable") from error
        signatures.check_age(signature, self._clock.now())
        about = stripe_facts.about(told)
        with _asking(event=str(told["id"])):
            name = self._name_of(about) if about.startswith("pi_") else about
        return Event(str(told["id"]), name, datetime.fromtimestamp(told["created"], UTC))

    def _page(self, request: Request) -> Started:
        item = {
            "quantity": 1,
            "price_data": {
                "currency": request.currency.lower(), "unit_amount": request.amount_minor,
                "product_data": {"name": request.reference},
            },
        }  # fmt: skip
        asked = {
            "mode": "payment", "line_items": [item], "payment_method_types": KINDS, "client_reference_id": request.key,
            "success_url": request.return_url, "cancel_url": request.return_url,
            "payment_intent_data": {"description": request.reference, "metadata": {KEY: request.key}},
        }  # fmt: skip
        session = self._recent_session(request.key) or self._new_session(asked, request.key)
        _same(session.get("amount_total"), request.amount_minor, request.key)
        return Started(str(session["id"]), str(session.get("url") or ""))

    def _new_session(self, asked: dict[str, Any], key: str) -> Object:
        created: Object = self._api.checkout.sessions.create(asked, {"idempotency_key": key}).to_dict()
        return created

    def _new_debit(self, debit: Debit) -> Object:
        """The account with its mandate; the signature is kept here, so for Stripe it was given elsewhere."""
        asked = {
            "customer": self._customer(debit.key), "payment_method_types": ["sepa_debit"], "usage": "off_session",
            "confirm": True, "mandate_data": {"customer_acceptance": {"type": "offline"}},
            "payment_method_data": {
                "type": "sepa_debit", "sepa_debit": {"iban": debit.iban},
                "billing_details": {"name": debit.holder, "email": self._contact},
            },
            "metadata": {KEY: debit.key, "mandate": debit.mandate_reference},
        }  # fmt: skip
        made: Object = self._api.setup_intents.create(asked, {"idempotency_key": debit.key}).to_dict()
        return made

    def _charge(self, request: Request) -> Started:
        intent = self._recent_intent(request.key) or self._new_intent(request)
        _same(intent["amount"], request.amount_minor, request.key)
        error = intent.get("last_payment_error") or {}
        is_asked = intent["status"] == "requires_action" or error.get("code") == stripe_facts.AUTHENTICATION_REQUIRED
        return Started(str(intent["id"]), self._bank_page(intent, request) if is_asked else "")

    def _new_intent(self, request: Request) -> Object:
        """An intent charged at once; a declined one is an answer too, and says why."""
        holder = self._api.payment_methods.retrieve(request.method).to_dict().get("customer")
        asked = {
            "amount": request.amount_minor, "currency": request.currency.lower(), "payment_method": request.method,
            "payment_method_types": KINDS, "confirm": True, "off_session": True,
            "metadata": {KEY: request.key, "reference": request.reference},
        }  # fmt: skip
        if holder:
            asked["customer"] = holder
        try:
            made: Object = self._api.payment_intents.create(asked, {"idempotency_key": request.key}).to_dict()
        except stripe.CardError as refusal:
            told = (refusal.json_body or {}).get("error", {}).get("payment_intent")
            declined: Object | None = told or self._recent_intent(request.key)
            if declined is None:
                raise
            return declined
        return made

    def _bank_page(self, intent: Object, request: Request) -> str:
        """The page on which the bank asks the customer; empty where none is offered."""
        action = intent.get("next_action") or {}
        if "redirect_to_url" not in action:
            asked = {"payment_method": request.method, "return_url": request.return_url}
            try:
                confirmed = self._api.payment_intents.confirm(
                    intent["id"], asked, {"idempotency_key": f"{request.key}:confirm"}
                )
            except stripe.InvalidRequestError:
                log.warning("no page for the customer's bank", exc_info=True)
                return ""
            action = confirmed.to_dict().get("next_action") or {}
        return str((action.get("redirect_to_url") or {}).get("url") or "")

    def _facts(self, intent_id: str) -> list[Fact]:
        intent = self._intent(intent_id)
        is_late = intent["created"] < (self._clock.now() - CONFIRM_WITHIN).timestamp()
        if intent["status"] == "requires_action" and is_late:
            intent = self._cancelled(intent_id)
        found = stripe_facts.of_intent(intent)
        charge = stripe_facts.charge_of(intent)
        if charge is None or intent["status"] != "succeeded":
            return found
        found += stripe_facts.of_refunds(self._refunds(intent_id))
        if charge.get("disputed"):
            disputes = self._all(self._api.disputes, {"payment_intent": intent_id})
            found += stripe_facts.of_disputes(disputes, is_debit=stripe_facts.is_debit(charge))
        return found

    def _intent(self, intent_id: str) -> Object:
        found: Object = self._api.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]}).to_dict()
        return found

    def _cancelled(self, intent_id: str) -> Object:
        """As it is after nobody confirmed it in time, or was quicker than we."""
        try:
            self._api.payment_intents.cancel(intent_id)
        except stripe.InvalidRequestError:
            log.info("confirmed meanwhile")
        return self._intent(intent_id)

    def _refunds(self, intent_id: str) -> Iterator[Object]:
        return self._all(self._api.refunds, {"payment_intent": intent_id})

    def _intent_of(self, provider_id: str) -> str:
        if not provider_id.startswith("cs_"):
            return provider_id
        return str(self._api.checkout.sessions.retrieve(provider_id).payment_intent or "")

    def _name_of(self, thing_id: str) -> str:
        """How the portal calls a payment: its session, where the customer paid on a page."""
        if thing_id.startswith("cs_"):
            return thing_id
        try:
            sessions = self._api.checkout.sessions.list({"payment_intent": thing_id, "limit": 1}).data
        except stripe.StripeError as error:
            if error.http_status != 404:
                raise
            sessions = []  # an address without Checkout knows of no session
        return str(sessions[0].id) if sessions else thing_id

    def _recent_session(self, key: str) -> Object | None:
        try:
            recent = self._recent(self._api.checkout.sessions)
            return next((one for one in recent if one.get("client_reference_id") == key), None)
        except stripe.StripeError as error:
            if error.http_status != 404:
                raise
            return None

    def _recent_intent(self, key: str) -> Object | None:
        recent = self._recent(self._api.payment_intents)
        return next((one for one in recent if one["metadata"].get(KEY) == key), None)

    def _searched_intent(self, key: str) -> Object | None:
        quoted = key.replace("\\", "\\\\").replace("'", "\\'")
        try:
            found = self._api.payment_intents.search({"query": f"metadata['{KEY}']:'{quoted}'"}).data
        except stripe.StripeError as error:
            if error.http_status != 404:
                raise
            found = []
        return found[0].to_dict() if found else None

    def _recent(self, service: Any) -> Iterator[Object]:
        return islice(self._all(service, {}), RECENT)

    def _all(self, service: Any, asked: dict[str, Any]) -> Iterator[Object]:
        for one in service.list({**asked, "limit": RECENT}).auto_paging_iter():
            yield one.to_dict()

    def _customer(self, key: str) -> str:
        """A holder for one method, without a name: who it is, the portal alone knows."""
        return str(self._api.customers.create({"metadata": {KEY: key}}, {"idempotency_key": f"{key}:customer"}).id)


def _same(begun: object, asked: int, key: str) -> None:
    """What a key began is what is asked for now."""
    if begun != asked:
        raise ProviderRefusedError("key_used", key=key)


def _method(found: Object) -> Method:
    if found["type"] == "card":
        card = found["card"]
        year, month = int(card["exp_year"]), int(card["exp_month"])
        after = date(year + month // 12, month % 12 + 1, 1)
        return Method(found["id"], "card", str(card["brand"]).title(), card["last4"], after - timedelta(days=1))
    if found["type"] == "sepa_debit":
        debit = found["sepa_debit"]
        return Method(found["id"], "sepa_debit", f"{debit['country']} {debit['bank_code']}", debit["last4"])
    raise ProviderRefusedError("method_unknown", method=found["id"])


@contextmanager
def _asking(**what: object) -> Iterator[None]:
    """What Stripe answers, in the portal's words; whatever leaves the outcome open is said to be open."""
    try:
        yield
    except stripe.CardError as error:
        told = (error.json_body or {}).get("error", {})
        raise ProviderRefusedError(stripe_facts.reason(told), **what) from error
    except stripe.IdempotencyError as error:
        raise ProviderRefusedError("key_used", **what) from error
    except stripe.InvalidRequestError as error:
        if error.http_status == 404:
            raise NotFoundError(**what) from error
        if error.http_status == 409:  # the same key is being worked on at this moment
            raise ProviderUnreachableError(**what) from error
        raise ProviderRefusedError(str(error.code or "invalid_request"), **what) from error
    except stripe.StripeError as error:
        log.warning("no answer from the payment provider: %s", type(error).__name__)
        raise ProviderUnreachableError(**what) from error
