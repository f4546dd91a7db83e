"""Read side of sign-in: the session behind a cookie, what its person may see, recent failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.tables.accounts import Account, Membership, Tenancy
from data.tables.identity import LoginAttempt, LoginSession, User
from domain.access import SiteGrant


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in."""

    id: int
    public_id: str
    email: str
    name: str
    role: str
    locale: str
    password_hash: str
    is_demo: bool
    is_disabled: bool


@dataclass(frozen=True)
class OpenSession:
    id_hash: str
    csrf_token: str
    last_seen_at: datetime
    acting_account_id: int | None
    acting_reason: str
    acting_until: datetime | None
    person: Person


def person(db: Session, email: str) -> Person | None:
    user = db.scalar(select(User).where(User.email == email.strip().lower()))
    return None if user is None else _person(user)


def _person(user: User) -> Person:
    return Person(
        user.id, user.public_id, user.email, user.name, user.role, user.locale, user.password_hash,
        user.is_demo, user.disabled_at is not None,
    )  # fmt: skip


def open_session(db: Session, id_hash: str, *, now: datetime) -> OpenSession | None:
    """The session and its enabled person, unless it was revoked or is past its absolute end."""
    row = db.execute(
        select(LoginSession, User)
        .join(User, User.id == LoginSession.user_id)
        .where(
            LoginSession.id_hash == id_hash,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    session, user = row
    return OpenSession(
        session.id_hash, session.csrf_token, session.last_seen_at, session.acting_account_id,
        session.acting_reason, session.acting_until, _person(user),
    )  # fmt: skip


def member_grants(db: Session, user_id: int) -> tuple[SiteGrant, ...]:
    """One grant per tenancy of each account the user belongs to."""
    rows = db.execute(
        select(Tenancy.site_id, Tenancy.account_id, Membership.role, Tenancy.first_date, Tenancy.end_date)
        .join(Membership, Membership.account_id == Tenancy.account_id)
        .where(Membership.user_id == user_id)
        .order_by(Tenancy.account_id, Tenancy.first_date, Tenancy.site_id)
    )
    return tuple(SiteGrant(*row) for row in rows)


def member_accounts(db: Session, user_id: int) -> frozenset[int]:
    return frozenset(db.scalars(select(Membership.account_id).where(Membership.user_id == user_id)))


def account_grants(db: Session, account_id: int, membership: str) -> tuple[SiteGrant, ...]:
    """The account's tenancies under one membership, for staff who look at its pages."""
    rows = db.execute(
        select(Tenancy.site_id, Tenancy.first_date, Tenancy.end_date)
        .where(Tenancy.account_id == account_id)
        .order_by(Tenancy.first_date, Tenancy.site_id)
    )
    return tuple(SiteGrant(site_id, account_id, membership, first, end) for site_id, first, end in rows)


def account_id(db: Session, public_id: str) -> int | None:
    return db.scalar(select(Account.id).where(Account.public_id == public_id))


def nth_recent_failure(db: Session, key: str, n: int, *, since: datetime) -> datetime | None:
    """When the n-th newest failure under a key happened, if there were that many since an instant."""
    return db.scalar(
        select(LoginAttempt.at)
        .where(LoginAttempt.key == key, LoginAttempt.at > since)
        .order_by(LoginAttempt.at.desc())
        .offset(n - 1)
        .limit(1)
    )


def demo_emails(db: Session) -> Sequence[str]:
    return db.scalars(select(User.email).where(User.is_demo, User.disabled_at.is_(None)).order_by(User.id)).all()


def open_session_count(db: Session, *, now: datetime) -> int:
    return (
        db.scalar(
            select(func.count())
            .select_from(LoginSession)
            .where(LoginSession.revoked_at.is_(None), LoginSession.expires_at > now)
        )
        or 0
    )
