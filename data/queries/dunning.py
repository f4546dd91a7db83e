"""Read side of dunning: what is overdue, what was done about it, and what pauses it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from data.tables.accounts import Account
from data.tables.billing import BillingDocument, LedgerAllocation, LedgerReopening, sum_of
from data.tables.dunning import DunningCase, DunningPause, DunningStepRow
from data.tables.payments import PaymentRow


@dataclass(frozen=True)
class CaseRow:
    """A dunning case with what is open of its document and the steps taken. [minor units]"""

    public_id: str
    account_id: int
    account_number: str
    document: str
    currency: str
    due_on: date
    open_minor: int
    state: str
    steps: tuple[tuple[str, date, int], ...]


@dataclass(frozen=True)
class PauseRow:
    public_id: str
    account_id: int
    reason: str
    note: str
    document: str
    first_date: date
    end_date: date | None


def overdue(db: Session, before: date) -> list[str]:
    """Numbers of documents that are open and were due on or before a day, the oldest first."""
    left = BillingDocument.balance_minor - sum_of(LedgerAllocation) + sum_of(LedgerReopening)
    wanted = (BillingDocument.kind.in_(("invoice", "instalment")), BillingDocument.due_on <= before, left > 0)
    order = (BillingDocument.due_on, BillingDocument.id)
    return list(db.scalars(select(BillingDocument.number_text).where(*wanted).order_by(*order)))


def steps_taken(db: Session, document_id: int) -> dict[str, date]:
    """The day of each step taken for a document."""
    statement = (
        select(DunningStepRow.code, DunningStepRow.taken_on)
        .join(DunningCase, DunningCase.id == DunningStepRow.case_id)
        .where(DunningCase.document_id == document_id)
        .order_by(DunningStepRow.id)
    )
    return {row[0]: row[1] for row in db.execute(statement)}


def steps_of(db: Session, document_id: int) -> list[tuple[str, date, int]]:
    """Code, day and fee of each step taken for a document, the oldest first. [minor units]"""
    statement = (
        select(DunningStepRow.code, DunningStepRow.taken_on, DunningStepRow.fee_minor)
        .join(DunningCase, DunningCase.id == DunningStepRow.case_id)
        .where(DunningCase.document_id == document_id)
        .order_by(DunningStepRow.id)
    )
    return [(code, taken_on, fee) for code, taken_on, fee in db.execute(statement)]


def pause_reasons(db: Session, account_id: int, document_id: int, day: date) -> set[str]:
    """Why a document is not reminded of on a day."""
    wanted = (
        DunningPause.account_id == account_id,
        or_(DunningPause.document_id.is_(None), DunningPause.document_id == document_id),
        DunningPause.first_date <= day,
        or_(DunningPause.end_date.is_(None), DunningPause.end_date > day),
    )
    return set(db.scalars(select(DunningPause.reason).where(*wanted)))


def payment_in_flight(db: Session, account_id: int, document_id: int) -> bool:
    """Whether money for a document, or for the account's balance, may still come."""
    of_it = or_(PaymentRow.document_id == document_id, PaymentRow.document_id.is_(None))
    wanted = (PaymentRow.account_id == account_id, PaymentRow.is_open, of_it)
    return db.scalar(select(PaymentRow.id).where(*wanted).limit(1)) is not None


def dunning_cases(
    db: Session, states: Collection[str], account_ids: Collection[int] | None = None, limit: int = 200
) -> list[CaseRow]:
    """Cases that stand so, the oldest due first; of all accounts where none are named."""
    left = BillingDocument.balance_minor - sum_of(LedgerAllocation) + sum_of(LedgerReopening)
    statement = (
        select(
            DunningCase.id, DunningCase.public_id, DunningCase.account_id, Account.number, BillingDocument.number_text,
            BillingDocument.currency, BillingDocument.due_on, left, DunningCase.state,
        )
        .join(BillingDocument, BillingDocument.id == DunningCase.document_id)
        .join(Account, Account.id == DunningCase.account_id)
        .where(DunningCase.state.in_(list(states)))
        .order_by(BillingDocument.due_on, DunningCase.id)
        .limit(limit)
    )  # fmt: skip
    if account_ids is not None:
        statement = statement.where(DunningCase.account_id.in_(list(account_ids)))
    rows = db.execute(statement).all()
    steps: dict[int, list[tuple[str, date, int]]] = {row[0]: [] for row in rows}
    taken = select(DunningStepRow).where(DunningStepRow.case_id.in_(list(steps))).order_by(DunningStepRow.id)
    for step in db.scalars(taken):
        steps[step.case_id].append((step.code, step.taken_on, step.fee_minor))
    return [CaseRow(*row[1:7], int(row[7]), row[8], tuple(steps[row[0]])) for row in rows]


def pauses_of(db: Session, account_id: int, day: date) -> list[PauseRow]:
    """The pauses of an account that last on a day or begin after it."""
    statement = (
        select(DunningPause, BillingDocument.number_text)
        .outerjoin(BillingDocument, BillingDocument.id == DunningPause.document_id)
        .where(DunningPause.account_id == account_id)
        .where(or_(DunningPause.end_date.is_(None), DunningPause.end_date > day))
        .order_by(DunningPause.id)
    )
    return [
        PauseRow(row.public_id, row.account_id, row.reason, row.note, text or "", row.first_date, row.end_date)
        for row, text in db.execute(statement)
    ]


def paid_cases(db: Session) -> list[str]:
    """Public ids of cases that are not closed though their document is not open any more."""
    left = BillingDocument.balance_minor - sum_of(LedgerAllocation) + sum_of(LedgerReopening)
    statement = (
        select(DunningCase.public_id)
        .join(BillingDocument, BillingDocument.id == DunningCase.document_id)
        .where(DunningCase.state != "closed", left <= 0)
        .order_by(DunningCase.id)
    )
    return list(db.scalars(statement))
