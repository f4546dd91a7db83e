"""Orders of other tariffs: what was ordered stays as it was, and each is withdrawn once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEPT = (
    "public_id", "key", "contract_id", "tariff_version_id", "previous_version_id", "start", "withdraw_until",
    "exit_fee_minor", "consents", "asked_by", "asked_at",
)  # fmt: skip
CHANGED = " or ".join(f"new.{name} <> old.{name}" for name in KEPT)
GUARDS = (
    ("update", f"old.state = 'withdrawn' or {CHANGED}", "contract_request: what was ordered is kept"),
    ("delete", "true", "contract_request: rows are kept"),
)


def upgrade() -> None:
    op.create_table(
        "contract_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("tariff_version_id", sa.Integer(), nullable=False),
        sa.Column("previous_version_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("withdraw_until", sa.Date(), nullable=False),
        sa.Column("exit_fee_minor", sa.Integer(), nullable=False),
        sa.Column("consents", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("exit_fee_minor >= 0", name=op.f("ck_contract_request_exit_fee")),
        sa.CheckConstraint("state in ('confirmed','withdrawn')", name=op.f("ck_contract_request_state")),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at is not null)", name=op.f("ck_contract_request_withdrawn")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"], name=op.f("fk_contract_request_asked_by")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_request_contract_id")),
        sa.ForeignKeyConstraint(
            ["previous_version_id"], ["tariff_version.id"], name=op.f("fk_contract_request_previous_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["tariff_version_id"], ["tariff_version.id"], name=op.f("fk_contract_request_tariff_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_request")),
        sa.UniqueConstraint("key", name=op.f("uq_contract_request_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contract_request_public_id")),
    )
    for name in ("contract_id", "tariff_version_id", "previous_version_id", "asked_by"):
        op.create_index(op.f(f"ix_contract_request_{name}"), "contract_request", [name], unique=False)
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for verb, what, words in GUARDS:
        name = f"contract_request_no_{verb}"
        if is_postgres:
            result = "old" if verb == "delete" else "new"
            op.execute(
                f"create function {name}() returns trigger language plpgsql as $$ begin"
                f" if {what} then raise exception '{words}'; end if; return {result}; end $$"
            )
            op.execute(
                f"create trigger {name} before {verb} on contract_request for each row execute function {name}()"
            )
        else:
            op.execute(
                f"create trigger {name} before {verb} on contract_request when {what}"
                f" begin select raise(abort, '{words}'); end"
            )
