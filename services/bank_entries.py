"""Bank entries that need a person: the suspense queue, whose money it is, and receipts that staff write down themselves."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from data.queries import bank as queries
from data.queries import billing as billing_queries
from data.queries import receivables as reading
from data.queries.bank import BankEntryView
from data.repositories import audit
from data.repositories import bank as repository
from data.tables.bank import BankEntryRow
from domain.access import Permission, Viewer, require
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.money import from_minor
from services import portal, receivables
from services.account_access import account_for, staff_member
from services.admin import one_line
from services.bank_import import BY_HAND, REASONS
from services.receivables import Booking, Received
from services.refusals import sentence

OLDEST = timedelta(days=366)


def suspense_queue(viewer: Viewer, limit: int = 100) -> list[BankEntryView]:
    """Entries that nobody knows yet for what, oldest first; for staff who manage billing."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.reading() as db:
        return queries.bank_entries(db, ("suspense",), limit)


def assign_receipt(viewer: Viewer, public_id: str, account_number: str, document_number: str = "") -> None:
    """Money in suspense is this account's, for this document where one is named; it settles what is open."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.transaction() as tx:
        row = _in_suspense(tx, public_id, 1)
        if document_number:
            found = billing_queries.document_party(tx, document_number)
            if found is None or found.account_number != account_number or found.currency != row.currency:
                raise InvalidInputError("document", "not_of_the_account", document=document_number)
        received = Received(account_number, row.amount_minor, row.currency, document_number, into="suspense")
        booking = _booking(viewer, row)
        account_id = receivables.lock(tx, account_number)
        receivables.book_received(tx, received, booking)
        _assigned(tx, viewer, row, account_id)


def assign_return(viewer: Viewer, public_id: str, payment_key: str) -> None:
    """Money that went out is this payment, taken back: what it had paid is open again."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.transaction() as tx:
        row = _in_suspense(tx, public_id, -1)
        moved = reading.money_moved(tx, payment_key)
        if moved is None or moved.currency != row.currency:
            raise NotFoundError(what="payment")
        receivables.book_return(tx, payment_key, -row.amount_minor, _booking(viewer, row), "suspense")
        _assigned(tx, viewer, row, receivables.lock(tx, moved.account_number))


@dataclass(frozen=True)
class Receipt:
    """A transfer that staff saw at the bank before its statement came. [minor units of `currency`]

    bank_reference : the bank's number of it; with it nothing is written down twice
    reference : the document it pays, or empty for the oldest due
    """

    amount_minor: int
    currency: str
    received_on: date
    bank_reference: str
    reference: str = ""


def write_down(viewer: Viewer, account_public_id: str, receipt: Receipt) -> bool:
    """Book it at once; the statement that shows it later confirms it. False when it was written down before."""
    require(viewer, Permission.MANAGE_BILLING)
    account_id, number = account_for(viewer, account_public_id, Permission.PAY)
    made = portal.current()
    now = made.clock.now()
    bank_reference = one_line(receipt.bank_reference)
    _check(receipt, bank_reference, portal.today())
    with made.records.transaction() as tx:
        row = repository.add_if_absent(
            tx, entry_key=f"hand:{number}:{bank_reference}"[:200], source="hand", statement="", end_to_end="",
            amount_minor=receipt.amount_minor, currency=receipt.currency, booked_on=receipt.received_on,
            bank_reference=bank_reference[:80], reference=receipt.reference[:400], other_name="", other_iban_sealed="",
            other_iban_end="", return_reason="", state="expected", reason="", account_id=account_id,
            written_by=viewer.user_id, created_at=now,
        )  # fmt: skip
        if row is None:
            return False
        booking = Booking(f"bank:{row.public_id}", receipt.received_on, viewer.user_id)
        received = Received(number, receipt.amount_minor, receipt.currency, receipt.reference, into=BY_HAND)
        receivables.book_received(tx, received, booking)
        row.transaction_key = booking.key
        return True


def _check(receipt: Receipt, bank_reference: str, today: date) -> None:
    if receipt.amount_minor <= 0:
        code = "amount_zero" if receipt.amount_minor == 0 else "amount_negative"
        raise InvalidInputError("amount", code)
    if not today - OLDEST <= receipt.received_on <= today:
        raise InvalidInputError("received_on", "out_of_range", first=str(today - OLDEST), last=str(today))
    if not bank_reference:
        raise InvalidInputError("bank_reference", "missing")
    if len(receipt.currency) != 3 or not receipt.currency.isupper():
        raise InvalidInputError("currency", "not_iso_4217", currency=receipt.currency)


def _in_suspense(tx: Session, public_id: str, sign: int) -> BankEntryRow:
    row = repository.lock(tx, public_id)
    if row is None or row.amount_minor * sign <= 0:
        raise NotFoundError(what="entry")
    if row.state != "suspense":
        raise InvalidInputError("entry", "not_in_suspense", state=row.state)
    return row


def _booking(viewer: Viewer, row: BankEntryRow) -> Booking:
    return Booking(f"bank:{row.public_id}:assigned", portal.today(), viewer.user_id)


def _assigned(tx: Session, viewer: Viewer, row: BankEntryRow, account_id: int) -> None:
    now = portal.current().clock.now()
    row.state, row.account_id, row.assigned_by, row.ended_at = "assigned", account_id, viewer.user_id, now
    row.transaction_key = f"bank:{row.public_id}:assigned"
    event = audit.Event("bank:assigned", viewer.user_id, account_id, "bank", row.public_id)
    audit.add(tx, event, now=now)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="suspense_verb", required=True, metavar="list|assign")
    listing = verbs.add_parser("list", help="what the bank booked and nobody knows yet for what, oldest first")
    assigning = verbs.add_parser("assign", help="say whose money it is")
    assigning.add_argument("id", metavar="ID")
    assigning.add_argument(
        "--account", default="", metavar="NUMBER", help="the customer's account, for money that came in"
    )
    assigning.add_argument(
        "--document", default="", metavar="NUMBER", help="the invoice it pays; without it the oldest due"
    )
    assigning.add_argument(
        "--payment", default="", metavar="KEY", help="the payment it returns, for money that went out"
    )
    for sub in (listing, assigning):
        sub.add_argument("--by", required=True, metavar="EMAIL", help="who looks or decides: an agent or admin")


def command(arguments: argparse.Namespace, made: portal.Portal) -> int:
    """0 when done; 1 when it was refused, with a sentence."""
    portal.use(made)
    try:
        viewer = staff_member(arguments.by)
        if arguments.suspense_verb == "list":
            for one in suspense_queue(viewer):
                print(_line(one))
            return 0
        _assign(viewer, arguments)
    except DomainError as error:
        print(sentence(error), file=sys.stderr)
        return 1
    print(f"{arguments.id} is assigned.")
    return 0


def _assign(viewer: Viewer, arguments: argparse.Namespace) -> None:
    if bool(arguments.account) == bool(arguments.payment):
        raise InvalidInputError("account or payment", "name_one_of_them")
    if arguments.payment:
        assign_return(viewer, arguments.id, arguments.payment)
    else:
        assign_receipt(viewer, arguments.id, arguments.account, arguments.document)


def _line(one: BankEntryView) -> str:
    amount = f"{from_minor(one.amount_minor, one.currency)} {one.currency}"
    return f"{one.public_id}  {one.booked_on}  {amount:>14}  {REASONS[one.reason]}  {one.other_name}: {one.reference}".rstrip()
