"""Signing in and out, the session behind a request, and the people who may sign in."""

from __future__ import annotations

import argparse
import getpass
import hashlib
import ipaddress
import math
import re
import secrets
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from data.queries import identity as queries
from data.repositories import audit
from data.repositories import identity as repository
from data.tables.identity import User
from domain.access import Role, Viewer
from domain.errors import InvalidInputError
from services import passwords, portal

SESSION_ABSOLUTE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=1)
SESSION_IDLE_DEMO = timedelta(hours=8)
TOUCH_EVERY = timedelta(minutes=1)  # last_seen_at is written at most once a minute and session
THROTTLE_WINDOW = timedelta(minutes=5)
THROTTLE_USER, THROTTLE_IP, THROTTLE_ALL = 10, 10, 1000
EMAIL = re.compile(r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$")


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token goes into the cookie and is stored nowhere."""

    token: str
    csrf_token: str
    user_id: int
    role: Role
    max_age_s: int


@dataclass(frozen=True)
class Refused:
    """`code` is wrong (whoever it was), throttled (with minutes) or busy."""

    code: str
    minutes: int = 0


@dataclass(frozen=True)
class Caller:
    """Who a session token stands for: the viewer, and what the guard needs of the session."""

    viewer: Viewer
    id_hash: str
    csrf_token: str
    acting_until: datetime | None = None


def sign_in(email: str, password: str, *, ip: str, user_agent: str = "") -> SignedIn | Refused:
    """Throttle, then password, then a new session; failures count and are audited."""
    try:
        with passwords.slot():  # the count is read inside the slot: a burst overshoots by two, not by its size
            return _sign_in(_address(email), password, ip, user_agent)
    except passwords.BusyError:
        return Refused("busy", 1)


def _sign_in(email: str, password: str, ip: str, user_agent: str) -> SignedIn | Refused:
    current = portal.current()
    now = current.clock.now()
    keys = _throttle_keys(email, ip)
    with current.records.reading() as db:
        minutes = _minutes_to_wait(db, keys, now)
        user = queries.person(db, email)
    if minutes:
        return Refused("throttled", minutes)
    right = passwords.matches(user.password_hash if user else None, password)
    if user is None or not right or not _may_sign_in(user):
        _record_failure(user, keys, ip, now)
        return Refused("wrong")
    return _open_session(user, password, ip, user_agent)


def _address(typed: str) -> str:
    """As stored; what no database column can hold becomes an address that nobody has."""
    return (
        "".join(sign for sign in typed.encode("utf-8", "ignore").decode() if sign.isprintable()).strip().lower()[:254]
    )


def _may_sign_in(user: queries.Person) -> bool:
    """Disabled people are refused, and demo people wherever this is not a demo."""
    return not user.is_disabled and (portal.current().config.is_demo or not user.is_demo)


def _throttle_keys(email: str, ip: str) -> tuple[tuple[str, int], ...]:
    person = hashlib.sha256(email.encode()).hexdigest()[:32]
    return ((f"user:{person}", THROTTLE_USER), (f"ip:{_neighbourhood(ip)}", THROTTLE_IP), ("all", THROTTLE_ALL))


def _neighbourhood(ip: str) -> str:
    """The address, or the /64 around an IPv6 one: whoever has one of those addresses has them all."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip[:60]
    return ip if address.version == 4 else str(ipaddress.ip_network(f"{address}/64", strict=False))


def _minutes_to_wait(db: Session, keys: tuple[tuple[str, int], ...], now: datetime) -> int:
    """Minutes until the oldest counted failure of a full counter leaves the window; 0 when none is full."""
    found = queries.nth_recent_failures(db, keys, since=now - THROTTLE_WINDOW)
    ends = [oldest + THROTTLE_WINDOW for oldest in found if oldest is not None]
    return max((math.ceil((end - now) / timedelta(minutes=1)) for end in ends), default=0)


def _record_failure(user: queries.Person | None, keys: tuple[tuple[str, int], ...], ip: str, now: datetime) -> None:
    event = audit.Event(
        "session:refused", object_type="user", object_id=user.public_id if user else "", detail={"ip": ip}
    )
    with portal.current().records.transaction() as tx:
        repository.add_attempts(tx, tuple(key for key, _ in keys), now=now)
        repository.forget_attempts(tx, now - timedelta(days=1))
        audit.add(tx, event, now=now)


def _open_session(user: queries.Person, password: str, ip: str, user_agent: str) -> SignedIn:
    now = portal.current().clock.now()
    token, csrf_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    new = repository.NewSession(digest(token), user.id, csrf_token, now + SESSION_ABSOLUTE, user_agent)
    event = audit.Event("session:signed_in", user.id, object_type="user", object_id=user.public_id, detail={"ip": ip})
    with portal.current().records.transaction() as tx:
        if passwords.is_outdated(user.password_hash):
            repository.set_password_hash(tx, user.id, passwords.hash_password(password))
        repository.add_session(tx, new, now=now)
        audit.add(tx, event, now=now)
    return SignedIn(token, csrf_token, user.id, Role(user.role), int(SESSION_ABSOLUTE.total_seconds()))


def sign_out(token: str) -> None:
    """End the session; an unknown or ended one is no error."""
    now = portal.current().clock.now()
    with portal.current().records.transaction() as tx:
        user_id = repository.revoke_session(tx, digest(token), now=now)
        if user_id is not None:
            audit.add(tx, audit.Event("session:signed_out", user_id), now=now)


def digest(token: str) -> str:
    """What is stored of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def caller(token: str) -> Caller | None:
    """Who a session cookie stands for right now, or None when it is unknown, ended, idle or its person disabled."""
    if not token or len(token) > 100:
        return None
    current = portal.current()
    now = current.clock.now()
    with current.records.reading() as db:
        found = queries.open_session(db, digest(token), now=now)
        if found is None or now - found.last_seen_at > _idle_limit() or not _may_sign_in(found.person):
            return None
        viewer = _viewer(db, found, now)
    if now - found.last_seen_at >= TOUCH_EVERY:
        with current.records.transaction() as tx:
            repository.touch_session(tx, found.id_hash, now=now)
    return Caller(viewer, found.id_hash, found.csrf_token, found.acting_until)


def _idle_limit() -> timedelta:
    return SESSION_IDLE_DEMO if portal.current().config.is_demo else SESSION_IDLE


def _viewer(db: Session, found: queries.OpenSession, now: datetime) -> Viewer:
    user = found.person
    viewer = Viewer(user.id, user.email, user.name, Role(user.role), locale=user.locale)
    if found.acting_account_id is not None and _is_acting(found, viewer, now):
        return replace(
            viewer,
            grants=queries.account_grants(db, found.acting_account_id, "read_only"),
            memberships=((found.acting_account_id, "read_only"),),
            acting_for_account_id=found.acting_account_id,
            acting_reason=found.acting_reason,
        )
    if viewer.role is not Role.CUSTOMER:
        return viewer
    memberships, grants = queries.memberships(db, user.id)
    return replace(viewer, grants=grants, memberships=memberships)


def _is_acting(session: queries.OpenSession, viewer: Viewer, now: datetime) -> bool:
    """The read-only view is time-boxed, and nothing for people who are customers themselves."""
    return viewer.is_staff and session.acting_until is not None and session.acting_until > now


def demo_emails() -> tuple[str, ...]:
    """The demo's logins, shown on the sign-in page; none in production."""
    current = portal.current()
    if not current.config.is_demo:
        return ()
    with current.records.reading() as db:
        return tuple(queries.demo_emails(db))


def create_user(new: repository.NewUser, password: str) -> User:
    """Add a person who signs in; the password is hashed here and kept nowhere else."""
    _check(new, password)
    current = portal.current()
    now = current.clock.now()
    hashed = replace(new, email=new.email.strip().lower(), password_hash=passwords.hash_password(password))
    with current.records.transaction() as tx:
        if repository.user_by_email(tx, hashed.email) is not None:
            raise InvalidInputError("email", "taken")
        user = repository.add_user(tx, hashed, now=now)
        event = audit.Event("user:added", object_type="user", object_id=user.public_id, detail={"role": user.role})
        audit.add(tx, event, now=now)
    return user


def _check(new: repository.NewUser, password: str) -> None:
    if not EMAIL.match(new.email.strip()):
        raise InvalidInputError("email", "malformed")
    if not passwords.MIN_LENGTH <= len(password) <= passwords.MAX_LENGTH:
        raise InvalidInputError("password", "length", least=passwords.MIN_LENGTH, most=passwords.MAX_LENGTH)
    if new.role not in {str(role) for role in Role}:
        raise InvalidInputError("role", "unknown")


def disable_user(email: str) -> bool:
    """Refuse a person from now on and end all of their sessions; False when nobody has that address."""
    current = portal.current()
    now = current.clock.now()
    with current.records.transaction() as tx:
        user = repository.user_by_email(tx, email)
        if user is None:
            return False
        repository.disable_user(tx, user.id, now=now)
        audit.add(tx, audit.Event("user:disabled", object_type="user", object_id=user.public_id), now=now)
    return True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="user_verb", required=True, metavar="add|disable")
    adding = verbs.add_parser("add", help="add a person; the password is asked for or read from standard input")
    adding.add_argument("email")
    adding.add_argument("--name", required=True)
    adding.add_argument("--role", choices=[str(role) for role in Role], default="customer")
    adding.add_argument("--locale", default="", help="language code; empty follows the browser")
    verbs.add_parser("disable", help="refuse a person and end all sessions").add_argument("email")


def command(arguments: argparse.Namespace, _portal: object) -> int:
    """`python -m cli user add|disable`."""
    if arguments.user_verb == "disable":
        if disable_user(arguments.email):
            print(f"{arguments.email} is disabled and signed out everywhere.")
            return 0
        print(f"Nobody signs in as {arguments.email}.", file=sys.stderr)
        return 1
    return add_user(arguments)


def add_user(arguments: argparse.Namespace) -> int:
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    new = repository.NewUser(arguments.email, arguments.name, "", arguments.role, arguments.locale)
    try:
        user = create_user(new, password)
    except InvalidInputError as error:
        print(REMEDIES[str(error.params["remedy"])].format(**error.params), file=sys.stderr)
        return 1
    print(f"{user.email} may sign in ({user.role}).")
    return 0


REMEDIES = {
    "malformed": "This is not an e-mail address. Use one such as name@example.com.",
    "length": "Use a password of {least} to {most} characters.",
    "taken": "Somebody already signs in with this address.",
    "unknown": "This role does not exist.",
}
