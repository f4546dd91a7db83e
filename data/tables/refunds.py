"""Requests to give money back, with the two people each takes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


class RefundRequest(Base):
    """What was asked is never changed, and who asked never decides: a migration and a check hold both. [minor units]

    payment_key : the booking it gives back; None for the customer's credit
    iban_sealed : where a bank transfer goes, readable with the portal's secret alone
    transaction_key : its booking in the ledger, once the money is on its way
    """

    __tablename__ = "refund_request"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state in ('asked','approved','declined','sending','done','failed')", name="state"),
        CheckConstraint("decided_by is null or decided_by <> asked_by", name="four_eyes"),
        CheckConstraint("(state = 'asked') = (decided_by is null)", name="decided"),
        CheckConstraint("state not in ('sending','done') or transaction_key is not null", name="booked"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    payment_key: Mapped[str | None] = mapped_column(ForeignKey("ledger_transaction.key"), index=True)
    route: Mapped[str] = mapped_column(String(24))
    iban_sealed: Mapped[str] = mapped_column(Text, default="")
    iban_end: Mapped[str] = mapped_column(String(4), default="")
    holder: Mapped[str] = mapped_column(String(70), default="")
    reason: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12), default="asked", index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(200), default="")
    transaction_key: Mapped[str | None] = mapped_column(ForeignKey("ledger_transaction.key"))
    provider_id: Mapped[str] = mapped_column(String(80), default="")
    failure: Mapped[str] = mapped_column(String(80), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
