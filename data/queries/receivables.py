"""Read side of what follows a payment: the money a booking moved, and what documents it settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from data.tables.billing import (
    BillingDocument,
    LedgerAllocation,
    LedgerPosting,
    LedgerReopening,
    LedgerReversal,
    LedgerTransaction,
    sum_of,
)
from domain.billing.receivables import Settled, is_money


@dataclass(frozen=True)
class MoneyMoved:
    """A booking that moved money of a customer: in is positive, out negative. [minor units]

    money_account : where it came in or went out, such as `bank` or `clearing:sandbox`
    taken_back_minor : what later bookings gave back of it, always positive
    """

    key: str
    account_number: str
    currency: str
    booked_on: date
    amount_minor: int
    money_account: str
    taken_back_minor: int

    @property
    def left_minor(self) -> int:
        """The most that may still be taken back."""
        return abs(self.amount_minor) - self.taken_back_minor


def money_moved(db: Session, key: str) -> MoneyMoved | None:
    """What the booking of a key moved; None where there is none, or it moved no customer's money."""
    booked_on = db.scalar(select(LedgerTransaction.booked_on).where(LedgerTransaction.key == key))
    rows = db.scalars(select(LedgerPosting).where(LedgerPosting.transaction_key == key)).all()
    money = [row for row in rows if is_money(row.account_code)]
    parties = {detail for row in rows if (detail := _party(row.account_code))}
    if booked_on is None or len(money) != 1 or len(parties) != 1:
        return None
    one = money[0]
    return MoneyMoved(
        key, parties.pop(), one.currency, booked_on, one.amount_minor, one.account_code, taken_back(db, key)
    )


def _party(code: str) -> str:
    name, _, detail = code.partition(":")
    return detail if name in {"receivable", "unapplied", "feed_in_payable"} else ""


def taken_back(db: Session, key: str) -> int:
    """What was given back of a booking, less what of that came back again. [minor units]"""
    mine, again = aliased(LedgerReversal), aliased(LedgerReversal)
    given = db.scalar(select(func.coalesce(func.sum(mine.amount_minor), 0)).where(mine.of_key == key)) or 0
    undone = (
        select(func.coalesce(func.sum(again.amount_minor), 0))
        .join(mine, mine.transaction_key == again.of_key)
        .where(mine.of_key == key)
    )
    return int(given) - int(db.scalar(undone) or 0)


@dataclass(frozen=True)
class SettledDocument:
    id: int
    currency: str
    settled: Settled


def settled_documents(db: Session, account_id: int, key: str) -> list[SettledDocument]:
    """What of an account's documents is settled, and by the booking of a key; documents taken back are left out."""
    note = aliased(BillingDocument)
    left = sum_of(LedgerAllocation) - sum_of(LedgerReopening, LedgerReopening.kind == "returned")
    own = sum_of(LedgerAllocation, LedgerAllocation.transaction_key == key)
    statement = (
        select(
            BillingDocument.id, BillingDocument.currency, BillingDocument.number_text, BillingDocument.due_on, left,
            own,
        )
        .outerjoin(note, note.refers_to_id == BillingDocument.id)
        .where(BillingDocument.account_id == account_id, note.id.is_(None), left > 0)
        .order_by(BillingDocument.id)
    )  # fmt: skip
    return [
        SettledDocument(row[0], row[1], Settled(row[2], row[3], int(row[4]), int(row[5])))
        for row in db.execute(statement)
    ]
