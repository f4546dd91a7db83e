"""What customers asked to change in their contracts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


class ContractRequest(Base):
    """An order of another tariff; what was ordered is never changed, and it is withdrawn once.

    key : of the sender, so that an order sent twice is one order
    start : the first local day of the new tariff; withdraw_until : the last one for changing one's mind
    previous_end : when the contract would have ended, where the order continues it
    """

    __tablename__ = "contract_request"
    __table_args__ = (
        CheckConstraint("state in ('confirmed','withdrawn')", name="state"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at is not null)", name="withdrawn"),
        CheckConstraint("exit_fee_minor >= 0", name="exit_fee"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    tariff_version_id: Mapped[int] = mapped_column(ForeignKey("tariff_version.id"), index=True)
    previous_version_id: Mapped[int] = mapped_column(ForeignKey("tariff_version.id"), index=True)
    start: Mapped[date]
    withdraw_until: Mapped[date]
    exit_fee_minor: Mapped[int] = mapped_column(default=0)
    previous_end: Mapped[date | None]
    consents: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(12), default="confirmed")
    asked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
