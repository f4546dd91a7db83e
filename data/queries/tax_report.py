"""Read side of the tax report: the VAT rows of issued documents, and what the ledger booked for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from data.tables.billing import BillingDocument, BillingTax, LedgerPosting, LedgerTransaction


class TaxRow(NamedTuple):
    """A VAT row with its document; `takes_back` is the kind of what a credit note takes back. [minor units]"""

    document_id: int
    public_id: str
    number_text: str
    kind: str
    takes_back: str | None
    issued_on: date
    currency: str
    tax_category: str
    tax_rate: str
    net_minor: int
    tax_minor: int
    is_advance: bool


def tax_rows(db: Session, account_ids: Iterable[int], first: date, end: date) -> list[TaxRow]:
    """The VAT rows of the documents of accounts that were issued in `[first, end)`, in the order of their issue."""
    taken = aliased(BillingDocument)
    statement = (
        select(
            BillingDocument.id, BillingDocument.public_id, BillingDocument.number_text, BillingDocument.kind, taken.kind,
            BillingDocument.issued_on, BillingDocument.currency, BillingTax.tax_category, BillingTax.tax_rate,
            BillingTax.net_minor, BillingTax.tax_minor, BillingTax.is_advance,
        )
        .join(BillingTax, BillingTax.document_public_id == BillingDocument.public_id)
        .outerjoin(taken, taken.id == BillingDocument.refers_to_id)
        .where(
            BillingDocument.account_id.in_(list(account_ids)),
            BillingDocument.issued_on >= first, BillingDocument.issued_on < end,
        )
        .order_by(BillingDocument.issued_on, BillingDocument.id, BillingTax.id)
    )  # fmt: skip
    return [TaxRow._make(row) for row in db.execute(statement)]


def booked_for(db: Session, account_ids: Iterable[int], first: date, end: date) -> list[tuple[int, str, int]]:
    """Document, ledger account and amount of each posting for the documents issued in `[first, end)`. [minor units]"""
    statement = (
        select(LedgerTransaction.document_id, LedgerPosting.account_code, LedgerPosting.amount_minor)
        .join(LedgerTransaction, LedgerTransaction.key == LedgerPosting.transaction_key)
        .join(BillingDocument, BillingDocument.id == LedgerTransaction.document_id)
        .where(
            BillingDocument.account_id.in_(list(account_ids)),
            BillingDocument.issued_on >= first, BillingDocument.issued_on < end,
        )
    )  # fmt: skip
    return [(int(number or 0), code, amount) for number, code, amount in db.execute(statement)]
