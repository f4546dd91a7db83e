"""Nineteen months of bills of the invented retailer: each month billed a few days after it was over, and paid as people pay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from adapters.clock import FrozenClock
from data.queries import billing as queries
from data.queries import billing_runs as run_queries
from data.queries import contracts as contract_queries
from data.queries.billing import OpenDocument
from data.seed.cast import SEED
from data.seed.identifiers import number
from data.tables.identity import User
from domain.access import Role, Viewer
from domain.calendar import Period, PeriodKind, add_months
from services import billing_run, portal, rebilling, receivables
from services.billing_drafts import Policy
from services.demo_contracts import SIGNED
from services.portal import Portal
from services.receivables import Booking, Received

Progress = Callable[[int, int], None]
ISSUE_DAYS, PAY_DAYS, RETURN_DAYS, RETRY_DAYS = 3, 12, 3, 8  # after the month, the issue, the payment, its return
RETURNED_SITE, RETURNED_MONTHS_AGO = "Lindenweg 14", 5  # whose direct debit came back once and was tried again
LATE_SHARE = 12  # one customer in so many has not paid the newest bill, half of them nor the one before
CORRECTED_MONTHS = 3  # how far back corrections are looked for


def make_bills(progress: Progress | None = None) -> int:
    """Bill every whole month since the first contract, once; how many documents are new."""
    months, count = _months(), 0
    for done, month in enumerate(months):
        if done >= len(months) - CORRECTED_MONTHS:
            count += _correct(month)
        count += _bill(month)
        _pay(month, months_ago=len(months) - 1 - done)
        if progress:
            progress(done + 1, len(months))
    return count


def _months() -> list[date]:
    today = portal.current().clock.now().date()
    with portal.current().records.reading() as db:
        first = min((row.first_date for row in contract_queries.contracts_in(db, date.min, today)), default=today)
    found, month = [], first.replace(day=1)
    while _issued_at(month).date() <= today:
        found.append(month)
        month = add_months(month, 1)
    return found


def _issued_at(month: date) -> datetime:
    return datetime.combine(add_months(month, 1) + timedelta(days=ISSUE_DAYS), time(6), UTC)


@contextmanager
def _at(instant: datetime) -> Iterator[Portal]:
    """As it would have been done then: what became known later is not in it."""
    with portal.using(replace(portal.current(), clock=FrozenClock(instant))) as made:
        yield made


def _bill(month: date) -> int:
    with _at(_issued_at(month)):
        return billing_run.run(Period.of(PeriodKind.MONTH, month), Policy(grace_days=0, is_told=False)).issued


def _correct(month: date) -> int:
    """What was corrected after its bill is billed again, an hour before the month's own bills; how many documents."""
    with _at(_issued_at(month) - timedelta(hours=1)) as made:
        rebilling.find()
        with made.records.reading() as db:
            person = db.scalar(select(User).where(User.role == "agent", User.is_demo).order_by(User.id).limit(1))
        if person is None:
            return 0
        agent = Viewer(person.id, person.email, person.name, Role.AGENT)
        found = [rebilling.approve(agent, row.public_id) for row in rebilling.proposals(agent)]
        return sum(1 + (each.document is not None) for each in found)


def _pay(month: date, *, months_ago: int) -> None:
    """What is open is paid twelve days after the issue, by nearly everybody; the newest bill of some is still open."""
    paid_at = _issued_at(month) + timedelta(days=PAY_DAYS)
    if paid_at > portal.current().clock.now():
        return
    with _at(paid_at) as made:
        with made.records.reading() as db:
            owed, rows = queries.open_documents(db), contract_queries.contracts_in(db, month, date.max)
        waiting = {row.account_number for row in rows if row.site_name in SIGNED}
        paid = [row for row in owed if not _is_late(row.account_number, waiting, months_ago)]
        with made.records.transaction() as tx:
            for row in paid:
                receivables.book_received(tx, _received(row), Booking(_key(row), paid_at.date()))
    if months_ago == RETURNED_MONTHS_AGO:
        of_home = {row.account_number for row in rows if row.site_name == RETURNED_SITE}
        for row in paid:
            if row.account_number in of_home:
                _return_once(row, paid_at + timedelta(days=RETURN_DAYS))


def _is_late(account_number: str, waiting: set[str], months_ago: int) -> bool:
    """Some leave the newest bill open, half of them the one before too; so do those who are looked at most."""
    lateness = int(number(SEED, f"{account_number}/late", 4))
    if months_ago == 0:
        return lateness % LATE_SHARE == 0 or account_number in waiting
    return months_ago == 1 and lateness % (2 * LATE_SHARE) == 0


def _key(row: OpenDocument) -> str:
    return f"demo:{row.number_text}"


def _received(row: OpenDocument) -> Received:
    return Received(row.account_number, row.open_minor, row.currency, row.number_text)


def _return_once(row: OpenDocument, back: datetime) -> None:
    """The bank took a payment back; the next try arrives."""
    again = back + timedelta(days=RETRY_DAYS)
    with _at(back) as made, made.records.transaction() as tx:
        receivables.book_return(tx, _key(row), row.open_minor, Booking(f"{_key(row)}:returned", back.date()))
    with _at(again) as made, made.records.transaction() as tx:
        receivables.book_received(tx, _received(row), Booking(f"{_key(row)}:again", again.date()))


def are_made() -> bool:
    """Whether the newest whole month is billed: an interrupted attempt goes on where it was stopped."""
    months = _months()
    with portal.current().records.reading() as db:
        return not months or bool(run_queries.drafts_since(db, months[-1]))
