"""`python -m cli bank-import FILE`: every entry of a bank statement booked once, or kept in suspense with a reason.

For staff at a terminal. A file that cannot be read to its end changes nothing; each entry is then a transaction of its own.
Money that nobody can be named for is on `suspense` until a person says whose it is, so `bank` is always what the bank says.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from adapters import cipher
from adapters.bank.camt053 import MOST_BYTES, BankEntry, Statement, StatementRefusedError, read_statements
from data.queries import bank as queries
from data.queries import receivables as reading
from data.repositories import audit
from data.repositories import bank as repository
from data.tables.bank import BankEntryRow
from domain.billing.ledger import Allocation
from domain.errors import DomainError, InvalidInputError
from domain.money import from_minor
from domain.payments.matching import (
    Hit,
    Numbered,
    Unclear,
    candidates,
    choose,
    confirms,
    document_numbers,
    entry_keys,
    normal,
)  # fmt: skip
from domain.registry import Registry
from services import portal, receivables
from services.receivables import TRANSFERS, Booking, Received
from services.refusals import sentence
from services.retailer import retailer

BY_HAND = "clearing:by_hand"  # what staff wrote down, until the bank's statement shows it
# Who knows an end-to-end id: each gives the ledger's key of the payment it belongs to, or nothing.
END_TO_END: Registry[Callable[[Session, str], str | None]] = Registry("end-to-end ids")


@END_TO_END.register("ledger")
def _ledger_key(db: Session, end_to_end: str) -> str | None:
    return end_to_end if reading.money_moved(db, end_to_end) else None


@dataclass(frozen=True)
class Taken:
    """What became of an entry. what : "known", "paid", "confirmed", "returned", "refund", "came_back", "suspense", "empty"."""

    entry: BankEntry
    what: str
    account_number: str = ""
    reason: str = ""
    allocation: Allocation | None = None


def import_statements(content: bytes, *, dry_run: bool = False) -> list[Taken]:
    """Book what is not known yet; nothing is changed by a file that cannot be read or is of another bank account.

    StatementRefusedError names the place of what cannot be read, InvalidInputError the other account.
    dry_run : do all of it, tell what became of it, and take it back
    """
    statements = read_statements(content)
    _own(statements)
    entries = list(_numbered(statements))
    records = portal.current().records
    with records.reading() as db:
        accounts = {normal(number): number for number in queries.account_numbers(db)}
    if not dry_run:
        return [_in_one(key, number, entry, accounts) for key, number, entry in entries]
    with records.transaction() as tx:
        taken = [take(tx, key, number, entry, accounts) for key, number, entry in entries]
        tx.rollback()
    return taken


def _own(statements: tuple[Statement, ...]) -> None:
    """All of them are of the bank account that bills name: entries of another one are not the ledger's `bank`."""
    own = retailer(portal.current().config).payment.iban.replace(" ", "").upper()
    for statement in statements:
        if (found := statement.iban.replace(" ", "").upper()) != own:
            raise InvalidInputError("statement", "other_account", found=found, own=own)


def _numbered(statements: tuple[Statement, ...]) -> Iterator[tuple[str, str, BankEntry]]:
    """Key, statement and entry, in the order of the file."""
    for statement in statements:
        parts = [Numbered(one.key, one.bank_reference, one.booked, one.amount_minor) for one in statement.entries]
        for key, entry in zip(entry_keys(statement.iban, parts), statement.entries, strict=True):
            yield key[:200], statement.number[:80], entry


def _in_one(key: str, number: str, entry: BankEntry, accounts: Mapping[str, str]) -> Taken:
    with portal.current().records.transaction() as tx:
        return take(tx, key, number, entry, accounts)


def take(tx: Session, key: str, statement: str, entry: BankEntry, accounts: Mapping[str, str]) -> Taken:
    """Book one entry in the caller's transaction, once per key. accounts : numbers by their plain form."""
    made = portal.current()
    sealed = cipher.encipher(made.config.secret_key, cipher.IBAN, entry.other_iban) if entry.other_iban else ""
    row = repository.add_if_absent(
        tx, entry_key=key, source="statement", statement=statement, amount_minor=entry.amount_minor,
        currency=entry.currency, booked_on=entry.booked, end_to_end=entry.end_to_end[:80],
        bank_reference=entry.bank_reference[:80], reference=_text(entry)[:400], other_name=entry.other_name[:140],
        other_iban_sealed=sealed, other_iban_end=entry.other_iban[-4:], return_reason=entry.return_reason[:40],
        state="booked", reason="", created_at=made.clock.now(),
    )  # fmt: skip
    if row is None:
        return Taken(entry, "known")
    taken = _judge(tx, row, entry, accounts)
    detail: dict[str, object] = {"amount_minor": entry.amount_minor, "what": taken.what, "reason": taken.reason}
    event = audit.Event("bank:imported", object_type="bank", object_id=row.public_id, detail=detail)
    audit.add(tx, event, now=made.clock.now())
    return taken


