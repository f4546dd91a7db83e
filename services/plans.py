"""Payment plans and later due dates: owners ask, small ones are agreed at once, staff decide the rest.

Reminders of what a plan holds pause from the asking on, so that nobody pays a fee while staff think. A broken plan ends that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from data.queries import billing as billing_queries
from data.queries import plans as queries
from data.queries.plans import ExtensionRow, PlanRow
from data.repositories import audit
from data.repositories import dunning as pauses
from data.repositories import plans as repository
from domain.access import Permission, Viewer, require, require_account
from domain.errors import InvalidInputError, Issue, NotFoundError
from domain.payments.plans import (
    Part,
    extension_is_automatic,
    extension_issues,
    is_broken,
    parts_of,
    plan_is_automatic,
    plan_issues,
)  # fmt: skip
from domain.payments.refunds import AlreadyDecidedError
from services import mails, portal, receivables
from services.account_access import account_for
from services.admin import one_line

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class PlanOffer:
    """What a plan would be. is_automatic : agreed at once, else staff decide. [minor units]"""

    currency: str
    total_minor: int
    parts: tuple[Part, ...]
    is_automatic: bool


def plan_offer(
    viewer: Viewer, account_public_id: str, months: int, first_due: date, currency: str = "EUR"
) -> PlanOffer:
    """What is overdue in so many parts; InvalidInputError names the field where that cannot be."""
    account_id, _ = _own(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return _offer(db, account_id, months, first_due, currency)


def ask_plan(viewer: Viewer, account_public_id: str, months: int, first_due: date, currency: str = "EUR") -> PlanRow:
    """Agree on it, or ask staff; reminders of its documents pause from now on. For owners."""
    account_id, number = _own(viewer, account_public_id, Permission.PAY)
    made = portal.current()
    now, today = made.clock.now(), portal.today()
    with made.records.transaction() as tx:
        receivables.lock(tx, number)
        if queries.plan_rows(tx, account_ids=[account_id], states=("asked", "active")):
            raise InvalidInputError("plan", "one_at_a_time")
        offer = _offer(tx, account_id, months, first_due, currency)
        state = "active" if offer.is_automatic else "asked"
        plan = repository.add_plan(
            tx, account_id, currency, offer.parts, state=state, asked_by=viewer.user_id, now=now
        )  # fmt: skip
        for row in _overdue(tx, account_id, currency, today):
            pause = pauses.add_pause(tx, account_id, "payment_plan", today, None, document_id=row.id, now=now)
            repository.add_plan_document(tx, plan.id, row.id, row.open_minor, pause.id)
        _audit(tx, f"plan:{state}", viewer.user_id, account_id, plan.public_id)
        return queries.plan_rows(tx, public_id=plan.public_id)[0]


def plans(viewer: Viewer, account_public_id: str) -> list[PlanRow]:
    """The plans of an account, the newest first."""
    account_id, _ = account_for(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return queries.plan_rows(db, account_ids=[account_id])


def plan_queue(viewer: Viewer) -> list[PlanRow]:
    """What waits for staff."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.reading() as db:
        return queries.plan_rows(db, states=("asked",))


def decide_plan(viewer: Viewer, public_id: str, *, is_agreed: bool, note: str = "") -> None:
    """Staff agree, or decline with a reason; then reminders go on."""
    require(viewer, Permission.MANAGE_BILLING)
    made = portal.current()
    with made.records.transaction() as tx:
        row = repository.lock_plan(tx, public_id)
        if row is None:
            raise NotFoundError(what="plan")
        _waits(row.state, is_agreed=is_agreed, note=note)
        row.state, row.note = "active" if is_agreed else "declined", one_line(note)[:200]
        row.decided_by, row.decided_at = viewer.user_id, made.clock.now()
        if not is_agreed:
            row.ended_on = portal.today()
            repository.end_pauses(tx, row.id, portal.today())
        _audit(tx, f"plan:{row.state}", viewer.user_id, row.account_id, public_id)
        _tell(tx, row.account_id, "plan", is_agreed=is_agreed, note=row.note)


def check_plans(today: date) -> dict[str, str]:
    """What became of running plans, by public id: "completed" or "broken", whose reminders go on. For the nightly run."""
    with portal.current().records.reading() as db:
        running = queries.plan_rows(db, states=("active",))
    found = {plan.public_id: _check(plan, today) for plan in running}
    return {public_id: state for public_id, state in found.items() if state}


def _check(plan: PlanRow, today: date) -> str:
    with portal.current().records.transaction() as tx:
        receivables.lock(tx, plan.account_number)
        row = repository.lock_plan(tx, plan.public_id)
        if row is None or row.state != "active":
            return ""
        left = receivables.open_of(tx, plan.account_id)
        unpaid = sum(min(left[number].open_minor, part) for number, part in plan.documents if number in left)
        if unpaid and not is_broken(plan.parts, plan.total_minor - unpaid, today):
            return ""
        row.state, row.ended_on = "broken" if unpaid else "completed", today
        repository.end_pauses(tx, row.id, today)
        _audit(tx, f"plan:{row.state}", None, row.account_id, row.public_id)
        return row.state


