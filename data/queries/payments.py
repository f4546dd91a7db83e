"""Read side of payments: ways to pay, mandates, attempts with their facts, messages that still wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from data.tables.accounts import Account
from data.tables.billing import BillingDocument
from data.tables.operations import AuditEvent
from data.tables.payments import AutopayRow, Mandate, PaymentFact, PaymentMethod, PaymentRow, WebhookEvent
from domain.payments.facts import Fact, FactKind


def methods_of(db: Session, account_id: int) -> Sequence[PaymentMethod]:
    """The ways to pay of an account, the default first, then the newest."""
    wanted = (PaymentMethod.account_id == account_id, PaymentMethod.state == "active")
    order = (PaymentMethod.is_default.desc(), PaymentMethod.id.desc())
    return db.scalars(select(PaymentMethod).where(*wanted).order_by(*order)).all()


def method_row(db: Session, public_id: str) -> PaymentMethod | None:
    return db.scalar(select(PaymentMethod).where(PaymentMethod.public_id == public_id))


def method_by_id(db: Session, method_id: int) -> PaymentMethod | None:
    return db.get(PaymentMethod, method_id)


def methods_by_id(db: Session, method_ids: Iterable[int]) -> dict[int, PaymentMethod]:
    """Also those that were removed, for what they paid."""
    rows = db.scalars(select(PaymentMethod).where(PaymentMethod.id.in_(list(method_ids))))
    return {row.id: row for row in rows}


def method_in_setup(db: Session, provider: str, provider_id: str) -> PaymentMethod | None:
    """The method that is being added under a provider's number of the adding."""
    wanted = (PaymentMethod.provider == provider, PaymentMethod.setup_id == provider_id)
    return db.scalar(select(PaymentMethod).where(*wanted))


def mandates_of(db: Session, account_id: int) -> Sequence[Mandate]:
    """Mandates of an account, the newest first, those that ended too."""
    return db.scalars(select(Mandate).where(Mandate.account_id == account_id).order_by(Mandate.id.desc())).all()


def mandate_row(db: Session, public_id: str) -> Mandate | None:
    return db.scalar(select(Mandate).where(Mandate.public_id == public_id))


def mandate_by_id(db: Session, mandate_id: int) -> Mandate | None:
    return db.get(Mandate, mandate_id)


def mandate_last_used(db: Session, mandate_id: int) -> datetime | None:
    """When a payment was last begun under a mandate, or it was signed."""
    begun = (
        select(func.max(PaymentRow.created_at))
        .join(PaymentMethod, PaymentMethod.id == PaymentRow.method_id)
        .where(PaymentMethod.mandate_id == mandate_id)
    )
    return db.scalar(begun) or db.scalar(select(Mandate.signed_at).where(Mandate.id == mandate_id))


def autopay_of(db: Session, account_id: int) -> AutopayRow | None:
    return db.scalar(select(AutopayRow).where(AutopayRow.account_id == account_id))


def autopay_on(db: Session) -> Sequence[AutopayRow]:
    """The rules that are on, by account."""
    return db.scalars(select(AutopayRow).where(AutopayRow.is_on).order_by(AutopayRow.account_id)).all()


def payment_row(db: Session, public_id: str) -> PaymentRow | None:
    return db.scalar(select(PaymentRow).where(PaymentRow.public_id == public_id))


def payment_by_id(db: Session, payment_id: int) -> PaymentRow | None:
    return db.get(PaymentRow, payment_id)


def payment_by_key(db: Session, key: str) -> PaymentRow | None:
    return db.scalar(select(PaymentRow).where(PaymentRow.key == key))


def payment_at(db: Session, provider: str, provider_id: str) -> PaymentRow | None:
    """The payment of a provider's number."""
    wanted = (PaymentRow.provider == provider, PaymentRow.provider_id == provider_id)
    return db.scalar(select(PaymentRow).where(*wanted))


def payment_of_fact(db: Session, provider: str, kind: str, key: str) -> PaymentRow | None:
    """The payment of which a fact is known."""
    wanted = (PaymentFact.provider == provider, PaymentFact.kind == kind, PaymentFact.key == key)
    return db.scalar(select(PaymentRow).join(PaymentFact, PaymentFact.payment_id == PaymentRow.id).where(*wanted))


def party_of(db: Session, payment_id: int) -> str:
    """The number of the account that pays."""
    statement = select(Account.number).join(PaymentRow, PaymentRow.account_id == Account.id)
    return db.scalar(statement.where(PaymentRow.id == payment_id)) or ""


def account_number(db: Session, account_id: int) -> str:
    return db.scalar(select(Account.number).where(Account.id == account_id)) or ""


