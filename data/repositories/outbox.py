"""Write side of the outbox: messages added with the fact they tell of, claimed and delivered like jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from data.repositories import queue
from data.repositories.queue import ERROR_LENGTH, Claim
from data.tables.operations import OutboxMessage

# 1 minute to 6 hours, then a day: a provider that is down over a weekend loses nothing.
BACKOFF_S = (60, 300, 1800, 7200, 21600, 86400, 86400)
MAX_ATTEMPTS = len(BACKOFF_S) + 1


def add(tx: Session, kind: str, payload: Mapping[str, Any], *, now: datetime) -> OutboxMessage:
    message = OutboxMessage(kind=kind, payload=json.dumps(dict(payload)), available_at=now, created_at=now)
    tx.add(message)
    tx.flush()
    return message


def claim(tx: Session, claimed: Claim) -> OutboxMessage | None:
    queue.bury(tx, OutboxMessage, claimed, OutboxMessage.attempts >= MAX_ATTEMPTS)
    return queue.claim(tx, OutboxMessage, claimed)


def sent(tx: Session, message_id: int, holder: str, *, now: datetime) -> bool:
    return queue.change(tx, OutboxMessage, message_id, holder, state="done", sent_at=now, error="")


def fail(
    tx: Session, message: OutboxMessage, holder: str, error: str, *, now: datetime, is_final: bool = False
) -> bool:
    error = error[:ERROR_LENGTH]
    if is_final or message.attempts >= MAX_ATTEMPTS:
        return queue.change(tx, OutboxMessage, message.id, holder, state="dead", error=error)
    later = now + timedelta(seconds=BACKOFF_S[message.attempts - 1])
    return queue.change(tx, OutboxMessage, message.id, holder, state="queued", error=error, available_at=later)
