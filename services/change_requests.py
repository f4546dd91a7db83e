"""Requests about a contract beside another tariff: an end takes effect at once, moves and corrections wait for staff."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data.queries import change_requests as queries
from data.queries.change_requests import ChangeRow
from data.repositories import audit
from data.repositories import change_requests as repository
from data.repositories import contracts as contract_repository
from domain.access import Permission, Viewer, require, require_account
from domain.contracts import changes
from domain.contracts.changes import ENDS, KINDS, ChangeKind
from domain.contracts.switching import Bound
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.text import gettext as _
from services import contract_details, contract_switching, mails, portal
from services.account_access import staff_member
from services.admin import one_line
from services.contract_details import ContractView
from services.refusals import sentence

LONGEST_NOTE = 200


@dataclass(frozen=True)
class ChangeView:
    """What a contract's owner may ask for. earliest : the first day of each kind; may_ask : owners, never staff on a visit"""

    view: ContractView
    earliest: dict[ChangeKind, date]
    requests: tuple[ChangeRow, ...]
    may_ask: bool


def number_of(row: ChangeRow) -> str:
    return f"K-{row.id:07d}"


def changes_of(viewer: Viewer, contract_public_id: str) -> ChangeView:
    """What was asked about a contract, newest first, and what may be asked."""
    view = contract_details.details(viewer, contract_public_id)
    with portal.current().records.reading() as db:
        rows = queries.changes_of(db, view.contract.id)
    earliest = {kind: changes.earliest_day(kind, _held(view, kind), view.today) for kind in KINDS}
    may_ask = contract_switching.may_switch(viewer, view) and view.state != "over"
    return ChangeView(view, earliest, tuple(rows), may_ask)


def ask(viewer: Viewer, contract_public_id: str, kind: str, day: date | None, text: str, key: str) -> ChangeRow:
    """Ask for a change; the same key again is the same request. For owners.

    An end takes effect at once: the contract, and what applies in it, ends before the day. InvalidInputError names the
    field that is wrong, and nothing is changed.
    """
    view = contract_details.details(viewer, contract_public_id)
    require_account(viewer, Permission.SWITCH, view.contract.account_id)
    made = portal.current()
    now = made.clock.now()
    with made.records.transaction() as tx:
        contract_repository.lock_contract(tx, view.contract.id)
        known = queries.change_of_key(tx, key)
        if known is not None:
            return _again(known, contract_public_id, kind, day)
        view = contract_details.details(
            viewer, contract_public_id
        )  # somebody may have ended it before the lock was ours
        words = " ".join(text.split())
        _refuse(view, kind, day, words)
        row = repository.add(
            tx, now=now, key=key, contract_id=view.contract.id, kind=kind, day=None if kind == "correct" else day,
            text=words, asked_by=viewer.user_id,
        )  # fmt: skip
        if kind in ENDS and day is not None:
            contract_repository.end_contract(tx, view.contract.id, day, now=now)
            repository.end(tx, row, "done", by=viewer.user_id, now=now)
        found = _found(tx, row.public_id)
        _audit(tx, f"contract:{kind}", viewer, found)
        _told(tx, view, found)
        return found


def _held(view: ContractView, kind: str) -> Bound:
    """What binds: who cancels is held by a tariff that is ordered already, who moves out leaves it behind."""
    return contract_details.last_bound(view) if kind == "cancel" else view.bound


def _refuse(view: ContractView, kind: str, day: date | None, text: str) -> None:
    """The first thing that is wrong with a request."""
    for issue in changes.issues(kind, day, text, _held(view, kind), view.today):
        raise InvalidInputError(issue.field, issue.code, **issue.params)
    if view.state == "over":
        raise InvalidInputError("contract", "contract_over", end=view.contract.end_date)


def _again(known: ChangeRow, contract_public_id: str, kind: str, day: date | None) -> ChangeRow:
    same = (known.contract_public_id, known.kind) == (contract_public_id, kind)
    if not same or (kind != "correct" and known.day != day):
        raise InvalidInputError("key", "used_for_another_request")
    return known


