"""Read side of documents and the ledger: what was issued, what is open, what every account holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from data.tables.accounts import Account, Customer
from data.tables.billing import (
    BillingDocument,
    BillingLine,
    BillingTax,
    LedgerAllocation,
    LedgerPosting,
    LedgerReopening,
    LedgerTransaction,
    sum_of,
)
from domain.billing.documents import Document, DocumentLine
from domain.billing.ledger import OpenItem
from domain.billing.totals import Advance


@dataclass(frozen=True)
class OpenDocument:
    """What is left to pay of an issued document, with the fees on it. [minor units]"""

    id: int
    account_number: str
    number_text: str
    currency: str
    due_on: date
    open_minor: int

    @property
    def item(self) -> OpenItem:
        return OpenItem(self.number_text, self.due_on, self.open_minor)


@dataclass(frozen=True)
class PostingRow:
    """A posting with the transaction it belongs to; `document` is the number it came with, or empty. [minor units]"""

    booked_on: date
    transaction_id: int
    key: str
    document: str
    account: str
    currency: str
    amount_minor: int


def documents(db: Session, account_ids: Iterable[int]) -> Sequence[BillingDocument]:
    """The issued documents of accounts, newest first."""
    wanted = BillingDocument.account_id.in_(list(account_ids))
    order = (BillingDocument.issued_on.desc(), BillingDocument.id.desc())
    return db.scalars(select(BillingDocument).where(wanted).order_by(*order)).all()


def document_row(db: Session, public_id: str) -> BillingDocument | None:
    return db.scalar(select(BillingDocument).where(BillingDocument.public_id == public_id))


def document_by_number(db: Session, text: str) -> BillingDocument | None:
    return db.scalar(select(BillingDocument).where(BillingDocument.number_text == text))


@dataclass(frozen=True)
class DocumentParty:
    """An issued invoice or instalment, and whose it is."""

    id: int
    public_id: str
    account_id: int
    account_number: str
    currency: str
    due_on: date


def document_party(db: Session, text: str) -> DocumentParty | None:
    """The invoice or instalment of a number; others are never open."""
    statement = (
        select(
            BillingDocument.id, BillingDocument.public_id, BillingDocument.account_id, Account.number,
            BillingDocument.currency, BillingDocument.due_on,
        )
        .join(Account, Account.id == BillingDocument.account_id)
        .where(BillingDocument.number_text == text, BillingDocument.kind.in_(("invoice", "instalment")))
    )  # fmt: skip
    row = db.execute(statement).first()
    return None if row is None else DocumentParty(*row)


def issued_for(db: Session, issue_key: str) -> BillingDocument | None:
    return db.scalar(select(BillingDocument).where(BillingDocument.issue_key == issue_key))


def document(db: Session, public_id: str) -> Document | None:
    """An issued document as it was issued, to the last line."""
    row = document_row(db, public_id)
    if row is None:
        return None
    party = db.scalars(select(Account.number).where(Account.id == row.account_id)).one()
    takes_back = select(BillingDocument.number_text).where(BillingDocument.id == row.refers_to_id)
    lines = db.scalars(
        select(BillingLine).where(BillingLine.document_public_id == public_id).order_by(BillingLine.position)
    )
    advances = db.scalars(
        select(BillingTax)
        .where(BillingTax.document_public_id == public_id, BillingTax.is_advance)
        .order_by(BillingTax.id)
    )
    return Document(
        row.kind, party, row.currency, row.first_date, row.end_date, row.issued_on, row.due_on,  # type: ignore[arg-type]
        tuple(_line(line) for line in lines),
        tuple(Advance(one.net_minor, one.tax_minor, Decimal(one.tax_rate), one.tax_category) for one in advances),
        db.scalar(takes_back) or "",
    )  # fmt: skip


def _line(row: BillingLine) -> DocumentLine:
    return DocumentLine(
        row.code, row.label, row.cost_group, row.first_date, row.end_date, Decimal(row.quantity), row.unit,  # type: ignore[arg-type]
        Decimal(row.unit_price), row.net_minor, Decimal(row.tax_rate), row.tax_category, row.band,
    )  # fmt: skip


LEFT = BillingDocument.balance_minor - sum_of(LedgerAllocation) + sum_of(LedgerReopening)
# Built once: issuing asks this each time, and laying the statement out takes longer than running it.
OPEN_DOCUMENTS: Select[int, str, str, str, date, int] = (
    select(
        BillingDocument.id, Account.number, BillingDocument.number_text, BillingDocument.currency,
        BillingDocument.due_on, LEFT,
    )
    .join(Account, Account.id == BillingDocument.account_id)
    .where(BillingDocument.kind.in_(("invoice", "instalment")), LEFT > 0)
    .order_by(BillingDocument.due_on, BillingDocument.id)
)  # fmt: skip
OPEN_OF_ACCOUNTS = OPEN_DOCUMENTS.where(BillingDocument.account_id.in_(bindparam("account_ids", expanding=True)))


def open_documents(db: Session, account_ids: Iterable[int] | None = None) -> list[OpenDocument]:
    """What is left of invoices and instalments, the oldest due first; of all accounts where none are named."""
    if account_ids is None:
        rows = db.execute(OPEN_DOCUMENTS)
    else:
        rows = db.execute(OPEN_OF_ACCOUNTS, {"account_ids": list(account_ids)})
    return [OpenDocument(*row[:5], int(row[5])) for row in rows]


def ledger_sums(db: Session, codes: Iterable[str] | None = None) -> dict[tuple[str, str], int]:
    """What accounts hold, by account and currency; of the whole ledger where none are named. [minor units]"""
    statement = select(
        LedgerPosting.account_code, LedgerPosting.currency, func.sum(LedgerPosting.amount_minor)
    ).group_by(LedgerPosting.account_code, LedgerPosting.currency)
    if codes is not None:
        statement = statement.where(LedgerPosting.account_code.in_(list(codes)))
    return {(code, currency): int(amount) for code, currency, amount in db.execute(statement)}


def postings(db: Session, codes: Iterable[str] | None = None) -> list[PostingRow]:
    """Postings in the order of their booking; of the whole ledger where no accounts are named."""
    statement = _postings()
    if codes is not None:
        statement = statement.where(LedgerPosting.account_code.in_(list(codes)))
    return [
        PostingRow(on, number, key, text or "", code, currency, amount)
        for on, number, key, text, code, currency, amount in db.execute(statement)
    ]


def _postings() -> Select[date, int, str, str, str, str, int]:
    return (
        select(
            LedgerTransaction.booked_on, LedgerTransaction.id, LedgerTransaction.key, BillingDocument.number_text,
            LedgerPosting.account_code, LedgerPosting.currency, LedgerPosting.amount_minor,
        )
        .join(LedgerTransaction, LedgerTransaction.key == LedgerPosting.transaction_key)
        .outerjoin(BillingDocument, BillingDocument.id == LedgerTransaction.document_id)
        .order_by(LedgerTransaction.booked_on, LedgerTransaction.id, LedgerPosting.id)
    )  # fmt: skip


def names_of(db: Session, document_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Public id and number of documents."""
    wanted = BillingDocument.id.in_(list(document_ids))
    rows = db.execute(select(BillingDocument.id, BillingDocument.public_id, BillingDocument.number_text).where(wanted))
    return {row_id: (public_id, number) for row_id, public_id, number in rows}


def counterpart(db: Session, public_id: str) -> str | None:
    """The note that takes a document back, or the document that a note takes back."""
    row = document_row(db, public_id)
    if row is None:
        return None
    if row.refers_to_id is not None:
        return db.scalar(select(BillingDocument.public_id).where(BillingDocument.id == row.refers_to_id))
    return db.scalar(select(BillingDocument.public_id).where(BillingDocument.refers_to_id == row.id))


def customer_kinds(db: Session, account_ids: Iterable[int]) -> set[str]:
    """Whether accounts belong to people or to businesses."""
    query = select(Customer.kind).join(Account, Account.customer_id == Customer.id)
    return set(db.scalars(query.where(Account.id.in_(list(account_ids)))))


def account_public_id(db: Session, account_number: str) -> str | None:
    return db.scalar(select(Account.public_id).where(Account.number == account_number))


def account_id_of(db: Session, public_id: str) -> tuple[int, str] | None:
    """Row and number of an account."""
    found = db.execute(select(Account.id, Account.number).where(Account.public_id == public_id)).first()
    return None if found is None else (found[0], found[1])
