"""Write side of people who sign in: users, their sessions, failed attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from data.tables.base import new_public_id
from data.tables.identity import LoginAttempt, LoginSession, User


@dataclass(frozen=True)
class NewUser:
    email: str
    name: str
    password_hash: str
    role: str = "customer"
    locale: str = ""
    is_demo: bool = False


@dataclass(frozen=True)
class NewSession:
    id_hash: str
    user_id: int
    csrf_token: str
    expires_at: datetime
    user_agent: str = ""


def add_user(tx: Session, new: NewUser, *, now: datetime) -> User:
    user = User(
        public_id=new_public_id("user"),
        email=new.email.strip().lower(),
        name=new.name,
        password_hash=new.password_hash,
        role=new.role,
        locale=new.locale,
        is_demo=new.is_demo,
        created_at=now,
    )
    tx.add(user)
    tx.flush()
    return user


def user_by_email(tx: Session, email: str) -> User | None:
    return tx.scalar(select(User).where(User.email == email.strip().lower()))


def disable_user(tx: Session, user_id: int, *, now: datetime) -> None:
    """Nobody signs in with it any more, and every open session of it ends."""
    tx.execute(update(User).where(User.id == user_id, User.disabled_at.is_(None)).values(disabled_at=now))
    tx.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def set_password_hash(tx: Session, user_id: int, password_hash: str) -> None:
    tx.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def add_session(tx: Session, new: NewSession, *, now: datetime) -> LoginSession:
    row = LoginSession(
        id_hash=new.id_hash,
        user_id=new.user_id,
        csrf_token=new.csrf_token,
        created_at=now,
        last_seen_at=now,
        expires_at=new.expires_at,
        user_agent=new.user_agent[:200],
    )
    tx.add(row)
    tx.flush()
    return row


def touch_session(tx: Session, id_hash: str, *, now: datetime) -> None:
    tx.execute(update(LoginSession).where(LoginSession.id_hash == id_hash).values(last_seen_at=now))


def revoke_session(tx: Session, id_hash: str, *, now: datetime) -> int | None:
    """End a session; returns its user, or None where there was no open one."""
    return tx.scalar(
        update(LoginSession)
        .where(LoginSession.id_hash == id_hash, LoginSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(LoginSession.user_id)
    )


def set_acting(tx: Session, id_hash: str, account_id: int | None, reason: str, until: datetime | None) -> None:
    """Start (or with None end) the read-only view of a customer's account in one session."""
    tx.execute(
        update(LoginSession)
        .where(LoginSession.id_hash == id_hash)
        .values(acting_account_id=account_id, acting_reason=reason[:200], acting_until=until)
    )


def add_attempts(tx: Session, keys: tuple[str, ...], *, now: datetime) -> None:
    tx.add_all(LoginAttempt(key=key, at=now) for key in keys)


def forget_attempts(tx: Session, before: datetime) -> None:
    tx.execute(delete(LoginAttempt).where(LoginAttempt.at < before))
