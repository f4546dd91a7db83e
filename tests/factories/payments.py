"""A portal whose people can pay, on both databases, and everything a payment may change as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from data.queries import billing as queries
from data.queries import identity
from domain.access import Role, Viewer
from services import billing_issue, payment_facts
from services.payment_providers import sandbox
from tests.factories.billing import make_document, make_line
from tests.factories.databases import current_database
from tests.factories.people import People, people

ADA = "C-104 880"  # the consumer's account
TABLES = (
    "payment", "payment_fact", "webhook_event", "payment_method", "mandate", "autopay_rule", "ledger_transaction", "audit_event",
    "outbox",
)  # fmt: skip


@contextmanager
def paying(kind: str, folder: Path, **settings: object) -> Iterator[People]:
    """The people of a portal on a database of the asked kind."""
    with current_database(kind, folder) as url, people(folder, database_url=url, **settings) as made:
        yield made


def viewer(here: People, name: str = "consumer", *, role: str = "") -> Viewer:
    """That person as a session gives them; `role` changes what they are in their accounts."""
    with here.portal.records.reading() as db:
        accounts, grants = identity.memberships(db, here.ids.users[name])
    if role:
        accounts = tuple((account_id, role) for account_id, _ in accounts)
    return Viewer(here.ids.users[name], f"{name}@demo.example", name, Role.CUSTOMER, "en", grants, accounts)


def invoice(here: People, net_minor: int = 10_000, party: str = ADA, key: str = "june", **changes):
    """An issued invoice of 100.00 and 19 %: 119.00."""
    return billing_issue.issue(replace(make_document(make_line(net_minor), party=party), **changes), key)


def deliver(here: People) -> int:
    """The sandbox's untold messages, each to the portal; how many."""
    found = sandbox().messages()
    for number, message in found:
        payment_facts.receive("sandbox", message.body, {"X-Payment-Signature": message.signature})
        sandbox().told(number)
    return len(found)


def open_minor(here: People, name: str = "consumer") -> int:
    with here.portal.records.reading() as db:
        return sum(row.open_minor for row in queries.open_documents(db, [here.ids.account_rows[name]]))


def whole(here: People) -> dict[str, int]:
    """What every account of the ledger holds. [minor units]"""
    with here.portal.records.reading() as db:
        return {code: amount for (code, _currency), amount in queries.ledger_sums(db).items()}


def settled(here: People) -> dict[str, int]:
    """How many rows each table has that paying could change."""
    with here.portal.records.reading() as db:
        return {table: db.execute(text(f"select count(*) from {table}")).scalar_one() for table in TABLES}
