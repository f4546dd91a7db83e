"""Drafts of bills, what each document was computed from, what waits for staff, corrections, instalment plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Before which change of which table, when what is so, this is said. The same words on both databases.
GUARDS = (
    ("billing_basis", "update", "true", "billing_basis is append-only"),
    ("billing_basis", "delete", "true", "billing_basis is append-only"),
    (
        "billing_draft", "update",
        """old.state = 'superseded' or (old.state = 'issued' and (new.state <> 'superseded'
        or new.document_public_id <> old.document_public_id or new.first_date <> old.first_date
        or new.end_date <> old.end_date or new.revision <> old.revision))""",
        "billing_draft: what is issued is only superseded",
    ),
)  # fmt: skip


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "postgresql":
        for place, (table, verb, what, words) in enumerate(GUARDS):
            name, result = f"{table}_run_{place}", "old" if verb == "delete" else "new"
            op.execute(
                f"create function {name}() returns trigger language plpgsql as $$ begin"
                f" if {what} then raise exception '{words}'; end if; return {result}; end $$"
            )
            op.execute(f"create trigger {name} before {verb} on {table} for each row execute function {name}()")
        return
    for place, (table, verb, what, words) in enumerate(GUARDS):
        op.execute(
            f"create trigger {table}_run_{place} before {verb} on {table} when {what}"
            f" begin select raise(abort, '{words}'); end"
        )


def _tables() -> None:
    op.create_table(
        "billing_basis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_public_id", sa.String(length=40), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("known_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_billing_basis_contract_id")),
        sa.ForeignKeyConstraint(
            ["document_public_id"], ["billing_document.public_id"], name=op.f("fk_billing_basis_document_public_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_basis")),
        sa.UniqueConstraint("document_public_id", name=op.f("uq_billing_basis_document_public_id")),
    )
    op.create_index("ix_billing_basis_contract_id", "billing_basis", ["contract_id"], unique=False)
    op.create_table(
        "billing_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("grace_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("document_public_id", sa.String(length=40), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('invoice','instalment','feed_in_credit')", name=op.f("ck_billing_draft_kind")),
        sa.CheckConstraint(
            "state <> 'issued' or document_public_id is not null", name=op.f("ck_billing_draft_document")
        ),
        sa.CheckConstraint(
            "state in ('held','draft','ready','issued','superseded')", name=op.f("ck_billing_draft_state")
        ),
        sa.CheckConstraint("end_date > first_date", name=op.f("ck_billing_draft_dates")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_billing_draft_contract_id")),
        sa.ForeignKeyConstraint(
            ["document_public_id"], ["billing_document.public_id"], name=op.f("fk_billing_draft_document_public_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_draft")),
        sa.UniqueConstraint(
            "contract_id", "first_date", "end_date", "kind", "revision", name=op.f("uq_billing_draft_contract_id")
        ),
        sa.UniqueConstraint("document_public_id", name=op.f("uq_billing_draft_document_public_id")),
    )
    op.create_index("ix_billing_draft_state", "billing_draft", ["state"], unique=False)
    op.create_index(
        "uq_billing_draft_issued",
        "billing_draft",
        ["contract_id", "kind", "first_date"],
        unique=True,
        sqlite_where=sa.text("state = 'issued'"),
        postgresql_where=sa.text("state = 'issued'"),
    )
    op.create_table(
        "instalment_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("made_by_user_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "source in ('history','reference','customer','staff')", name=op.f("ck_instalment_plan_source")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_instalment_plan_amount")),
        sa.CheckConstraint("end_date > first_date", name=op.f("ck_instalment_plan_dates")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_instalment_plan_contract_id")),
        sa.ForeignKeyConstraint(
            ["made_by_user_id"], ["user_account.id"], name=op.f("fk_instalment_plan_made_by_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment_plan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_instalment_plan_public_id")),
    )
    op.create_index(
        "uq_instalment_plan_live",
        "instalment_plan",
        ["contract_id", "first_date"],
        unique=True,
        sqlite_where=sa.text("superseded_at is null"),
        postgresql_where=sa.text("superseded_at is null"),
    )
    op.create_table(
        "rebill_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("document_public_id", sa.String(length=40), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("reasons", sa.String(length=400), nullable=False),
        sa.Column("gross_before_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_after_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_user_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state in ('open','minor','done','rejected','void')", name=op.f("ck_rebill_proposal_state")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_rebill_proposal_contract_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_user_id"], ["user_account.id"], name=op.f("fk_rebill_proposal_decided_by_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_public_id"], ["billing_document.public_id"], name=op.f("fk_rebill_proposal_document_public_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rebill_proposal")),
        sa.UniqueConstraint("document_public_id", "input_digest", name=op.f("uq_rebill_proposal_document_public_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rebill_proposal_public_id")),
    )
    op.create_index(op.f("ix_rebill_proposal_contract_id"), "rebill_proposal", ["contract_id"], unique=False)
    op.create_index("ix_rebill_proposal_state", "rebill_proposal", ["state"], unique=False)
    op.create_index(
        "uq_rebill_proposal_open",
        "rebill_proposal",
        ["document_public_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "billing_anomaly",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("figures", sa.String(length=400), nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_user_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.CheckConstraint("state in ('open','released','void')", name=op.f("ck_billing_anomaly_state")),
        sa.ForeignKeyConstraint(
            ["decided_by_user_id"], ["user_account.id"], name=op.f("fk_billing_anomaly_decided_by_user_id")
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["billing_draft.id"], name=op.f("fk_billing_anomaly_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_anomaly")),
        sa.UniqueConstraint("draft_id", "code", "input_digest", name=op.f("uq_billing_anomaly_draft_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_anomaly_public_id")),
    )
    op.create_index("ix_billing_anomaly_state", "billing_anomaly", ["state"], unique=False)
    op.create_table(
        "instalment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["instalment_plan.id"], name=op.f("fk_instalment_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
        sa.UniqueConstraint("plan_id", "first_date", name=op.f("uq_instalment_plan_id")),
    )
