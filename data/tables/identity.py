"""People who sign in, their sessions, and the counters that slow guessing down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


class User(Base):
    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint("role in ('customer','agent','admin','analyst')", name="role"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16), default="customer")
    locale: Mapped[str] = mapped_column(String(8), default="")  # empty: follow the browser
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginSession(Base):
    __tablename__ = "login_session"
    __table_args__ = (Index("ix_login_session_user_id", "user_id"),)
    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # sha256 of the cookie's 256-bit id
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    acting_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    acting_reason: Mapped[str] = mapped_column(String(200), default="")
    acting_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginAttempt(Base):
    """One failed sign-in under each key it counts for: `user:HASH`, `ip:ADDRESS`, `all`."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_key_at", "key", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
