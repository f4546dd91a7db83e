"""Read side of sign-in: the session behind a cookie, what its person may see, recent failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Integer, bindparam, func, select
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


# Columns in the order of the fields; rows without the ORM's identity map take half of its time.
SESSION_COLUMNS = (
    LoginSession.id_hash, LoginSession.csrf_token, LoginSession.last_seen_at,
    LoginSession.acting_account_id, LoginSession.acting_reason, LoginSession.acting_until,
)  # fmt: skip
PERSON_COLUMNS = (
    User.id, User.public_id, User.email, User.name, User.role, User.locale, User.password_hash,
    User.is_demo, User.disabled_at,
)  # fmt: skip


def person(db: Session, email: str) -> Person | None:
    row = db.execute(select(*PERSON_COLUMNS).where(User.email == email.strip().lower())).one_or_none()
    return None if row is None else _person(row)


def _person(row: Sequence[Any]) -> Person:
    *fields, disabled_at = row
    return Person(*(*fields, disabled_at is not None))


def open_session(db: Session, id_hash: str, *, now: datetime) -> OpenSession | None:
    """The session and its enabled person, unless it was revoked or is past its absolute end."""
    row = db.execute(
        select(*SESSION_COLUMNS, *PERSON_COLUMNS)
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
    fields: tuple[Any, ...] = tuple(row)
    own = len(SESSION_COLUMNS)
    return OpenSession(*(*fields[:own], _person(fields[own:])))


def memberships(db: Session, user_id: int) -> tuple[frozenset[int], tuple[SiteGrant, ...]]:
    """The accounts a person belongs to, and one grant per tenancy of each; one question, asked by every request."""
    rows = db.execute(
        select(Membership.account_id, Membership.role, Tenancy.site_id, Tenancy.first_date, Tenancy.end_date)
        .outerjoin(Tenancy, Tenancy.account_id == Membership.account_id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.account_id, Tenancy.first_date, Tenancy.site_id)
    ).all()
    grants = tuple(SiteGrant(row[2], row[0], row[1], row[3], row[4]) for row in rows if row[2] is not None)
    return frozenset(row[0] for row in rows), grants


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


def nth_recent_failures(
    db: Session, counters: Sequence[tuple[str, int]], *, since: datetime
) -> tuple[datetime | None, ...]:
    """For each key and n: when its n-th newest failure happened, if there were that many since an instant."""
    asked = {f"key{place}": key for place, (key, _n) in enumerate(counters)}
    skipped = {f"skip{place}": n - 1 for place, (_key, n) in enumerate(counters)}
    return tuple(db.execute(_failures(len(counters)), {**asked, **skipped, "since": since}).one())


@lru_cache(maxsize=4)
def _failures(count: int) -> Executable:
    """One question for all counters, put together once: a sign-in waits for it."""
    return select(
        *(
            select(LoginAttempt.at)
            .where(LoginAttempt.key == bindparam(f"key{place}"), LoginAttempt.at > bindparam("since"))
            .order_by(LoginAttempt.at.desc())
            .offset(bindparam(f"skip{place}", type_=Integer))
            .limit(1)
            .scalar_subquery()
            for place in range(count)
        )
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
