"""Ways to pay, mandates, payments and their facts: one attempt in flight per document, facts append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Before which change of which table, when what is so, this is said. The same words on both databases.
GUARDS = (
    ("payment_fact", "update", "true", "payment_fact is append-only"),
    ("payment_fact", "delete", "true", "payment_fact is append-only"),
    ("payment", "update", "new.is_open and not old.is_open", "payment: what is over does not begin again"),
    (
        "payment", "update",
        """new.key <> old.key or new.amount_minor <> old.amount_minor or new.currency <> old.currency
        or new.account_id <> old.account_id or (old.provider_id is not null and new.provider_id is distinct from old.provider_id)""",
        "payment: what was asked for is kept",
    ),
    ("payment", "delete", "true", "payment: rows are kept"),
    (
        "mandate", "update",
        "old.state = 'revoked' or new.reference <> old.reference or new.iban_cipher <> old.iban_cipher",
        "mandate: what was signed is kept",
    ),
    ("mandate", "delete", "true", "mandate: rows are kept"),
)  # fmt: skip


def upgrade() -> None:
    _agreed()
    _paid()
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for place, (table, verb, what, words) in enumerate(GUARDS):
        (_refuse_postgresql if is_postgres else _refuse_sqlite)(f"{table}_guard_{place}", table, verb, what, words)


def _refuse_sqlite(name: str, table: str, verb: str, what: str, words: str) -> None:
    what = what.replace("is distinct from", "is not")
    op.execute(f"create trigger {name} before {verb} on {table} when {what} begin select raise(abort, '{words}'); end")


def _refuse_postgresql(name: str, table: str, verb: str, what: str, words: str) -> None:
    result = "old" if verb == "delete" else "new"
    op.execute(
        f"create function {name}() returns trigger language plpgsql as $$ begin"
        f" if {what} then raise exception '{words}'; end if; return {result}; end $$"
    )
    op.execute(f"create trigger {name} before {verb} on {table} for each row execute function {name}()")


def _agreed() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=35), nullable=False),
        sa.Column("creditor_id", sa.String(length=35), nullable=False),
        sa.Column("holder", sa.String(length=70), nullable=False),
        sa.Column("iban_cipher", sa.Text(), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("bank_name", sa.String(length=120), nullable=False),
        sa.Column("signed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.Integer(), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('active','revoked')", name=op.f("ck_mandate_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mandate_account_id")),
        sa.ForeignKeyConstraint(["signed_by"], ["user_account.id"], name=op.f("fk_mandate_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mandate_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_mandate_reference")),
    )
    op.create_index(op.f("ix_mandate_account_id"), "mandate", ["account_id"], unique=False)
    op.create_index(op.f("ix_mandate_signed_by"), "mandate", ["signed_by"], unique=False)
    op.create_table(
        "payment_method",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("setup_id", sa.String(length=80), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("brand", sa.String(length=60), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("holder", sa.String(length=70), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('card','sepa','bank')", name=op.f("ck_payment_method_kind")),
        sa.CheckConstraint("state <> 'active' or provider_id <> ''", name=op.f("ck_payment_method_provider_id")),
        sa.CheckConstraint("state = 'active' or not is_default", name=op.f("ck_payment_method_is_default")),
        sa.CheckConstraint("state in ('pending','active','removed')", name=op.f("ck_payment_method_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_method_account_id")),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_payment_method_mandate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_method")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_method_public_id")),
    )
    op.create_index(op.f("ix_payment_method_account_id"), "payment_method", ["account_id"], unique=False)
    op.create_index(op.f("ix_payment_method_mandate_id"), "payment_method", ["mandate_id"], unique=False)
    op.create_index(
        "uq_payment_method_default",
        "payment_method",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "autopay_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("cap_minor", sa.BigInteger(), nullable=True),
        sa.Column("preferred_day", sa.Integer(), nullable=True),
        sa.Column("method_id", sa.Integer(), nullable=True),
        sa.Column("consented_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("consented_by", sa.Integer(), nullable=True),
        sa.Column("consent_ip", sa.String(length=45), nullable=False),
        sa.Column("consent_user_agent", sa.String(length=200), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cap_minor is null or cap_minor > 0", name=op.f("ck_autopay_rule_cap")),
        sa.CheckConstraint("not is_on or consented_at is not null", name=op.f("ck_autopay_rule_consent")),
        sa.CheckConstraint(
            "preferred_day is null or preferred_day between 1 and 31", name=op.f("ck_autopay_rule_preferred_day")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_autopay_rule_account_id")),
        sa.ForeignKeyConstraint(["consented_by"], ["user_account.id"], name=op.f("fk_autopay_rule_consented_by")),
        sa.ForeignKeyConstraint(["method_id"], ["payment_method.id"], name=op.f("fk_autopay_rule_method_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_autopay_rule")),
        sa.UniqueConstraint("account_id", name=op.f("uq_autopay_rule_account_id")),
    )
    op.create_index(op.f("ix_autopay_rule_consented_by"), "autopay_rule", ["consented_by"], unique=False)
    op.create_index(op.f("ix_autopay_rule_method_id"), "autopay_rule", ["method_id"], unique=False)


def _paid() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("method_id", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("origin in ('customer','autopay')", name=op.f("ck_payment_origin")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_account_id")),
        sa.ForeignKeyConstraint(["document_id"], ["billing_document.id"], name=op.f("fk_payment_document_id")),
        sa.ForeignKeyConstraint(["method_id"], ["payment_method.id"], name=op.f("fk_payment_method_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_payment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_key")),
        sa.UniqueConstraint("provider", "provider_id", name=op.f("uq_payment_provider")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_public_id")),
    )
    op.create_index(op.f("ix_payment_account_id"), "payment", ["account_id"], unique=False)
    op.create_index(op.f("ix_payment_document_id"), "payment", ["document_id"], unique=False)
    op.create_index(op.f("ix_payment_method_id"), "payment", ["method_id"], unique=False)
    op.create_index(op.f("ix_payment_user_id"), "payment", ["user_id"], unique=False)
    op.create_index(
        "uq_payment_balance_in_flight",
        "payment",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("is_open and document_id is null"),
        postgresql_where=sa.text("is_open and document_id is null"),
    )
    op.create_index(
        "uq_payment_document_in_flight",
        "payment",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_table(
        "payment_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("known_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_fact_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_fact")),
        sa.UniqueConstraint("provider", "kind", "key", name=op.f("uq_payment_fact_provider")),
    )
    op.create_index(op.f("ix_payment_fact_payment_id"), "payment_fact", ["payment_id"], unique=False)
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.CheckConstraint("state in ('waiting','applied')", name=op.f("ck_webhook_event_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_webhook_event_provider")),
    )
    op.create_index("ix_webhook_event_provider_id", "webhook_event", ["provider", "provider_id"], unique=False)
    op.create_index(op.f("ix_webhook_event_state"), "webhook_event", ["state"], unique=False)
