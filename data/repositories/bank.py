"""Write side of bank entries. Each call is part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.tables.bank import BankEntryRow
from data.tables.base import new_public_id


def add_if_absent(tx: Session, **values: Any) -> BankEntryRow | None:
    """The new row, or None where the key is known; of two at once the second one waits for the first."""
    insert = (postgresql if tx.get_bind().dialect.name == "postgresql" else sqlite).insert(BankEntryRow)
    row = {"public_id": new_public_id("bank"), **values}
    added = tx.scalar(
        insert.values(row).on_conflict_do_nothing(index_elements=["entry_key"]).returning(BankEntryRow.id)
    )
    return None if added is None else tx.get_one(BankEntryRow, added)


def lock(tx: Session, public_id: str) -> BankEntryRow | None:
    wanted = select(BankEntryRow).where(BankEntryRow.public_id == public_id)
    return tx.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def expected(tx: Session, amount_minor: int, currency: str) -> Sequence[BankEntryRow]:
    """What staff wrote down of this amount and no statement has shown yet, oldest first; held for this transaction."""
    wanted = (
        BankEntryRow.state == "expected", BankEntryRow.amount_minor == amount_minor, BankEntryRow.currency == currency,
    )  # fmt: skip
    return tx.scalars(select(BankEntryRow).where(*wanted).order_by(BankEntryRow.id).with_for_update()).all()
