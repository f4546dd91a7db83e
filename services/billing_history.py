"""Everything that happened on a viewer's accounts: bills, payments, refunds and what failed, with the balance after each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from data.queries import billing as billing_queries
from data.queries import billing_history as queries
from data.queries import dunning as dunning_queries
from data.queries import payments as payment_queries
from data.queries import refunds as refund_queries
from data.queries.billing_history import AccountRow, DocumentRef
from domain.access import Permission, Viewer, require_account
from domain.billing.history import GROUPS, EntryKind, kind_of
from domain.errors import NotFoundError
from domain.money import from_minor
from domain.payments.facts import FactKind
from services import portal

PAGE_ROWS = 20
UNBOOKED: dict[str, EntryKind] = {
    "failed": "failed", "cancelled": "cancelled", "unknown": "in_progress", "created": "in_progress",
    "authentication": "in_progress", "processing": "in_progress",
}  # fmt: skip
REFUND_ASKS: dict[str, EntryKind] = {"asked": "refund_asked", "approved": "refund_asked", "declined": "refund_declined"}
COLUMNS = ("date", "account", "kind", "document", "takes_back", "about", "currency", "amount", "balance", "reason")


@dataclass(frozen=True)
class Entry:
    """One line of the history. Positive is owed by the customer. [minor units]

    amount_minor : what it changed; for what changed nothing, what it was about
    balance_minor : what was owed after it; None where it changed nothing
    reason : of a failure, as the provider says it; of a refund, as it was asked
    """

    on: date
    account_number: str
    kind: EntryKind
    document: DocumentRef | None
    takes_back: DocumentRef | None
    about: tuple[DocumentRef, ...]
    currency: str
    amount_minor: int
    balance_minor: int | None
    reason: str = ""

    @property
    def is_booked(self) -> bool:
        return self.balance_minor is not None


@dataclass(frozen=True)
class Filter:
    """What is asked for; an empty text asks for all."""

    group: str = ""
    year: int | None = None
    account: str = ""
    page: int = 1


@dataclass(frozen=True)
class History:
    """entries : one page of those found, newest first; balances : what is owed now, by currency. [minor units]"""

    entries: tuple[Entry, ...]
    found: int
    page: int
    pages: int
    years: tuple[int, ...]
    groups: tuple[str, ...]
    accounts: tuple[AccountRow, ...]
    balances: dict[str, int]


def history(viewer: Viewer, asked: Filter) -> History:
    """An account that is not the viewer's is missing."""
    everything = entries(viewer, asked.account)
    chosen = _chosen(everything, asked)
    pages = max(1, -(-len(chosen) // PAGE_ROWS))
    page = min(max(asked.page, 1), pages)
    kinds = {each.kind for each in everything}
    return History(
        entries=tuple(chosen[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]), found=len(chosen), page=page, pages=pages,
        years=tuple(sorted({each.on.year for each in everything}, reverse=True)),
        groups=tuple(group for group, own in GROUPS.items() if own & kinds), accounts=tuple(accounts(viewer)),
        balances=_balances(everything),
    )  # fmt: skip


def entries(viewer: Viewer, account_public_id: str = "") -> list[Entry]:
    """Of all accounts of the viewer, or of one; newest first."""
    own = [row for row in accounts(viewer) if account_public_id in {"", row.public_id}]
    if account_public_id and not own:
        raise NotFoundError(what="account")
    found = []
    with portal.current().records.reading() as db:
        for account in own:
            found += _booked(db, account) + _attempts(db, account) + _asks(db, account)
    # What was booked stays in the order of its booking, so that the balances follow from each other.
    return sorted(found, key=lambda each: each.on)[::-1]


@dataclass(frozen=True)
class Letter:
    """A reminder that went out. fee_minor : what it cost. [minor units]"""

    code: str
    on: date
    fee_minor: int


@dataclass(frozen=True)
class Story:
    """What happened to one bill, each oldest first. set_off_minor : paid from credit when it was issued. [minor units]"""

    entries: tuple[Entry, ...]
    letters: tuple[Letter, ...]
    set_off_minor: int


def of_document(viewer: Viewer, public_id: str) -> Story:
    """Foreign and missing bills are missing."""
    with portal.current().records.reading() as db:
        found = billing_queries.document_row(db, public_id)
    own = [] if found is None else [row for row in accounts(viewer) if row.id == found.account_id]
    if found is None or not own:
        raise NotFoundError(what="document")
    about = [
        each
        for each in reversed(entries(viewer, own[0].public_id))
        if public_id in {ref.public_id for ref in (each.document, each.takes_back, *each.about) if ref is not None}
    ]
    with portal.current().records.reading() as db:
        letters = tuple(Letter(*step) for step in dunning_queries.steps_of(db, found.id))
        return Story(tuple(about), letters, queries.set_off_at_issue(db, found.id))


def accounts(viewer: Viewer) -> list[AccountRow]:
    """The accounts whose bills the viewer may see."""
    if not viewer.sees_customer_pages:
        return []
    for account_id in viewer.account_ids:
        require_account(viewer, Permission.VIEW_BILLING, account_id)
    with portal.current().records.reading() as db:
        return queries.accounts(db, viewer.account_ids)


def _booked(db: Session, account: AccountRow) -> list[Entry]:
    level: dict[str, int] = {}
    found = []
    for row in queries.bookings(db, account.number):
        balance = level[row.currency] = level.get(row.currency, 0) + row.amount_minor
        if row.amount_minor or row.document:
            kind = kind_of(row.document.kind if row.document else "", row.reversal, row.others)
            found.append(
                Entry(
                    row.booked_on,
                    account.number,
                    kind,
                    row.document,
                    row.takes_back,
                    row.about,
                    row.currency,
                    row.amount_minor,
                    balance,
                )
            )
    return found


def _attempts(db: Session, account: AccountRow) -> list[Entry]:
    """Attempts to pay that brought no money, or none yet; what brought some is booked."""
    found = []
    rows = payment_queries.payments_of(db, [account.id])
    about = queries.document_refs(db, {row.document_id for row in rows if row.document_id})
    for row in reversed(rows):
        if row.state in UNBOOKED:
            meant = (about[row.document_id],) if row.document_id else ()
            facts = payment_queries.facts_of(db, row.id)
            reason = next((fact.reason for fact in facts if fact.kind is FactKind.DECLINED), "")
            found.append(
                Entry(portal.day_of(row.created_at), account.number, UNBOOKED[row.state], None, None, meant, row.currency, -row.amount_minor, None, reason)
            )  # fmt: skip
    return found


def _asks(db: Session, account: AccountRow) -> list[Entry]:
    """Refunds that were asked for and not booked."""
    return [
        Entry(
            portal.day_of(row.asked_at), account.number, REFUND_ASKS[row.state], None, None, (), row.currency, row.amount_minor, None, row.reason,
        )
        for row in reversed(refund_queries.refunds_of(db, account.id))
        if row.state in REFUND_ASKS
    ]  # fmt: skip


def _chosen(everything: Sequence[Entry], asked: Filter) -> list[Entry]:
    wanted = next((own for group, own in GROUPS.items() if group == asked.group), None)
    return [
        each for each in everything if (wanted is None or each.kind in wanted) and asked.year in {None, each.on.year}
    ]


def _balances(everything: Sequence[Entry]) -> dict[str, int]:
    """What is owed now, by currency: the newest balance of each account."""
    newest: dict[tuple[str, str], int] = {}
    for each in everything:
        if each.balance_minor is not None:
            newest.setdefault((each.account_number, each.currency), each.balance_minor)
    found: dict[str, int] = {}
    for (_account, currency), minor in newest.items():
        found[currency] = found.get(currency, 0) + minor
    return found


def as_csv(viewer: Viewer, asked: Filter) -> str:
    """What an address asks for, all pages of it, oldest first; amounts with a point and without a currency sign."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in reversed(_chosen(entries(viewer, asked.account), asked)):
        writer.writerow(_row(each))
    return out.getvalue()


def _row(each: Entry) -> list[str]:
    balance = "" if each.balance_minor is None else str(_decimal(each.balance_minor, each.currency))
    return [
        each.on.isoformat(), each.account_number, each.kind, each.document.number if each.document else "",
        each.takes_back.number if each.takes_back else "",
        " ".join(document.number for document in each.about), each.currency,
        str(_decimal(each.amount_minor, each.currency)), balance, _plain(each.reason),
    ]  # fmt: skip


def _decimal(minor: int, currency: str) -> Decimal:
    return Decimal(from_minor(minor, currency))


def _plain(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
