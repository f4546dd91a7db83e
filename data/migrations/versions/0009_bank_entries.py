"""What banks told us, entry by entry: never changed, only assigned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEPT = (
    "public_id", "entry_key", "source", "amount_minor", "currency", "booked_on", "end_to_end", "bank_reference", "reference",
    "other_name",
)  # fmt: skip
CHANGED = " or ".join(f"new.{name} is distinct from old.{name}" for name in KEPT)
GUARDS = (
    (
        "bank_entry", "update",
        f"{CHANGED} or (new.state <> old.state and old.state in ('assigned','confirmed'))",
        "bank_entry: what the bank said stays, and so does whose it is",
    ),
    ("bank_entry", "delete", "true", "bank_entry: rows are kept"),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "bank_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("entry_key", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("statement", sa.String(length=80), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("end_to_end", sa.String(length=80), nullable=False),
        sa.Column("bank_reference", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=400), nullable=False),
        sa.Column("other_name", sa.String(length=140), nullable=False),
        sa.Column("other_iban_sealed", sa.Text(), nullable=False),
        sa.Column("other_iban_end", sa.String(length=4), nullable=False),
        sa.Column("return_reason", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("transaction_key", sa.String(length=120), nullable=True),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("assigned_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'assigned') = (assigned_by is not null)", name=op.f("ck_bank_entry_assigned")),
        sa.CheckConstraint("source in ('statement','hand')", name=op.f("ck_bank_entry_source")),
        sa.CheckConstraint(
            "state in ('booked','suspense','assigned','expected','confirmed','empty')", name=op.f("ck_bank_entry_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bank_entry_account_id")),
        sa.ForeignKeyConstraint(["assigned_by"], ["user_account.id"], name=op.f("fk_bank_entry_assigned_by")),
        sa.ForeignKeyConstraint(
            ["transaction_key"], ["ledger_transaction.key"], name=op.f("fk_bank_entry_transaction_key")
        ),
        sa.ForeignKeyConstraint(["written_by"], ["user_account.id"], name=op.f("fk_bank_entry_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entry")),
        sa.UniqueConstraint("entry_key", name=op.f("uq_bank_entry_entry_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_entry_public_id")),
    )
    op.create_index(op.f("ix_bank_entry_account_id"), "bank_entry", ["account_id"], unique=False)
    op.create_index(op.f("ix_bank_entry_state"), "bank_entry", ["state"], unique=False)
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
