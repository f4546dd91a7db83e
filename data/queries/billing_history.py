"""Read side of an account's history: each booking with what it was about, as a customer is told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, aliased

from data.tables.accounts import Account
from data.tables.billing import (
    BillingDocument,
    LedgerAllocation,
    LedgerPosting,
    LedgerReopening,
    LedgerReversal,
    LedgerTransaction,
)
from domain.billing.ledger import party_accounts


class AccountRow(NamedTuple):
    id: int
    public_id: str
    number: str


class DocumentRef(NamedTuple):
    public_id: str
    number: str
    kind: str


class BookingRow(NamedTuple):
    """What a booking changed for a customer in one currency. [minor units]

    document : what was issued with it; takes_back : the document that it takes back
    about : the other documents it settled or opened again
    reversal : refund, return or undone, where it takes another booking back
    others : the accounts beside the customer's, with their amounts
    """

    key: str
    booked_on: date
    currency: str
    amount_minor: int
    document: DocumentRef | None
    takes_back: DocumentRef | None
    about: tuple[DocumentRef, ...]
    reversal: str
    others: tuple[tuple[str, int], ...]


def accounts(db: Session, account_ids: Iterable[int]) -> list[AccountRow]:
    query = select(Account.id, Account.public_id, Account.number).where(Account.id.in_(list(account_ids)))
    return [AccountRow(*row) for row in db.execute(query.order_by(Account.number))]


def document_refs(db: Session, document_ids: Iterable[int]) -> dict[int, DocumentRef]:
    """Documents by their row."""
    query = select(BillingDocument.id, BillingDocument.public_id, BillingDocument.number_text, BillingDocument.kind)
    return {
        row[0]: DocumentRef(*row[1:]) for row in db.execute(query.where(BillingDocument.id.in_(list(document_ids))))
    }


def set_off_at_issue(db: Session, document_id: int) -> int:
    """What of a document was paid from the customer's credit when it was issued. [minor units]"""
    query = (
        select(func.coalesce(func.sum(LedgerAllocation.amount_minor), 0))
        .join(LedgerTransaction, LedgerTransaction.key == LedgerAllocation.transaction_key)
        .where(LedgerAllocation.document_id == document_id, LedgerTransaction.document_id == document_id)
    )
    return int(db.scalar(query) or 0)


def bookings(db: Session, account_number: str) -> list[BookingRow]:
    """All bookings on an account in the order of their booking; moves within the account too, with an amount of 0."""
    own, earlier = party_accounts(account_number), aliased(BillingDocument)
    keys = select(LedgerPosting.transaction_key).where(LedgerPosting.account_code.in_(own))
    query = (
        select(
            LedgerTransaction.key, LedgerPosting.currency, LedgerTransaction.booked_on, LedgerReversal.kind,
            BillingDocument.public_id, BillingDocument.number_text, BillingDocument.kind,
            earlier.public_id, earlier.number_text, earlier.kind, LedgerPosting.account_code, LedgerPosting.amount_minor,
        )
        .join(LedgerPosting, LedgerPosting.transaction_key == LedgerTransaction.key)
        .outerjoin(BillingDocument, BillingDocument.id == LedgerTransaction.document_id)
        .outerjoin(earlier, earlier.id == BillingDocument.refers_to_id)
        .outerjoin(LedgerReversal, LedgerReversal.transaction_key == LedgerTransaction.key)
        .where(LedgerTransaction.key.in_(keys))
        .order_by(LedgerTransaction.booked_on, LedgerTransaction.id, LedgerPosting.currency, LedgerPosting.id)
    )  # fmt: skip
    about = _about(db, own)
    found = []
    for (key, currency), group in groupby(db.execute(query).all(), key=lambda row: (row[0], row[1])):
        rows = list(group)
        _key, _currency, booked_on, reversal, *named = rows[0]
        document, takes_back = (DocumentRef(*part) if part[0] else None for part in (named[:3], named[3:6]))
        mine = sum(row.amount_minor for row in rows if row.account_code in own)
        others = tuple((row.account_code, row.amount_minor) for row in rows if row.account_code not in own)
        settled = tuple(each for each in about[key] if each not in {document, takes_back})
        found.append(BookingRow(key, booked_on, currency, mine, document, takes_back, settled, reversal or "", others))
    return found


def _about(db: Session, own: tuple[str, ...]) -> dict[str, tuple[DocumentRef, ...]]:
    """By booking, the documents it settled or opened again."""
    keys = select(LedgerPosting.transaction_key).where(LedgerPosting.account_code.in_(own))
    parts = union_all(
        *(
            select(table.transaction_key.label("key"), table.document_id.label("document_id")).where(
                table.transaction_key.in_(keys)
            )
            for table in (LedgerAllocation, LedgerReopening)
        )
    ).subquery()
    query = (
        select(parts.c.key, BillingDocument.public_id, BillingDocument.number_text, BillingDocument.kind)
        .join(BillingDocument, BillingDocument.id == parts.c.document_id)
        .order_by(BillingDocument.id)
    )
    found: dict[str, dict[DocumentRef, None]] = defaultdict(dict)
    for key, *document in db.execute(query):
        found[key][DocumentRef(*document)] = None
    return defaultdict(tuple, {key: tuple(documents) for key, documents in found.items()})
