"""Whom bills are made out to since when, and what stands on the paper of each document."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APPEND_ONLY = ("billing_profile", "billing_paper")


def upgrade() -> None:
    _tables()
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            name = f"{table}_no_{verb}"
            if is_postgres:
                op.execute(
                    f"create function {name}() returns trigger language plpgsql as"
                    f" $$ begin raise exception '{table} is append-only'; end $$"
                )
                op.execute(f"create trigger {name} before {verb} on {table} for each row execute function {name}()")
            else:
                op.execute(
                    f"create trigger {name} before {verb} on {table}"
                    f" begin select raise(abort, '{table} is append-only'); end"
                )


def _tables() -> None:
    op.create_table(
        "billing_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("legal_name", sa.String(length=120), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postcode", sa.String(length=16), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("vat_id", sa.String(length=16), nullable=False),
        sa.Column("order_number", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("amounts", sa.String(length=8), nullable=False),
        sa.Column("made_by_user_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amounts in ('gross','net')", name=op.f("ck_billing_profile_amounts")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_billing_profile_account_id")),
        sa.ForeignKeyConstraint(
            ["made_by_user_id"], ["user_account.id"], name=op.f("fk_billing_profile_made_by_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_profile")),
    )
    op.create_index("ix_billing_profile_account_id", "billing_profile", ["account_id"], unique=False)
    op.create_table(
        "billing_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_public_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("xml_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_public_id"], ["billing_document.public_id"], name=op.f("fk_billing_paper_document_public_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_paper")),
        sa.UniqueConstraint("document_public_id", name=op.f("uq_billing_paper_document_public_id")),
    )
