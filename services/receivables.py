"""Bookings after the payment: refunds, returns, write-offs and fees, each part of the caller's transaction, once per key.

For runs, jobs and services that have decided already. Each locks the customer's account first, so that two at once
cannot spend the same money; the database refuses what would take back more than a booking moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from data.queries import billing as queries
from data.queries import receivables as reading
from data.repositories import audit
from data.repositories import billing as repository
from domain.billing.ledger import Allocation, Posting, Transaction, allocate, payment_postings
from domain.billing.receivables import (
    Credit,
    fee_postings,
    moved_postings,
    payout_postings,
    release,
    release_postings,
    write_off_postings,
)
from domain.errors import InvalidInputError, NotFoundError
from services import portal

TRANSFERS = "clearing:transfers"  # refunds by bank transfer, until the bank's statement shows them


@dataclass(frozen=True)
class Booking:
    """key : what makes booking it twice one booking; actor_user_id : who did it, None for what runs by itself."""

    key: str
    booked_on: date
    actor_user_id: int | None = None
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """Money of a customer that came in. into : such as `bank`, `suspense` or `clearing:sandbox`. [minor units]"""

    account_number: str
    amount_minor: int
    currency: str
    reference: str = ""
    into: str = "bank"


def book_received(tx: Session, received: Received, booking: Booking) -> Allocation | None:
    """Settle the named document first, then the oldest due; None when it was booked before."""
    account_id = lock(tx, received.account_number)
    if repository.booked(tx, booking.key) is not None:
        return None
    return _settle(tx, account_id, received, booking, "payment:booked", None)


def refund_credit(
    tx: Session, account_number: str, amount_minor: int, currency: str, booking: Booking, out_of: str = TRANSFERS
) -> bool:
    """Pay out what a customer is owed, never more than that; False when it was booked before. [minor units]"""
    lock(tx, account_number)
    if repository.booked(tx, booking.key) is not None:
        return False
    booked = payout_postings(account_number, currency, amount_minor, credit(tx, account_number, currency), out_of)
    _book(tx, booking, booked)
    _audit(tx, "refund:booked", account_number, amount_minor, booking)
    return True


def refund_payment(
    tx: Session, payment_key: str, amount_minor: int, booking: Booking, out_of: str | None = None
) -> bool:
    """Give money of a payment back, never more than was kept of it; False when it was booked before. [minor units]

    out_of : where the money leaves; without it, where it came in
    """
    return _take_back(tx, payment_key, amount_minor, booking, "refund", out_of)


def book_return(tx: Session, payment_key: str, amount_minor: int, booking: Booking, out_of: str | None = None) -> bool:
    """The bank took a payment back: what it settled is open again. False when it was booked before. [minor units]"""
    return _take_back(tx, payment_key, amount_minor, booking, "return", out_of)


def book_undone(tx: Session, key: str, amount_minor: int, booking: Booking, into: str | None = None) -> bool:
    """A refund that could not be paid out, or a return that was won, comes back; it settles what is open.

    key : of the refund or return. False when it was booked before. [minor units]
    """
    moved = _moved(tx, key, -1)
    account_id = lock(tx, moved.account_number)
    if repository.booked(tx, booking.key) is not None:
        return False
    _at_most(tx, moved, amount_minor)
    received = Received(moved.account_number, amount_minor, moved.currency, into=into or moved.money_account)
    _settle(tx, account_id, received, booking, "refund:undone", (key, amount_minor, "undone"))
    return True


def write_off(tx: Session, document_number: str, amount_minor: int | None, booking: Booking) -> bool:
    """Give up so much of what is open of a document, all of it where no amount is named. [minor units]"""
    row = _document(tx, document_number)
    party = lock(tx, row.account_number), row.account_number
    if repository.booked(tx, booking.key) is not None:
        return False
    left = open_of(tx, party[0]).get(document_number)
    most = left.open_minor if left else 0
    amount = most if amount_minor is None else amount_minor
    if not left or amount > most:
        raise InvalidInputError("amount", "above_open", most_minor=most)
    _book(tx, booking, write_off_postings(party[1], row.currency, amount), settles=[(left.id, amount)])
    _audit(tx, "write_off:booked", document_number, amount, booking)
    return True


def charge_fee(tx: Session, document_number: str, fee_minor: int, booking: Booking) -> bool:
    """A fee on top of an open document, paid with it; False when it was booked before. [minor units]"""
    row = _document(tx, document_number)
    lock(tx, row.account_number)
    if repository.booked(tx, booking.key) is not None:
        return False
    if document_number not in open_of(tx, row.account_id):
        raise InvalidInputError("document", "nothing_open", document=document_number)
    _book(tx, booking, fee_postings(row.account_number, row.currency, fee_minor), reopens=[(row.id, fee_minor, "fee")])
    _audit(tx, "fee:booked", document_number, fee_minor, booking)
    return True


def move_money(tx: Session, currency: str, amount_minor: int, route: tuple[str, str], booking: Booking) -> bool:
    """Between our own accounts: out of the first into the second; False when it was booked before. [minor units]"""
    if repository.booked(tx, booking.key) is not None:
        return False
    _book(tx, booking, moved_postings(currency, amount_minor, *route))
    return True


def lock(tx: Session, account_number: str) -> int:
    """The row of an account; until the end of the transaction nobody else books on it."""
    found = repository.lock_account(tx, account_number)
    if found is None:
        raise NotFoundError(what="account")
    return found.id


def credit(tx: Session, account_number: str, currency: str) -> Credit:
    """What the customer could be paid out now."""
    names = [f"unapplied:{account_number}", f"feed_in_payable:{account_number}"]
    found = queries.ledger_sums(tx, names)
    return Credit(*(-found.get((name, currency), 0) for name in names))


def open_of(tx: Session, account_id: int) -> dict[str, queries.OpenDocument]:
    """What is open of an account, by document number, the oldest due first."""
    return {row.number_text: row for row in queries.open_documents(tx, [account_id])}


def _settle(
    tx: Session,
    account_id: int,
    received: Received,
    booking: Booking,
    action: str,
    reverses: tuple[str, int, str] | None,
) -> Allocation:
    rows = {name: row for name, row in open_of(tx, account_id).items() if row.currency == received.currency}
    found = allocate(received.amount_minor, [row.item for row in rows.values()], received.reference)
    booked = payment_postings(received.account_number, received.currency, found, received.into)
    _book(tx, booking, booked, settles=[(rows[name].id, part) for name, part in found.parts], reverses=reverses)
    _audit(tx, action, received.account_number, received.amount_minor, booking)
    return found


def _take_back(
    tx: Session, payment_key: str, amount_minor: int, booking: Booking, kind: str, out_of: str | None
) -> bool:
    moved = _moved(tx, payment_key, 1)
    account_id = lock(tx, moved.account_number)
    if repository.booked(tx, booking.key) is not None:
        return False
    _at_most(tx, moved, amount_minor)
    rows = [row for row in reading.settled_documents(tx, account_id, payment_key) if row.currency == moved.currency]
    waiting = credit(tx, moved.account_number, moved.currency).unapplied_minor
    found = release(amount_minor, waiting, [row.settled for row in rows])
    ids = {row.settled.document: row.id for row in rows}
    _book(
        tx, booking, release_postings(moved.account_number, moved.currency, found, out_of or moved.money_account),
        reopens=[(ids[name], part, "returned") for name, part in found.parts], reverses=(payment_key, amount_minor, kind),
    )  # fmt: skip
    _audit(tx, f"{kind}:booked", moved.account_number, amount_minor, booking)
    return True


def _moved(tx: Session, key: str, sign: int) -> reading.MoneyMoved:
    found = reading.money_moved(tx, key)
    if found is None or found.amount_minor * sign <= 0:
        raise NotFoundError(what="payment" if sign > 0 else "refund")
    return found


def _at_most(tx: Session, moved: reading.MoneyMoved, amount_minor: int) -> None:
    """Read again, now that nobody else books on the account."""
    most = abs(moved.amount_minor) - reading.taken_back(tx, moved.key)
    if amount_minor > most:
        raise InvalidInputError("amount", "above_captured", most_minor=most)


def _document(tx: Session, number: str) -> queries.DocumentParty:
    found = queries.document_party(tx, number)
    if found is None:
        raise NotFoundError(what="document")
    return found


def _book(
    tx: Session, booking: Booking, postings: tuple[Posting, ...], *, settles: list[tuple[int, int]] | None = None,
    reopens: list[tuple[int, int, str]] | None = None, reverses: tuple[str, int, str] | None = None,
) -> None:  # fmt: skip
    repository.add_transaction(
        tx, Transaction(booking.key, booking.booked_on, postings), settles=settles or (), reopens=reopens or (),
        reverses=reverses, now=portal.current().clock.now(),
    )  # fmt: skip


def _audit(tx: Session, action: str, object_id: str, amount_minor: int, booking: Booking) -> None:
    detail = {"key": booking.key, "amount_minor": amount_minor, **booking.detail}
    event = audit.Event(action, booking.actor_user_id, object_type="billing", object_id=object_id, detail=detail)
    audit.add(tx, event, now=portal.current().clock.now())