def document_number(db: Session, document_id: int | None) -> str:
    """Empty where the balance is paid."""
    found = db.scalar(select(BillingDocument.number_text).where(BillingDocument.id == document_id))
    return found or ""


def payments_of(db: Session, account_ids: Iterable[int]) -> Sequence[PaymentRow]:
    """All attempts of accounts, the newest first."""
    wanted = PaymentRow.account_id.in_(list(account_ids))
    return db.scalars(select(PaymentRow).where(wanted).order_by(PaymentRow.id.desc())).all()


def attempts_of(db: Session, document_id: int) -> Sequence[PaymentRow]:
    """All attempts to pay a document, the oldest first."""
    return db.scalars(select(PaymentRow).where(PaymentRow.document_id == document_id).order_by(PaymentRow.id)).all()


def in_flight(db: Session, account_ids: Iterable[int]) -> Sequence[PaymentRow]:
    """Attempts that may still bring money, the oldest first."""
    wanted = (PaymentRow.account_id.in_(list(account_ids)), PaymentRow.is_open)
    return db.scalars(select(PaymentRow).where(*wanted).order_by(PaymentRow.id)).all()


def unanswered(db: Session, before: datetime) -> Sequence[PaymentRow]:
    """Attempts made before an instant of which the provider has said nothing, the oldest first."""
    wanted = (PaymentRow.state == "unknown", PaymentRow.created_at < before)
    return db.scalars(select(PaymentRow).where(*wanted).order_by(PaymentRow.id)).all()


def unfinished(db: Session, before: datetime) -> Sequence[PaymentRow]:
    """Attempts answered before an instant that may still bring money: a message about them may have been lost."""
    wanted = (PaymentRow.is_open, PaymentRow.state != "unknown", PaymentRow.answered_at < before)
    return db.scalars(select(PaymentRow).where(*wanted).order_by(PaymentRow.id)).all()


def facts_of(db: Session, payment_id: int) -> list[Fact]:
    """What is known of a payment, in the order in which it became known."""
    rows = db.scalars(select(PaymentFact).where(PaymentFact.payment_id == payment_id).order_by(PaymentFact.id))
    return [Fact(FactKind(row.kind), row.key, row.amount_minor, row.reason) for row in rows]


def first_known(db: Session, payment_id: int, kind: str) -> datetime | None:
    """When the first fact of a kind became known."""
    wanted = (PaymentFact.payment_id == payment_id, PaymentFact.kind == kind)
    return db.scalar(select(PaymentFact.known_at).where(*wanted).order_by(PaymentFact.id).limit(1))


def is_announced(db: Session, public_id: str) -> bool:
    """Whether the direct debit of a document was announced."""
    wanted = (
        AuditEvent.action == "debit:announced",
        AuditEvent.object_type == "payment",
        AuditEvent.object_id == public_id,
    )
    return db.scalar(select(AuditEvent.id).where(*wanted).limit(1)) is not None


def event_row(db: Session, provider: str, event_id: str) -> WebhookEvent | None:
    wanted = (WebhookEvent.provider == provider, WebhookEvent.event_id == event_id)
    return db.scalar(select(WebhookEvent).where(*wanted))


def waiting_ids(db: Session, provider: str, provider_id: str) -> list[int]:
    """Messages of one payment that wait."""
    wanted = (
        WebhookEvent.provider == provider, WebhookEvent.provider_id == provider_id, WebhookEvent.state == "waiting",
    )  # fmt: skip
    return list(db.scalars(select(WebhookEvent.id).where(*wanted).order_by(WebhookEvent.id)))


def waiting_events(db: Session, since: datetime) -> Sequence[WebhookEvent]:
    """Messages that came since an instant and whose payment was not known here then, the oldest first."""
    wanted = (WebhookEvent.state == "waiting", WebhookEvent.received_at >= since)
    return db.scalars(select(WebhookEvent).where(*wanted).order_by(WebhookEvent.id)).all()


def is_disputed(db: Session, document_id: int) -> bool:
    """Whether the customer's bank asks about a payment of a document and has not decided yet."""
    asked, decided = PaymentFact, aliased(PaymentFact)
    over = select(decided.id).where(
        decided.payment_id == asked.payment_id, decided.key == asked.key,
        decided.kind.in_([FactKind.DISPUTE_WON, FactKind.DISPUTE_LOST]),
    )  # fmt: skip
    wanted = (PaymentRow.document_id == document_id, asked.kind == FactKind.DISPUTED, ~over.exists())
    found = select(asked.id).join(PaymentRow, PaymentRow.id == asked.payment_id).where(*wanted)
    return db.scalar(found.limit(1)) is not None
