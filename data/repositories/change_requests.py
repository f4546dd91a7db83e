"""Write side of requests about a contract. Each call is part of the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.tables.base import new_public_id
from data.tables.change_requests import ChangeRequest


def add(tx: Session, *, now: datetime, **facts: Any) -> ChangeRequest:
    """`facts` are columns of `ChangeRequest`."""
    row = ChangeRequest(**({"public_id": new_public_id("change"), "asked_at": now} | facts))
    tx.add(row)
    tx.flush()
    return row


def lock(tx: Session, public_id: str) -> ChangeRequest | None:
    """The request; until the end of the transaction nobody else decides it."""
    wanted = select(ChangeRequest).where(ChangeRequest.public_id == public_id)
    return tx.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def end(tx: Session, row: ChangeRequest, state: str, *, by: int, note: str = "", now: datetime) -> None:
    row.state, row.note, row.ended_by, row.ended_at = state, note, by, now
    tx.flush()
