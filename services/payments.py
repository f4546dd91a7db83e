"""Paying for the person behind a request: what can be paid, an attempt to pay it, and what became of each attempt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from data.queries import billing as documents
from data.queries import payments as queries
from data.tables.payments import PaymentMethod, PaymentRow
from domain.access import MEMBER_PERMISSIONS, Permission, Viewer, require_account
from domain.errors import InvalidInputError, NotFoundError
from services import payment_attempts, portal, receivables
from services.payment_attempts import Attempt
from services.payment_facts import learn

KEY_LENGTH = 64
WITH_PAGE = {"created", "authentication"}  # the customer may go on where the provider waits


@dataclass(frozen=True)
class PaymentStarted:
    """redirect_url : where the customer goes on; None where nothing is asked of them."""

    redirect_url: str | None
    status: str
    payment_public_id: str


@dataclass(frozen=True)
class PaymentView:
    """An attempt to pay. [minor units]

    document : number of what it pays, empty for the balance
    status : of `domain.payments.facts.PaymentStatus`, or "unknown" until the provider has answered
    page_url : where the customer can go on; empty where nothing is asked of them
    """

    public_id: str
    created_at: datetime
    amount_minor: int
    currency: str
    document: str
    document_public_id: str
    status: str
    is_open: bool
    reason: str
    origin: str
    method_kind: str
    method_brand: str
    method_last4: str
    page_url: str


@dataclass(frozen=True)
class PayableDocument:
    """payable_minor : what is open and not being paid already. [minor units]"""

    public_id: str
    number: str
    due_on: date
    open_minor: int
    payable_minor: int


@dataclass(frozen=True)
class Payable:
    """What an account can pay now. [minor units]"""

    currency: str
    open_minor: int
    payable_minor: int
    documents: tuple[PayableDocument, ...]


def start_payment(
    viewer: Viewer,
    account_public_id: str,
    amount_minor: int,
    document_public_id: str | None,
    method_public_id: str | None,
    key: str,
) -> PaymentStarted:
    """Pay so much of a document, or of the balance; the same key asks for the same payment. [minor units]

    While a payment of the same thing is on its way, that one is the answer and nothing is begun.
    """
    account_id, number = account_of(viewer, account_public_id, Permission.PAY)
    if not key or len(key) > KEY_LENGTH:
        raise InvalidInputError("key", "missing")
    with portal.current().records.transaction() as tx:
        document_id = _document_id(tx, account_id, document_public_id)
        method = payment_attempts.method_of(tx, account_id, method_public_id) if method_public_id else None
        attempt = Attempt(
            account_id, number, f"customer:{account_id}:{key}", "customer", amount_minor, document_id, method,
            viewer.user_id,
        )  # fmt: skip
        row, is_new = payment_attempts.write_down(tx, attempt)
    if is_new:
        payment_attempts.ask(row.id)
    return _started(row.id)


def refresh(viewer: Viewer, public_id: str) -> PaymentView:
    """A payment after its provider was asked what became of it: the customer has come back from the provider's page."""
    row = _own(viewer, public_id)
    if row.is_open and row.provider_id:
        learn(row.provider, row.provider_id)
    return payment(viewer, public_id)


def payment(viewer: Viewer, public_id: str) -> PaymentView:
    row = _own(viewer, public_id)
    with portal.current().records.reading() as db:
        return _views(db, [row])[0]


def payments(viewer: Viewer, account_public_id: str) -> list[PaymentView]:
    """All attempts of an account, the newest first."""
    account_id, _ = account_of(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return _views(db, queries.payments_of(db, [account_id]))


def payable(viewer: Viewer, account_public_id: str) -> Payable:
    """What is open, the oldest due first, and how much of it is not being paid already."""
    account_id, _ = account_of(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        rows = list(receivables.open_of(db, account_id).values())
        flying = queries.in_flight(db, [account_id])
        issued = documents.documents(db, [account_id])
    public = {row.id: row.public_id for row in issued}
    currency = next((code for code in (*(row.currency for row in rows), *(row.currency for row in issued))), "EUR")
    rows = [row for row in rows if row.currency == currency]
    opened = sum(row.open_minor for row in rows)
    left = max(0, opened - sum(row.amount_minor for row in flying))
    being_paid = {row.document_id for row in flying}
    found = tuple(
        PayableDocument(
            public[row.id], row.number_text, row.due_on, row.open_minor,
            0 if row.id in being_paid else min(left, row.open_minor),
        )
        for row in rows
    )  # fmt: skip
    return Payable(currency, opened, 0 if None in being_paid else left, found)


def may_pay(viewer: Viewer, account_public_id: str) -> bool:
    """Whether the viewer may pay for an account they see."""
    account_id, _ = account_of(viewer, account_public_id, Permission.VIEW_BILLING)
    return Permission.PAY in MEMBER_PERMISSIONS[dict(viewer.memberships)[account_id]]


def account_of(viewer: Viewer, public_id: str, permission: Permission) -> tuple[int, str]:
    """Row and number of an account of the viewer's: foreign and missing are the same."""
    with portal.current().records.reading() as db:
        found = documents.account_id_of(db, public_id)
    if found is None:
        raise NotFoundError(what="account")
    require_account(viewer, permission, found[0])
    return found


def _own(viewer: Viewer, public_id: str) -> PaymentRow:
    with portal.current().records.reading() as db:
        row = queries.payment_row(db, public_id)
    if row is None:
        raise NotFoundError(what="payment")
    require_account(viewer, Permission.VIEW_BILLING, row.account_id)
    return row


def _document_id(db: Session, account_id: int, public_id: str | None) -> int | None:
    if not public_id:
        return None
    row = documents.document_row(db, public_id)
    if row is None or row.account_id != account_id:
        raise NotFoundError(what="document")
    return row.id


def _started(payment_id: int) -> PaymentStarted:
    with portal.current().records.reading() as db:
        row = queries.payment_by_id(db, payment_id)
    assert row is not None, "a payment is never deleted"
    return PaymentStarted(_page(row) or None, row.state, row.public_id)


def _page(row: PaymentRow) -> str:
    return row.page_url if row.is_open and row.state in WITH_PAGE else ""


def _views(db: Session, rows: Iterable[PaymentRow]) -> list[PaymentView]:
    listed = list(rows)
    methods = queries.methods_by_id(db, {row.method_id for row in listed if row.method_id})
    names = documents.names_of(db, {row.document_id for row in listed if row.document_id})
    return [
        _view(db, row, methods.get(row.method_id or 0), names.get(row.document_id or 0, ("", ""))) for row in listed
    ]


def _view(db: Session, row: PaymentRow, method: PaymentMethod | None, document: tuple[str, str]) -> PaymentView:
    reasons = [fact.reason for fact in queries.facts_of(db, row.id) if fact.reason] if row.state == "failed" else []
    return PaymentView(
        row.public_id, row.created_at, row.amount_minor, row.currency, document[1], document[0], row.state, row.is_open,
        min(reasons, default=""), row.origin, method.kind if method else "", method.brand if method else "",
        method.last4 if method else "", _page(row),
    )  # fmt: skip