def _judge(tx: Session, row: BankEntryRow, entry: BankEntry, accounts: Mapping[str, str]) -> Taken:
    if entry.amount_minor == 0:
        row.state = "empty"
        return Taken(entry, "empty")
    if entry.amount_minor < 0:
        return _returned(tx, row, entry) if entry.return_reason else _went_out(tx, row, entry)
    return _came_back(tx, row, entry) if entry.return_reason else _came_in(tx, row, entry, accounts)


def _came_in(tx: Session, row: BankEntryRow, entry: BankEntry, accounts: Mapping[str, str]) -> Taken:
    hits = list(_hits(tx, entry, accounts))
    chosen = choose(hits, entry.currency)
    written = _written_before(tx, entry, chosen.account_number if isinstance(chosen, Hit) else "")
    if written is not None:
        booking = _booking(row)
        receivables.move_money(tx, entry.currency, entry.amount_minor, (BY_HAND, "bank"), booking)
        row.transaction_key, row.account_id = booking.key, written.account_id
        written.state, written.ended_at = "confirmed", portal.current().clock.now()
        return Taken(entry, "confirmed", chosen.account_number if isinstance(chosen, Hit) else "")
    if isinstance(chosen, Unclear):
        return _suspended(tx, row, entry, chosen.code)
    booking = _booking(row)
    received = Received(chosen.account_number, entry.amount_minor, entry.currency, chosen.document)
    allocation = receivables.book_received(tx, received, booking)
    row.transaction_key, row.account_id = booking.key, receivables.lock(tx, chosen.account_number)
    return Taken(entry, "paid", chosen.account_number, allocation=allocation)


def _hits(tx: Session, entry: BankEntry, accounts: Mapping[str, str]) -> Iterator[Hit]:
    own, words = candidates(entry.end_to_end), candidates(_text(entry))
    for name in END_TO_END:
        key = END_TO_END[name](tx, entry.end_to_end) if entry.end_to_end else None
        moved = reading.money_moved(tx, key) if key else None
        if moved:
            yield Hit("end_to_end", moved.account_number)
    for party, number, currency in queries.named_documents(tx, document_numbers(own | words)):
        yield Hit("end_to_end" if normal(number) in own else "document", party, number, currency)
    for name in sorted((own | words) & accounts.keys()):
        yield Hit("end_to_end" if name in own else "account", accounts[name])


def _text(entry: BankEntry) -> str:
    return " ".join(part for part in (entry.creditor_reference, entry.reference) if part)


def _written_before(tx: Session, entry: BankEntry, account_number: str) -> BankEntryRow | None:
    """What staff wrote down of this money: by the bank's number, or by account, amount and about the day."""
    for row in repository.expected(tx, entry.amount_minor, entry.currency):
        same = row.bank_reference in {entry.bank_reference, entry.end_to_end} and bool(row.bank_reference)
        is_account = account_number and row.account_id == receivables.lock(tx, account_number)
        if same or (is_account and confirms(row.booked_on, entry.booked)):
            return row
    return None


def _came_back(tx: Session, row: BankEntryRow, entry: BankEntry) -> Taken:
    """A refund that its bank sent back: the customer is owed it again."""
    found = queries.booked_refund(tx, entry.end_to_end)
    if found is None:
        return _suspended(tx, row, entry, "unknown_return")
    return _or_suspended(tx, row, entry, "came_back", receivables.book_undone, found[0])


def _returned(tx: Session, row: BankEntryRow, entry: BankEntry) -> Taken:
    """A direct debit that the customer's bank took back: what it had paid is open again."""
    keys = [END_TO_END[name](tx, entry.end_to_end) for name in END_TO_END] if entry.end_to_end else []
    key = next((key for key in keys if key), None)
    if key is None:
        return _suspended(tx, row, entry, "unknown_return")
    return _or_suspended(tx, row, entry, "returned", receivables.book_return, key)


