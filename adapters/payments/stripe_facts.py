"""What Stripe's objects say, as facts: which payment an event is about, and all that is known of an intent.

The shapes are those of Stripe's API reference (docs.stripe.com/api): PaymentIntent, Charge, Refund, Dispute, Event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from domain.payments.facts import Fact, FactKind

Object = Mapping[str, Any]
AUTHENTICATION_REQUIRED = "authentication_required"
# Inquiries ("warning_*") and disputes that were prevented take no money from us.
WITH_MONEY = {"needs_response", "under_review", "won", "lost"}
ABOUT_INTENT = {"charge", "refund", "dispute"}


def of_intent(intent: Object) -> list[Fact]:
    """What an intent says of itself. A charge that is not made yet says nothing of money."""
    name, status = str(intent["id"]), intent["status"]
    charge = charge_of(intent)
    if status == "succeeded" and charge is not None:
        amount = charge.get("amount_captured") or charge["amount"]
        return [Fact(FactKind.CAPTURED, str(charge["id"]), int(amount))]
    if status == "requires_action":
        return [Fact(FactKind.AUTHENTICATION, name)]
    if status == "processing":
        return [Fact(FactKind.PROCESSING, name)]
    if status == "canceled":
        return [Fact(FactKind.CANCELLED, name)]
    if status == "requires_payment_method" and intent.get("last_payment_error"):
        return [Fact(FactKind.DECLINED, name, reason=reason(intent["last_payment_error"]))]
    return []


def of_refunds(refunds: Iterable[Object]) -> list[Fact]:
    """A refund counts from when it was asked for; one that the bank would not take is said to have failed."""
    found = []
    for refund in refunds:
        found.append(Fact(FactKind.REFUNDED, str(refund["id"]), int(refund["amount"])))
        if refund["status"] in {"failed", "canceled"}:
            found.append(Fact(FactKind.REFUND_FAILED, str(refund["id"])))
    return found


def of_disputes(disputes: Iterable[Object], *, is_debit: bool) -> list[Fact]:
    """Stripe calls a returned direct debit a dispute too; that one nobody can win."""
    found = []
    for dispute in disputes:
        name, status = str(dispute["id"]), dispute["status"]
        if status not in WITH_MONEY:
            continue
        found.append(Fact(FactKind.RETURNED if is_debit else FactKind.DISPUTED, name, int(dispute["amount"])))
        if not is_debit and status in {"won", "lost"}:
            found.append(Fact(FactKind.DISPUTE_WON if status == "won" else FactKind.DISPUTE_LOST, name))
    return found


def charge_of(intent: Object) -> Object | None:
    """The newest charge of an intent, where it was asked for with the intent."""
    charge = intent.get("latest_charge")
    return charge if isinstance(charge, Mapping) else None


def is_debit(charge: Object) -> bool:
    return bool((charge.get("payment_method_details") or {}).get("type") == "sepa_debit")


def reason(error: Object) -> str:
    """The bank's own word where Stripe passes it on, such as insufficient_funds."""
    return str(error.get("decline_code") or error.get("code") or "declined")


def about(event: Object) -> str:
    """The session or intent that an event is about; empty for what concerns no payment."""
    thing = event["data"]["object"]
    kind = thing.get("object")
    if kind in {"payment_intent", "checkout.session"}:
        return str(thing["id"])
    intent = thing.get("payment_intent") if kind in ABOUT_INTENT else None
    return str(intent["id"] if isinstance(intent, Mapping) else intent or "")
