"""Read side of jobs: what a person asked for and how far it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
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

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def of_user(db: Session, user_id: int, kind: str, *, limit: int) -> list[JobView]:
    """Newest first."""
    wanted = select(Job).where(Job.user_id == user_id, Job.kind == kind).order_by(Job.id.desc()).limit(limit)
    return [_view(row) for row in db.scalars(wanted)]


def one_of_user(db: Session, user_id: int, public_id: str) -> JobView | None:
    row = db.scalar(select(Job).where(Job.public_id == public_id, Job.user_id == user_id))
    return None if row is None else _view(row)


def id_of(db: Session, user_id: int, public_id: str) -> int | None:
    return db.scalar(select(Job.id).where(Job.public_id == public_id, Job.user_id == user_id))


def open_count(db: Session, user_id: int, kind: str) -> int:
    wanted = select(func.count()).where(Job.user_id == user_id, Job.kind == kind, Job.state.in_(OPEN))
    return int(db.scalar(wanted) or 0)


def results(db: Session, kind: str, *, since: datetime) -> list[dict[str, Any]]:
    """What the finished jobs of a kind left, of those that ended lately."""
    wanted = select(Job.result).where(Job.kind == kind, Job.state == "done", Job.finished_at >= since)
    return [json.loads(text) for text in db.scalars(wanted)]


def _view(row: Job) -> JobView:
    return JobView(
        row.public_id, row.kind, row.state, json.loads(row.payload), json.loads(row.result), row.progress_done,
        row.progress_total, row.created_at, row.finished_at,
    )  # fmt: skip
