"""Issuing and booking, each in one transaction: number, document, lines, postings, what they settle, audit event.

For runs, jobs and staff tools that have decided already; whoever looks at the results is asked in `services.billing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from data.queries import billing as queries
from data.repositories import audit
from data.repositories import billing as repository
from data.tables.billing import BillingDocument
from domain.billing.documents import Document, check_vat, credit_note, postings
from domain.billing.ledger import OpenItem, Posting, Transaction, allocate, merged
from domain.errors import InvalidInputError, NotFoundError
from services import faults, portal, receivables

SERIES = {"invoice": "R", "instalment": "A", "credit_note": "G", "feed_in_credit": "E"}  # each with the year


@dataclass(frozen=True)
class Issued:
    """is_new : False when the same had been issued before, and nothing was done."""

    public_id: str
    number: str
    is_new: bool


def issue(document: Document, issue_key: str) -> Issued:
    """Issue an invoice, instalment or feed-in credit once per key, such as "contract-7:2026-06:invoice:0"."""
    made = portal.current()
    with made.records.transaction() as tx:
        return issue_in(tx, document, issue_key, now=made.clock.now())


def issue_in(
    tx: Session, document: Document, issue_key: str, *, now: datetime, account_id: int | None = None
) -> Issued:
    """As `issue`, part of the caller's transaction.

    account_id : of the document's account, where the caller holds its lock already
    """
    if document.kind == "credit_note":
        raise InvalidInputError("kind", "issue_credit_notes_by_number")
    account_id = account_id or _account(tx, document.party)
    before = queries.issued_for(tx, issue_key)
    if before is not None:
        return Issued(before.public_id, before.number_text, is_new=False)
    return _issue(tx, document, issue_key, account_id, None, now)


def issue_credit_note(number: str, issued_on: date) -> Issued:
    """Take a whole document back, once; what it had left open is settled by the note, the rest is the customer's."""
    made = portal.current()
    with made.records.transaction() as tx:
        return credit_in(tx, number, issued_on, now=made.clock.now())


def credit_in(tx: Session, number: str, issued_on: date, *, now: datetime) -> Issued:
    """As `issue_credit_note`, part of the caller's transaction."""
    row = queries.document_by_number(tx, number)
    whole = None if row is None else queries.document(tx, row.public_id)
    if row is None or whole is None:
        raise NotFoundError(what="document")
    account_id = _account(tx, whole.party)
    before = queries.issued_for(tx, f"credit:{number}")
    if before is not None:
        return Issued(before.public_id, before.number_text, is_new=False)
    note = credit_note(whole, number, issued_on)
    return _issue(tx, note, f"credit:{number}", account_id, row, now)


def book_payment(
    account_number: str, amount_minor: int, currency: str, key: str, booked_on: date, reference: str = ""
) -> bool:
    """Book money received, once per key: the named document first, then the oldest due; False when it was booked before.

    amount_minor : more than 0. [minor units]
    """
    received = receivables.Received(account_number, amount_minor, currency, reference)
    with portal.current().records.transaction() as tx:
        return receivables.book_received(tx, received, receivables.Booking(key, booked_on)) is not None


def _issue(
    tx: Session, document: Document, issue_key: str, account_id: int, taken_back: BillingDocument | None, now: datetime
) -> Issued:
    check_vat(document)
    series = f"{SERIES[document.kind]}{document.issued_on.year}"
    open_before = _open(tx, account_id, document.currency)
    refers_to_id = taken_back.id if taken_back else None
    row = repository.add_document(
        tx, document, account_id=account_id, series=series, issue_key=issue_key, refers_to_id=refers_to_id, now=now
    )
    faults.reached("numbered")
    of = taken_back.kind if taken_back else document.kind
    booked = postings(document, of)  # type: ignore[arg-type]
    if booked:
        more, settles = _settled(tx, document, of, row, open_before)
        transaction = Transaction(f"document:{row.number_text}", document.issued_on, merged([*booked, *more]))
        repository.add_transaction(tx, transaction, settles=settles, document_id=row.id, now=now)
    _audit(tx, "document:issued", row.public_id, {"number": row.number_text, "balance_minor": row.balance_minor}, now)
    return Issued(row.public_id, row.number_text, is_new=True)


def _settled(
    tx: Session, document: Document, of: str, row: BillingDocument, open_before: dict[str, tuple[int, OpenItem]]
) -> tuple[list[Posting], list[tuple[int, int]]]:
    """What a new document settles: a credit the open items, a debit itself from what waits as unapplied.

    So the receivable of an account is always the sum of its open items.
    """
    party, currency, due = document.party, document.currency, row.balance_minor
    if of == "feed_in_credit" or due == 0:
        return [], []
    if due > 0:
        waiting = -queries.ledger_sums(tx, [f"unapplied:{party}"]).get((f"unapplied:{party}", currency), 0)
        part = max(0, min(waiting, due))
        settles = [(row.id, part)] if part and document.kind != "credit_note" else []
        if document.kind == "credit_note":  # takes a credit back
            return _moved(party, due, currency), []
        return (_moved(party, part, currency) if part else []), settles
    found = allocate(-due, [item for _, item in open_before.values()], document.refers_to)
    surplus = _moved(party, -found.surplus_minor, currency) if found.surplus_minor else []
    return surplus, [(open_before[number][0], part) for number, part in found.parts]


def _moved(party: str, amount_minor: int, currency: str) -> list[Posting]:
    """From what waits as unapplied to the receivable; negative the other way."""
    return [
        Posting(f"unapplied:{party}", amount_minor, currency),
        Posting(f"receivable:{party}", -amount_minor, currency),
    ]


def _open(tx: Session, account_id: int, currency: str) -> dict[str, tuple[int, OpenItem]]:
    rows = queries.open_documents(tx, [account_id])
    return {row.number_text: (row.id, row.item) for row in rows if row.currency == currency}


def _account(tx: Session, number: str) -> int:
    found = repository.lock_account(tx, number)
    if found is None:
        raise NotFoundError(what="account")
    return found.id


def _audit(tx: Session, action: str, object_id: str, detail: dict[str, object], now: datetime) -> None:
    audit.add(tx, audit.Event(action, object_type="billing", object_id=object_id, detail=detail), now=now)
