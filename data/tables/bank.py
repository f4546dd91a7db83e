"""What banks told us, entry by entry, and what staff wrote down before the bank did."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


class BankEntryRow(Base):
    """One entry of a bank statement, or a receipt that staff wrote down; each once. [minor units, out is negative]

    state : "booked"; "suspense" until a person says whose it is, then "assigned"; "expected" until a statement shows
    what staff wrote down, then "confirmed"; "empty" where no money moved
    reason : why it is in suspense
    other_iban_sealed : the other side's account, readable with the portal's secret alone
    """

    __tablename__ = "bank_entry"
    __table_args__ = (
        CheckConstraint("state in ('booked','suspense','assigned','expected','confirmed','empty')", name="state"),
        CheckConstraint("(state = 'assigned') = (assigned_by is not null)", name="assigned"),
        CheckConstraint("source in ('statement','hand')", name="source"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    entry_key: Mapped[str] = mapped_column(String(200), unique=True)
    source: Mapped[str] = mapped_column(String(12))
    statement: Mapped[str] = mapped_column(String(80), default="")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    booked_on: Mapped[date]
    end_to_end: Mapped[str] = mapped_column(String(80), default="")
    bank_reference: Mapped[str] = mapped_column(String(80), default="")
    reference: Mapped[str] = mapped_column(String(400), default="")
    other_name: Mapped[str] = mapped_column(String(140), default="")
    other_iban_sealed: Mapped[str] = mapped_column(Text, default="")
    other_iban_end: Mapped[str] = mapped_column(String(4), default="")
    return_reason: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(12), index=True)
    reason: Mapped[str] = mapped_column(String(40), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    transaction_key: Mapped[str | None] = mapped_column(ForeignKey("ledger_transaction.key"))
    written_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    assigned_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
