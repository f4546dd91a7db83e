"""What a payment's facts mean for the ledger: each once, by the key of the fact, in an order that always works."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.payments.facts import ANSWERS, Fact, FactKind, Payment


class Move(StrEnum):
    RECEIVED = "received"
    REFUNDED = "refunded"
    RETURNED = "returned"  # the bank took it back, or asks for it
    UNDONE = "undone"  # a refund or return that came back to us


MOVES = {
    FactKind.CAPTURED: Move.RECEIVED,
    FactKind.REFUNDED: Move.REFUNDED,
    FactKind.RETURNED: Move.RETURNED,
    FactKind.DISPUTED: Move.RETURNED,
    FactKind.REFUND_FAILED: Move.UNDONE,
    FactKind.DISPUTE_WON: Move.UNDONE,
}


@dataclass(frozen=True)
class PaymentBooking:
    """Money that moved. [minor units]

    key : the same for the same fact
    of_key : the booking whose money it takes back; empty for what was received
    """

    move: Move
    key: str
    amount_minor: int
    of_key: str = ""


def bookings(payment: Payment) -> list[PaymentBooking]:
    """All that is to be in the ledger: what came in first, then what left it, then what came back.

    Nothing leaves before something came in, and nothing comes back before it left: their bookings wait for it.
    """
    ordered = sorted(payment.facts, key=lambda fact: (fact.kind, fact.key))
    captures = [fact for fact in ordered if fact.kind is FactKind.CAPTURED]
    if not captures:
        return []
    found = [PaymentBooking(Move.RECEIVED, booking_key(fact), fact.amount_minor) for fact in captures]
    first = found[0].key
    left = [fact for fact in ordered if MOVES.get(fact.kind) in {Move.REFUNDED, Move.RETURNED}]
    found += [PaymentBooking(MOVES[fact.kind], booking_key(fact), fact.amount_minor, first) for fact in left]
    for fact in ordered:
        answered = next((one for one in left if (ANSWERS.get(fact.kind), fact.key) == (one.kind, one.key)), None)
        if answered is not None and fact.kind in MOVES:
            found.append(PaymentBooking(Move.UNDONE, booking_key(fact), answered.amount_minor, booking_key(answered)))
    return found


def booking_key(fact: Fact) -> str:
    """Kind and number: a refund and its failure have the same number."""
    return f"{fact.kind}:{fact.key}"
