"""Attempts to pay: written down before the provider is asked, asked outside of a transaction, and asked again with the
same key when no answer came. For services and runs that have decided already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from adapters.payments.base import ProviderRefusedError, ProviderUnreachableError, Request
from data.queries import payments as queries
from data.repositories import audit
from data.repositories import payments as repository
from data.tables.base import new_public_id
from data.tables.payments import PaymentMethod, PaymentRow
from domain.errors import InvalidInputError, Issue, NotFoundError
from domain.payments.amounts import payment_issues
from domain.payments.methods import card_issues, mandate_issues
from services import portal, receivables
from services.payment_facts import declined, keep, learn, never_begun
from services.payment_providers import provider

RETURN_PAGE = "/billing/payments/return"
GIVEN_UP_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Attempt:
    """What is to be paid and how. [minor units]

    document_id : None for the balance
    amount_minor : None for all that is open of it
    method : None sends the customer to the provider's page
    key : a repetition of the same attempt has the same
    """

    account_id: int
    account_number: str
    key: str
    origin: str
    amount_minor: int | None
    document_id: int | None = None
    method: PaymentMethod | None = None
    user_id: int | None = None


def write_down(tx: Session, attempt: Attempt) -> tuple[PaymentRow, bool]:
    """The row of an attempt and whether it is new; while one is in flight for the same thing, that one is the answer.

    InvalidInputError names what cannot be paid, and nothing is changed.
    """
    made = portal.current()
    receivables.lock(tx, attempt.account_number)
    before = queries.payment_by_key(tx, attempt.key)
    if before is not None:
        if before.document_id != attempt.document_id or attempt.amount_minor not in {None, before.amount_minor}:
            raise InvalidInputError("key", "used")
        return before, False
    flying = queries.in_flight(tx, [attempt.account_id])
    same = next((row for row in flying if row.document_id == attempt.document_id), None)
    if same is not None:
        return same, False
    amount_minor, currency = _payable(tx, attempt, sum(row.amount_minor for row in flying))
    _check_method(tx, attempt.method)
    now, config = made.clock.now(), made.config
    row = PaymentRow(
        public_id=new_public_id("pay"), key=attempt.key, account_id=attempt.account_id, document_id=attempt.document_id,
        method_id=attempt.method.id if attempt.method else None, amount_minor=amount_minor, currency=currency,
        provider=attempt.method.provider if attempt.method else config.payment_provider, origin=attempt.origin,
        user_id=attempt.user_id, created_at=now,
    )  # fmt: skip
    repository.add_payment(tx, row)
    detail: dict[str, object] = {"amount_minor": amount_minor, "key": attempt.key, "origin": attempt.origin}
    note(tx, "payment:begun", row.public_id, detail, now, attempt.user_id)
    return row, True


def _payable(tx: Session, attempt: Attempt, being_paid: int) -> tuple[int, str]:
    """How much is to be paid in which currency: no more than is open and not being paid already."""
    rows = list(receivables.open_of(tx, attempt.account_id).values())
    wanted = [row for row in rows if attempt.document_id in {None, row.id}]
    currency = wanted[0].currency if wanted else "EUR"
    left = sum(row.open_minor for row in rows if row.currency == currency) - being_paid
    most = min(left, sum(row.open_minor for row in wanted if row.currency == currency))
    amount_minor = most if attempt.amount_minor is None else attempt.amount_minor
    for issue in payment_issues(amount_minor, most):
        raise InvalidInputError(issue.field, issue.code, currency=currency, **issue.params)
    return amount_minor, currency


def _check_method(db: Session, method: PaymentMethod | None) -> None:
    if method is None:
        return
    if method.state != "active":
        raise InvalidInputError("method", "removed")
    for issue in method_issues(db, method):
        raise InvalidInputError(issue.field, issue.code, **issue.params)


def method_issues(db: Session, method: PaymentMethod) -> list[Issue]:
    """Why nothing can be paid with it today: a card that expired, a mandate that lapsed."""
    today = portal.today()
    found = card_issues(method.expires, today)
    if method.mandate_id is None:
        return found
    used = queries.mandate_last_used(db, method.mandate_id)
    return found + (mandate_issues(portal.day_of(used), today) if used else [])


def ask(payment_id: int) -> None:
    """Ask the provider to begin an attempt, or how far the one is that this key began.

    Without an answer the outcome stays unknown, and `services.payment_runs.reconcile` asks again.
    """
    made = portal.current()
    with made.records.reading() as db:
        row = queries.payment_by_id(db, payment_id)
        assert row is not None, "a payment is never deleted"
        request = _request(db, row)
    try:
        started = provider(row.provider).start(request)
    except ProviderUnreachableError:
        return
    except ProviderRefusedError as refusal:
        with made.records.transaction() as tx:
            keep(tx, row.id, [declined(row.key, refusal.reason)], now=made.clock.now())
        return
    with made.records.transaction() as tx:
        repository.answered(tx, row.id, started.provider_id, started.page_url, now=made.clock.now())
    learn(row.provider, started.provider_id)


def ask_again(payment_id: int) -> None:
    """As `ask`; what never reached the provider within a day is given up."""
    made = portal.current()
    with made.records.reading() as db:
        row = queries.payment_by_id(db, payment_id)
    assert row is not None, "a payment is never deleted"
    is_old = row.created_at < made.clock.now() - GIVEN_UP_AFTER
    try:
        if is_old and not provider(row.provider).find(row.key):
            with made.records.transaction() as tx:
                keep(tx, row.id, [never_begun(row.key)], now=made.clock.now())
            return
    except ProviderUnreachableError:
        return
    ask(payment_id)


def _request(db: Session, row: PaymentRow) -> Request:
    method = queries.method_by_id(db, row.method_id) if row.method_id else None
    return Request(
        key=row.key, amount_minor=row.amount_minor, currency=row.currency,
        reference=queries.document_number(db, row.document_id) or queries.party_of(db, row.id),
        return_url=f"{portal.current().config.base_url}{RETURN_PAGE}/{row.public_id}",
        method=method.provider_id if method else "",
    )  # fmt: skip


def note(
    tx: Session, action: str, public_id: str, detail: dict[str, object], now: datetime, user_id: int | None = None
) -> None:
    """Into the audit trail."""
    audit.add(tx, audit.Event(action, user_id, object_type="payment", object_id=public_id, detail=detail), now=now)


def method_of(db: Session, account_id: int, public_id: str) -> PaymentMethod:
    """A way to pay of this account; foreign, removed and missing are the same."""
    row = queries.method_row(db, public_id)
    if row is None or row.account_id != account_id or row.state != "active":
        raise NotFoundError(what="method")
    return row
