"""Read side of sign-in: the session behind a cookie, what its person may see, recent failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Integer, Select, bindparam, func, select
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


# Columns in the order of the fields. Every request asks for session and memberships: their statements are built once,
# and rows of columns come without the ORM, which took most of the time.
SESSION, USER = LoginSession.__table__.c, User.__table__.c
MEMBERSHIP, TENANCY = Membership.__table__.c, Tenancy.__table__.c
SESSION_COLUMNS = (
    SESSION.id_hash, SESSION.csrf_token, SESSION.last_seen_at,
    SESSION.acting_account_id, SESSION.acting_reason, SESSION.acting_until,
)  # fmt: skip
PERSON_COLUMNS = (
    USER.id, USER.public_id, USER.email, USER.name, USER.role, USER.locale, USER.password_hash,
    USER.is_demo, USER.disabled_at,
)  # fmt: skip
OPEN_SESSION: Select = (
    select(*SESSION_COLUMNS, *PERSON_COLUMNS)
    .join_from(LoginSession.__table__, User.__table__, USER.id == SESSION.user_id)
    .where(
        SESSION.id_hash == bindparam("id_hash"),
        SESSION.revoked_at.is_(None),
        SESSION.expires_at > bindparam("now"),
        USER.disabled_at.is_(None),
    )
)
MEMBERSHIPS: Select = (
    select(MEMBERSHIP.account_id, MEMBERSHIP.role, TENANCY.site_id, TENANCY.first_date, TENANCY.end_date)
    .join_from(Membership.__table__, Tenancy.__table__, TENANCY.account_id == MEMBERSHIP.account_id, isouter=True)
    .where(MEMBERSHIP.user_id == bindparam("user_id"))
    .order_by(MEMBERSHIP.account_id, TENANCY.first_date, TENANCY.site_id)
)


def person(db: Session, email: str) -> Person | None:
    row = db.execute(select(*PERSON_COLUMNS).where(User.email == email.strip().lower())).one_or_none()
    return None if row is None else _person(row)


def _person(row: Sequence[Any]) -> Person:
    *fields, disabled_at = row
    return Person(*(*fields, disabled_at is not None))


def open_session(db: Session, id_hash: str, *, now: datetime) -> OpenSession | None:
    """The session and its enabled person, unless it was revoked or is past its absolute end."""
    row = db.connection().execute(OPEN_SESSION, {"id_hash": id_hash, "now": now}).one_or_none()
    if row is None:
        return None
    fields: tuple[Any, ...] = tuple(row)
    own = len(SESSION_COLUMNS)
    return OpenSession(*(*fields[:own], _person(fields[own:])))


def memberships(db: Session, user_id: int) -> tuple[tuple[tuple[int, str], ...], tuple[SiteGrant, ...]]:
    """The accounts of a person with their role in each, and a grant per tenancy; one question, asked by every request."""
    rows = db.connection().execute(MEMBERSHIPS, {"user_id": user_id}).all()
    grants = tuple(SiteGrant(row[2], row[0], row[1], row[3], row[4]) for row in rows if row[2] is not None)
    return tuple(dict.fromkeys((row[0], row[1]) for row in rows)), grants


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
