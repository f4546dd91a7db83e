"""Requests to give money back: what was asked stays as it was, and two people decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEPT = (
    "public_id", "account_id", "currency", "amount_minor", "payment_key", "route", "iban_sealed", "holder", "reason",
    "asked_by", "asked_at",
)  # fmt: skip
CHANGED = " or ".join(f"new.{name} is distinct from old.{name}" for name in KEPT)
GUARDS = (
    ("refund_request", "insert", "new.state <> 'asked'", "refund_request: begins as asked"),
    (
        "refund_request", "update",
        f"""{CHANGED} or (old.decided_by is not null and new.decided_by is distinct from old.decided_by)
        or (old.transaction_key is not null and new.transaction_key is distinct from old.transaction_key)
        or (old.state in ('declined','done','failed') and new.state <> old.state)""",
        "refund_request: what was asked, decided or ended stays",
    ),
    ("refund_request", "delete", "true", "refund_request: rows are kept"),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "refund_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("payment_key", sa.String(length=120), nullable=True),
        sa.Column("route", sa.String(length=24), nullable=False),
        sa.Column("iban_sealed", sa.Text(), nullable=False),
        sa.Column("iban_end", sa.String(length=4), nullable=False),
        sa.Column("holder", sa.String(length=70), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("transaction_key", sa.String(length=120), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("failure", sa.String(length=80), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'asked') = (decided_by is null)", name=op.f("ck_refund_request_decided")),
        sa.CheckConstraint(
            "state in ('asked','approved','declined','sending','done','failed')", name=op.f("ck_refund_request_state")
        ),
        sa.CheckConstraint(
            "state not in ('sending','done') or transaction_key is not null", name=op.f("ck_refund_request_booked")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_request_amount")),
        sa.CheckConstraint("decided_by is null or decided_by <> asked_by", name=op.f("ck_refund_request_four_eyes")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_refund_request_account_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"], name=op.f("fk_refund_request_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_refund_request_decided_by")),
        sa.ForeignKeyConstraint(
            ["payment_key"], ["ledger_transaction.key"], name=op.f("fk_refund_request_payment_key")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_key"], ["ledger_transaction.key"], name=op.f("fk_refund_request_transaction_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_refund_request_public_id")),
    )
    op.create_index(op.f("ix_refund_request_account_id"), "refund_request", ["account_id"], unique=False)
    op.create_index(op.f("ix_refund_request_asked_by"), "refund_request", ["asked_by"], unique=False)
    op.create_index(op.f("ix_refund_request_decided_by"), "refund_request", ["decided_by"], unique=False)
    op.create_index(op.f("ix_refund_request_payment_key"), "refund_request", ["payment_key"], unique=False)
    op.create_index(op.f("ix_refund_request_state"), "refund_request", ["state"], unique=False)
    _triggers()


def _triggers() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for place, (table, verb, what, words) in enumerate(GUARDS):
        name = f"{table}_guard_{place}"
        if is_postgres:
            result = "old" if verb == "delete" else "new"
            op.execute(
                f"create function {name}() returns trigger language plpgsql as $$ begin"
                f" if {what} then raise exception '{words}'; end if; return {result}; end $$"
            )
            op.execute(f"create trigger {name} before {verb} on {table} for each row execute function {name}()")
        else:
            so = what.replace("is distinct from", "is not")
            op.execute(
                f"create trigger {name} before {verb} on {table} when {so} begin select raise(abort, '{words}'); end"
            )
