"""Write side of payments: each call is part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.tables.payments import AutopayRow, Mandate, PaymentFact, PaymentMethod, PaymentRow, WebhookEvent
from domain.payments.facts import Fact


def add_method(tx: Session, method: PaymentMethod) -> PaymentMethod:
    tx.add(method)
    tx.flush()
    return method


def begun_method(tx: Session, method_id: int, setup_id: str) -> None:
    """The provider has said under which number of its own a method is being added."""
    tx.execute(update(PaymentMethod).where(PaymentMethod.id == method_id).values(setup_id=setup_id))


def activate(tx: Session, method_id: int, values: dict[str, object]) -> bool:
    """Whether it was still being added; what the provider keeps is written with it."""
    pending = (PaymentMethod.id == method_id, PaymentMethod.state == "pending")
    return tx.scalar(update(PaymentMethod).where(*pending).values(values).returning(PaymentMethod.id)) is not None


def add_mandate(tx: Session, mandate: Mandate) -> Mandate:
    tx.add(mandate)
    tx.flush()
    return mandate


def make_default(tx: Session, account_id: int, method_id: int) -> None:
    """It alone: an account has one default."""
    others = (PaymentMethod.account_id == account_id, PaymentMethod.id != method_id)
    tx.execute(update(PaymentMethod).where(*others).values(is_default=False))
    tx.execute(update(PaymentMethod).where(PaymentMethod.id == method_id).values(is_default=True))


def end_method(tx: Session, method_id: int, *, now: datetime) -> None:
    """Its mandate ends with it."""
    ended = {"state": "removed", "is_default": False, "ended_at": now}
    mandate_id = tx.scalar(
        update(PaymentMethod).where(PaymentMethod.id == method_id).values(ended).returning(PaymentMethod.mandate_id)
    )
    if mandate_id is not None:
        active = (Mandate.id == mandate_id, Mandate.state == "active")
        tx.execute(update(Mandate).where(*active).values(state="revoked", ended_at=now))


def save_autopay(tx: Session, account_id: int, values: dict[str, object], *, now: datetime) -> AutopayRow:
    """The one rule of an account; the first time it is made."""
    row = tx.scalar(select(AutopayRow).where(AutopayRow.account_id == account_id))
    if row is None:
        row = AutopayRow(account_id=account_id)
        tx.add(row)
    for name, value in {**values, "changed_at": now}.items():
        setattr(row, name, value)
    tx.flush()
    return row


def add_payment(tx: Session, payment: PaymentRow) -> PaymentRow:
    """Raises IntegrityError where an attempt is in flight already."""
    tx.add(payment)
    tx.flush()
    return payment


def answered(tx: Session, payment_id: int, provider_id: str, page_url: str, *, now: datetime) -> None:
    """The provider has said which payment of its own this is; said twice it is the same."""
    is_first = (PaymentRow.id == payment_id, PaymentRow.provider_id.is_(None))
    values = {"provider_id": provider_id, "page_url": page_url, "answered_at": now, "state": "created"}
    tx.execute(update(PaymentRow).where(*is_first).values(values).execution_options(synchronize_session=False))


def set_state(tx: Session, payment_id: int, state: str, *, is_open: bool) -> None:
    tx.execute(update(PaymentRow).where(PaymentRow.id == payment_id).values(state=state, is_open=is_open))


def add_facts(tx: Session, payment: PaymentRow, facts: Iterable[Fact], *, now: datetime) -> None:
    rows = [
        {
            "payment_id": payment.id, "provider": payment.provider, "kind": str(fact.kind), "key": fact.key,
            "amount_minor": fact.amount_minor, "reason": fact.reason[:80], "known_at": now,
        }
        for fact in facts
    ]  # fmt: skip
    if rows:
        tx.execute(insert(PaymentFact), rows)


def add_event(tx: Session, event: WebhookEvent) -> bool:
    """Whether it is news; of the same message at once, the later one waits for the earlier one's transaction."""
    row = {
        "provider": event.provider, "event_id": event.event_id, "provider_id": event.provider_id, "at": event.at,
        "received_at": event.received_at, "state": event.state,
    }  # fmt: skip
    dialect = postgresql if tx.get_bind().dialect.name == "postgresql" else sqlite
    added = dialect.insert(WebhookEvent).values(row).on_conflict_do_nothing().returning(WebhookEvent.id)
    return tx.scalar(added) is not None


def events_applied(tx: Session, event_ids: Iterable[int]) -> None:
    """What these told of is part of what is known now."""
    tx.execute(update(WebhookEvent).where(WebhookEvent.id.in_(list(event_ids))).values(state="applied"))
