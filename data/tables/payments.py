"""Ways to pay, what the customer agreed to, payments and what became known of them.

No card number is kept anywhere, and an account number only enciphered: what is shown are the last four digits.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


def _one_where(name: str, column: str, condition: str) -> Index:
    """At most one row of a value among those of which the condition is true, on both databases."""
    return Index(name, column, unique=True, sqlite_where=text(condition), postgresql_where=text(condition))


class Mandate(Base):
    """A customer's consent to direct debits from one account, kept as evidence.

    iban_cipher : the account number, readable with the portal's secret alone
    text_version : which wording the customer agreed to
    """

    __tablename__ = "mandate"
    __table_args__ = (CheckConstraint("state in ('active','revoked')", name="state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    reference: Mapped[str] = mapped_column(String(35), unique=True)
    creditor_id: Mapped[str] = mapped_column(String(35))
    holder: Mapped[str] = mapped_column(String(70))
    iban_cipher: Mapped[str] = mapped_column(Text)
    last4: Mapped[str] = mapped_column(String(4))
    bank_name: Mapped[str] = mapped_column(String(120))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    ip: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(200))
    text_version: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default="active")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PaymentMethod(Base):
    """A way to pay that the provider keeps; `provider_id` is empty while the customer is on the provider's page.

    expires : last day of a card
    """

    __tablename__ = "payment_method"
    __table_args__ = (
        CheckConstraint("kind in ('card','sepa','bank')", name="kind"),
        CheckConstraint("state in ('pending','active','removed')", name="state"),
        CheckConstraint("state <> 'active' or provider_id <> ''", name="provider_id"),
        CheckConstraint("state = 'active' or not is_default", name="is_default"),
        _one_where("uq_payment_method_default", "account_id", "is_default"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    provider: Mapped[str] = mapped_column(String(16))
    setup_id: Mapped[str] = mapped_column(String(80), default="")  # the provider's number of the adding
    provider_id: Mapped[str] = mapped_column(String(80), default="")
    kind: Mapped[str] = mapped_column(String(8))
    brand: Mapped[str] = mapped_column(String(60), default="")
    last4: Mapped[str] = mapped_column(String(4), default="")
    expires: Mapped[date | None]
    holder: Mapped[str] = mapped_column(String(70), default="")
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"), index=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AutopayRow(Base):
    """Whether an account's invoices are collected by themselves, and the consent to that. [minor units]"""

    __tablename__ = "autopay_rule"
    __table_args__ = (
        CheckConstraint("cap_minor is null or cap_minor > 0", name="cap"),
        CheckConstraint("preferred_day is null or preferred_day between 1 and 31", name="preferred_day"),
        CheckConstraint("not is_on or consented_at is not null", name="consent"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    is_on: Mapped[bool] = mapped_column(default=False)
    cap_minor: Mapped[int | None] = mapped_column(BigInteger)
    preferred_day: Mapped[int | None]
    method_id: Mapped[int | None] = mapped_column(ForeignKey("payment_method.id"), index=True)  # None: the default
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consented_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    consent_ip: Mapped[str] = mapped_column(String(45), default="")
    consent_user_agent: Mapped[str] = mapped_column(String(200), default="")
    text_version: Mapped[str] = mapped_column(String(20), default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaymentRow(Base):
    """One attempt to pay a document, or the balance where none is named; written before the provider is asked.

    key : the provider is asked with it again until it answers
    state : computed from the facts; "unknown" until the provider has answered
    is_open : money may still come, so no second attempt may begin. [minor units]
    """

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("origin in ('customer','autopay')", name="origin"),
        UniqueConstraint("provider", "provider_id"),
        _one_where("uq_payment_document_in_flight", "document_id", "is_open"),
        _one_where("uq_payment_balance_in_flight", "account_id", "is_open and document_id is null"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("billing_document.id"), index=True)
    method_id: Mapped[int | None] = mapped_column(ForeignKey("payment_method.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    provider: Mapped[str] = mapped_column(String(16))
    provider_id: Mapped[str | None] = mapped_column(String(80))
    page_url: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str] = mapped_column(String(12), default="customer")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default="unknown")
    is_open: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PaymentFact(Base):
    """One thing that became known of a payment; append-only. `key` is the provider's number of it. [minor units]"""

    __tablename__ = "payment_fact"
    __table_args__ = (UniqueConstraint("provider", "kind", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    provider: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(80), default="")
    known_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookEvent(Base):
    """A message of a provider, once. "waiting" while its payment is not known here or could not be asked for."""

    __tablename__ = "webhook_event"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        CheckConstraint("state in ('waiting','applied')", name="state"),
        Index("ix_webhook_event_provider_id", "provider", "provider_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(16))
    event_id: Mapped[str] = mapped_column(String(80))
    provider_id: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="applied", index=True)