def _or_suspended(
    tx: Session, row: BankEntryRow, entry: BankEntry, what: str, book: Callable[..., bool], key: str
) -> Taken:
    booking, moved = _booking(row), reading.money_moved(tx, key)
    if moved is None or moved.currency != entry.currency or abs(entry.amount_minor) > moved.left_minor:
        return _suspended(tx, row, entry, "other_amount")
    book(tx, key, abs(entry.amount_minor), booking, "bank")
    row.transaction_key, row.account_id = booking.key, receivables.lock(tx, moved.account_number)
    return Taken(entry, what, moved.account_number)


def _went_out(tx: Session, row: BankEntryRow, entry: BankEntry) -> Taken:
    """A transfer that we ordered: a refund on its way has arrived."""
    found = queries.booked_refund(tx, entry.end_to_end) or queries.booked_refund(tx, entry.reference)
    if found is None:
        return _suspended(tx, row, entry, "money_out")
    key, amount, currency = found
    moved = reading.money_moved(tx, key)
    booking = Booking(f"arrived:{key}", entry.booked)
    if (amount, currency) != (-entry.amount_minor, entry.currency) or not moved or moved.money_account != TRANSFERS:
        return _suspended(tx, row, entry, "other_amount")
    if not receivables.move_money(tx, currency, amount, ("bank", TRANSFERS), booking):
        return _suspended(tx, row, entry, "paid_twice")
    row.transaction_key, row.account_id = booking.key, receivables.lock(tx, moved.account_number)
    return Taken(entry, "refund", moved.account_number)


def _suspended(tx: Session, row: BankEntryRow, entry: BankEntry, reason: str) -> Taken:
    booking = _booking(row)
    route = ("suspense", "bank") if entry.amount_minor > 0 else ("bank", "suspense")
    receivables.move_money(tx, entry.currency, abs(entry.amount_minor), route, booking)
    row.state, row.reason, row.transaction_key = "suspense", reason, booking.key
    return Taken(entry, "suspense", reason=reason)


def _booking(row: BankEntryRow) -> Booking:
    return Booking(f"bank:{row.public_id}", row.booked_on)


REASONS = {
    "nothing_named": "names no invoice and no account",
    "several_accounts": "names several accounts",
    "other_currency": "names an invoice in another currency",
    "unknown_return": "returns a payment that is not known here",
    "other_amount": "is not the amount it names",
    "money_out": "is money that went out, for no refund of ours",
    "paid_twice": "pays a refund a second time",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a camt.053 statement")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be booked, change nothing")


def command(arguments: argparse.Namespace, made: portal.Portal) -> int:
    """0 when all is booked or known; 1 when something waits in suspense; 2 when the file cannot be booked."""
    portal.use(made)
    try:
        with arguments.file.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        taken = import_statements(content, dry_run=arguments.dry_run)
    except OSError as error:
        print(f"{arguments.file}: {error.strerror} -> choose a file that can be read", file=sys.stderr)
        return 2
    except StatementRefusedError as refused:
        print(f"{arguments.file}: {refused}", file=sys.stderr)
        return 2
    except DomainError as refused:
        print(f"{arguments.file}: {sentence(refused)}", file=sys.stderr)
        return 2
    for one in taken:
        print(_line(one))
    counted = Counter(one.what for one in taken)
    print(f"{len(taken)} entries: {', '.join(f'{count} {what}' for what, count in sorted(counted.items())) or 'none'}."
          f"{' Nothing was changed.' if arguments.dry_run else ''}")  # fmt: skip
    return 1 if counted["suspense"] else 0


def _line(one: Taken) -> str:
    entry = one.entry
    amount = f"{from_minor(entry.amount_minor, entry.currency)} {entry.currency}"
    parts = one.allocation.parts if one.allocation else ()
    settled = "".join(f", {number} {from_minor(part, entry.currency)}" for number, part in parts)
    surplus = one.allocation.surplus_minor if one.allocation else 0
    more = f", {from_minor(surplus, entry.currency)} kept as credit" if surplus else ""
    why = f": {REASONS[one.reason]}" if one.reason else ""
    return f"{entry.booked}  {amount:>14}  {one.what}{why}  {one.account_number}{settled}{more}".rstrip()
