"""Read side of payment plans and extensions: an account's, the queues of staff, and what a plan has received."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.tables.accounts import Account
from data.tables.billing import BillingDocument
from data.tables.plans import ExtensionRequest, PaymentPlan, PaymentPlanDocument, PaymentPlanPart
from domain.payments.plans import Part


@dataclass(frozen=True)
class PlanRow:
    """A payment plan with its parts and documents. [minor units]

    documents : number and what was open of it when the plan was made
    """

    id: int
    public_id: str
    account_id: int
    account_number: str
    currency: str
    total_minor: int
    state: str
    note: str
    parts: tuple[Part, ...]
    documents: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ExtensionRow:
    public_id: str
    account_id: int
    account_number: str
    document: str
    due_on: date
    until: date
    state: str
    note: str


def plan_rows(
    db: Session,
    *,
    account_ids: Collection[int] | None = None,
    states: Collection[str] | None = None,
    public_id: str = "",
) -> list[PlanRow]:
    """Plans of accounts, in states or of an id, the newest first; all where nothing is named."""
    statement = (
        select(PaymentPlan, Account.number)
        .join(Account, Account.id == PaymentPlan.account_id)
        .order_by(PaymentPlan.id.desc())
    )
    if account_ids is not None:
        statement = statement.where(PaymentPlan.account_id.in_(list(account_ids)))
    if states is not None:
        statement = statement.where(PaymentPlan.state.in_(list(states)))
    if public_id:
        statement = statement.where(PaymentPlan.public_id == public_id)
    return [
        PlanRow(
            row.id, row.public_id, row.account_id, number, row.currency, row.total_minor, row.state, row.note,
            _parts(db, row.id), _documents(db, row.id),
        )
        for row, number in db.execute(statement).all()
    ]  # fmt: skip


def _parts(db: Session, plan_id: int) -> tuple[Part, ...]:
    wanted = select(PaymentPlanPart.due_on, PaymentPlanPart.amount_minor).where(PaymentPlanPart.plan_id == plan_id)
    return tuple(Part(row[0], row[1]) for row in db.execute(wanted.order_by(PaymentPlanPart.position)))


def _documents(db: Session, plan_id: int) -> tuple[tuple[str, int], ...]:
    statement = (
        select(BillingDocument.number_text, PaymentPlanDocument.amount_minor)
        .join(BillingDocument, BillingDocument.id == PaymentPlanDocument.document_id)
        .where(PaymentPlanDocument.plan_id == plan_id)
        .order_by(PaymentPlanDocument.id)
    )
    return tuple((row[0], row[1]) for row in db.execute(statement))


def extension_rows(
    db: Session,
    *,
    account_ids: Collection[int] | None = None,
    states: Collection[str] | None = None,
    public_id: str = "",
) -> list[ExtensionRow]:
    """Extensions of accounts, in states or of an id, the newest first; all where nothing is named."""
    statement = (
        select(
            ExtensionRequest.public_id, ExtensionRequest.account_id, Account.number, BillingDocument.number_text,
            BillingDocument.due_on, ExtensionRequest.until, ExtensionRequest.state, ExtensionRequest.note,
        )
        .join(Account, Account.id == ExtensionRequest.account_id)
        .join(BillingDocument, BillingDocument.id == ExtensionRequest.document_id)
        .order_by(ExtensionRequest.id.desc())
    )  # fmt: skip
    if account_ids is not None:
        statement = statement.where(ExtensionRequest.account_id.in_(list(account_ids)))
    if states is not None:
        statement = statement.where(ExtensionRequest.state.in_(list(states)))
    if public_id:
        statement = statement.where(ExtensionRequest.public_id == public_id)
    return [ExtensionRow(*row) for row in db.execute(statement)]


def granted_since(db: Session, account_id: int, since: datetime) -> int:
    """How many later days an account was granted since then."""
    wanted = (
        ExtensionRequest.account_id == account_id, ExtensionRequest.state == "granted", ExtensionRequest.asked_at >= since,
    )  # fmt: skip
    return int(db.scalar(select(func.count()).select_from(ExtensionRequest).where(*wanted)) or 0)
