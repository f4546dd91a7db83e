"""Write side of notices: one sentence for one person, in the transaction of the fact it tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from data.tables.operations import Notice


@dataclass(frozen=True)
class NewNotice:
    """`kind` is a code that pages have a sentence for, `params` fill it."""

    user_id: int
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    href: str = ""


def add(tx: Session, new: NewNotice, *, now: datetime) -> None:
    row = Notice(user_id=new.user_id, at=now, kind=new.kind, params=json.dumps(dict(new.params)), href=new.href)
    tx.add(row)


def take_unseen(tx: Session, user_id: int, *, now: datetime) -> list[Notice]:
    """Oldest first; whoever takes them is the only one."""
    taken = tx.scalars(
        update(Notice)
        .where(Notice.user_id == user_id, Notice.seen_at.is_(None))
        .values(seen_at=now)
        .returning(Notice)
        .execution_options(synchronize_session=False)
    )
    return sorted(taken, key=lambda notice: notice.id)
