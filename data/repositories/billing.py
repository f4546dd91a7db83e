"""Write side of documents and the ledger. Each call is part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.tables.accounts import Account
from data.tables.base import new_public_id
from data.tables.billing import (
    BillingDocument,
    BillingLine,
    BillingTax,
    LedgerAccount,
    LedgerAllocation,
    LedgerPosting,
    LedgerReopening,
    LedgerReversal,
    LedgerTransaction,
    NumberSeries,
)
from domain.billing.documents import Document
from domain.billing.ledger import Transaction, account_kind, plain

DIGITS = 6


def lock_account(tx: Session, number: str) -> Account | None:
    """The account of a number; until the end of the transaction nobody else books on it."""
    return tx.scalar(select(Account).where(Account.number == number).with_for_update())


def _insert(tx: Session, table: type[NumberSeries | LedgerAccount], rows: Sequence[dict[str, object]]) -> None:
    """Insert what is not there yet."""
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(postgresql.insert(table).values(rows).on_conflict_do_nothing())
    else:
        tx.execute(sqlite.insert(table).values(rows).on_conflict_do_nothing())


def next_number(tx: Session, series: str) -> int:
    """The next number, held until the end of the transaction; only a document uses it up."""
    statement = select(NumberSeries.next_number).where(NumberSeries.name == series).with_for_update()
    found = tx.scalar(statement)
    if found is None:
        _insert(tx, NumberSeries, [{"name": series, "next_number": 1}])
        found = tx.scalars(statement).one()
    return found


def add_document(
    tx: Session,
    document: Document,
    *,
    account_id: int,
    series: str,
    issue_key: str,
    refers_to_id: int | None,
    now: datetime,
) -> BillingDocument:
    """Lines and VAT first, then the document, whose arrival closes them."""
    number, public_id, found = next_number(tx, series), new_public_id("doc"), document.totals
    tx.execute(insert(BillingLine), _lines(document, public_id))
    tx.execute(insert(BillingTax), _taxes(document, public_id))
    row = BillingDocument(
        public_id=public_id, issue_key=issue_key, account_id=account_id, kind=document.kind, series=series, number=number,
        number_text=f"{series}-{number:0{DIGITS}d}", currency=document.currency, first_date=document.first,
        end_date=document.end, issued_on=document.issued_on, due_on=document.due_on, net_minor=found.net_minor,
        tax_minor=found.tax_minor, gross_minor=found.gross_minor, balance_minor=found.balance_minor,
        refers_to_id=refers_to_id, created_at=now,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def _lines(document: Document, public_id: str) -> list[dict[str, object]]:
    return [
        {
            "document_public_id": public_id, "position": place, "code": line.code, "label": line.label,
            "cost_group": line.cost_group, "band": line.band, "first_date": line.first, "end_date": line.end,
            "quantity": f"{line.quantity:f}", "unit": line.unit, "unit_price": f"{line.unit_price:f}",
            "net_minor": line.net_minor, "tax_rate": plain(line.rate), "tax_category": line.category,
        }
        for place, line in enumerate(document.lines, 1)
    ]  # fmt: skip


def _taxes(document: Document, public_id: str) -> list[dict[str, object]]:
    found = document.totals
    rows = [(False, row.category, row.rate, row.net_minor, row.tax_minor) for row in found.taxes]
    rows += [
        (True, one.category, one.rate, one.net_minor, one.tax_minor) for one in found.advances if one.rate is not None
    ]
    return [
        {
            "document_public_id": public_id, "is_advance": is_advance, "tax_category": category, "tax_rate": plain(rate),
            "net_minor": net, "tax_minor": tax,
        }
        for is_advance, category, rate, net, tax in rows
    ]  # fmt: skip


def add_transaction(
    tx: Session,
    transaction: Transaction,
    *,
    settles: Sequence[tuple[int, int]] = (),
    reopens: Sequence[tuple[int, int, str]] = (),
    reverses: tuple[str, int, str] | None = None,
    document_id: int | None = None,
    now: datetime,
) -> None:
    """Postings and what they settle or reopen first, then the transaction, whose arrival closes them.

    settles : document row and amount. [minor units]
    reopens : document row, amount and why: "returned" or "fee". [minor units]
    reverses : key of the booking whose money it takes back, amount and how: "refund", "return" or "undone". [minor units]
    """
    codes = sorted({posting.account for posting in transaction.postings})
    _insert(tx, LedgerAccount, [{"code": code, "kind": account_kind(code)} for code in codes])
    tx.execute(
        insert(LedgerPosting),
        [
            {
                "transaction_key": transaction.key, "account_code": one.account, "currency": one.currency,
                "amount_minor": one.amount_minor,
            }
            for one in transaction.postings
        ],
    )  # fmt: skip
    if settles:
        rows = [
            {"transaction_key": transaction.key, "document_id": each, "amount_minor": part} for each, part in settles
        ]
        tx.execute(insert(LedgerAllocation), rows)
    for document, part, kind in reopens:
        again = {"transaction_key": transaction.key, "document_id": document, "amount_minor": part, "kind": kind}
        tx.execute(insert(LedgerReopening).values(again))
    if reverses is not None:
        of_key, amount, kind = reverses
        back = {"transaction_key": transaction.key, "of_key": of_key, "amount_minor": amount, "kind": kind}
        tx.execute(insert(LedgerReversal).values(back))
    tx.execute(
        insert(LedgerTransaction).values(
            key=transaction.key, booked_on=transaction.booked_on, document_id=document_id, created_at=now
        )
    )


def booked(tx: Session, key: str) -> date | None:
    """When the transaction of a key was booked; None when it was not."""
    return tx.scalar(select(LedgerTransaction.booked_on).where(LedgerTransaction.key == key))
