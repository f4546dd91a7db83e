"""What a person has been told and not seen yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from data.queries import activity
from data.repositories import notices as repository
from domain.access import Viewer
from services import portal

SHOWN = 3  # the rest is in the activity feed


@dataclass(frozen=True)
class Told:
    """`kind` is a code that pages have a sentence for, `params` fill it."""

    kind: str
    params: dict[str, Any]


def take_unseen(viewer: Viewer) -> list[Told]:
    """The newest unseen notices, oldest first; seen from here on, so that one of several tabs shows each once.

    Staff on a visit take none: they see the customer's pages, and would miss their own.
    """
    if viewer.is_anonymous or viewer.acting_for_account_id is not None:
        return []
    made = portal.current()
    with made.records.reading() as db:
        if not activity.has_unseen(db, viewer.user_id):
            return []
    with made.records.transaction() as tx:
        taken = repository.take_unseen(tx, viewer.user_id, now=made.clock.now())
    return [Told(notice.kind, json.loads(notice.params)) for notice in taken[-SHOWN:]]
