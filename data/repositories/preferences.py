"""Write side of what a person chose for the portal itself."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from data.tables.identity import User


def set_locale(tx: Session, user_id: int, locale: str) -> None:
    tx.execute(update(User).where(User.id == user_id).values(locale=locale))
