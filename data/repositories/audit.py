"""The audit trail: rows are added in the transaction of the fact they record, and never changed."""

from __future__ import annotations

import json
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from data.tables.operations import AuditEvent

# Set at the edge for each request, so that an event can be found from the reference an error page shows.
request_id: ContextVar[str] = ContextVar("request_id", default="")


@dataclass(frozen=True)
class Event:
    action: str  # "subject:verb"
    actor_user_id: int | None = None
    acting_for_account_id: int | None = None
    object_type: str = ""
    object_id: str = ""
    detail: dict[str, object] = field(default_factory=dict)


def add(tx: Session, event: Event, *, now: datetime) -> None:
    tx.add(
        AuditEvent(
            at=now,
            actor_user_id=event.actor_user_id,
            acting_for_account_id=event.acting_for_account_id,
            action=event.action,
            object_type=event.object_type,
            object_id=event.object_id[:60],
            detail=json.dumps(event.detail, sort_keys=True)[:2000],
            request_id=request_id.get()[:40],
        )
    )
