"""Refund requests of customers and staff: asked by one person, decided by another."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from adapters import cipher
from adapters.documents.transfer_code import checked_iban
from data.queries import receivables as reading
from data.queries import refunds as queries
from data.queries.refunds import RefundRow
from data.repositories import audit
from data.repositories import refunds as repository
from data.tables.refunds import RefundRequest
from domain.access import Permission, Viewer, require
from domain.errors import InvalidInputError, Issue, NotFoundError
from domain.payments.refunds import BANK_TRANSFER, STATES, RefundAsk, check_decision
from services import mails, portal, receivables
from services.account_access import account_for, is_staff, require_seen
from services.admin import one_line
from services.refund_routes import ROUTES


def refundable(viewer: Viewer, account_public_id: str, currency: str = "EUR") -> int:
    """What of the account's credit can be asked for now. [minor units]"""
    account_id, number = account_for(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return _most(db, account_id, number, RefundAsk(0, currency, ""))


def refunds(viewer: Viewer, account_public_id: str) -> list[RefundRow]:
    """What was asked for an account, newest first."""
    account_id, _ = account_for(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return queries.refunds_of(db, account_id)


def refund(viewer: Viewer, public_id: str) -> RefundRow:
    """One request of the viewer's accounts, or any for staff who manage billing."""
    with portal.current().records.reading() as db:
        found = queries.refund_row(db, public_id)
    if found is None:
        raise NotFoundError(what="refund")
    require_seen(viewer, found.account_id, "refund")
    return found


def refund_queue(viewer: Viewer, states: tuple[str, ...] = ("asked",)) -> list[RefundRow]:
    """What waits for a decision or stands otherwise so, oldest first; for staff who manage billing."""
    require(viewer, Permission.MANAGE_BILLING)
    if unknown := set(states) - set(STATES):
        raise InvalidInputError("state", "unknown", states=sorted(unknown))
    with portal.current().records.reading() as db:
        return queries.refunds_in(db, states)


def ask_refund(viewer: Viewer, account_public_id: str, ask: RefundAsk) -> str:
    """The public id of a new request. InvalidInputError names the first field that is wrong, and nothing is changed.

    Owners ask for credit; staff who manage billing also for a payment to be given back.
    """
    account_id, number = account_for(viewer, account_public_id, Permission.PAY)
    ask = replace(ask, reason=one_line(ask.reason), holder=one_line(ask.holder)[:70], iban=_iban(ask))
    if ask.payment_key and not is_staff(viewer):
        raise InvalidInputError("payment", "staff_only")
    if ROUTES.get(ask.route) is None:
        raise InvalidInputError("route", "unknown", route=ask.route)
    if not ROUTES[ask.route].takes(ask.payment_key):
        raise InvalidInputError("route", "not_as_it_came", route=ask.route)
    made = portal.current()
    now = made.clock.now()
    with made.records.transaction() as tx:
        receivables.lock(tx, number)
        _raise_first(ask.issues(_most(tx, account_id, number, ask)))
        sealed = cipher.encipher(made.config.secret_key, cipher.IBAN, ask.iban) if ask.iban else ""
        row = repository.add(tx, ask, account_id=account_id, asked_by=viewer.user_id, iban_sealed=sealed, now=now)
        _audit(tx, "refund:asked", viewer, row)
        return row.public_id


def approve_refund(viewer: Viewer, public_id: str, note: str = "") -> None:
    """Let the money go; by somebody who may and did not ask for it."""
    _decide(viewer, public_id, "approved", note)


def decline_refund(viewer: Viewer, public_id: str, note: str) -> None:
    """Refuse it, with a reason the customer reads."""
    if not one_line(note):
        raise InvalidInputError("note", "missing")
    _decide(viewer, public_id, "declined", note)


def _decide(viewer: Viewer, public_id: str, state: str, note: str) -> None:
    require(viewer, Permission.APPROVE_MONEY)
    made = portal.current()
    with made.records.transaction() as tx:
        row = repository.lock(tx, public_id)
        if row is None:
            raise NotFoundError(what="refund")
        check_decision(row.state, row.asked_by, viewer.user_id)
        row.state, row.note = state, one_line(note)[:200]
        row.decided_by, row.decided_at = viewer.user_id, made.clock.now()
        if state == "declined":
            values = {"amount_minor": row.amount_minor, "currency": row.currency, "note": row.note}
            mails.mail_account(tx, "refund_declined", row.account_id, values, now=row.decided_at)
        _audit(tx, f"refund:{state}", viewer, row)


def _most(db: Session, account_id: int, number: str, ask: RefundAsk) -> int:
    """What is there, less what open requests promise of it. [minor units]"""
    promised = queries.reserved(db, account_id, ask.currency, ask.payment_key or None)
    if not ask.payment_key:
        return max(receivables.credit(db, number, ask.currency).most_minor - promised, 0)
    moved = reading.money_moved(db, ask.payment_key)
    if moved is None or moved.account_number != number or moved.currency != ask.currency or moved.amount_minor <= 0:
        raise InvalidInputError("payment", "not_found")
    return max(moved.left_minor - promised, 0)


def _iban(ask: RefundAsk) -> str:
    return str(checked_iban(ask.iban, "iban").compact) if ask.route == BANK_TRANSFER and ask.iban else ""


def _raise_first(issues: list[Issue]) -> None:
    for issue in issues:
        raise InvalidInputError(issue.field, issue.code, **issue.params)


def _audit(tx: Session, action: str, viewer: Viewer, row: RefundRequest) -> None:
    detail: dict[str, object] = {"amount_minor": row.amount_minor, "currency": row.currency}
    event = audit.Event(action, viewer.user_id, row.account_id, "refund", row.public_id, detail)
    audit.add(tx, event, now=portal.current().clock.now())
