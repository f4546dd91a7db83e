"""What a booking on a customer's account was, as the customer is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from domain.billing.receivables import is_money

EntryKind = Literal[
    "invoice", "instalment", "credit_note", "feed_in_credit", "payment", "refund", "return", "undone", "write_off",
    "fee", "other", "failed", "cancelled", "in_progress", "refund_asked", "refund_declined",
]  # fmt: skip
Group = Literal["bills", "payments", "refunds", "other"]
GROUPS: dict[Group, frozenset[EntryKind]] = {
    "bills": frozenset({"invoice", "instalment", "credit_note", "feed_in_credit"}),
    "payments": frozenset({"payment", "return", "failed", "cancelled", "in_progress"}),
    "refunds": frozenset({"refund", "undone", "refund_asked", "refund_declined"}),
    "other": frozenset({"write_off", "fee", "other"}),
}


def kind_of(document_kind: str, reversal: str, others: Iterable[tuple[str, int]]) -> EntryKind:
    """By what was issued with it, what it takes back, and where the other side of it was booked.

    others : accounts beside the customer's with their amounts; money that comes in is positive. [minor units]
    """
    if document_kind in GROUPS["bills"]:
        return document_kind
    if reversal:
        return {"refund": "refund", "return": "return", "undone": "undone"}[reversal]  # type: ignore[return-value]
    for account, amount_minor in others:
        if is_money(account):
            return "payment" if amount_minor > 0 else "refund"
        if account in {"write_off", "dunning_fees"}:
            return "write_off" if account == "write_off" else "fee"
    return "other"
