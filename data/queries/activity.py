"""What happened lately at some sites, and what a person was told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.tables.operations import Notice
from data.tables.sites import SiteEvent


@dataclass(frozen=True)
class Happening:
    """`kind` is a code, `params` fill its sentence."""

    at: datetime
    kind: str
    params: dict[str, Any]
    site_id: int | None = None
    href: str = ""


def site_events(db: Session, site_ids: Sequence[int], *, since: datetime, limit: int) -> list[Happening]:
    rows = db.scalars(
        select(SiteEvent)
        .where(SiteEvent.site_id.in_(site_ids), SiteEvent.at >= since)
        .order_by(SiteEvent.at.desc())
        .limit(limit)
    )
    return [Happening(row.at, row.kind, json.loads(row.params), row.site_id) for row in rows]


def notices(db: Session, user_id: int, *, limit: int) -> list[Happening]:
    rows = db.scalars(select(Notice).where(Notice.user_id == user_id).order_by(Notice.at.desc()).limit(limit))
    return [Happening(row.at, row.kind, json.loads(row.params), None, row.href) for row in rows]


def has_unseen(db: Session, user_id: int) -> bool:
    wanted = select(Notice.id).where(Notice.user_id == user_id, Notice.seen_at.is_(None))
    return db.scalar(wanted.limit(1)) is not None
