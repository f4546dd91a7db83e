"""Instalments of what is overdue and later due dates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state in ('asked','active','declined','broken','completed')", name=op.f("ck_payment_plan_state")
        ),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_payment_plan_total")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_plan_account_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"], name=op.f("fk_payment_plan_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_payment_plan_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_plan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_plan_public_id")),
    )
    op.create_index(op.f("ix_payment_plan_account_id"), "payment_plan", ["account_id"], unique=False)
    op.create_index(op.f("ix_payment_plan_state"), "payment_plan", ["state"], unique=False)
    op.create_index(
        "uq_payment_plan_running",
        "payment_plan",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("state in ('asked','active')"),
        postgresql_where=sa.text("state in ('asked','active')"),
    )
    op.create_table(
        "extension_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("state in ('asked','granted','declined')", name=op.f("ck_extension_request_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_extension_request_account_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"], name=op.f("fk_extension_request_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_extension_request_decided_by")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["billing_document.id"], name=op.f("fk_extension_request_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_extension_request_public_id")),
    )
    op.create_index(op.f("ix_extension_request_account_id"), "extension_request", ["account_id"], unique=False)
    op.create_index(op.f("ix_extension_request_document_id"), "extension_request", ["document_id"], unique=False)
    op.create_index(op.f("ix_extension_request_state"), "extension_request", ["state"], unique=False)
    op.create_table(
        "payment_plan_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_plan_part_amount")),
        sa.ForeignKeyConstraint(["plan_id"], ["payment_plan.id"], name=op.f("fk_payment_plan_part_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_plan_part")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_payment_plan_part_plan_id")),
    )
    op.create_table(
        "payment_plan_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("pause_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_plan_document_amount")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["billing_document.id"], name=op.f("fk_payment_plan_document_document_id")
        ),
        sa.ForeignKeyConstraint(["pause_id"], ["dunning_pause.id"], name=op.f("fk_payment_plan_document_pause_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["payment_plan.id"], name=op.f("fk_payment_plan_document_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_plan_document")),
        sa.UniqueConstraint("plan_id", "document_id", name=op.f("uq_payment_plan_document_plan_id")),
    )
    op.create_index(
        op.f("ix_payment_plan_document_document_id"), "payment_plan_document", ["document_id"], unique=False
    )
