"""Issued documents and the double-entry ledger: rows that are added and never changed, held so by a migration.

Lines are written before their document and postings before their transaction: the last row closes the whole, is refused
when it does not add up, and nothing can be added to it after that.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


def _closed_by(target: str) -> ForeignKey:
    """Checked at commit, because the row it refers to comes last."""
    return ForeignKey(target, deferrable=True, initially="DEFERRED")


class NumberSeries(Base):
    """The next number of a series; it advances with a document and not otherwise."""

    __tablename__ = "number_series"
    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    next_number: Mapped[int]


class BillingDocument(Base):
    """An issued document. Money in minor units; `balance_minor` is the gross less the advances."""

    __tablename__ = "billing_document"
    __table_args__ = (
        UniqueConstraint("series", "number"),
        CheckConstraint("kind in ('invoice','instalment','credit_note','feed_in_credit')", name="kind"),
        CheckConstraint("end_date > first_date", name="dates"),
        CheckConstraint("net_minor + tax_minor = gross_minor", name="gross"),
        CheckConstraint("(kind = 'credit_note') = (refers_to_id is not null)", name="refers_to"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    issue_key: Mapped[str] = mapped_column(String(120), unique=True)  # what it is for: issuing twice is issuing once
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    series: Mapped[str] = mapped_column(ForeignKey("number_series.name"))
    number: Mapped[int]
    number_text: Mapped[str] = mapped_column(String(40), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    first_date: Mapped[date]
    end_date: Mapped[date]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    balance_minor: Mapped[int] = mapped_column(BigInteger)
    refers_to_id: Mapped[int | None] = mapped_column(ForeignKey("billing_document.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BillingLine(Base):
    """Decimals are text: SQLite would make floats of them."""

    __tablename__ = "billing_line"
    __table_args__ = (UniqueConstraint("document_public_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_public_id: Mapped[str] = mapped_column(String(40), _closed_by("billing_document.public_id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(200))
    cost_group: Mapped[str] = mapped_column(String(16))
    band: Mapped[str] = mapped_column(String(40))
    first_date: Mapped[date]
    end_date: Mapped[date]
    quantity: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(24))
    unit_price: Mapped[str] = mapped_column(String(60))
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_rate: Mapped[str] = mapped_column(String(16))
    tax_category: Mapped[str] = mapped_column(String(2))


class BillingTax(Base):
    """VAT of a document by category and rate, as printed; `is_advance` rows are the instalments it settles."""

    __tablename__ = "billing_tax"
    __table_args__ = (UniqueConstraint("document_public_id", "is_advance", "tax_category", "tax_rate"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_public_id: Mapped[str] = mapped_column(String(40), _closed_by("billing_document.public_id"))
    is_advance: Mapped[bool]
    tax_category: Mapped[str] = mapped_column(String(2))
    tax_rate: Mapped[str] = mapped_column(String(16))
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)


class LedgerAccount(Base):
    __tablename__ = "ledger_account"
    __table_args__ = (CheckConstraint("kind in ('asset','liability','revenue','expense')", name="kind"),)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)  # "receivable:C-104882", "vat:S:0.19"
    kind: Mapped[str] = mapped_column(String(16))


class LedgerTransaction(Base):
    __tablename__ = "ledger_transaction"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    booked_on: Mapped[date] = mapped_column(index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("billing_document.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerPosting(Base):
    """A debit is positive, a credit negative. [minor units]"""

    __tablename__ = "ledger_posting"
    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_key: Mapped[str] = mapped_column(String(120), _closed_by("ledger_transaction.key"), index=True)
    account_code: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class LedgerAllocation(Base):
    """How much of a document a payment or credit settles. [minor units]"""

    __tablename__ = "ledger_allocation"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_key: Mapped[str] = mapped_column(String(120), _closed_by("ledger_transaction.key"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("billing_document.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class LedgerReopening(Base):
    """What a booking makes payable on a document again or on top of it. [minor units]"""

    __tablename__ = "ledger_reopening"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("kind in ('returned','fee')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_key: Mapped[str] = mapped_column(String(120), _closed_by("ledger_transaction.key"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("billing_document.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class LedgerReversal(Base):
    """A booking that takes money of another one back, never more than that one moved. [minor units]"""

    __tablename__ = "ledger_reversal"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("kind in ('refund','return','undone')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_key: Mapped[str] = mapped_column(String(120), _closed_by("ledger_transaction.key"), unique=True)
    of_key: Mapped[str] = mapped_column(ForeignKey("ledger_transaction.key"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    amount_minor: Mapped[int] = mapped_column(BigInteger)


def sum_of(table: type[LedgerAllocation | LedgerReopening], *where: ColumnElement[bool]) -> ColumnElement[int]:
    """What one of these tables holds for a document of the statement around it. [minor units]

    By document and not over the whole table: each issue asks this about one account, whatever the size of the ledger.
    """
    return (
        select(func.coalesce(func.sum(table.amount_minor), 0))
        .where(table.document_id == BillingDocument.id, *where)
        .correlate(BillingDocument)
        .scalar_subquery()
    )
