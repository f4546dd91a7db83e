"""Read side of billing runs: drafts, what documents were computed from, what waits for staff, instalment plans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data.tables.accounts import Account
from data.tables.billing import BillingDocument
from data.tables.billing_runs import (
    BillingAnomaly,
    BillingBasis,
    BillingDraft,
    Instalment,
    InstalmentPlan,
    RebillProposal,
)
from data.tables.contracts import Contract


class DraftRow(NamedTuple):
    """A bill on its way, or issued. `gross_minor` is before instalments. [minor units]"""

    id: int
    contract_id: int
    kind: str
    first_date: date
    end_date: date
    revision: int
    state: str
    input_digest: str
    gross_minor: int
    created_at: datetime
    document_public_id: str | None


class BasisRow(NamedTuple):
    """What a document was computed from; `draft_id` is the bill it counts for, none for credit notes."""

    document_public_id: str
    contract_id: int
    revision: int
    known_at: datetime
    digest: str
    facts: str
    kind: str
    number: str
    first_date: date
    end_date: date
    currency: str
    gross_minor: int


class AnomalyRow(NamedTuple):
    """An unusual draft that waits for a person; `figures` is JSON."""

    public_id: str
    code: str
    figures: str
    found_at: datetime
    contract_public_id: str
    contract_number: str
    account_number: str
    kind: str
    first_date: date
    end_date: date
    currency: str


class ProposalRow(NamedTuple):
    """A correction of an issued document that waits for a person; `reasons` is JSON. Gross. [minor units]"""

    public_id: str
    document_public_id: str
    number: str
    contract_id: int
    contract_number: str
    account_number: str
    first_date: date
    end_date: date
    currency: str
    reasons: str
    gross_before_minor: int
    gross_after_minor: int
    state: str
    found_at: datetime
    input_digest: str

    @property
    def delta_minor(self) -> int:
        return self.gross_after_minor - self.gross_before_minor


class InstalmentRow(NamedTuple):
    """One instalment of a plan. Gross. [minor units]"""

    first_date: date
    end_date: date
    amount_minor: int


class PlanRow(NamedTuple):
    """The plan of a billed year with its instalments. Gross. [minor units]"""

    id: int
    public_id: str
    contract_id: int
    first_date: date
    end_date: date
    currency: str
    amount_minor: int
    expected_minor: int
    source: str
    instalments: tuple[InstalmentRow, ...]


DRAFTS: Select = select(*(getattr(BillingDraft, name) for name in DraftRow._fields)).order_by(
    BillingDraft.first_date, BillingDraft.id
)
BASES: Select = (
    select(
        BillingBasis.document_public_id, BillingBasis.contract_id, BillingBasis.revision, BillingBasis.known_at,
        BillingBasis.digest, BillingBasis.facts, BillingDocument.kind, BillingDocument.number_text,
        BillingDocument.first_date, BillingDocument.end_date, BillingDocument.currency, BillingDocument.gross_minor,
    )
    .join(BillingDocument, BillingDocument.public_id == BillingBasis.document_public_id)
    .order_by(BillingDocument.first_date, BillingDocument.id)
)  # fmt: skip
PROPOSALS: Select = (
    select(
        RebillProposal.public_id, RebillProposal.document_public_id, BillingDocument.number_text,
        RebillProposal.contract_id, Contract.number, Account.number, BillingDocument.first_date,
        BillingDocument.end_date, BillingDocument.currency, RebillProposal.reasons, RebillProposal.gross_before_minor,
        RebillProposal.gross_after_minor, RebillProposal.state, RebillProposal.found_at, RebillProposal.input_digest,
    )
    .join(BillingDocument, BillingDocument.public_id == RebillProposal.document_public_id)
    .join(Contract, Contract.id == RebillProposal.contract_id)
    .join(Account, Account.id == Contract.account_id)
    .order_by(RebillProposal.id)
)  # fmt: skip


def drafts_since(db: Session, since: date, contract_id: int | None = None) -> list[DraftRow]:
    """Drafts and issued bills of periods that begin on or after a day, superseded ones too, by period."""
    query = DRAFTS.where(BillingDraft.first_date >= since)
    if contract_id is not None:
        query = query.where(BillingDraft.contract_id == contract_id)
    return [DraftRow(*row) for row in db.execute(query)]


def draft_of(
    db: Session, contract_id: int, kind: str, first: date, end: date, revision: int
) -> BillingDraft | None:  # fmt: skip
    return db.scalar(
        select(BillingDraft).where(
            BillingDraft.contract_id == contract_id, BillingDraft.kind == kind, BillingDraft.first_date == first,
            BillingDraft.end_date == end, BillingDraft.revision == revision,
        )
    )  # fmt: skip


def draft_of_document(db: Session, public_id: str) -> BillingDraft | None:
    """The bill that a document was issued for."""
    return db.scalar(select(BillingDraft).where(BillingDraft.document_public_id == public_id))


def basis(db: Session, public_id: str) -> BasisRow | None:
    """What a document was computed from."""
    row = db.execute(BASES.where(BillingBasis.document_public_id == public_id)).one_or_none()
    return None if row is None else BasisRow(*row)


def bases_of(db: Session, contract_ids: Iterable[int]) -> list[BasisRow]:
    """Every document of contracts with what it was computed from, credit notes too, by period."""
    rows = db.execute(BASES.where(BillingBasis.contract_id.in_(list(contract_ids))))
    return [BasisRow(*row) for row in rows]


def live_bases(db: Session, since: date, contract_id: int | None = None) -> list[BasisRow]:
    """The invoices and feed-in credits that count, of periods that begin on or after a day, by contract and period."""
    query = (
        BASES.join(BillingDraft, BillingDraft.document_public_id == BillingBasis.document_public_id)
        .where(BillingDraft.state == "issued", BillingDraft.kind != "instalment", BillingDocument.first_date >= since)
        .order_by(None)
        .order_by(BillingBasis.contract_id, BillingDocument.first_date)
    )
    if contract_id is not None:
        query = query.where(BillingBasis.contract_id == contract_id)
    return [BasisRow(*row) for row in db.execute(query)]


def released(db: Session, draft_id: int, digest: str) -> set[str]:
    """The anomalies of a draft that staff have let pass, for these very inputs."""
    query = select(BillingAnomaly.code).where(
        BillingAnomaly.draft_id == draft_id, BillingAnomaly.input_digest == digest, BillingAnomaly.state == "released"
    )
    return set(db.scalars(query))


def anomalies(db: Session, state: str = "open") -> list[AnomalyRow]:
    """What waits for staff, the oldest first."""
    query = (
        select(
            BillingAnomaly.public_id, BillingAnomaly.code, BillingAnomaly.figures, BillingAnomaly.found_at,
            Contract.public_id, Contract.number, Account.number, BillingDraft.kind, BillingDraft.first_date,
            BillingDraft.end_date, BillingDraft.currency,
        )
        .join(BillingDraft, BillingDraft.id == BillingAnomaly.draft_id)
        .join(Contract, Contract.id == BillingDraft.contract_id)
        .join(Account, Account.id == Contract.account_id)
        .where(BillingAnomaly.state == state)
        .order_by(BillingAnomaly.id)
    )  # fmt: skip
    return [AnomalyRow(*row) for row in db.execute(query)]


def anomaly_row(db: Session, public_id: str) -> BillingAnomaly | None:
    return db.scalar(select(BillingAnomaly).where(BillingAnomaly.public_id == public_id))


def held(db: Session) -> Sequence[BillingDraft]:
    """Drafts that are not ready or unusual, by period."""
    wanted = select(BillingDraft).where(BillingDraft.state == "held")
    return db.scalars(wanted.order_by(BillingDraft.first_date, BillingDraft.id)).all()


def proposals(db: Session, states: Iterable[str] = ("open",)) -> list[ProposalRow]:
    """Corrections in some states, the oldest first."""
    return [ProposalRow(*row) for row in db.execute(PROPOSALS.where(RebillProposal.state.in_(list(states))))]


def proposals_of(db: Session, document_public_ids: Iterable[str]) -> list[ProposalRow]:
    """Every correction ever found of some documents, decided ones too."""
    wanted = RebillProposal.document_public_id.in_(list(document_public_ids))
    return [ProposalRow(*row) for row in db.execute(PROPOSALS.where(wanted))]


def proposal_row(db: Session, public_id: str) -> RebillProposal | None:
    return db.scalar(select(RebillProposal).where(RebillProposal.public_id == public_id))


def live_plans(db: Session, contract_ids: Iterable[int]) -> list[PlanRow]:
    """The instalment plans in force of contracts, by year."""
    rows = db.scalars(
        select(InstalmentPlan)
        .where(InstalmentPlan.contract_id.in_(list(contract_ids)), InstalmentPlan.superseded_at.is_(None))
        .order_by(InstalmentPlan.contract_id, InstalmentPlan.first_date)
    ).all()
    parts: dict[int, list[InstalmentRow]] = {row.id: [] for row in rows}
    query = select(Instalment.plan_id, Instalment.first_date, Instalment.end_date, Instalment.amount_minor)
    for plan_id, first, end, minor in db.execute(
        query.where(Instalment.plan_id.in_(parts)).order_by(Instalment.first_date)
    ):
        parts[plan_id].append(InstalmentRow(first, end, minor))
    return [
        PlanRow(
            row.id, row.public_id, row.contract_id, row.first_date, row.end_date, row.currency, row.amount_minor,
            row.expected_minor, row.source, tuple(parts[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def instalments_issued(db: Session, contract_id: int, first: date, end: date) -> list[str]:
    """The instalment documents of a contract in `[first, end)` that count, in order: public ids."""
    query = (
        select(BillingDraft.document_public_id)
        .where(BillingDraft.contract_id == contract_id, BillingDraft.kind == "instalment")
        .where(BillingDraft.state == "issued", BillingDraft.first_date >= first, BillingDraft.first_date < end)
        .order_by(BillingDraft.first_date)
    )
    return [found for found in db.scalars(query) if found is not None]