def _told(tx: Session, view: ContractView, found: ChangeRow) -> None:
    now = portal.current().clock.now()
    values: dict[str, object] = {"contract": found.contract_public_id, "number": number_of(found)}
    if found.kind in ENDS and found.day is not None:
        last = date.fromordinal(found.day.toordinal() - 1)
        mails.mail_account(
            tx, "cancellation_received", view.contract.account_id, {**values, "on": last.isoformat()}, now=now
        )
        return
    mails.mail_account(tx, "contract_changed", view.contract.account_id, {**values, "what": found.text}, now=now)


def withdraw(viewer: Viewer, public_id: str) -> ChangeRow:
    """Take back what staff have not dealt with yet; twice is once. For owners."""
    with portal.current().records.reading() as db:
        known = queries.change_row(db, public_id)
    if known is None or known.account_id not in viewer.account_ids:
        raise NotFoundError(what="request")
    require_account(viewer, Permission.SWITCH, known.account_id)
    made = portal.current()
    with made.records.transaction() as tx:
        row = repository.lock(tx, public_id)
        if row is None:
            raise NotFoundError(what="request")
        if row.state not in {"asked", "withdrawn"}:
            raise InvalidInputError("request", "dealt_with")
        if row.state == "asked":
            repository.end(tx, row, "withdrawn", by=viewer.user_id, now=made.clock.now())
            _audit(tx, "contract:request_withdrawn", viewer, known)
        return _found(tx, public_id)


def queue(viewer: Viewer, states: tuple[str, ...] = ("asked",)) -> list[ChangeRow]:
    """What waits for staff who manage billing, oldest first."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.reading() as db:
        return list(queries.changes_in(db, states))


def decide(viewer: Viewer, public_id: str, state: str, note: str = "") -> ChangeRow:
    """Done, or declined with a reason that the customer reads; told by mail. For staff who manage billing."""
    require(viewer, Permission.MANAGE_BILLING)
    words = one_line(note)[:LONGEST_NOTE]
    if state not in {"done", "declined"}:
        raise InvalidInputError("state", "unknown", states=[state])
    if state == "declined" and not words:
        raise InvalidInputError("note", "missing")
    made = portal.current()
    now = made.clock.now()
    with made.records.transaction() as tx:
        row = repository.lock(tx, public_id)
        if row is None:
            raise NotFoundError(what="request")
        if row.state != "asked":
            raise InvalidInputError("request", "dealt_with")
        repository.end(tx, row, state, by=viewer.user_id, note=words, now=now)
        found = _found(tx, public_id)
        _audit(tx, f"contract:request_{state}", viewer, found)
        values: dict[str, object] = {
            "contract": found.contract_public_id, "number": number_of(found), "note": words, "is_done": state == "done",
        }  # fmt: skip
        mails.mail_account(tx, "request_ended", found.account_id, values, now=now)
        return found


def _found(db: Session, public_id: str) -> ChangeRow:
    found = queries.change_row(db, public_id)
    if found is None:
        raise NotFoundError(what="request")
    return found


def _audit(tx: Session, action: str, viewer: Viewer, row: ChangeRow) -> None:
    detail: dict[str, object] = {"request": row.public_id, "day": row.day.isoformat() if row.day else ""}
    event = audit.Event(
        action, viewer.user_id, viewer.acting_for_account_id, "contract", row.contract_public_id, detail
    )
    audit.add(tx, event, now=portal.current().clock.now())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("list", "done", "decline"))
    parser.add_argument("id", nargs="?", default="", help="of the request, as `list` shows it")
    parser.add_argument("--by", required=True, metavar="EMAIL", help="the person of the staff who does it")
    parser.add_argument("--note", default="", metavar="WHY", help="decline: the reason that the customer reads")


def command(arguments: argparse.Namespace, here: portal.Portal) -> int:
    """0 when done; 1 where something is refused."""
    portal.use(here)
    try:
        viewer = staff_member(arguments.by)
        if arguments.what == "list":
            for row in queue(viewer):
                day = row.day.isoformat() if row.day else ""
                who = f"{row.account_number}\t{row.customer_name}"
                print(f"{row.public_id}\t{row.kind}\t{day}\t{who}\t{row.text}")
            return 0
        found = decide(viewer, arguments.id, "done" if arguments.what == "done" else "declined", arguments.note)
    except DomainError as error:
        print(sentence(error), file=sys.stderr)
        return 1
    print(_("{number} is {state}.", number=number_of(found), state=found.state))
    return 0
