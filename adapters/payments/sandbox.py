"""The embedded provider: a bank that does what it is told, on a file of its own, so that nothing leaves the machine.

It is a provider like others: it has its own memory, knows its keys and signs its messages, each of which is sent again until
the portal has taken it. What happens later (a direct debit that clears after two days, or comes back after seven) is
written down at once with the instant from which it is true, so the clock alone moves it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from adapters.clock import Clock
from adapters.payments import signatures
from adapters.payments.base import (
    Debit,
    Event,
    Method,
    ProviderRefusedError,
    ProviderUnreachableError,
    Request,
    Started,
)
from domain.errors import InvalidInputError, NotFoundError
from domain.payments.facts import Fact, FactKind, PaymentStatus, known

Choice = Literal["approve", "decline", "authenticate", "direct_debit", "direct_debit_returned", "cancel"]
EXPIRES_AFTER = timedelta(days=1)  # a page on which nobody chose anything
CLEARS_AFTER = timedelta(days=2)
RETURNS_AFTER = timedelta(days=7)
# Saved methods by what happens when they are charged without the customer.
METHODS = {
    "card-good": Method("card-good", "card", "Visa", "4242", date(2030, 12, 31)),
    "card-no-funds": Method("card-no-funds", "card", "Visa", "9995", date(2030, 12, 31)),
    "card-expired": Method("card-expired", "card", "Mastercard", "0069", date(2024, 2, 29)),
    "card-asks": Method("card-asks", "card", "Visa", "3155", date(2030, 12, 31)),
    "card-silent": Method("card-silent", "card", "Visa", "0341", date(2030, 12, 31)),
    "debit-good": Method("debit-good", "sepa_debit", "Demo Bank", "3000"),
    "debit-returned": Method("debit-returned", "sepa_debit", "Demo Bank", "3001"),
}
SCHEMA = (
    """create table if not exists payment (
    number integer primary key, key text not null unique, asked text not null, return_url text not null,
    amount_minor integer not null check (amount_minor > 0))""",
    """create table if not exists fact (
    number integer primary key, payment integer not null references payment (number), kind text not null,
    key text not null, amount_minor integer not null, reason text not null, true_from real not null,
    is_told integer not null default 0, unique (kind, key))""",
    """create table if not exists setup (
    number integer primary key, key text not null unique, return_url text not null, method text not null default '')""",
    """create table if not exists debit (
    number integer primary key, key text not null unique, bank_name text not null, last4 text not null)""",
    """create table if not exists refund (
    key text primary key, payment integer not null references payment (number), amount_minor integer not null,
    refund text not null)""",
)


@dataclass(frozen=True)
class Message:
    """A signed message as it goes over the wire."""

    body: bytes
    signature: str


@dataclass(frozen=True)
class Page:
    """What the provider's page of a payment shows. [minor units]

    is_over : nothing can be chosen any more; asks_bank : the customer's bank waits for a confirmation
    """

    return_url: str
    amount_minor: int
    currency: str
    reference: str
    is_over: bool
    asks_bank: bool


class SandboxProvider:
    name = "sandbox"
    signature_header = "X-Payment-Signature"

    def __init__(self, path: Path, clock: Clock, *, secret: str) -> None:
        self._path, self._clock, self._secret = path, clock, secret
        with self._writing() as db:
            for statement in SCHEMA:
                db.execute(statement)

    def start(self, request: Request) -> Started:
        if request.amount_minor <= 0:
            raise InvalidInputError("amount", "above_zero", amount_minor=request.amount_minor)
        if request.method and self._saved(request.method) is None:
            raise ProviderRefusedError("method_unknown", method=request.method)
        number, is_new = self._begin(request)
        if request.method == "card-silent" and is_new:
            raise ProviderUnreachableError(key=request.key)
        is_asked = not request.method or known(1, self.facts(_name(number))).status is PaymentStatus.AUTHENTICATION
        return Started(_name(number), f"/sandbox/pay/{_name(number)}" if is_asked else "")

    def find(self, key: str) -> str:
        with self._reading() as db:
            row = db.execute("select number from payment where key = ?", (key,)).fetchone()
        return _name(row[0]) if row else ""

    def facts(self, provider_id: str) -> tuple[Fact, ...]:
        with self._reading() as db:
            return self._facts(db, self._number(db, provider_id))

    def choose(self, provider_id: str, choice: Choice) -> None:
        """What the customer pressed on the provider's page; a payment that is over takes no more choices."""
        with self._writing() as db:
            number = self._number(db, provider_id)
            payment = known(1, self._facts(db, number))
            if not payment.is_open or any(fact.kind is FactKind.PROCESSING for fact in payment.facts):
                raise ProviderRefusedError("payment_over", status=str(payment.status))
            db.execute("delete from fact where payment = ? and true_from > ?", (number, self._clock.now().timestamp()))
            self._write(db, number, choice)

    def page(self, provider_id: str) -> Page:
        """What the page of a payment shows."""
        with self._reading() as db:
            number = self._number(db, provider_id)
            asked, return_url = db.execute(
                "select asked, return_url from payment where number = ?", (number,)
            ).fetchone()
            payment = known(1, self._facts(db, number))
        amount_minor, currency, reference, _method = json.loads(asked)
        is_over = not payment.is_open or payment.status is PaymentStatus.PROCESSING
        is_asked = payment.status is PaymentStatus.AUTHENTICATION
        return Page(return_url, amount_minor, currency, reference, is_over=is_over, asks_bank=is_asked)

    def begin_method(self, key: str, return_url: str) -> Started:
        with self._writing() as db:
            db.execute("insert into setup (key, return_url) values (?, ?) on conflict do nothing", (key, return_url))
            number = int(db.execute("select number from setup where key = ?", (key,)).fetchone()[0])
        return Started(f"sse_{number:06d}", f"/sandbox/pay/sse_{number:06d}")

    def added_method(self, setup_id: str) -> Method | None:
        token = self._setup(setup_id)[1]
        return METHODS[token] if token else None

    def setup_page(self, setup_id: str) -> str:
        """Where the page of an adding leads back to."""
        return self._setup(setup_id)[0]

    def choose_method(self, setup_id: str, token: str) -> None:
        """The card the customer chose on the provider's page; the first choice stays."""
        self._setup(setup_id)
        if token not in METHODS or METHODS[token].kind != "card":
            raise ProviderRefusedError("method_unknown", method=token)
        with self._writing() as db:
            chosen = "update setup set method = ? where number = ? and method = ''"
            db.execute(chosen, (token, int(setup_id.removeprefix("sse_"))))

    def debit_method(self, debit: Debit) -> Method:
        with self._writing() as db:
            db.execute(
                "insert into debit (key, bank_name, last4) values (?, ?, ?) on conflict do nothing",
                (debit.key, debit.bank_name, debit.iban[-4:]),
            )
            number = int(db.execute("select number from debit where key = ?", (debit.key,)).fetchone()[0])
        return self.method(f"debit-{number:06d}")

    def refund(self, provider_id: str, amount_minor: int, key: str) -> str:
        if amount_minor <= 0:
            raise InvalidInputError("amount", "above_zero", amount_minor=amount_minor)
        with self._writing() as db:
            number = self._number(db, provider_id)
            told = db.execute("select payment, amount_minor, refund from refund where key = ?", (key,)).fetchone()
            if told:
                if told[:2] != (number, amount_minor):
                    raise ProviderRefusedError("key_used", key=key)
                return str(told[2])
            most = known(1, self._facts(db, number)).refundable_minor
            if amount_minor > most:
                raise ProviderRefusedError("refund_above_captured", most_minor=most)
            count = db.execute("select count(*) from refund").fetchone()[0]
            name = f"sre_{count + 1:06d}"
            db.execute("insert into refund values (?, ?, ?, ?)", (key, number, amount_minor, name))
            self._add(db, number, Fact(FactKind.REFUNDED, name, amount_minor))
            return name

    def dispute(self, provider_id: str, *, is_won: bool | None = None) -> None:
        """The customer's bank takes all of it back, or answers a dispute that is open."""
        with self._writing() as db:
            number = self._number(db, provider_id)
            payment = known(1, self._facts(db, number))
            key = f"sdp_{number:06d}"
            if is_won is None:
                if payment.kept_minor <= 0:
                    raise ProviderRefusedError("nothing_to_dispute")
                self._add(db, number, Fact(FactKind.DISPUTED, key, payment.kept_minor))
                return
            if not any(fact.kind is FactKind.DISPUTED for fact in payment.facts):
                raise ProviderRefusedError("no_dispute")
            self._add(db, number, Fact(FactKind.DISPUTE_WON if is_won else FactKind.DISPUTE_LOST, key))

    def method(self, token: str) -> Method:
        found = self._saved(token)
        if found is None:
            raise NotFoundError(method=token)
        return found

    def messages(self) -> list[tuple[int, Message]]:
        """Everything that is true by now and was not told, each with its number, newly signed."""
        now = self._clock.now()
        with self._reading() as db:
            rows = db.execute(
                "select number, payment, true_from from fact where not is_told and true_from <= ? order by true_from, number",
                (now.timestamp(),),
            ).fetchall()
        found = []
        for number, payment, true_from in rows:
            told = {"id": f"sev_{number:06d}", "payment": _name(payment), "at": true_from}
            body = json.dumps(told, sort_keys=True).encode()
            found.append((int(number), Message(body, signatures.sign(self._secret, body, now))))
        return found

    def told(self, number: int) -> None:
        """The portal has taken this message; until then it is sent again."""
        with self._writing() as db:
            db.execute("update fact set is_told = 1 where number = ?", (number,))

    def read_event(self, body: bytes, signature: str) -> Event:
        signatures.verify(self._secret, body, signature, self._clock.now())
        told = json.loads(body)
        return Event(str(told["id"]), str(told["payment"]), datetime.fromtimestamp(float(told["at"]), UTC))

    def _begin(self, request: Request) -> tuple[int, bool]:
        asked = json.dumps([request.amount_minor, request.currency, request.reference, request.method])
        with self._writing() as db:
            row = db.execute("select number, asked from payment where key = ?", (request.key,)).fetchone()
            if row:
                if row[1] != asked:
                    raise ProviderRefusedError("key_used", key=request.key)
                return int(row[0]), False
            made = db.execute(
                "insert into payment (key, asked, return_url, amount_minor) values (?, ?, ?, ?)",
                (request.key, asked, request.return_url, request.amount_minor),
            )
            number = int(made.lastrowid or 0)
            if request.method:
                self._charge(db, number, request.method)
            else:
                self._add(db, number, Fact(FactKind.CANCELLED, _name(number)), after=EXPIRES_AFTER)
            return number, True

    def _charge(self, db: sqlite3.Connection, number: int, method: str) -> None:
        if method not in METHODS:  # an account that was added: how it behaves is in its last digits, as with the others
            returned = METHODS["debit-returned"].last4
            last4 = db.execute("select last4 from debit where number = ?", (_digits(method, "debit-"),)).fetchone()[0]
            method = "debit-returned" if last4 == returned else "debit-good"
        choices: dict[str, Choice] = {
            "card-good": "approve", "card-silent": "approve", "card-asks": "authenticate", "debit-good": "direct_debit",
            "debit-returned": "direct_debit_returned",
        }  # fmt: skip
        reasons = {"card-no-funds": "insufficient_funds", "card-expired": "expired_card"}
        if method in reasons:
            self._add(db, number, Fact(FactKind.DECLINED, _name(number), reason=reasons[method]))
        else:
            self._write(db, number, choices[method])

    def _write(self, db: sqlite3.Connection, number: int, choice: Choice) -> None:
        name = _name(number)
        amount = int(db.execute("select amount_minor from payment where number = ?", (number,)).fetchone()[0])
        capture = Fact(FactKind.CAPTURED, f"sch_{number:06d}", amount)
        if choice == "approve":
            self._add(db, number, capture)
        elif choice == "decline":
            self._add(db, number, Fact(FactKind.DECLINED, name, reason="declined_by_customer"))
        elif choice == "cancel":
            self._add(db, number, Fact(FactKind.CANCELLED, name))
        elif choice == "authenticate":
            self._add(db, number, Fact(FactKind.AUTHENTICATION, name))
            self._add(db, number, Fact(FactKind.CANCELLED, name), after=EXPIRES_AFTER)
        else:
            self._add(db, number, Fact(FactKind.PROCESSING, name))
            self._add(db, number, capture, after=CLEARS_AFTER)
            if choice == "direct_debit_returned":
                self._add(db, number, Fact(FactKind.RETURNED, f"srt_{number:06d}", amount), after=RETURNS_AFTER)

    def _add(self, db: sqlite3.Connection, number: int, fact: Fact, *, after: timedelta = timedelta()) -> None:
        true_from = (self._clock.now() + after).timestamp()
        db.execute(
            "insert into fact (payment, kind, key, amount_minor, reason, true_from) values (?, ?, ?, ?, ?, ?)"
            " on conflict do nothing",
            (number, str(fact.kind), fact.key, fact.amount_minor, fact.reason, true_from),
        )

    def _facts(self, db: sqlite3.Connection, number: int) -> tuple[Fact, ...]:
        rows = db.execute(
            "select kind, key, amount_minor, reason from fact where payment = ? and true_from <= ? order by number",
            (number, self._clock.now().timestamp()),
        )
        return tuple(Fact(FactKind(kind), key, amount, reason) for kind, key, amount, reason in rows)

    def _number(self, db: sqlite3.Connection, provider_id: str) -> int:
        row = db.execute("select number from payment where number = ?", (_digits(provider_id, "spi_"),)).fetchone()
        if row is None:
            raise NotFoundError(payment=provider_id)
        return int(row[0])

    def _setup(self, setup_id: str) -> tuple[str, str]:
        """Where it leads back to and the method chosen."""
        number = _digits(setup_id, "sse_")
        with self._reading() as db:
            row = db.execute("select return_url, method from setup where number = ?", (number,)).fetchone()
        if row is None:
            raise NotFoundError(method=setup_id)
        return str(row[0]), str(row[1])

    def _saved(self, token: str) -> Method | None:
        if token in METHODS:
            return METHODS[token]
        with self._reading() as db:
            row = db.execute(
                "select bank_name, last4 from debit where number = ?", (_digits(token, "debit-"),)
            ).fetchone()
        return Method(token, "sepa_debit", *row) if row else None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time; everything of the block is on disk when it ends, or nothing is."""
        with self._reading() as db:
            db.execute("pragma synchronous = full")
            db.execute("begin immediate")
            try:
                yield db
            except BaseException:
                db.execute("rollback")
                raise
            db.execute("commit")


def _digits(name: str, prefix: str) -> int:
    """The number in a name of ours; 0, which nothing has, in any other."""
    digits = name.removeprefix(prefix)
    is_ours = name.startswith(prefix) and digits.isascii() and digits.isdigit() and len(digits) <= 12
    return int(digits) if is_ours else 0


def _name(number: int) -> str:
    return f"spi_{number:06d}"
