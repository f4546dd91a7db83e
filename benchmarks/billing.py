"""A billing run beside bare transactions that write the same rows, each by itself in a database of its own."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from services import billing_run
from services.billing_drafts import Policy
from services.billing_run import Report
from services.portal import Portal
from tests.factories.billing_world import at, billing_world
from tests.factories.tariffs import month

Row = tuple[str, str, str, str, str]
Statement = tuple[str, Sequence[object]]
BILLED_AT = "2026-07-03T08:00"


def run(*, full: bool = False) -> Iterator[Row]:
    count = 2_000 if full else 400
    with tempfile.TemporaryDirectory(prefix="bench-billing-") as name:
        folder = Path(name)
        made = billing_world(folder, count)
        before = _copied(folder / "portal.sqlite", folder / "bare.sqlite")
        seconds, report = billed(made)
        written = transactions(folder / "portal.sqlite")
        made.records.dispose()
        made.readings.close()
        bare = _bare(before, written)
    whole = sum(report.seconds.values())
    shares = ", ".join(f"{name} {100 * spent / whole:.0f} %" for name, spent in report.seconds.items())
    rows = sum(len(each) for each in written)
    yield (
        f"billing run of {count:,} monthly contracts ({shares})",
        f"{count / seconds:,.0f} invoices/s",
        f"{count / bare:,.0f} bare transactions/s of the same {rows / count:.0f} rows",
        f"{seconds / bare:.1f}x",
        "-",
    )


def billed(made: Portal) -> tuple[float, Report]:
    """Bill June of a world of `billing_world`: seconds, and what the run says of itself."""
    with at(made, BILLED_AT):
        begun = time.perf_counter()
        report = billing_run.run(month("2026-06"), Policy(grace_days=0))
        return time.perf_counter() - begun, report


# Which rows belong to one document: table, column, and what it holds. In the order in which a run writes them.
OF_A_DOCUMENT = (
    ("billing_line", "document_public_id", "{public_id}"),
    ("billing_tax", "document_public_id", "{public_id}"),
    ("billing_document", "public_id", "{public_id}"),
    ("ledger_posting", "transaction_key", "document:{number}"),
    ("ledger_allocation", "transaction_key", "document:{number}"),
    ("ledger_transaction", "key", "document:{number}"),
    ("audit_event", "object_id", "{public_id}"),
    ("billing_basis", "document_public_id", "{public_id}"),
    ("billing_draft", "document_public_id", "{public_id}"),
)


def transactions(path: Path) -> list[list[Statement]]:
    """The rows of each document of a database, as inserts."""
    with sqlite3.connect(path) as database:
        documents = database.execute(
            "select public_id, number_text, series from billing_document order by id"
        ).fetchall()
        return [_inserts(database, *document) for document in documents]


def _inserts(database: sqlite3.Connection, public_id: str, number: str, series: str) -> list[Statement]:
    found: list[Statement] = [("insert or ignore into number_series (name, next_number) values (?, 1)", (series,))]
    for table, column, holds in OF_A_DOCUMENT:
        key = holds.format(public_id=public_id, number=number)
        rows = database.execute(f"select * from {table} where {column} = ?", (key,))
        names = [each[0] for each in rows.description]
        into = f"into {table} ({', '.join(names)}) values ({', '.join('?' * len(names))})"
        for row in rows:
            if table == "ledger_posting":
                code = row[names.index("account_code")]
                found.append(("insert or ignore into ledger_account select ?, 'asset'", (code,)))
            found.append((f"insert {into}", row))
    return found


def _bare(path: Path, written: Sequence[Sequence[Statement]]) -> float:
    """Each document's rows in a transaction of their own, into the same tables with the same care, nothing else. [s]"""
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        database.execute(f"pragma {pragma}")
    begun = time.perf_counter()
    for statements in written:
        database.execute("begin immediate")
        for statement, values in statements:
            database.execute(statement, values)
        database.execute("commit")
    spent = time.perf_counter() - begun
    database.close()
    return spent


def _copied(source: Path, target: Path) -> Path:
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    return target
