"""What a billing run remembers: drafts on their way to a document, what a document was computed from, what waits for staff,
corrections of issued periods, and instalment plans.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base, UtcDateTime

ISSUED, OPEN, LIVE = text("state = 'issued'"), text("state = 'open'"), text("superseded_at is null")


class BillingDraft(Base):
    """One bill of one contract and period on its way: `(contract, period, kind, revision)` is what a run works on.

    state : held (not ready, or unusual: see `reasons`), draft (until `grace_until`), ready (released by staff), issued,
        superseded by the next revision
    input_digest : of what it was rated from; body : its lines as JSON until it is issued
    gross_minor : before instalments. [minor units]
    """

    __tablename__ = "billing_draft"
    __table_args__ = (
        UniqueConstraint("contract_id", "first_date", "end_date", "kind", "revision"),
        CheckConstraint("kind in ('invoice','instalment','feed_in_credit')", name="kind"),
        CheckConstraint("state in ('held','draft','ready','issued','superseded')", name="state"),
        CheckConstraint("end_date > first_date", name="dates"),
        CheckConstraint("state <> 'issued' or document_public_id is not null", name="document"),
        # Of a period there is one bill that counts, whatever its revision.
        Index(
            "uq_billing_draft_issued",
            "contract_id",
            "kind",
            "first_date",
            unique=True,
            sqlite_where=ISSUED,
            postgresql_where=ISSUED,
        ),
        Index("ix_billing_draft_state", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    first_date: Mapped[date]
    end_date: Mapped[date]
    kind: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(12))
    reasons: Mapped[str] = mapped_column(Text, default="[]")  # JSON: field, code and params of each
    input_digest: Mapped[str] = mapped_column(String(64), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    currency: Mapped[str] = mapped_column(String(3), default="")
    gross_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    grace_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    document_public_id: Mapped[str | None] = mapped_column(
        String(40), ForeignKey("billing_document.public_id"), unique=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BillingBasis(Base):
    """What a document was computed from, so that it can be computed again; never changed.

    known_at : readings and terms count as they were known then
    facts : JSON of what the contract said about itself
    """

    __tablename__ = "billing_basis"
    __table_args__ = (Index("ix_billing_basis_contract_id", "contract_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_public_id: Mapped[str] = mapped_column(
        String(40), ForeignKey("billing_document.public_id"), unique=True
    )  # fmt: skip
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    revision: Mapped[int]
    known_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))
    facts: Mapped[str] = mapped_column(Text)


class BillingAnomaly(Base):
    """Why a draft waits for a person; its release counts for the very inputs it was seen in."""

    __tablename__ = "billing_anomaly"
    __table_args__ = (
        UniqueConstraint("draft_id", "code", "input_digest"),
        CheckConstraint("state in ('open','released','void')", name="state"),
        Index("ix_billing_anomaly_state", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("billing_draft.id"))
    code: Mapped[str] = mapped_column(String(40))
    figures: Mapped[str] = mapped_column(String(400))  # JSON
    input_digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12), default="open")
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(String(400), default="")


class RebillProposal(Base):
    """An issued period whose inputs have changed, and what billing it again would change. [minor units]

    state : open, minor (below what is worth a correction), done, rejected, void (the change was taken back)
    end_date : until when the period would be billed now; null where it would not be billed any more
    """

    __tablename__ = "rebill_proposal"
    __table_args__ = (
        UniqueConstraint("document_public_id", "input_digest"),
        CheckConstraint("state in ('open','minor','done','rejected','void')", name="state"),
        Index("uq_rebill_proposal_open", "document_public_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_rebill_proposal_state", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    document_public_id: Mapped[str] = mapped_column(String(40), ForeignKey("billing_document.public_id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    input_digest: Mapped[str] = mapped_column(String(64))
    reasons: Mapped[str] = mapped_column(String(400))  # JSON list of codes
    gross_before_minor: Mapped[int] = mapped_column(BigInteger)
    gross_after_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12), default="open")
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class InstalmentPlan(Base):
    """Equal instalments over a billed year `[first_date, end_date)`; a change is a new plan. Gross. [minor units]

    source : history (what the last year's readings cost now), reference (of a usual home), customer, staff
    """

    __tablename__ = "instalment_plan"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("end_date > first_date", name="dates"),
        CheckConstraint("source in ('history','reference','customer','staff')", name="source"),
        Index(
            "uq_instalment_plan_live",
            "contract_id",
            "first_date",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    first_date: Mapped[date]
    end_date: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    expected_minor: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(12))
    made_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Instalment(Base):
    """One instalment of a plan, for local days `[first_date, end_date)`. Gross. [minor units]"""

    __tablename__ = "instalment"
    __table_args__ = (UniqueConstraint("plan_id", "first_date"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("instalment_plan.id"))
    first_date: Mapped[date]
    end_date: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
