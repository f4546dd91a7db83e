"""What a billing run leaves to people: bills that are unusual, and those that cannot be written yet. For staff."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from data.queries import billing_runs as queries
from data.repositories import audit
from data.repositories import billing_runs as repository
from data.tables.billing_runs import BillingDraft
from domain.access import Permission, Viewer, require
from domain.errors import InvalidInputError, NotFoundError
from services import portal


@dataclass(frozen=True)
class Unusual:
    """A bill that waits for somebody to look at it; `figures` are what it was seen from. [minor units, days]"""

    public_id: str
    code: str
    figures: Mapping[str, int]
    found_at: datetime
    contract_public_id: str
    contract_number: str
    account_number: str
    kind: str
    first: date
    end: date
    currency: str


@dataclass(frozen=True)
class Held:
    """A bill that cannot be written: reasons as field, code and what their sentence needs."""

    contract_id: int
    kind: str
    first: date
    end: date
    reasons: tuple[Mapping[str, object], ...]


def unusual(viewer: Viewer) -> list[Unusual]:
    """The queue, the oldest first."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.reading() as db:
        rows = queries.anomalies(db)
    return [
        Unusual(
            row.public_id, row.code, json.loads(row.figures), row.found_at, row.contract_public_id, row.contract_number,
            row.account_number, row.kind, row.first_date, row.end_date, row.currency,
        )
        for row in rows
    ]  # fmt: skip


def held(viewer: Viewer) -> list[Held]:
    """Every bill that waits, with why."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.reading() as db:
        rows = queries.held(db)
    return [
        Held(row.contract_id, row.kind, row.first_date, row.end_date, tuple(json.loads(row.reasons)))
        for row in rows
    ]  # fmt: skip


def release(viewer: Viewer, public_id: str, note: str = "") -> None:
    """Let an unusual bill pass as it is: the next run issues it, unless its readings or prices change before."""
    require(viewer, Permission.MANAGE_BILLING)
    made = portal.current()
    now = made.clock.now()
    with made.records.transaction() as tx:
        row = queries.anomaly_row(tx, public_id)
        if row is None:
            raise NotFoundError(what="anomaly")
        if not repository.decide_anomaly(tx, row.id, user_id=viewer.user_id, note=note[:400], now=now):
            raise InvalidInputError("anomaly", "decided_already")
        draft = tx.get_one(BillingDraft, row.draft_id)
        is_last = not repository.open_anomalies(tx, draft.id)
        if is_last and draft.state == "held" and draft.input_digest == row.input_digest:
            repository.change_draft(tx, draft.id, now=now, state="ready", reasons="[]")
        event = audit.Event(
            "bill:released", viewer.user_id, None, "billing", public_id, {"code": row.code, "note": note[:400]}
        )  # fmt: skip
        audit.add(tx, event, now=now)
