"""What leaves the process because a fact was committed: told in the fact's transaction, delivered at least once after."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from data.repositories import outbox as repository
from data.repositories import queue
from data.tables.operations import OutboxMessage
from domain.errors import DomainError
from domain.registry import Registry
from services import leases, portal
from services.jobs import claim_for

log = logging.getLogger("portal.outbox")


@dataclass(frozen=True)
class Message:
    """`message_id` is the same at every attempt, so that a receiver can know a repetition."""

    message_id: str
    kind: str
    payload: dict[str, Any]


Channel = Callable[[Message], None]
CHANNELS: Registry[Channel] = Registry("outbox channels")


@CHANNELS.register("log")
def _write_down(message: Message) -> None:
    """For operators: a line in the log."""
    log.info("%s %s", message.payload.get("event", "message"), message.message_id, extra={"code": message.kind})


def announce(tx: Session, kind: str, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Add a message in the caller's transaction; an unknown kind is refused at once."""
    if CHANNELS.get(kind) is None:
        raise KeyError(f"no channel for messages of kind {kind!r}")
    repository.add(tx, kind, payload, now=now)


def deliver_one(holder: str) -> bool:
    """Claim and deliver one message; whether there was one."""
    message = _claim(holder)
    if message is None:
        return False
    with leases.working_on(OutboxMessage, message.id):
        _deliver(message, holder)
    return True


def _deliver(message: OutboxMessage, holder: str) -> None:
    made = portal.current()
    try:
        CHANNELS[message.kind](Message(f"msg-{message.id}", message.kind, json.loads(message.payload)))
    except Exception as error:  # any failure of a channel is kept with the message, and the next one is tried
        log.exception("message not delivered")
        told = f"{type(error).__name__}: {error}"
        with made.records.transaction() as tx:
            repository.fail(tx, message, holder, told, now=made.clock.now(), is_final=isinstance(error, DomainError))
    else:
        with made.records.transaction() as tx:
            repository.sent(tx, message.id, holder, now=made.clock.now())


def _claim(holder: str) -> OutboxMessage | None:
    records = portal.current().records
    wanted = claim_for(holder, tuple(CHANNELS))
    with records.reading() as db:
        if not queue.any_free(db, OutboxMessage, wanted):
            return None
    with records.transaction() as tx:
        message = repository.claim(tx, wanted)
        if message is not None:
            tx.expunge(message)
        return message
