"""Letters about what is overdue, each once, and what pauses them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dunning_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state in ('open','agent','closed')", name=op.f("ck_dunning_case_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_dunning_case_account_id")),
        sa.ForeignKeyConstraint(["document_id"], ["billing_document.id"], name=op.f("fk_dunning_case_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_case")),
        sa.UniqueConstraint("document_id", name=op.f("uq_dunning_case_document_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dunning_case_public_id")),
    )
    op.create_index(op.f("ix_dunning_case_account_id"), "dunning_case", ["account_id"], unique=False)
    op.create_index(op.f("ix_dunning_case_state"), "dunning_case", ["state"], unique=False)
    op.create_table(
        "dunning_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason in ('dispute','payment_plan','extension','vulnerable')", name=op.f("ck_dunning_pause_reason")
        ),
        sa.CheckConstraint("end_date is null or end_date >= first_date", name=op.f("ck_dunning_pause_dates")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_dunning_pause_account_id")),
        sa.ForeignKeyConstraint(["document_id"], ["billing_document.id"], name=op.f("fk_dunning_pause_document_id")),
        sa.ForeignKeyConstraint(["set_by"], ["user_account.id"], name=op.f("fk_dunning_pause_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_pause")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dunning_pause_public_id")),
    )
    op.create_index(op.f("ix_dunning_pause_account_id"), "dunning_pause", ["account_id"], unique=False)
    op.create_index(op.f("ix_dunning_pause_document_id"), "dunning_pause", ["document_id"], unique=False)
    op.create_table(
        "dunning_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("transaction_key", sa.String(length=120), nullable=True),
        sa.CheckConstraint("fee_minor >= 0", name=op.f("ck_dunning_step_fee")),
        sa.ForeignKeyConstraint(["case_id"], ["dunning_case.id"], name=op.f("fk_dunning_step_case_id")),
        sa.ForeignKeyConstraint(
            ["transaction_key"], ["ledger_transaction.key"], name=op.f("fk_dunning_step_transaction_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_step")),
        sa.UniqueConstraint("case_id", "code", name=op.f("uq_dunning_step_case_id")),
    )
