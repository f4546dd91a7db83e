"""Documents, balance and statement of a viewer's own accounts; somebody else's are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.queries import billing as queries
from data.tables.billing import BillingDocument
from domain.access import Viewer
from domain.billing.documents import Document
from domain.billing.ledger import party_accounts
from domain.errors import NotFoundError
from services import portal


@dataclass(frozen=True)
class DocumentSummary:
    """A row of the list. `open_minor` is what is left to pay. [minor units]"""

    public_id: str
    number: str
    kind: str
    currency: str
    first: date
    end: date
    issued_on: date
    due_on: date
    net_minor: int
    tax_minor: int
    gross_minor: int
    balance_minor: int
    open_minor: int


@dataclass(frozen=True)
class StatementRow:
    """One booking on a customer's accounts, with the balance after it; positive is owed by the customer. [minor units]"""

    booked_on: date
    key: str
    document: str
    currency: str
    amount_minor: int
    balance_minor: int


def documents(viewer: Viewer, account_public_id: str) -> list[DocumentSummary]:
    """What was issued to an account, newest first."""
    account_id, _ = _account(viewer, account_public_id)
    with portal.current().records.reading() as db:
        left = {row.id: row.open_minor for row in queries.open_documents(db, [account_id])}
        return [_summary(row, left.get(row.id, 0)) for row in queries.documents(db, [account_id])]


def document(viewer: Viewer, public_id: str) -> tuple[DocumentSummary, Document]:
    """One of the viewer's documents, with its lines as issued."""
    with portal.current().records.reading() as db:
        row = queries.document_row(db, public_id)
        whole = queries.document(db, public_id) if row and row.account_id in _own(viewer) else None
        if row is None or whole is None:
            raise NotFoundError(what="document")
        left = {each.id: each.open_minor for each in queries.open_documents(db, [row.account_id])}
        return _summary(row, left.get(row.id, 0)), whole


def open_items(viewer: Viewer, account_public_id: str) -> list[queries.OpenDocument]:
    """What is left to pay, the oldest due first."""
    account_id, _ = _account(viewer, account_public_id)
    with portal.current().records.reading() as db:
        return queries.open_documents(db, [account_id])


def balance(viewer: Viewer, account_public_id: str) -> dict[str, int]:
    """What the customer owes by currency, as a sum of postings; negative is a credit. [minor units]"""
    _, number = _account(viewer, account_public_id)
    found: dict[str, int] = {}
    with portal.current().records.reading() as db:
        for (_, currency), amount in queries.ledger_sums(db, party_accounts(number)).items():
            found[currency] = found.get(currency, 0) + amount
    return found


def statement(viewer: Viewer, account_public_id: str) -> list[StatementRow]:
    """The bookings on an account in order, each with the balance after it; moves within the account are not shown."""
    _, number = _account(viewer, account_public_id)
    with portal.current().records.reading() as db:
        rows = queries.postings(db, party_accounts(number))
    changes: dict[tuple[str, str], list[queries.PostingRow]] = {}
    for row in rows:
        changes.setdefault((row.key, row.currency), []).append(row)
    return _running(list(changes.values()))


def _running(changes: Sequence[Sequence[queries.PostingRow]]) -> list[StatementRow]:
    level: dict[str, int] = {}
    found = []
    for rows in changes:
        one, amount = rows[0], sum(row.amount_minor for row in rows)
        level[one.currency] = level.get(one.currency, 0) + amount
        if amount:
            found.append(StatementRow(one.booked_on, one.key, one.document, one.currency, amount, level[one.currency]))
    return found


def _own(viewer: Viewer) -> frozenset[int]:
    """The accounts of a customer, or the one that staff look at in the read-only view."""
    return viewer.account_ids if viewer.sees_customer_pages else frozenset()


def _account(viewer: Viewer, public_id: str) -> tuple[int, str]:
    with portal.current().records.reading() as db:
        found = queries.account_id_of(db, public_id)
    if found is None or found[0] not in _own(viewer):
        raise NotFoundError(what="account")
    return found


def _summary(row: BillingDocument, open_minor: int) -> DocumentSummary:
    return DocumentSummary(
        row.public_id, row.number_text, row.kind, row.currency, row.first_date, row.end_date, row.issued_on, row.due_on,
        row.net_minor, row.tax_minor, row.gross_minor, row.balance_minor, open_minor,
    )  # fmt: skip
