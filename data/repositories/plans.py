"""Write side of payment plans and extensions. Each call is part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from data.tables.base import new_public_id
from data.tables.dunning import DunningPause
from data.tables.plans import ExtensionRequest, PaymentPlan, PaymentPlanDocument, PaymentPlanPart
from domain.payments.plans import Part


def add_plan(
    tx: Session, account_id: int, currency: str, parts: Sequence[Part], *, state: str, asked_by: int, now: datetime
) -> PaymentPlan:
    total = sum(part.amount_minor for part in parts)
    row = PaymentPlan(
        public_id=new_public_id("plan"), account_id=account_id, currency=currency, total_minor=total, state=state,
        asked_by=asked_by, asked_at=now, decided_at=now if state == "active" else None,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    places = enumerate(parts, 1)
    tx.execute(
        insert(PaymentPlanPart),
        [{"plan_id": row.id, "position": n, "due_on": p.due_on, "amount_minor": p.amount_minor} for n, p in places],
    )
    return row


def add_plan_document(tx: Session, plan_id: int, document_id: int, amount_minor: int, pause_id: int) -> None:
    tx.add(PaymentPlanDocument(plan_id=plan_id, document_id=document_id, amount_minor=amount_minor, pause_id=pause_id))
    tx.flush()


def lock_plan(tx: Session, public_id: str) -> PaymentPlan | None:
    wanted = select(PaymentPlan).where(PaymentPlan.public_id == public_id)
    return tx.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def end_pauses(tx: Session, plan_id: int, today: date) -> None:
    """From today on the documents of a plan are reminded of again."""
    pauses = select(PaymentPlanDocument.pause_id).where(PaymentPlanDocument.plan_id == plan_id)
    wanted = (DunningPause.id.in_(pauses), DunningPause.end_date.is_(None))
    tx.execute(update(DunningPause).where(*wanted).values(end_date=today))


def add_extension(
    tx: Session, account_id: int, document_id: int, until: date, *, state: str, asked_by: int, now: datetime
) -> ExtensionRequest:
    row = ExtensionRequest(
        public_id=new_public_id("extension"), account_id=account_id, document_id=document_id, until=until, state=state,
        asked_by=asked_by, asked_at=now, decided_at=now if state == "granted" else None,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def lock_extension(tx: Session, public_id: str) -> ExtensionRequest | None:
    wanted = select(ExtensionRequest).where(ExtensionRequest.public_id == public_id)
    return tx.scalar(wanted.with_for_update().execution_options(populate_existing=True))
