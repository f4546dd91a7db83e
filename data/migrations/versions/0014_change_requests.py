"""Requests about a contract beside another tariff: its end, a move, a correction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("text", sa.String(length=600), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('cancel','move_out','move_in','correct')", name=op.f("ck_change_request_kind")),
        sa.CheckConstraint("state in ('asked','done','declined','withdrawn')", name=op.f("ck_change_request_state")),
        sa.CheckConstraint("(state = 'asked') = (ended_at is null)", name=op.f("ck_change_request_ended")),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"], name=op.f("fk_change_request_asked_by")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_change_request_contract_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name=op.f("fk_change_request_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
        sa.UniqueConstraint("key", name=op.f("uq_change_request_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_change_request_public_id")),
    )
    for name in ("contract_id", "asked_by", "ended_by"):
        op.create_index(op.f(f"ix_change_request_{name}"), "change_request", [name], unique=False)
