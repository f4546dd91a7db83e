"""`python -m cli ledger`: the postings as CSV, what customers owe by age, and whether it all adds up."""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from datetime import date
from typing import TextIO

from data.queries import billing as queries
from domain.billing.ledger import OpenItem, ageing
from domain.money import from_minor
from services import portal

COLUMNS = ("booked_on", "transaction", "key", "document", "account", "currency", "amount")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("export", "ageing", "check"))
    parser.add_argument(
        "--from", dest="first", type=date.fromisoformat, metavar="DATE", help="export: first day booked"
    )
    parser.add_argument(
        "--to", dest="end", type=date.fromisoformat, metavar="DATE", help="export: the day after the last"
    )
    parser.add_argument(
        "--on",
        type=date.fromisoformat,
        metavar="DATE",
        help="ageing: how old what is open now is on this day; else today",
    )


def command(arguments: argparse.Namespace, here: portal.Portal) -> int:
    """0 when done; 1 when the check found something."""
    portal.use(here)
    if arguments.what == "export":
        export(sys.stdout, arguments.first, arguments.end)
        return 0
    if arguments.what == "ageing":
        receivables(sys.stdout, arguments.on or portal.today())
        return 0
    found = problems()
    print("\n".join(found) or "The ledger is balanced, and its receivables are the open items.")
    return 1 if found else 0


def export(out: TextIO, first: date | None = None, end: date | None = None) -> None:
    """Every posting booked in `[first, end)`: amounts in the currency's own unit, debits positive."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    with portal.current().records.reading() as db:
        for row in queries.postings(db):
            if (first is None or row.booked_on >= first) and (end is None or row.booked_on < end):
                amount = from_minor(row.amount_minor, row.currency)
                writer.writerow(
                    [row.booked_on, row.transaction_id, row.key, row.document, row.account, row.currency, amount]
                )


def receivables(out: TextIO, on: date) -> None:
    """What each customer account owes on open documents, by how long it has been overdue, and a sum per currency."""
    by_account: dict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    with portal.current().records.reading() as db:
        for row in queries.open_documents(db):
            by_account[row.currency, row.account_number].append(row.item)
    for currency, _ in list(by_account):
        rows = [item for (each, name), items in by_account.items() if each == currency and name for item in items]
        by_account[currency, ""] = rows
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["account", "currency", *ageing([], on), "open"])
    for (currency, number), items in sorted(
        by_account.items(), key=lambda each: (each[0][0], not each[0][1], each[0][1])
    ):
        found = ageing(items, on)
        amounts = [from_minor(amount, currency) for amount in (*found.values(), sum(found.values()))]
        writer.writerow([number or "total", currency, *amounts])


def problems() -> list[str]:
    """Sentences; none when the ledger is balanced and the receivable of each account is its open items."""
    with portal.current().records.reading() as db:
        sums = queries.ledger_sums(db)
        opened = queries.open_documents(db)
    whole: dict[str, int] = defaultdict(int)
    differ: dict[tuple[str, str], int] = defaultdict(int)
    for (code, currency), amount in sums.items():
        whole[currency] += amount
        if code.startswith("receivable:"):
            differ[code, currency] += amount
    for row in opened:
        differ[f"receivable:{row.account_number}", row.currency] -= row.open_minor
    found = [f"The ledger is off by {from_minor(amount, one)} {one}." for one, amount in whole.items() if amount]
    return found + [
        f"{code} differs from its open items by {from_minor(amount, one)} {one}."
        for (code, one), amount in sorted(differ.items())
        if amount
    ]
