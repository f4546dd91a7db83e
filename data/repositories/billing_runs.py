"""Write side of billing runs. Each call is part of the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from data.tables.base import new_public_id
from data.tables.billing_runs import (
    BillingAnomaly,
    BillingBasis,
    BillingDraft,
    Instalment,
    InstalmentPlan,
    RebillProposal,
)
from domain.billing.anomalies import Anomaly


def add_draft(tx: Session, *, now: datetime, **facts: Any) -> BillingDraft:
    """`facts` are columns of `BillingDraft`."""
    row = BillingDraft(**({"created_at": now, "changed_at": now} | facts))
    tx.add(row)
    tx.flush()
    return row


def add_issued(tx: Session, *, now: datetime, **facts: Any) -> None:
    """A bill that was issued without having been a draft before."""
    tx.execute(insert(BillingDraft).values(state="issued", created_at=now, changed_at=now, **facts))


def change_draft(tx: Session, draft_id: int, *, now: datetime, **facts: Any) -> None:
    tx.execute(update(BillingDraft).where(BillingDraft.id == draft_id).values(changed_at=now, **facts))


def add_basis(tx: Session, **facts: Any) -> None:
    """`facts` are columns of `BillingBasis`."""
    tx.execute(insert(BillingBasis).values(**facts))


def add_anomalies(tx: Session, draft_id: int, digest: str, found: Iterable[Anomaly], *, now: datetime) -> int:
    """Queue what is not queued yet for these inputs; what was open for earlier ones is void. How many are new."""
    stale = update(BillingAnomaly).where(BillingAnomaly.draft_id == draft_id, BillingAnomaly.state == "open")
    tx.execute(stale.where(BillingAnomaly.input_digest != digest).values(state="void", decided_at=now))
    known = set(
        tx.scalars(
            select(BillingAnomaly.code).where(
                BillingAnomaly.draft_id == draft_id, BillingAnomaly.input_digest == digest
            )
        )
    )
    new = [one for one in found if one.code not in known]
    for one in new:
        tx.add(
            BillingAnomaly(
                public_id=new_public_id("anomaly"), draft_id=draft_id, code=one.code, input_digest=digest, found_at=now,
                figures=json.dumps(one.figures, sort_keys=True),
            )
        )  # fmt: skip
    tx.flush()
    return len(new)


def decide_anomaly(tx: Session, anomaly_id: int, *, user_id: int, note: str, now: datetime) -> bool:
    """Let an open anomaly pass; False when somebody has decided already."""
    open_ = update(BillingAnomaly).where(BillingAnomaly.id == anomaly_id, BillingAnomaly.state == "open")
    done = tx.execute(
        open_.values(state="released", decided_at=now, decided_by_user_id=user_id, note=note).returning(
            BillingAnomaly.id
        )
    )
    return done.first() is not None


def add_proposal(tx: Session, *, now: datetime, **facts: Any) -> RebillProposal:
    """`facts` are columns of `RebillProposal`; an open one of the same document is void, since it is out of date.

    The same change, taken back and made again, opens its old proposal.
    """
    older = update(RebillProposal).where(RebillProposal.document_public_id == facts["document_public_id"])
    tx.execute(older.where(RebillProposal.state == "open").values(state="void", decided_at=now))
    same = (
        RebillProposal.document_public_id == facts["document_public_id"],
        RebillProposal.input_digest == facts["input_digest"],
    )
    row = tx.scalar(select(RebillProposal).where(*same))
    if row is None:
        row = RebillProposal(public_id=new_public_id("rebill"), found_at=now, **facts)
        tx.add(row)
    for name, value in (facts | {"found_at": now, "decided_at": None, "decided_by_user_id": None}).items():
        setattr(row, name, value)
    tx.flush()
    return row


def decide_proposal(tx: Session, proposal_id: int, state: str, *, user_id: int | None, now: datetime) -> bool:
    """Close an open proposal; False when it is not open any more."""
    open_ = update(RebillProposal).where(RebillProposal.id == proposal_id, RebillProposal.state == "open")
    done = tx.execute(
        open_.values(state=state, decided_at=now, decided_by_user_id=user_id).returning(RebillProposal.id)
    )
    return done.first() is not None


def add_plan(
    tx: Session,
    *,
    contract_id: int,
    year: tuple[date, date],
    months: Sequence[tuple[date, date, int]],
    now: datetime,
    **facts: Any,
) -> InstalmentPlan:
    """A plan with its instalments (first, end, gross amount); the one in force for the same year ends.

    year : `[first, end)`; facts : the other columns of `InstalmentPlan`
    """
    live = update(InstalmentPlan).where(InstalmentPlan.contract_id == contract_id)
    live = live.where(InstalmentPlan.first_date == year[0], InstalmentPlan.superseded_at.is_(None))
    tx.execute(live.values(superseded_at=now))
    row = InstalmentPlan(
        public_id=new_public_id("plan"), contract_id=contract_id, first_date=year[0], end_date=year[1], made_at=now, **facts
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    tx.execute(
        insert(Instalment),
        [
            {"plan_id": row.id, "first_date": low, "end_date": high, "amount_minor": minor}
            for low, high, minor in months
        ],
    )
    return row


def open_anomalies(tx: Session, draft_id: int) -> int:
    """How many of a draft still wait for somebody."""
    wanted = (BillingAnomaly.draft_id == draft_id, BillingAnomaly.state == "open")
    return tx.scalar(select(func.count()).select_from(BillingAnomaly).where(*wanted)) or 0


def void_proposals(tx: Session, document_public_id: str, *, now: datetime) -> None:
    """What was proposed of a document is not so any more."""
    wanted = update(RebillProposal).where(RebillProposal.document_public_id == document_public_id)
    tx.execute(wanted.where(RebillProposal.state == "open").values(state="void", decided_at=now))
