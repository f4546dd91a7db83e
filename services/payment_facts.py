"""What providers say of payments: kept, booked and audited in one transaction, each thing once, in whatever order it comes.

For messages, runs and services that asked who may already. A message says only that something happened; what is true is
then asked of the provider, outside of the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from adapters.payments.base import Event, ProviderUnreachableError
from data.queries import payments as queries
from data.repositories import audit
from data.repositories import payments as repository
from data.tables.payments import PaymentRow, WebhookEvent
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.payments.bookings import Move, PaymentBooking, bookings
from domain.payments.facts import ContradictoryFactError, Fact, FactKind, Payment, PaymentStatus, known
from domain.payments.methods import failure_of
from domain.payments.retries import RetryPlan
from services import portal, receivables
from services.mails import mail_account
from services.payment_providers import provider
from services.provider_refunds import is_of_a_request, ledger_key
from services.receivables import Booking, Received

RETRIES = RetryPlan()
FAILED = {PaymentStatus.FAILED, PaymentStatus.RETURNED, PaymentStatus.DISPUTED}


def receive(provider_name: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Take a provider's message; whether it was news. SignatureError unless the provider signed just these bytes."""
    sender = provider(provider_name)
    event = sender.read_event(body, headers.get(sender.signature_header, ""))
    with portal.current().records.reading() as db:
        if queries.event_row(db, provider_name, event.event_id) is not None:
            return False
    return learn(provider_name, event.provider_id, event)


def learn(provider_name: str, provider_id: str, event: Event | None = None) -> bool:
    """Ask what is true of a payment and keep what is new, with the message that told of it; whether that was news.

    The message of a payment that is not known here (yet), or cannot be asked for now, is kept and waits.
    """
    made = portal.current()
    with made.records.reading() as db:
        row = queries.payment_at(db, provider_name, provider_id)
        waiting = queries.waiting_ids(db, provider_name, provider_id)
    facts = None if row is None else _true_facts(provider_name, provider_id)
    with made.records.transaction() as tx:
        now = made.clock.now()
        if event is not None and not repository.add_event(tx, _kept(event, provider_name, facts is not None, now)):
            return False
        if row is not None and facts is not None:
            keep(tx, row.id, facts, now=now)
            repository.events_applied(tx, waiting)
    return True


def keep(tx: Session, payment_id: int, facts: Iterable[Fact], *, now: datetime) -> Payment:
    """Add what is new to a payment, book it and say it, in the caller's transaction."""
    number = queries.party_of(tx, payment_id)
    account_id = receivables.lock(tx, number)  # before the payment is read: nobody else adds to it until the end
    row = queries.payment_by_id(tx, payment_id)
    assert row is not None, "a payment is never deleted"
    before = known(row.amount_minor, queries.facts_of(tx, row.id))
    payment = _knowing(tx, row, before, facts, now)
    new = payment.facts - before.facts
    if not new:
        return payment
    repository.add_facts(tx, row, sorted(new, key=lambda fact: (fact.kind, fact.key)), now=now)
    book(tx, row, number, payment, now)
    repository.set_state(tx, row.id, str(payment.status), is_open=row.is_open and payment.is_open)
    _audit(tx, "payment:learned", row, {"facts": sorted(f"{one.kind}:{one.key}" for one in new)}, now)
    _tell(tx, row, account_id, (before.status, payment.status), now)
    return payment


def book(tx: Session, row: PaymentRow, number: str, payment: Payment, now: datetime) -> None:
    """All that is known of a payment, each thing once; for whoever holds the lock of its account."""
    for booking in bookings(payment):
        if not is_of_a_request(tx, row, payment, booking):
            _book(tx, row, number, booking, now)


def book_what_waited(tx: Session, row: PaymentRow) -> None:
    """Once the answer to a refund is kept, what was known of its payment before."""
    payment = known(row.amount_minor, queries.facts_of(tx, row.id))
    book(tx, row, queries.party_of(tx, row.id), payment, portal.current().clock.now())


def _true_facts(provider_name: str, provider_id: str) -> tuple[Fact, ...] | None:
    try:
        return provider(provider_name).facts(provider_id)
    except (ProviderUnreachableError, NotFoundError):
        return None


