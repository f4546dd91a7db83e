"""The retailer's words to everybody that are in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.tables.operations import Announcement


def in_force(db: Session, now: datetime) -> list[tuple[str, str]]:
    """Level and texts (JSON by language) of each, the newest first."""
    query = (
        select(Announcement.level, Announcement.texts)
        .where(Announcement.first_at <= now, Announcement.end_at > now)
        .order_by(Announcement.first_at.desc())
    )
    return [(level, texts) for level, texts in db.execute(query)]