def ask_extension(viewer: Viewer, document_public_id: str, until: date) -> ExtensionRow:
    """Pay one open document later: granted at once, or asked of staff. For owners."""
    made = portal.current()
    now, today = made.clock.now(), portal.today()
    with made.records.transaction() as tx:
        found = billing_queries.document_row(tx, document_public_id)
        if found is None or found.account_id not in viewer.account_ids:
            raise NotFoundError(what="document")
        require_account(viewer, Permission.PAY, found.account_id)
        party = billing_queries.document_party(tx, found.number_text)
        if party is None or receivables.lock(tx, party.account_number) != found.account_id:
            raise NotFoundError(what="document")
        if found.number_text not in receivables.open_of(tx, found.account_id):
            raise InvalidInputError("document", "nothing_open")
        if any(row.document == found.number_text for row in _asked(tx, found.account_id)):
            raise InvalidInputError("document", "asked_already")
        _raise_first(extension_issues(found.due_on, until, today))
        granted = queries.granted_since(tx, found.account_id, now - YEAR)
        state = "granted" if extension_is_automatic(found.due_on, until, granted) else "asked"
        row = repository.add_extension(
            tx, found.account_id, found.id, until, state=state, asked_by=viewer.user_id, now=now
        )  # fmt: skip
        if state == "granted":
            pauses.add_pause(tx, found.account_id, "extension", today, until, document_id=found.id, now=now)
        _audit(tx, f"extension:{state}", viewer.user_id, found.account_id, row.public_id)
        return queries.extension_rows(tx, public_id=row.public_id)[0]


def extensions(viewer: Viewer, account_public_id: str) -> list[ExtensionRow]:
    """What was asked for an account, the newest first."""
    account_id, _ = account_for(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return queries.extension_rows(db, account_ids=[account_id])


def extension_queue(viewer: Viewer) -> list[ExtensionRow]:
    """What waits for staff."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.reading() as db:
        return queries.extension_rows(db, states=("asked",))


def decide_extension(viewer: Viewer, public_id: str, *, is_agreed: bool, note: str = "") -> None:
    """Staff grant the later day, or decline with a reason."""
    require(viewer, Permission.MANAGE_BILLING)
    made = portal.current()
    with made.records.transaction() as tx:
        row = repository.lock_extension(tx, public_id)
        if row is None:
            raise NotFoundError(what="extension")
        _waits(row.state, is_agreed=is_agreed, note=note)
        if is_agreed and row.until <= portal.today():
            raise InvalidInputError("until", "not_in_the_future")
        row.state, row.note = "granted" if is_agreed else "declined", one_line(note)[:200]
        row.decided_by, row.decided_at = viewer.user_id, made.clock.now()
        if is_agreed:
            pauses.add_pause(
                tx, row.account_id, "extension", portal.today(), row.until, document_id=row.document_id, set_by=viewer.user_id,
                now=made.clock.now(),
            )  # fmt: skip
        _audit(tx, f"extension:{row.state}", viewer.user_id, row.account_id, public_id)
        _tell(tx, row.account_id, "extension", is_agreed=is_agreed, note=row.note, until=row.until)


def _tell(tx: Session, account_id: int, what: str, *, is_agreed: bool, note: str, until: date | None = None) -> None:
    """The customer is told of a decision, in the transaction that makes it."""
    values: dict[str, object] = {"what": what, "is_agreed": is_agreed, "note": note}
    if until is not None:
        values["until"] = until.isoformat()
    mails.mail_account(tx, "payment_request_ended", account_id, values, now=portal.current().clock.now())


def _offer(db: Session, account_id: int, months: int, first_due: date, currency: str) -> PlanOffer:
    total = sum(row.open_minor for row in _overdue(db, account_id, currency, portal.today()))
    _raise_first(plan_issues(total, months, first_due, portal.today()))
    broke_one = bool(queries.plan_rows(db, account_ids=[account_id], states=("broken",)))
    is_automatic = plan_is_automatic(total, months, broke_one=broke_one)
    return PlanOffer(currency, total, parts_of(total, months, first_due), is_automatic)


def _overdue(db: Session, account_id: int, currency: str, today: date) -> list[billing_queries.OpenDocument]:
    rows = receivables.open_of(db, account_id).values()
    return [row for row in rows if row.currency == currency and row.due_on < today]


def _asked(db: Session, account_id: int) -> list[ExtensionRow]:
    return queries.extension_rows(db, account_ids=[account_id], states=("asked",))


def _own(viewer: Viewer, public_id: str, permission: Permission) -> tuple[int, str]:
    """An account of the viewer's own; nobody agrees in a customer's place."""
    with portal.current().records.reading() as db:
        found = billing_queries.account_id_of(db, public_id)
    if found is None:
        raise NotFoundError(what="account")
    require_account(viewer, permission, found[0])
    return found


def _waits(state: str, *, is_agreed: bool, note: str) -> None:
    if state != "asked":
        raise AlreadyDecidedError(state=state)
    if not is_agreed and not one_line(note):
        raise InvalidInputError("note", "missing")


def _raise_first(issues: list[Issue]) -> None:
    for issue in issues:
        raise InvalidInputError(issue.field, issue.code, **issue.params)


def _audit(tx: Session, action: str, actor: int | None, account_id: int, object_id: str) -> None:
    event = audit.Event(action, actor, account_id, action.partition(":")[0], object_id)
    audit.add(tx, event, now=portal.current().clock.now())
