"""Issued documents with gapless numbers and the double-entry ledger: append-only, complete and balanced by triggers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "billing_document", "billing_line", "billing_tax", "ledger_transaction", "ledger_posting", "ledger_allocation",
)  # fmt: skip
# Part, the column that names its whole, the whole and its column: nothing is added once the whole is there.
CLOSED = (
    ("billing_line", "document_public_id", "billing_document", "public_id"),
    ("billing_tax", "document_public_id", "billing_document", "public_id"),
    ("ledger_posting", "transaction_key", "ledger_transaction", "key"),
    ("ledger_allocation", "transaction_key", "ledger_transaction", "key"),
)
# Before which change of which table, when what is so, this is said. The same words on both databases.
GUARDS = (
    ("number_series", "insert", "new.next_number <> 1", "number_series begins at 1"),
    (
        "number_series", "update",
        """new.name <> old.name or new.next_number <> old.next_number + 1 or not exists (
        select 1 from billing_document d where d.series = old.name and d.number = old.next_number)""",
        "number_series advances by one with a document",
    ),
    (
        "billing_document", "insert",
        "new.number <> (select s.next_number from number_series s where s.name = new.series)",
        "billing_document: not the next number of its series",
    ),
    (
        "billing_document", "insert",
        """new.net_minor is distinct from (
        select sum(l.net_minor) from billing_line l where l.document_public_id = new.public_id)
        or new.net_minor is distinct from (select sum(t.net_minor) from billing_tax t
        where t.document_public_id = new.public_id and not t.is_advance)
        or new.tax_minor is distinct from (select sum(t.tax_minor) from billing_tax t
        where t.document_public_id = new.public_id and not t.is_advance)
        or new.gross_minor - new.balance_minor <> (select coalesce(sum(t.net_minor + t.tax_minor), 0) from billing_tax t
        where t.document_public_id = new.public_id and t.is_advance)""",
        "billing_document: its lines do not add up to it",
    ),
    (
        "ledger_transaction", "insert",
        """(select count(*) from ledger_posting p where p.transaction_key = new.key) < 2 or exists (
        select 1 from ledger_posting p where p.transaction_key = new.key
        group by p.currency having sum(p.amount_minor) <> 0)""",
        "ledger_transaction: not balanced",
    ),
)  # fmt: skip
ADVANCE = "update number_series set next_number = next_number + 1 where name = new.series"


def upgrade() -> None:
    _documents()
    _ledger()
    is_postgres = op.get_bind().dialect.name == "postgresql"
    (_triggers_postgresql if is_postgres else _triggers_sqlite)()


def _documents() -> None:
    op.create_table(
        "ledger_account",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.CheckConstraint("kind in ('asset','liability','revenue','expense')", name=op.f("ck_ledger_account_kind")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ledger_account")),
    )
    op.create_table(
        "number_series",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_number_series")),
    )
    op.create_table(
        "billing_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("issue_key", sa.String(length=120), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("series", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("number_text", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("refers_to_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (refers_to_id is not null)", name=op.f("ck_billing_document_refers_to")
        ),
        sa.CheckConstraint(
            "kind in ('invoice','instalment','credit_note','feed_in_credit')", name=op.f("ck_billing_document_kind")
        ),
        sa.CheckConstraint("end_date > first_date", name=op.f("ck_billing_document_dates")),
        sa.CheckConstraint("net_minor + tax_minor = gross_minor", name=op.f("ck_billing_document_gross")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_billing_document_account_id")),
        sa.ForeignKeyConstraint(
            ["refers_to_id"], ["billing_document.id"], name=op.f("fk_billing_document_refers_to_id")
        ),
        sa.ForeignKeyConstraint(["series"], ["number_series.name"], name=op.f("fk_billing_document_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_document")),
        sa.UniqueConstraint("issue_key", name=op.f("uq_billing_document_issue_key")),
        sa.UniqueConstraint("number_text", name=op.f("uq_billing_document_number_text")),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_document_public_id")),
        sa.UniqueConstraint("refers_to_id", name=op.f("uq_billing_document_refers_to_id")),
        sa.UniqueConstraint("series", "number", name=op.f("uq_billing_document_series")),
    )
    op.create_index(op.f("ix_billing_document_account_id"), "billing_document", ["account_id"], unique=False)
    op.create_table(
        "billing_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_public_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("cost_group", sa.String(length=16), nullable=False),
        sa.Column("band", sa.String(length=40), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("quantity", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=24), nullable=False),
        sa.Column("unit_price", sa.String(length=60), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_rate", sa.String(length=16), nullable=False),
        sa.Column("tax_category", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_public_id"],
            ["billing_document.public_id"],
            name=op.f("fk_billing_line_document_public_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_line")),
        sa.UniqueConstraint("document_public_id", "position", name=op.f("uq_billing_line_document_public_id")),
    )
    op.create_table(
        "billing_tax",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_public_id", sa.String(length=40), nullable=False),
        sa.Column("is_advance", sa.Boolean(), nullable=False),
        sa.Column("tax_category", sa.String(length=2), nullable=False),
        sa.Column("tax_rate", sa.String(length=16), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_public_id"],
            ["billing_document.public_id"],
            name=op.f("fk_billing_tax_document_public_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_tax")),
        sa.UniqueConstraint(
            "document_public_id",
            "is_advance",
            "tax_category",
            "tax_rate",
            name=op.f("uq_billing_tax_document_public_id"),
        ),
    )


def _ledger() -> None:
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["billing_document.id"], name=op.f("fk_ledger_transaction_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_transaction_key")),
    )
    op.create_index(op.f("ix_ledger_transaction_booked_on"), "ledger_transaction", ["booked_on"], unique=False)
    op.create_index(op.f("ix_ledger_transaction_document_id"), "ledger_transaction", ["document_id"], unique=False)
    op.create_table(
        "ledger_allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction_key", sa.String(length=120), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_ledger_allocation_amount")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["billing_document.id"], name=op.f("fk_ledger_allocation_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_key"],
            ["ledger_transaction.key"],
            name=op.f("fk_ledger_allocation_transaction_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_allocation")),
    )
    op.create_index(op.f("ix_ledger_allocation_document_id"), "ledger_allocation", ["document_id"], unique=False)
    op.create_index(
        op.f("ix_ledger_allocation_transaction_key"), "ledger_allocation", ["transaction_key"], unique=False
    )
    op.create_table(
        "ledger_posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction_key", sa.String(length=120), nullable=False),
        sa.Column("account_code", sa.String(length=60), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_code"], ["ledger_account.code"], name=op.f("fk_ledger_posting_account_code")),
        sa.ForeignKeyConstraint(
            ["transaction_key"],
            ["ledger_transaction.key"],
            name=op.f("fk_ledger_posting_transaction_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_posting")),
    )
    op.create_index(op.f("ix_ledger_posting_account_code"), "ledger_posting", ["account_code"], unique=False)
    op.create_index(op.f("ix_ledger_posting_transaction_key"), "ledger_posting", ["transaction_key"], unique=False)


def _triggers_sqlite() -> None:
    def refuse(name: str, table: str, verb: str, what: str, words: str) -> None:
        # "is distinct from" came to SQLite later than some in use; "is not" has always been the same.
        what = what.replace("is distinct from", "is not")
        op.execute(
            f"create trigger {name} before {verb} on {table} when {what} begin select raise(abort, '{words}'); end"
        )

    for table in (*APPEND_ONLY, "number_series"):
        for verb in ("update", "delete"):
            if (table, verb) != ("number_series", "update"):
                refuse(f"{table}_no_{verb}", table, verb, "true", f"{table} is append-only")
    for part, key, whole, name in CLOSED:
        found = f"exists (select 1 from {whole} w where w.{name} = new.{key})"
        refuse(f"{part}_closed", part, "insert", found, f"{part}: its {whole} is closed")
    for place, (table, verb, what, words) in enumerate(GUARDS):
        refuse(f"{table}_guard_{place}", table, verb, what, words)
    op.execute(f"create trigger billing_document_advances after insert on billing_document begin {ADVANCE}; end")


def _triggers_postgresql() -> None:
    def refuse(name: str, table: str, verb: str, what: str, words: str, before: str = "") -> None:
        result = "old" if verb == "delete" else "new"
        op.execute(
            f"create function {name}() returns trigger language plpgsql as $$ begin {before}"
            f" if {what} then raise exception '{words}'; end if; return {result}; end $$"
        )
        op.execute(f"create trigger {name} before {verb} on {table} for each row execute function {name}()")

    for table in (*APPEND_ONLY, "number_series"):
        for verb in ("update", "delete"):
            if (table, verb) != ("number_series", "update"):
                refuse(f"{table}_no_{verb}", table, verb, "true", f"{table} is append-only")
        op.execute(
            f"create trigger {table}_no_truncate before truncate on {table}"
            f" for each statement execute function {table}_no_delete()"
        )
    # Two connections that add to one whole take turns, so that the later one sees whether it is closed.
    lock = "perform pg_advisory_xact_lock(hashtext('{whole}'), hashtext(new.{key}));"
    for part, key, whole, name in CLOSED:
        found = f"exists (select 1 from {whole} w where w.{name} = new.{key})"
        refuse(
            f"{part}_closed", part, "insert", found, f"{part}: its {whole} is closed", lock.format(whole=whole, key=key)
        )
    wholes = {whole: lock.format(whole=whole, key=name) for _part, _key, whole, name in CLOSED}
    for place, (table, verb, what, words) in enumerate(GUARDS):
        refuse(f"{table}_guard_{place}", table, verb, what, words, wholes.get(table, ""))
    op.execute(
        "create function billing_document_advances() returns trigger language plpgsql as"
        f" $$ begin {ADVANCE}; return null; end $$"
    )
    op.execute(
        "create trigger billing_document_advances after insert on billing_document"
        " for each row execute function billing_document_advances()"
    )
