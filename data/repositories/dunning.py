"""Write side of dunning. Each call is part of the caller's transaction."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.tables.base import new_public_id
from data.tables.dunning import DunningCase, DunningPause, DunningStepRow


def open_case(tx: Session, document_id: int, account_id: int, today: date) -> DunningCase:
    """The case of a document, opened again where it was closed. The account is locked, so there is one at a time."""
    row = tx.scalar(select(DunningCase).where(DunningCase.document_id == document_id))
    if row is None:
        row = DunningCase(
            public_id=new_public_id("dunning"), document_id=document_id, account_id=account_id, opened_on=today
        )
        tx.add(row)
        tx.flush()
    if row.state == "closed":
        row.state, row.closed_on = "open", None
    return row


def add_step(tx: Session, case_id: int, code: str, taken_on: date, fee_minor: int, transaction_key: str | None) -> None:
    tx.add(
        DunningStepRow(
            case_id=case_id, code=code, taken_on=taken_on, fee_minor=fee_minor, transaction_key=transaction_key
        )
    )
    tx.flush()


def close_case(tx: Session, public_id: str, today: date) -> None:
    wanted = (DunningCase.public_id == public_id, DunningCase.state != "closed")
    tx.execute(update(DunningCase).where(*wanted).values(state="closed", closed_on=today))


def add_pause(
    tx: Session, account_id: int, reason: str, first: date, end: date | None, *, document_id: int | None = None,
    note: str = "", set_by: int | None = None, now: datetime,
) -> DunningPause:  # fmt: skip
    row = DunningPause(
        public_id=new_public_id("pause"), account_id=account_id, document_id=document_id, reason=reason, note=note[:200],
        first_date=first, end_date=end, set_by=set_by, created_at=now,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def pause(tx: Session, public_id: str) -> DunningPause | None:
    return tx.scalar(select(DunningPause).where(DunningPause.public_id == public_id).with_for_update())
