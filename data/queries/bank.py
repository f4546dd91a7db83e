"""Read side of bank entries: the queue of what nobody knows yet, one entry, and what entries name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.tables.accounts import Account
from data.tables.bank import BankEntryRow
from data.tables.billing import BillingDocument
from data.tables.refunds import RefundRequest


@dataclass(frozen=True)
class BankEntryView:
    """An entry as staff see it; of the other side's account the last four digits. [minor units, out is negative]"""

    public_id: str
    source: str
    amount_minor: int
    currency: str
    booked_on: date
    reference: str
    end_to_end: str
    other_name: str
    other_iban_end: str
    return_reason: str
    state: str
    reason: str
    account_number: str


def bank_entries(db: Session, states: Collection[str], limit: int = 100) -> list[BankEntryView]:
    """What stands so, oldest first."""
    statement = (
        select(
            BankEntryRow.public_id, BankEntryRow.source, BankEntryRow.amount_minor, BankEntryRow.currency,
            BankEntryRow.booked_on, BankEntryRow.reference, BankEntryRow.end_to_end, BankEntryRow.other_name,
            BankEntryRow.other_iban_end, BankEntryRow.return_reason, BankEntryRow.state, BankEntryRow.reason,
            func.coalesce(Account.number, ""),
        )
        .outerjoin(Account, Account.id == BankEntryRow.account_id)
        .where(BankEntryRow.state.in_(list(states)))
        .order_by(BankEntryRow.booked_on, BankEntryRow.id)
        .limit(limit)
    )  # fmt: skip
    return [BankEntryView(*tuple(row)) for row in db.execute(statement)]


def account_numbers(db: Session) -> list[str]:
    """The numbers of all accounts, for finding them in texts."""
    return list(db.scalars(select(Account.number).order_by(Account.id)))


def named_documents(db: Session, names: Collection[str]) -> list[tuple[str, str, str]]:
    """Account number, document number and currency of the invoices and instalments with one of these numbers."""
    statement = (
        select(Account.number, BillingDocument.number_text, BillingDocument.currency)
        .join(Account, Account.id == BillingDocument.account_id)
        .where(BillingDocument.number_text.in_(list(names)), BillingDocument.kind.in_(("invoice", "instalment")))
        .order_by(BillingDocument.id)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(statement)]


def booked_refund(db: Session, public_id: str) -> tuple[str, int, str] | None:
    """Ledger key, amount and currency of a refund whose money was booked. [minor units]"""
    wanted = (RefundRequest.public_id == public_id, RefundRequest.transaction_key.is_not(None))
    columns = (RefundRequest.transaction_key, RefundRequest.amount_minor, RefundRequest.currency)
    row = db.execute(select(*columns).where(*wanted)).first()
    return None if row is None or row[0] is None else (row[0], row[1], row[2])
