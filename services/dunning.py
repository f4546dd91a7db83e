"""Reminders as their customer and staff see them, and the pauses that staff set."""

from __future__ import annotations

from datetime import date

from data.queries import billing as billing_queries
from data.queries import dunning as queries
from data.queries.dunning import CaseRow, PauseRow
from data.repositories import audit
from data.repositories import dunning as repository
from domain.access import Permission, Viewer, require
from domain.errors import InvalidInputError, NotFoundError
from domain.payments.retries import PAUSES
from services import portal
from services.account_access import account_for
from services.admin import one_line


def reminders(viewer: Viewer, account_public_id: str) -> list[CaseRow]:
    """What is overdue of an account and which letters went out, the oldest due first."""
    account_id, _ = account_for(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return queries.dunning_cases(db, ("open", "agent"), [account_id])


def dunning_queue(viewer: Viewer) -> list[CaseRow]:
    """What no letter has helped with, for staff who manage billing."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.reading() as db:
        return queries.dunning_cases(db, ("agent",))


def dunning_pauses(viewer: Viewer, account_public_id: str) -> list[PauseRow]:
    """Why an account is not reminded now or later; for staff: the marks are about people."""
    require(viewer, Permission.MANAGE_BILLING)
    account_id, _ = account_for(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return queries.pauses_of(db, account_id, portal.today())


def pause_dunning(
    viewer: Viewer,
    account_public_id: str,
    reason: str,
    *,
    until: date | None = None,
    document: str = "",
    note: str = "",
) -> str:
    """Remind nobody of an account, or of one document, until a day or until it is lifted; the pause's public id."""
    require(viewer, Permission.MANAGE_BILLING)
    account_id, number = account_for(viewer, account_public_id, Permission.VIEW_BILLING)
    made, today = portal.current(), portal.today()
    if reason not in PAUSES:
        raise InvalidInputError("reason", "unknown", reason=reason)
    if until is not None and until <= today:
        raise InvalidInputError("until", "not_in_the_future")
    with made.records.transaction() as tx:
        party = billing_queries.document_party(tx, document) if document else None
        if document and (party is None or party.account_number != number):
            raise InvalidInputError("document", "not_of_the_account", document=document)
        row = repository.add_pause(
            tx, account_id, reason, today, until, document_id=party.id if party else None, note=one_line(note),
            set_by=viewer.user_id, now=made.clock.now(),
        )  # fmt: skip
        event = audit.Event("dunning:paused", viewer.user_id, account_id, "pause", row.public_id, {"reason": reason})
        audit.add(tx, event, now=made.clock.now())
        return row.public_id


def lift_pause(viewer: Viewer, public_id: str) -> None:
    """From today on reminders go out again; a pause that has ended stays ended."""
    require(viewer, Permission.MANAGE_BILLING)
    made, today = portal.current(), portal.today()
    with made.records.transaction() as tx:
        row = repository.pause(tx, public_id)
        if row is None:
            raise NotFoundError(what="pause")
        row.end_date = max(row.first_date, min(row.end_date or today, today))
        event = audit.Event("dunning:resumed", viewer.user_id, row.account_id, "pause", public_id)
        audit.add(tx, event, now=made.clock.now())
