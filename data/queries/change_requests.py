"""Read side of requests about a contract."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.tables.accounts import Account, Customer
from data.tables.change_requests import ChangeRequest
from data.tables.contracts import Contract


class ChangeRow(NamedTuple):
    """A request with whose it is."""

    id: int
    public_id: str
    contract_public_id: str
    contract_number: str
    account_id: int
    account_number: str
    customer_name: str
    kind: str
    day: date | None
    text: str
    state: str
    note: str
    asked_at: datetime
    ended_at: datetime | None


ROWS = (
    select(
        ChangeRequest.id, ChangeRequest.public_id, Contract.public_id, Contract.number, Account.id, Account.number, Customer.name,
        ChangeRequest.kind, ChangeRequest.day, ChangeRequest.text, ChangeRequest.state, ChangeRequest.note,
        ChangeRequest.asked_at, ChangeRequest.ended_at,
    )
    .join(Contract, Contract.id == ChangeRequest.contract_id)
    .join(Account, Account.id == Contract.account_id)
    .join(Customer, Customer.id == Account.customer_id)
)  # fmt: skip


def change_row(db: Session, public_id: str) -> ChangeRow | None:
    row = db.execute(ROWS.where(ChangeRequest.public_id == public_id)).first()
    return None if row is None else ChangeRow._make(row)


def change_of_key(db: Session, key: str) -> ChangeRow | None:
    row = db.execute(ROWS.where(ChangeRequest.key == key)).first()
    return None if row is None else ChangeRow._make(row)


def changes_of(db: Session, contract_id: int) -> list[ChangeRow]:
    """The requests about a contract, newest first."""
    rows = db.execute(ROWS.where(ChangeRequest.contract_id == contract_id).order_by(ChangeRequest.id.desc()))
    return [ChangeRow._make(row) for row in rows]


def changes_in(db: Session, states: Collection[str]) -> Sequence[ChangeRow]:
    """What stands so, oldest first."""
    rows = db.execute(ROWS.where(ChangeRequest.state.in_(list(states))).order_by(ChangeRequest.id))
    return [ChangeRow._make(row) for row in rows]
