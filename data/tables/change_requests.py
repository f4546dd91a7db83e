"""What customers asked about a contract beside another tariff: its end, a move, a correction."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


class ChangeRequest(Base):
    """key : of the form, so that what is sent twice is one request; day : of an end, the first one without the contract"""

    __tablename__ = "change_request"
    __table_args__ = (
        CheckConstraint("kind in ('cancel','move_out','move_in','correct')", name="kind"),
        CheckConstraint("state in ('asked','done','declined','withdrawn')", name="state"),
        CheckConstraint("(state = 'asked') = (ended_at is null)", name="ended"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    day: Mapped[date | None]
    text: Mapped[str] = mapped_column(String(600), default="")
    state: Mapped[str] = mapped_column(String(12), default="asked")
    note: Mapped[str] = mapped_column(String(200), default="")
    asked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
