"""Ways to pay of some invented people, signed as they would have signed them; one of them pays automatically."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from adapters.clock import FrozenClock
from data.queries import identity
from data.tables.accounts import Account
from data.tables.identity import User
from domain.access import Role, Viewer
from services import payment_methods, portal
from services.payment_methods import AutopayWish, DebitWish, Evidence

SIGNED_DAYS_AGO, AUTOMATIC_DAYS_AGO = 300, 10
CAP_MINOR = 40_000


@dataclass(frozen=True)
class Debtor:
    """Whose account is debited. iban : a published example number of no real account"""

    login: str
    iban: str
    is_automatic: bool


DEBTORS = (
    Debtor("hybrid", "DE02 1203 0000 0000 2020 51", True),
    Debtor("business", "DE02 5001 0517 0137 0750 30", False),
)
THEIR_DEVICE = Evidence("127.0.0.1", "Demo")


def make_methods() -> int:
    """Mandates of the people who have none yet; how many. Automatic payment begins with the next bill."""
    made, count = portal.current(), 0
    today = made.clock.now().date()
    for debtor in DEBTORS:
        found = _person(debtor)
        if found is None:
            continue
        viewer, account = found
        if payment_methods.methods(viewer, account):
            continue
        with portal.using(replace(made, clock=FrozenClock(_morning(today - timedelta(days=SIGNED_DAYS_AGO))))):
            payment_methods.add_debit(viewer, account, DebitWish(viewer.name, debtor.iban, True), THEIR_DEVICE)
        if debtor.is_automatic:
            with portal.using(replace(made, clock=FrozenClock(_morning(today - timedelta(days=AUTOMATIC_DAYS_AGO))))):
                wish = AutopayWish(True, CAP_MINOR, is_agreed=True)
                payment_methods.set_autopay(viewer, account, wish, THEIR_DEVICE)
        count += 1
    return count


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def _person(debtor: Debtor) -> tuple[Viewer, str] | None:
    """The person and the public id of their first account."""
    with portal.current().records.reading() as db:
        user = db.scalar(select(User).where(User.email == f"{debtor.login}@demo.example", User.is_demo))
        if user is None:
            return None
        accounts, grants = identity.memberships(db, user.id)
        ids = sorted(account_id for account_id, _role in accounts)
        public_id = db.scalar(select(Account.public_id).where(Account.id == ids[0])) if ids else None
    viewer = Viewer(user.id, user.email, user.name, Role(user.role), "en", grants, accounts)
    return (viewer, public_id) if public_id else None
