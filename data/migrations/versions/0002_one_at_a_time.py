"""One tenancy of a site and one place of a meter at a time, held by the database; the states of the outbox too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Table, what there is one of, and the half-open span `[first, end)` in which; an open end is null.
ONE_AT_A_TIME = (
    ("tenancy", "site_id", "first_date", "end_date", "daterange"),
    ("meter_installation", "meter_id", "installed_utc", "removed_utc", "tstzrange"),
)
OVERLAPS = """
select one.id, other.id from {table} one join {table} other
on other.{key} = one.{key} and other.id > one.id
and (one.{end} is null or other.{first} < one.{end}) and (other.{end} is null or one.{first} < other.{end})
"""
TRIGGER = """
create trigger {table}_one_at_a_time_{verb} before {verb} on {table}
when exists (
    select 1 from {table} other where other.{key} = new.{key} and other.id is not new.id
    and (new.{end} is null or other.{first} < new.{end}) and (other.{end} is null or new.{first} < other.{end}))
begin select raise(abort, '{table}: one at a time of each {key}'); end
"""
# A range of one number needs no extension for its equality.
EXCLUSION = """
alter table {table} add constraint ex_{table}_one_at_a_time exclude using gist
(int4range({key}, {key}, '[]') with &&, {span}({first}, {end}) with &&)
"""


def upgrade() -> None:
    for table, key, first, end, span in ONE_AT_A_TIME:
        names = {"table": table, "key": key, "first": first, "end": end, "span": span}
        _refuse_overlaps(names)
        if op.get_bind().dialect.name == "postgresql":
            op.execute(EXCLUSION.format(**names))
            continue
        for verb in ("insert", "update"):
            op.execute(TRIGGER.format(**names, verb=verb))
    with op.batch_alter_table("outbox") as batch:
        batch.create_check_constraint(op.f("ck_outbox_state"), "state in ('queued','running','done','dead')")


def _refuse_overlaps(names: dict[str, str]) -> None:
    """Say which rows there are to be mended first, instead of what a constraint makes of them."""
    found = op.get_bind().execute(sa.text(OVERLAPS.format(**names))).all()
    if found:
        pairs = ", ".join(f"{one} and {other}" for one, other in found[:10])
        raise RuntimeError(f"{names['table']}: these rows overlap, end one of each pair first: {pairs}")
