"""`python -m cli refund`: what was asked, decisions from a terminal, and sending what was approved, once per request.

Sending books first, under the account's lock, then tells the route outside any transaction, with the request's id as key,
then keeps the answer. A run that was killed in between is told again by the next one; a refusal books the money back.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from adapters import cipher
from data.queries import refunds as queries
from data.queries.refunds import RefundRow
from data.repositories import audit
from data.repositories import refunds as repository
from data.tables.refunds import RefundRequest
from domain.access import Viewer
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.money import from_minor, to_minor
from domain.payments.refunds import BANK_TRANSFER, STATES, RefundAsk
from services import mails, payment_facts, portal, provider_refunds, receivables, refunds
from services.account_access import account_of_number, staff_member
from services.receivables import Booking
from services.refund_routes import ROUTES, RefundAnswer, RefundOrder
from services.refusals import sentence

UNFINISHED = ("approved", "sending")


@dataclass(frozen=True)
class Sent:
    """A request that a run looked at, how it stands now, and where the money goes."""

    order: RefundOrder
    state: str
    failure: str = ""


def run_refunds() -> list[Sent]:
    """Send what was approved, and ask again for what no answer was kept of; oldest first."""
    with portal.current().records.reading() as db:
        waiting = repository.ids_in(db, UNFINISHED)
    return [sent for public_id in waiting if (sent := send_refund(public_id)) is not None]


def send_refund(public_id: str) -> Sent | None:
    """One request; None when it is not to be sent any more."""
    order = _book(public_id)
    if isinstance(order, Sent | None):
        return order
    with portal.current().records.reading() as db:
        found = queries.refund_row(db, public_id)
    answer = ROUTES[found.route].send(order) if found else RefundAnswer("failed", reason="gone")
    with portal.current().records.transaction() as tx:
        state = finish_refund(tx, public_id, answer)
    if found:
        _learn(found)
    return Sent(order, state, answer.reason)


def _learn(found: RefundRow) -> None:
    """The payment as its provider has it now; where nobody answers, the provider's own message tells it later."""
    with portal.current().records.reading() as db:
        payment = provider_refunds.paid_by(db, found.route, found.payment_key)
    if payment is not None and payment.provider_id:
        payment_facts.learn(payment.provider, payment.provider_id)


def finish_refund(tx: Session, public_id: str, answer: RefundAnswer) -> str:
    """Keep a route's answer, also one that came later: the state after it. A refusal books the money back."""
    made = portal.current()
    found = queries.refund_row(tx, public_id)
    if found is None:
        raise NotFoundError(what="refund")
    row = _locked(tx, found)
    if row.state != "sending":
        return row.state
    row.provider_id = answer.provider_id or row.provider_id
    if answer.state == "sending":
        return row.state
    if answer.state == "failed":
        provider_refunds.book_back(tx, row, answer.reason)
    else:
        row.state, row.ended_at = answer.state, made.clock.now()
        values = {"amount_minor": row.amount_minor, "currency": row.currency, "to": _to(row)}
        mails.mail_account(tx, "refund_sent", row.account_id, values, now=made.clock.now())
        _audit(tx, f"refund:{answer.state}", row)
    payment = provider_refunds.paid_by(tx, row.route, row.payment_key or "")
    if payment is not None:
        payment_facts.book_what_waited(tx, payment)
    return row.state


def _to(row: RefundRequest) -> str:
    return f"{row.holder}, … {row.iban_end}" if row.iban_end else ""


def _book(public_id: str) -> RefundOrder | Sent | None:
    """The order to send; what could not be booked any more is marked as failed."""
    made = portal.current()
    with made.records.transaction() as tx:
        found = queries.refund_row(tx, public_id)
        if found is None:
            return None
        row = _locked(tx, found)
        if row.state not in UNFINISHED:
            return None
        order = _order(found, row)
        if row.state == "approved":
            failure = _booked(tx, row, order)
            if failure:
                row.state, row.failure, row.ended_at = "failed", failure, made.clock.now()
                _audit(tx, "refund:failed", row)
                return Sent(order, "failed", failure)
            row.state, row.transaction_key = "sending", f"refund:{public_id}"
            _audit(tx, "refund:sending", row)
        return order


def _locked(tx: Session, found: RefundRow) -> RefundRequest:
    """Always the account before the request, so that two runs never wait for each other."""
    receivables.lock(tx, found.account_number)
    row = repository.lock(tx, found.public_id)
    if row is None:
        raise NotFoundError(what="refund")
    return row


def _booked(tx: Session, row: RefundRequest, order: RefundOrder) -> str:
    """Why it could not be booked: a code, empty when it was."""
    booking = Booking(f"refund:{row.public_id}", portal.today(), row.decided_by)
    out_of = ROUTES[row.route].account(order)
    try:
        if order.payment_key:
            receivables.refund_payment(tx, order.payment_key, row.amount_minor, booking, out_of)
        else:
            receivables.refund_credit(tx, order.account_number, row.amount_minor, row.currency, booking, out_of)
    except InvalidInputError as refused:
        return str(refused.params["remedy"])
    return ""


