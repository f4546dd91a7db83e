"""What bookings reopen and take back: append-only, and never more than the booking they take back moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("ledger_reopening", "ledger_reversal")
MONEY = "p.account_code in ('bank', 'suspense') or p.account_code like 'clearing:%'"
# What a booking moved, what later ones took back of it, and what of that came back again.
TOO_MUCH = f"""new.amount_minor
+ (select coalesce(sum(r.amount_minor), 0) from ledger_reversal r where r.of_key = new.of_key)
- (select coalesce(sum(b.amount_minor), 0) from ledger_reversal b join ledger_reversal r on b.of_key = r.transaction_key
where r.of_key = new.of_key)
> abs((select coalesce(sum(p.amount_minor), 0) from ledger_posting p
where p.transaction_key = new.of_key and ({MONEY})))"""
CLOSED = "exists (select 1 from ledger_transaction w where w.key = new.transaction_key)"
GUARDS = (
    *((table, "insert", CLOSED, f"{table}: its ledger_transaction is closed") for table in TABLES),
    ("ledger_reversal", "insert", TOO_MUCH, "ledger_reversal: more than the booking moved"),
    *((table, verb, "true", f"{table} is append-only") for table in TABLES for verb in ("update", "delete")),
)


def upgrade() -> None:
    op.create_table(
        "ledger_reopening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction_key", sa.String(length=120), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind in ('returned','fee')", name=op.f("ck_ledger_reopening_kind")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_ledger_reopening_amount")),
        sa.ForeignKeyConstraint(["document_id"], ["billing_document.id"], name=op.f("fk_ledger_reopening_document_id")),
        sa.ForeignKeyConstraint(
            ["transaction_key"],
            ["ledger_transaction.key"],
            name=op.f("fk_ledger_reopening_transaction_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_reopening")),
    )
    op.create_index(op.f("ix_ledger_reopening_document_id"), "ledger_reopening", ["document_id"], unique=False)
    op.create_index(op.f("ix_ledger_reopening_transaction_key"), "ledger_reopening", ["transaction_key"], unique=False)
    op.create_table(
        "ledger_reversal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction_key", sa.String(length=120), nullable=False),
        sa.Column("of_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind in ('refund','return','undone')", name=op.f("ck_ledger_reversal_kind")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_ledger_reversal_amount")),
        sa.ForeignKeyConstraint(["of_key"], ["ledger_transaction.key"], name=op.f("fk_ledger_reversal_of_key")),
        sa.ForeignKeyConstraint(
            ["transaction_key"],
            ["ledger_transaction.key"],
            name=op.f("fk_ledger_reversal_transaction_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_reversal")),
        sa.UniqueConstraint("transaction_key", name=op.f("uq_ledger_reversal_transaction_key")),
    )
    op.create_index(op.f("ix_ledger_reversal_of_key"), "ledger_reversal", ["of_key"], unique=False)
    _triggers()


def _triggers() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for place, (table, verb, what, words) in enumerate(GUARDS):
        (_refuse_postgresql if is_postgres else _refuse_sqlite)(f"{table}_guard_{place}", table, verb, what, words)


def _refuse_sqlite(name: str, table: str, verb: str, what: str, words: str) -> None:
    op.execute(f"create trigger {name} before {verb} on {table} when {what} begin select raise(abort, '{words}'); end")


def _refuse_postgresql(name: str, table: str, verb: str, what: str, words: str) -> None:
    """Two connections that take back of one booking take turns, so that the later one sees what the first one took."""
    key = {"ledger_reversal": "of_key", "ledger_reopening": "transaction_key"}[table]
    lock = f"perform pg_advisory_xact_lock(hashtext('{table}'), hashtext(new.{key}));" if verb == "insert" else ""
    result = "old" if verb == "delete" else "new"
    op.execute(
        f"create function {name}() returns trigger language plpgsql as $$ begin {lock}"
        f" if {what} then raise exception '{words}'; end if; return {result}; end $$"
    )
    op.execute(f"create trigger {name} before {verb} on {table} for each row execute function {name}()")
    if verb == "delete":
        op.execute(
            f"create trigger {table}_no_truncate before truncate on {table} for each statement execute function {name}()"
        )
