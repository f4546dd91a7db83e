"""Write side of orders of other tariffs. Each call is part of the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from data.tables.base import new_public_id
from data.tables.contract_requests import ContractRequest


def add(tx: Session, *, now: datetime, **facts: Any) -> ContractRequest:
    """`facts` are columns of `ContractRequest`."""
    row = ContractRequest(**({"public_id": new_public_id("order"), "asked_at": now} | facts))
    tx.add(row)
    tx.flush()
    return row


def withdraw(tx: Session, row: ContractRequest, *, now: datetime) -> None:
    row.state, row.withdrawn_at = "withdrawn", now
    tx.flush()