def _kept(event: Event, provider_name: str, is_applied: bool, now: datetime) -> WebhookEvent:
    return WebhookEvent(
        provider=provider_name, event_id=event.event_id, provider_id=event.provider_id, at=event.at, received_at=now,
        state="applied" if is_applied else "waiting",
    )  # fmt: skip


def _knowing(tx: Session, row: PaymentRow, payment: Payment, facts: Iterable[Fact], now: datetime) -> Payment:
    """What contradicts what is known is written down for somebody to look at, and the rest is kept."""
    for fact in facts:
        try:
            payment = payment.knowing(fact)
        except ContradictoryFactError as error:
            _audit(tx, "payment:contradictory", row, dict(error.params), now)
    return payment


def _book(tx: Session, row: PaymentRow, number: str, booking: PaymentBooking, now: datetime) -> None:
    entry = Booking(ledger_key(row.provider, booking.key), portal.day_of(now), detail={"payment": row.public_id})
    of_key = ledger_key(row.provider, booking.of_key)
    clearing = f"clearing:{row.provider}"
    try:
        if booking.move is Move.RECEIVED:
            reference = queries.document_number(tx, row.document_id)
            receivables.book_received(
                tx, Received(number, booking.amount_minor, row.currency, reference, clearing), entry
            )
        elif booking.move is Move.REFUNDED:
            receivables.refund_payment(tx, of_key, booking.amount_minor, entry, clearing)
        elif booking.move is Move.RETURNED:
            receivables.book_return(tx, of_key, booking.amount_minor, entry, clearing)
        else:
            receivables.book_undone(tx, of_key, booking.amount_minor, entry, clearing)
    except (InvalidInputError, NotFoundError) as error:  # more than came in: kept as a fact, and somebody must look
        detail: dict[str, object] = {"booking": booking.key, "refused": str(_reason(error))}
        _audit(tx, "payment:not_booked", row, detail, now)


def _reason(error: DomainError) -> object:
    return error.params.get("remedy", error.code)


def _tell(
    tx: Session, row: PaymentRow, account_id: int, change: tuple[PaymentStatus, PaymentStatus], now: datetime
) -> None:
    """A mail when money has arrived, and one when it did not or went back."""
    before, after = change
    values = {
        "amount_minor": row.amount_minor, "currency": row.currency, "on": portal.day_of(now).isoformat(),
        "reference": queries.document_number(tx, row.document_id) or row.public_id,
    }  # fmt: skip
    if after is PaymentStatus.SUCCEEDED and before is not after:
        mail_account(tx, "payment_received", account_id, values, now=now)
    elif after in FAILED and before is not after:
        again = retry_on(tx, row)
        mail_account(
            tx, "payment_failed", account_id, {**values, "retry_on": again.isoformat() if again else ""}, now=now
        )


def retry_on(db: Session, row: PaymentRow) -> date | None:
    """When a collection that failed is tried again by itself; None where only another way to pay helps."""
    last = known(row.amount_minor, queries.facts_of(db, row.id))
    rule = queries.autopay_of(db, row.account_id)
    if row.origin != "autopay" or row.document_id is None or rule is None or not rule.is_on or last.disputed_minor:
        return None
    own = [one for one in queries.attempts_of(db, row.document_id) if one.origin == "autopay"]
    failed = [at for one in own if (at := failed_at(db, one.id)) is not None]
    failure = failure_of(last.decline_reason, is_returned=last.status is PaymentStatus.RETURNED)
    return RETRIES.next_try(failure, portal.day_of(min(failed, default=row.created_at)), len(own) - 1)


def failed_at(db: Session, payment_id: int) -> datetime | None:
    """When it was first known that an attempt brought nothing, or that its money went back."""
    kinds = (FactKind.DECLINED, FactKind.RETURNED)
    return next((at for kind in kinds if (at := queries.first_known(db, payment_id, str(kind)))), None)


def _audit(tx: Session, action: str, row: PaymentRow, detail: dict[str, object], now: datetime) -> None:
    event = audit.Event(action, object_type="payment", object_id=row.public_id, detail=detail)
    audit.add(tx, event, now=now)


def declined(key: str, reason: str) -> Fact:
    """What the provider refused to begin."""
    return Fact(FactKind.DECLINED, f"start:{key}"[:120], reason=reason)


def never_begun(key: str) -> Fact:
    return Fact(FactKind.CANCELLED, f"start:{key}"[:120])
