"""`python -m cli billing-desk`: what a billing run leaves to people, and money that is given up, from a terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from decimal import Decimal

from data.queries import billing as queries
from domain.access import Permission, Viewer, require
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.money import from_minor, to_minor
from services import billing_queue, portal, rebilling, receivables
from services.account_access import staff_member
from services.admin import one_line
from services.receivables import Booking
from services.refusals import sentence

LEAST_REASON, MOST_REASON = 5, 200


def write_off(viewer: Viewer, document_number: str, amount: Decimal | None, reason: str) -> int:
    """Give up what is open of a document, or so much of it, with a reason; what was given up. For who approves money.

    amount : in the currency's own unit; None for all that is open. Answers minor units. The same twice in a day is once
    """
    require(viewer, Permission.APPROVE_MONEY)
    words = one_line(reason)
    if not LEAST_REASON <= len(words) <= MOST_REASON:
        raise InvalidInputError("reason", "length", least=LEAST_REASON, most=MOST_REASON)
    with portal.current().records.transaction() as tx:
        party = queries.document_party(tx, document_number)
        if party is None:
            raise NotFoundError(what="document")
        receivables.lock(tx, party.account_number)
        row = receivables.open_of(tx, party.account_id).get(document_number)
        if row is None:
            raise InvalidInputError("document", "nothing_open", document=document_number)
        wanted = row.open_minor if amount is None else to_minor(amount, row.currency)
        if wanted <= 0:
            raise InvalidInputError("amount", "not_positive")
        key = f"write-off:{document_number}:{portal.today()}:{wanted}"
        booking = Booking(key, portal.today(), viewer.user_id, {"reason": words})
        return wanted if receivables.write_off(tx, document_number, wanted, booking) else 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(
        dest="desk_verb", required=True, metavar="unusual|held|release|rebills|rebill|keep|write-off"
    )
    for verb, text in (
        ("unusual", "bills that wait because they are unusual, the oldest first"),
        ("held", "bills that cannot be written, with why"),
        ("rebills", "issued bills that have changed since, with what they would be now"),
        ("release", "let an unusual bill pass as it is"),
        ("rebill", "take a bill back and issue its period again"),
        ("keep", "leave a bill as it is; the same change is not proposed again"),
        ("write-off", "give up what is open of a bill; takes the permission to approve money"),
    ):
        sub = verbs.add_parser(verb, help=text)
        sub.add_argument("--by", required=True, metavar="EMAIL", help="who looks or decides: a person of the staff")
        if verb in {"release", "rebill", "keep"}:
            sub.add_argument("id", metavar="ID", help="as the list shows it")
        if verb == "release":
            sub.add_argument("--note", default="", help="why it is right as it is")
        if verb == "write-off":
            sub.add_argument("document", metavar="DOCUMENT", help="the number of the bill")
            sub.add_argument("amount", type=Decimal, nargs="?", metavar="AMOUNT", help="default: all that is open")
            sub.add_argument("--reason", required=True, metavar="WHY", help="kept with the booking")


def command(arguments: argparse.Namespace, made: portal.Portal) -> int:
    """0 when done; 1 when it was refused, with a sentence."""
    portal.use(made)
    try:
        for line in VERBS[arguments.desk_verb](staff_member(arguments.by), arguments):
            print(line)
    except DomainError as error:
        print(sentence(error), file=sys.stderr)
        return 1
    return 0


def _unusual(viewer: Viewer, _arguments: argparse.Namespace) -> list[str]:
    return [
        f"{one.public_id}  {one.account_number}  {one.contract_number}  {one.first} to {one.end}  {one.code}"
        f"  {' '.join(f'{name}={value}' for name, value in one.figures.items())}"
        for one in billing_queue.unusual(viewer)
    ] or ["Nothing waits."]


def _held(viewer: Viewer, _arguments: argparse.Namespace) -> list[str]:
    return [
        f"contract {one.contract_id}  {one.first} to {one.end}  {', '.join(str(why['code']) for why in one.reasons)}"
        for one in billing_queue.held(viewer)
    ] or ["Nothing is held."]


def _rebills(viewer: Viewer, _arguments: argparse.Namespace) -> list[str]:
    return [
        f"{one.public_id}  {one.account_number}  {one.number}  {one.first_date} to {one.end_date}"
        f"  {_amount(one.gross_before_minor, one.currency)} -> {_amount(one.gross_after_minor, one.currency)}"
        f"  {', '.join(json.loads(one.reasons))}"
        for one in rebilling.proposals(viewer)
    ] or ["Nothing waits."]


def _release(viewer: Viewer, arguments: argparse.Namespace) -> list[str]:
    billing_queue.release(viewer, arguments.id, arguments.note)
    return [f"{arguments.id} goes out with the next run."]


def _rebill(viewer: Viewer, arguments: argparse.Namespace) -> list[str]:
    done = rebilling.approve(viewer, arguments.id)
    again = f", issued again as {done.document.number}" if done.document else ""
    return [f"Taken back by {done.note.number}{again}."]


def _keep(viewer: Viewer, arguments: argparse.Namespace) -> list[str]:
    rebilling.reject(viewer, arguments.id)
    return [f"{arguments.id} is left as it is."]


def _write_off(viewer: Viewer, arguments: argparse.Namespace) -> list[str]:
    found = write_off(viewer, arguments.document, arguments.amount, arguments.reason)
    with portal.current().records.reading() as db:
        party = queries.document_party(db, arguments.document)
    return [f"{_amount(found, party.currency) if party else found} of {arguments.document} are written off."]


def _amount(minor: int, currency: str) -> str:
    return f"{from_minor(minor, currency)} {currency}"


VERBS: dict[str, Callable[[Viewer, argparse.Namespace], list[str]]] = {
    "unusual": _unusual, "held": _held, "rebills": _rebills, "release": _release, "rebill": _rebill, "keep": _keep,
    "write-off": _write_off,
}  # fmt: skip
