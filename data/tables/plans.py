"""Agreements on what is overdue: instalments, and later due dates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime

RUNNING = text("state in ('asked','active')")


class PaymentPlan(Base):
    """An overdue balance in monthly parts; one at a time for each account. [minor units]"""

    __tablename__ = "payment_plan"
    __table_args__ = (
        CheckConstraint("total_minor > 0", name="total"),
        CheckConstraint("state in ('asked','active','declined','broken','completed')", name="state"),
        Index("uq_payment_plan_running", "account_id", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: agreed by the rules
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(200), default="")
    ended_on: Mapped[date | None]


class PaymentPlanPart(Base):
    __tablename__ = "payment_plan_part"
    __table_args__ = (UniqueConstraint("plan_id", "position"), CheckConstraint("amount_minor > 0", name="amount"))
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("payment_plan.id"))
    position: Mapped[int]
    due_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class PaymentPlanDocument(Base):
    """What was open of a document when the plan was made, and the pause of its reminders. [minor units]"""

    __tablename__ = "payment_plan_document"
    __table_args__ = (UniqueConstraint("plan_id", "document_id"), CheckConstraint("amount_minor > 0", name="amount"))
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("payment_plan.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("billing_document.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    pause_id: Mapped[int] = mapped_column(ForeignKey("dunning_pause.id"))


class ExtensionRequest(Base):
    """A later day to pay one document."""

    __tablename__ = "extension_request"
    __table_args__ = (CheckConstraint("state in ('asked','granted','declined')", name="state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("billing_document.id"), index=True)
    until: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: granted by the rules
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(200), default="")
