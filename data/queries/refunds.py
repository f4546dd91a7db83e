"""Read side of refund requests: one, an account's, a queue, and what is promised but not booked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from data.tables.accounts import Account
from data.tables.identity import User
from data.tables.refunds import RefundRequest
from domain.payments.refunds import RESERVED


@dataclass(frozen=True)
class RefundRow:
    """A refund request as shown; of the bank account the last four digits. [minor units]"""

    public_id: str
    account_id: int
    account_number: str
    currency: str
    amount_minor: int
    payment_key: str
    route: str
    iban_end: str
    holder: str
    reason: str
    state: str
    asked_by: int
    asked_by_email: str
    asked_at: datetime
    decided_by_email: str
    decided_at: datetime | None
    note: str
    failure: str
    ended_at: datetime | None


def refund_row(db: Session, public_id: str) -> RefundRow | None:
    found = db.execute(_rows().where(RefundRequest.public_id == public_id)).first()
    return None if found is None else _row(found)


def refunds_of(db: Session, account_id: int) -> list[RefundRow]:
    """What was asked for an account, newest first."""
    found = db.execute(_rows().where(RefundRequest.account_id == account_id).order_by(RefundRequest.id.desc()))
    return [_row(row) for row in found]


def refunds_in(db: Session, states: Collection[str], limit: int = 100) -> list[RefundRow]:
    """What stands so, oldest first."""
    wanted = RefundRequest.state.in_(list(states))
    return [_row(row) for row in db.execute(_rows().where(wanted).order_by(RefundRequest.id).limit(limit))]


def reserved(db: Session, account_id: int, currency: str, payment_key: str | None = None) -> int:
    """What open requests promise of an account's credit, or of a payment where one is named. [minor units]"""
    wanted = [RefundRequest.account_id == account_id, RefundRequest.currency == currency]
    wanted.append(RefundRequest.state.in_(RESERVED))
    wanted.append(RefundRequest.payment_key == payment_key if payment_key else RefundRequest.payment_key.is_(None))
    return int(db.scalar(select(func.coalesce(func.sum(RefundRequest.amount_minor), 0)).where(*wanted)) or 0)


@dataclass(frozen=True)
class ToldRefund:
    """provider_id : the provider's number of it, empty until its answer is kept."""

    public_id: str
    provider_id: str
    state: str


def told_to_provider(db: Session, route: str, payment_keys: Collection[str]) -> list[ToldRefund]:
    """Requests for these payments that were booked and told to a provider, oldest first."""
    wanted = [RefundRequest.route == route, RefundRequest.payment_key.in_(list(payment_keys))]
    wanted.append(RefundRequest.transaction_key.is_not(None))
    columns = (RefundRequest.public_id, RefundRequest.provider_id, RefundRequest.state)
    return [ToldRefund(*row) for row in db.execute(select(*columns).where(*wanted).order_by(RefundRequest.id))]


def _rows() -> Select:
    asked, decided = aliased(User), aliased(User)
    return (
        select(
            RefundRequest.public_id, RefundRequest.account_id, Account.number, RefundRequest.currency,
            RefundRequest.amount_minor, func.coalesce(RefundRequest.payment_key, ""), RefundRequest.route,
            RefundRequest.iban_end, RefundRequest.holder, RefundRequest.reason, RefundRequest.state,
            RefundRequest.asked_by, asked.email, RefundRequest.asked_at, func.coalesce(decided.email, ""),
            RefundRequest.decided_at, RefundRequest.note, RefundRequest.failure, RefundRequest.ended_at,
        )
        .join(Account, Account.id == RefundRequest.account_id)
        .join(asked, asked.id == RefundRequest.asked_by)
        .outerjoin(decided, decided.id == RefundRequest.decided_by)
    )  # fmt: skip


def _row(found: object) -> RefundRow:
    return RefundRow(*found)  # type: ignore[misc]
