"""Read side of jobs: what a person asked for and how far it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.tables.operations import Job

OPEN = ("queued", "running")


@dataclass(frozen=True)
class JobView:
    public_id: str
    kind: str
    state: str
    payload: dict[str, Any]
    result: dict[str, Any]
    progress_done: int
    progress_total: int
    created_at: datetime
    finished_at: datetime | None


def of_user(db: Session, user_id: int, kind: str, *, limit: int) -> list[JobView]:
    """Newest first."""
    wanted = select(Job).where(Job.user_id == user_id, Job.kind == kind).order_by(Job.id.desc()).limit(limit)
    return [_view(row) for row in db.scalars(wanted)]


def one_of_user(db: Session, user_id: int, public_id: str) -> JobView | None:
    row = db.scalar(select(Job).where(Job.public_id == public_id, Job.user_id == user_id))
    return None if row is None else _view(row)


def id_of(db: Session, user_id: int, public_id: str) -> int | None:
    return db.scalar(select(Job.id).where(Job.public_id == public_id, Job.user_id == user_id))


def open_of_user(db: Session, user_id: int, kind: str) -> list[JobView]:
    wanted = select(Job).where(Job.user_id == user_id, Job.kind == kind, Job.state.in_(OPEN))
    return [_view(row) for row in db.scalars(wanted.order_by(Job.id))]


def _view(row: Job) -> JobView:
    return JobView(
        row.public_id, row.kind, row.state, json.loads(row.payload), json.loads(row.result), row.progress_done,
        row.progress_total, row.created_at, row.finished_at,
    )  # fmt: skip
