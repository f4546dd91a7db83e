"""Tariff versions, taxes, holidays and market prices as records; contracts and their terms, one at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.tables.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Table, what two rows share when they stand in each other's way, and which rows count.
ONE_AT_A_TIME = (
    ("contract", ("supply_point_id", "direction"), ""),
    ("contract_term", ("contract_id",), "superseded_at is null"),
)
OVERLAP = """
exists (select 1 from {table} other where {same} and other.id is not new.id {counts}
and (new.end_date is null or other.first_date < new.end_date)
and (other.end_date is null or new.first_date < other.end_date)) {new_counts}
"""
DIRECTION = "case direction when 'feed_in' then 1 else 0 end"
# Ranges of one number need no extension for their equality.
EXCLUSIONS = (
    (
        "alter table contract add constraint ex_contract_one_at_a_time exclude using gist"
        " (int4range(supply_point_id, supply_point_id, '[]') with &&,"
        f" int4range({DIRECTION}, {DIRECTION}, '[]') with &&, daterange(first_date, end_date) with &&)"
    ),
    (
        "alter table contract_term add constraint ex_contract_term_one_at_a_time exclude using gist"
        " (int4range(contract_id, contract_id, '[]') with &&, daterange(first_date, end_date) with &&)"
        " where (superseded_at is null)"
    ),
)
USED = "exists (select 1 from contract_term t where t.tariff_version_id = old.id)"
KEPT = ("code", "version", "currency", "zone", "commodity", "direction", "body", "digest")
TERM_KEPT = ("contract_id", "tariff_version_id", "first_date", "end_date", "known_at")
# Before which change of which table, when what is so, this is said. The same words on both databases.
GUARDS = (
    (
        "tariff_version", "update",
        f"({' or '.join(f'new.{name} is distinct from old.{name}' for name in KEPT)}) and {USED}",
        "tariff_version: in use by a contract, publish a new version",
    ),
    ("tariff_version", "delete", USED, "tariff_version: in use by a contract"),
    (
        "contract_term", "update",
        f"old.superseded_at is not null or {' or '.join(f'new.{name} is distinct from old.{name}' for name in TERM_KEPT)}",
        "contract_term: add a row and supersede this one",
    ),
    ("contract_term", "delete", "true", "contract_term: rows are kept"),
    ("price_point", "update", "true", "price_point: published prices are kept"),
    ("price_point", "delete", "true", "price_point: published prices are kept"),
    (
        "tax_rule", "update",
        """old.valid_to is not null or new.rate <> old.rate or new.category <> old.category
        or new.vat_code <> old.vat_code or new.valid_from is distinct from old.valid_from""",
        "tax_rule: end this row and add the next",
    ),
    ("tax_rule", "delete", "true", "tax_rule: rows are kept"),
    (
        "levy_rate", "update",
        """old.valid_to is not null or new.price <> old.price or new.levy <> old.levy
        or new.valid_from is distinct from old.valid_from""",
        "levy_rate: end this row and add the next",
    ),
    ("levy_rate", "delete", "true", "levy_rate: rows are kept"),
)  # fmt: skip


def upgrade() -> None:
    _tariffs()
    _market()
    _contracts()
    if op.get_bind().dialect.name == "postgresql":
        _rules_postgresql()
    else:
        _rules_sqlite()


def _rules_sqlite() -> None:
    def refuse(name: str, table: str, verb: str, what: str, words: str) -> None:
        what = what.replace("is distinct from", "is not")
        op.execute(
            f"create trigger {name} before {verb} on {table} when {what} begin select raise(abort, '{words}'); end"
        )

    for table, keys, counts in ONE_AT_A_TIME:
        same = " and ".join(f"other.{key} = new.{key}" for key in keys)
        names = {
            "counts": f"and other.{counts}" if counts else "", "new_counts": f"and new.{counts}" if counts else ""
        }  # fmt: skip
        overlap = OVERLAP.format(table=table, same=same, **names)
        for verb in ("insert", "update"):
            refuse(f"{table}_one_at_a_time_{verb}", table, verb, overlap, f"{table}: one at a time")
    for place, (table, verb, what, words) in enumerate(GUARDS):
        refuse(f"{table}_keeps_{place}", table, verb, what, words)


def _rules_postgresql() -> None:
    for statement in EXCLUSIONS:
        op.execute(statement)
    for place, (table, verb, what, words) in enumerate(GUARDS):
        name, result = f"{table}_keeps_{place}", "old" if verb == "delete" else "new"
        op.execute(
            f"create function {name}() returns trigger language plpgsql as $$ begin"
            f" if {what} then raise exception '{words}'; end if; return {result}; end $$"
        )
        op.execute(f"create trigger {name} before {verb} on {table} for each row execute function {name}()")


def _tariffs() -> None:
    op.create_table(
        "tariff_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("commodity", sa.String(length=16), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("customer_class", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("offered_from", sa.Date(), nullable=False),
        sa.Column("offered_until", sa.Date(), nullable=True),
        sa.Column("term_months", sa.Integer(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("renewal_months", sa.Integer(), nullable=False),
        sa.Column("guarantee_months", sa.Integer(), nullable=False),
        sa.Column("exit_fee_minor", sa.Integer(), nullable=False),
        sa.Column("green_share_percent", sa.Integer(), nullable=True),
        sa.Column("co2_g_per_kwh", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("commodity in ('electricity','gas','heat')", name=op.f("ck_tariff_version_commodity")),
        sa.CheckConstraint(
            "customer_class in ('household','business','any')", name=op.f("ck_tariff_version_customer_class")
        ),
        sa.CheckConstraint("direction in ('supply','feed_in')", name=op.f("ck_tariff_version_direction")),
        sa.CheckConstraint("exit_fee_minor >= 0", name=op.f("ck_tariff_version_exit_fee")),
        sa.CheckConstraint(
            "offered_until is null or offered_until > offered_from", name=op.f("ck_tariff_version_offered")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff_version")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_tariff_version_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tariff_version_public_id")),
    )
    op.create_table(
        "tax_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vat_code", sa.String(length=24), nullable=False),
        sa.Column("rate", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=2), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.CheckConstraint("category in ('S','Z','E','AE','O')", name=op.f("ck_tax_rule_category")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rule")),
        sa.UniqueConstraint("vat_code", "valid_from", name=op.f("uq_tax_rule_vat_code")),
    )
    op.create_table(
        "levy_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("levy", sa.String(length=40), nullable=False),
        sa.Column("price", sa.String(length=24), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_levy_rate")),
        sa.UniqueConstraint("levy", "valid_from", name=op.f("uq_levy_rate_levy")),
    )


def _market() -> None:
    op.create_table(
        "holiday",
        sa.Column("region", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("region", "day", name=op.f("pk_holiday")),
    )
    op.create_table(
        "holiday_span",
        sa.Column("region", sa.String(length=16), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_holiday_span")),
    )
    op.create_table(
        "price_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("scale", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_series")),
        sa.UniqueConstraint("name", name=op.f("uq_price_series_name")),
    )
    op.create_table(
        "price_point",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["price_series.id"], name=op.f("fk_price_point_series_id")),
        sa.PrimaryKeyConstraint("series_id", "start_s", name=op.f("pk_price_point")),
    )


def _contracts() -> None:
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("supply_point_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("minimum_until", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("renewal_months", sa.Integer(), nullable=False),
        sa.Column("exit_fee_minor", sa.Integer(), nullable=False),
        sa.Column("payment_terms_days", sa.Integer(), nullable=False),
        sa.Column("billing_cycle", sa.String(length=8), nullable=False),
        sa.Column("commissioning_date", sa.Date(), nullable=True),
        sa.Column("installed_kw", sa.String(length=16), nullable=True),
        sa.Column("capacities", sa.String(length=200), nullable=False),
        sa.Column("order_number", sa.String(length=60), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("billing_cycle in ('monthly','yearly')", name=op.f("ck_contract_billing_cycle")),
        sa.CheckConstraint("direction in ('supply','feed_in')", name=op.f("ck_contract_direction")),
        sa.CheckConstraint("end_date is null or end_date > first_date", name=op.f("ck_contract_dates")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contract_account_id")),
        sa.ForeignKeyConstraint(["supply_point_id"], ["supply_point.id"], name=op.f("fk_contract_supply_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contract_public_id")),
    )
    op.create_index(op.f("ix_contract_account_id"), "contract", ["account_id"], unique=False)
    op.create_index("ix_contract_supply_point_id", "contract", ["supply_point_id"], unique=False)
    op.create_table(
        "contract_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("tariff_version_id", sa.Integer(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("known_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("end_date is null or end_date > first_date", name=op.f("ck_contract_term_dates")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_term_contract_id")),
        sa.ForeignKeyConstraint(
            ["tariff_version_id"], ["tariff_version.id"], name=op.f("fk_contract_term_tariff_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_term")),
    )
    op.create_index("ix_contract_term_contract_id", "contract_term", ["contract_id"], unique=False)
    op.create_index("ix_contract_term_tariff_version_id", "contract_term", ["tariff_version_id"], unique=False)
