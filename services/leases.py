"""Which rows this process is working on at this moment: the heartbeat extends their leases and no others.

A row whose end could not be written, because the database was away just then, is not in hand any more: its lease ends
by itself, and somebody takes the row over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from data.repositories.queue import RowKey
from data.tables.operations import Job, OutboxMessage

_in_hand: set[RowKey] = set()
_lock = threading.Lock()


@contextmanager
def working_on(table: type[Job | OutboxMessage], row_id: int) -> Iterator[None]:
    with _lock:
        _in_hand.add((table, row_id))
    try:
        yield
    finally:
        with _lock:
            _in_hand.discard((table, row_id))


def in_hand() -> list[RowKey]:
    with _lock:
        return list(_in_hand)
