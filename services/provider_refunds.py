"""Refunds that go back through a payment provider: one thing known from two sides, our request and the provider's fact.

A request books its refund itself, before the provider is told. The provider's news of the same refund is then no second
booking; only that the bank would not take it is new. Each function is part of a transaction that holds the account's lock.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from data.queries import payments as payment_queries
from data.queries import refunds as queries
from data.repositories import audit
from data.repositories import refunds as repository
from data.tables.payments import PaymentRow
from data.tables.refunds import RefundRequest
from domain.payments.bookings import Move, PaymentBooking, booking_key
from domain.payments.facts import FactKind, Payment
from services import mails, portal, receivables
from services.receivables import Booking

REFUNDED = f"{FactKind.REFUNDED}:"
NOT_TAKEN = "bank_refused"


def ledger_key(provider_name: str, key: str) -> str:
    """The key of a fact's booking in the ledger: `payment:sandbox:captured:sch_000001`."""
    return f"payment:{provider_name}:{key}"


def provider_of(payment_key: str) -> str:
    """The provider that took a payment; empty where it came another way."""
    kind, _, rest = payment_key.partition(":")
    return rest.partition(":")[0] if kind == "payment" else ""


def paid_by(db: Session, provider_name: str, payment_key: str) -> PaymentRow | None:
    """The payment whose capture was booked under this key; None where it is none of this provider's."""
    start = ledger_key(provider_name, f"{FactKind.CAPTURED}:")
    if not payment_key.startswith(start):
        return None
    return payment_queries.payment_of_fact(db, provider_name, FactKind.CAPTURED, payment_key.removeprefix(start))


def is_of_a_request(tx: Session, row: PaymentRow, payment: Payment, booking: PaymentBooking) -> bool:
    """Whether a refund, or that it failed, is a request's and not to be booked as the provider's own news.

    While a request was told to the provider and its answer is not kept, no refund of that payment is booked: it may be
    that one. The answer decides, and what is left over is booked then.
    """
    refund_key = booking.of_key if booking.move is Move.UNDONE else booking.key
    if not refund_key.startswith(REFUNDED):
        return False
    number = refund_key.removeprefix(REFUNDED)
    captures = [ledger_key(row.provider, booking_key(one)) for one in payment.facts if one.kind is FactKind.CAPTURED]
    told = queries.told_to_provider(tx, row.provider, captures)
    own = next((one for one in told if one.provider_id == number), None)
    if own is None:
        return any(one.state == "sending" and not one.provider_id for one in told)
    if booking.move is Move.UNDONE:
        _came_back(tx, own.public_id)
    return True


def book_back(tx: Session, row: RefundRequest, reason: str) -> None:
    """The money did not go: the request has failed, its booking is undone and the customer told."""
    made = portal.current()
    row.state, row.ended_at, row.failure = "failed", made.clock.now(), reason[:80]
    if row.transaction_key is not None:
        booking = Booking(f"{row.transaction_key}:undone", portal.today())
        receivables.book_undone(tx, row.transaction_key, row.amount_minor, booking)
        values = {"amount_minor": row.amount_minor, "currency": row.currency}
        mails.mail_account(tx, "refund_failed", row.account_id, values, now=made.clock.now())
    detail: dict[str, object] = {"amount_minor": row.amount_minor, "currency": row.currency, "failure": row.failure}
    event = audit.Event("refund:failed", None, row.account_id, "refund", row.public_id, detail)
    audit.add(tx, event, now=made.clock.now())


def _came_back(tx: Session, public_id: str) -> None:
    row = repository.lock(tx, public_id)
    if row is not None and row.state in {"sending", "done"}:
        book_back(tx, row, NOT_TAKEN)
