"""Whom bills are made out to since when, and what stands on the paper of each: rows that are added and never changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime


class BillingProfileRow(Base):
    """An account's billing address and what goes with it, from a local day until the next row of the account."""

    __tablename__ = "billing_profile"
    __table_args__ = (
        CheckConstraint("amounts in ('gross','net')", name="amounts"),
        Index("ix_billing_profile_account_id", "account_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    valid_from: Mapped[date]
    legal_name: Mapped[str] = mapped_column(String(120))
    street: Mapped[str] = mapped_column(String(120))
    postcode: Mapped[str] = mapped_column(String(16))
    city: Mapped[str] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(2))
    vat_id: Mapped[str] = mapped_column(String(16))
    order_number: Mapped[str] = mapped_column(String(60))
    email: Mapped[str] = mapped_column(String(254))
    amounts: Mapped[str] = mapped_column(String(8))
    made_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BillingPaper(Base):
    """What stands on the paper of an issued document, as it was first made out.

    body : an `InvoiceDocument` as JSON; digest, pdf_sha256, xml_sha256 : SHA-256 of it and of its two files
    """

    __tablename__ = "billing_paper"
    id: Mapped[int] = mapped_column(primary_key=True)
    document_public_id: Mapped[str] = mapped_column(String(40), ForeignKey("billing_document.public_id"), unique=True)
    body: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    xml_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
