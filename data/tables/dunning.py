"""Overdue documents: the letters that went out, and why for some nobody is reminded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


class DunningCase(Base):
    """A document that was overdue: "open", with "agent"s after the last letter, "closed" once it is paid."""

    __tablename__ = "dunning_case"
    __table_args__ = (CheckConstraint("state in ('open','agent','closed')", name="state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("billing_document.id"), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    opened_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(8), default="open", index=True)
    closed_on: Mapped[date | None]


class DunningStepRow(Base):
    """A letter of a case, each once, with the fee it cost. [minor units]"""

    __tablename__ = "dunning_step"
    __table_args__ = (UniqueConstraint("case_id", "code"), CheckConstraint("fee_minor >= 0", name="fee"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("dunning_case.id"))
    code: Mapped[str] = mapped_column(String(24))
    taken_on: Mapped[date]
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    transaction_key: Mapped[str | None] = mapped_column(ForeignKey("ledger_transaction.key"))


class DunningPause(Base):
    """Days `[first_date, end_date)` on which an account, or one document of it, is not reminded; an open end is null."""

    __tablename__ = "dunning_pause"
    __table_args__ = (
        CheckConstraint("reason in ('dispute','payment_plan','extension','vulnerable')", name="reason"),
        CheckConstraint("end_date is null or end_date >= first_date", name="dates"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("billing_document.id"), index=True)
    reason: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(200), default="")
    first_date: Mapped[date]
    end_date: Mapped[date | None]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
