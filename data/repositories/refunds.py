"""Write side of refund requests. Each call is part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.tables.base import new_public_id
from data.tables.refunds import RefundRequest
from domain.payments.refunds import RefundAsk


def add(
    tx: Session, ask: RefundAsk, *, account_id: int, asked_by: int, iban_sealed: str, now: datetime
) -> RefundRequest:
    row = RefundRequest(
        public_id=new_public_id("refund"), account_id=account_id, currency=ask.currency, amount_minor=ask.amount_minor,
        payment_key=ask.payment_key or None, route=ask.route, iban_sealed=iban_sealed, iban_end=ask.iban[-4:],
        holder=ask.holder, reason=ask.reason, asked_by=asked_by, asked_at=now,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def lock(tx: Session, public_id: str) -> RefundRequest | None:
    """The request; until the end of the transaction nobody else decides or books it."""
    wanted = select(RefundRequest).where(RefundRequest.public_id == public_id)
    return tx.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def ids_in(tx: Session, states: Collection[str]) -> list[str]:
    """What stands so, oldest first."""
    wanted = RefundRequest.state.in_(list(states))
    return list(tx.scalars(select(RefundRequest.public_id).where(wanted).order_by(RefundRequest.id)))
