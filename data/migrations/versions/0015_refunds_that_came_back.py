"""A refund that was sent may still fail: weeks later a bank can say that it did not take the money."""

from __future__ import annotations

from importlib import import_module

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NAME, WORDS = "refund_request_guard_1", "refund_request: what was asked, decided or ended stays"


def upgrade() -> None:
    changed = import_module("data.migrations.versions.0007_refunds").CHANGED
    what = f"""{changed} or (old.decided_by is not null and new.decided_by is distinct from old.decided_by)
        or (old.transaction_key is not null and new.transaction_key is distinct from old.transaction_key)
        or (old.state in ('declined','failed') and new.state <> old.state)
        or (old.state = 'done' and new.state not in ('done','failed'))"""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"create or replace function {NAME}() returns trigger language plpgsql as $$ begin"
            f" if {what} then raise exception '{WORDS}'; end if; return new; end $$"
        )
        return
    op.execute(f"drop trigger {NAME}")
    so = what.replace("is distinct from", "is not")
    op.execute(
        f"create trigger {NAME} before update on refund_request when {so} begin select raise(abort, '{WORDS}'); end"
    )