def _order(found: RefundRow, row: RefundRequest) -> RefundOrder:
    iban = cipher.decipher(portal.current().config.secret_key, cipher.IBAN, row.iban_sealed) if row.iban_sealed else ""
    return RefundOrder(
        found.public_id, found.account_number, found.amount_minor, found.currency, found.payment_key, iban, found.holder
    )


def _audit(tx: Session, action: str, row: RefundRequest) -> None:
    detail: dict[str, object] = {"amount_minor": row.amount_minor, "currency": row.currency, "failure": row.failure}
    event = audit.Event(action, None, row.account_id, "refund", row.public_id, detail)
    audit.add(tx, event, now=portal.current().clock.now())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="refund_verb", required=True, metavar="ask|list|show|approve|decline|run")
    _add_ask(verbs.add_parser("ask", help="ask for money to be given back to a customer; somebody else decides"))
    listing = verbs.add_parser("list", help="requests of one state, oldest first")
    listing.add_argument("--state", choices=STATES, default="asked", help="default: %(default)s")
    listing.add_argument("--by", required=True, metavar="EMAIL", help="who looks: an agent or admin")
    for verb, text in (
        ("show", "all that is known of one"),
        ("approve", "let the money go; never by who asked for it"),
        ("decline", "refuse it, with a reason"),
    ):
        sub = verbs.add_parser(verb, help=text)
        sub.add_argument("id", metavar="ID")
        sub.add_argument("--by", required=True, metavar="EMAIL", help="who decides or looks: a person on record")
        sub.add_argument("--note", default="", required=verb == "decline", help="why; the customer reads it")
    verbs.add_parser("run", help="send what was approved; prints the transfers to order at the bank")


def _add_ask(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("account", metavar="ACCOUNT", help="the customer's number, such as 'C-104 880'")
    sub.add_argument("amount", type=Decimal, metavar="AMOUNT", help="in the currency's own unit, such as 12.50")
    sub.add_argument("--currency", default="EUR", help="default: %(default)s")
    sub.add_argument("--reason", required=True, metavar="WHY", help="the customer reads it")
    sub.add_argument(
        "--payment", default="", metavar="KEY", help="give this payment back, by its key in `ledger export`"
    )
    sub.add_argument("--iban", default="", help="a transfer to this account; without it a payment goes the way it came")
    sub.add_argument("--holder", default="", help="whose bank account that is")
    sub.add_argument("--by", required=True, metavar="EMAIL", help="who asks: an agent or admin")


def command(arguments: argparse.Namespace, made: portal.Portal) -> int:
    """0 when done; 1 when it was refused or a refund failed, with a sentence."""
    portal.use(made)
    try:
        if arguments.refund_verb == "run":
            return _print_run()
        return _as_person(arguments, staff_member(arguments.by))
    except DomainError as error:
        print(sentence(error), file=sys.stderr)
        return 1


def _as_person(arguments: argparse.Namespace, viewer: Viewer) -> int:
    verb = arguments.refund_verb
    if verb == "ask":
        public_id = refunds.ask_refund(viewer, account_of_number(viewer, arguments.account), _ask(arguments))
        print(_line(refunds.refund(viewer, public_id)))
        return 0
    if verb == "list":
        for row in refunds.refund_queue(viewer, (arguments.state,)):
            print(_line(row))
        return 0
    if verb == "approve":
        refunds.approve_refund(viewer, arguments.id, arguments.note)
    elif verb == "decline":
        refunds.decline_refund(viewer, arguments.id, arguments.note)
    print(_line(refunds.refund(viewer, arguments.id)))
    return 0


def _ask(arguments: argparse.Namespace) -> RefundAsk:
    amount_minor = to_minor(arguments.amount, arguments.currency)
    route = BANK_TRANSFER if arguments.iban else provider_refunds.provider_of(arguments.payment) or BANK_TRANSFER
    return RefundAsk(
        amount_minor, arguments.currency, arguments.reason, arguments.payment, route, arguments.iban, arguments.holder
    )


def _line(row: RefundRow) -> str:
    amount = f"{from_minor(row.amount_minor, row.currency)} {row.currency}"
    to = f"{row.route} …{row.iban_end}" if row.iban_end else row.route
    decided = f", {row.state} by {row.decided_by_email}" if row.decided_by_email else ""
    more = "".join(f" ({word})" for word in (row.note, row.failure) if word)
    return f"{row.public_id}  {row.account_number}  {amount}  {to}  asked by {row.asked_by_email}: {row.reason}{decided}{more}"


def _print_run() -> int:
    """For `bank_transfer` the lines are the transfers to order, each with its reference."""
    found = run_refunds()
    for sent in found:
        order = sent.order
        amount = f"{from_minor(order.amount_minor, order.currency)} {order.currency}"
        to = f"  to {order.holder} {order.iban}" if order.iban else ""
        print(f"{sent.state}  {amount}{to}  reference {order.key}{f'  ({sent.failure})' if sent.failure else ''}")
    failed = sum(sent.state == "failed" for sent in found)
    print(f"{len(found)} refunds, {failed} failed.")
    return 1 if failed else 0
