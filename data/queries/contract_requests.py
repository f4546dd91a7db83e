"""Read side of orders of other tariffs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.tables.contract_requests import ContractRequest


def request(db: Session, public_id: str) -> ContractRequest | None:
    return db.scalar(select(ContractRequest).where(ContractRequest.public_id == public_id))


def request_of_key(db: Session, key: str) -> ContractRequest | None:
    return db.scalar(select(ContractRequest).where(ContractRequest.key == key))


def requests_of(db: Session, contract_id: int) -> Sequence[ContractRequest]:
    """The orders of a contract, newest first."""
    wanted = select(ContractRequest).where(ContractRequest.contract_id == contract_id)
    return db.scalars(wanted.order_by(ContractRequest.id.desc())).all()
