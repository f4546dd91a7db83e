"""The nightly run over what is overdue: one letter at a time, each once, its fee booked and its mail told with it.

Each step is one transaction under the account's lock. A run that is killed has done some documents wholly and the others
not at all; the next one, or another worker, goes on with those.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data.queries import billing as billing_queries
from data.queries import dunning as queries
from data.queries import payments as payment_queries
from data.queries import plans as plan_queries
from data.repositories import audit
from data.repositories import dunning as repository
from domain.payments.dunning import due_step, first_letter
from domain.payments.retries import DunningStep
from services import mails, plans, portal, receivables
from services.receivables import Booking

TEMPLATES = {"reminder": "reminder", "first_notice": "notice", "last_notice": "notice"}


@dataclass(frozen=True)
class StepTaken:
    document: str
    code: str
    fee_minor: int


def nightly() -> int:
    """How many steps were taken today; agreements that ended come first, so that their documents are not forgotten."""
    today = portal.today()
    plans.check_plans(today)
    return len(run_dunning(today))


def run_dunning(today: date) -> list[StepTaken]:
    """Take the step of today for each overdue document, and close the cases of what is paid."""
    with portal.current().records.reading() as db:
        numbers = queries.overdue(db, today - first_letter())
        paid = queries.paid_cases(db)
    for public_id in paid:
        with portal.current().records.transaction() as tx:
            if public_id in queries.paid_cases(tx):
                repository.close_case(tx, public_id, today)
    taken = []
    for number in numbers:
        with portal.current().records.transaction() as tx:
            step = take_step(tx, number, today)
        if step is not None:
            taken.append(StepTaken(number, step.code, step.fee_minor))
    return taken


def take_step(tx: Session, number: str, today: date) -> DunningStep | None:
    """The step of a document, in the caller's transaction; None where none is due, it is paid, or something pauses it."""
    party = billing_queries.document_party(tx, number)
    if party is None:
        return None
    receivables.lock(tx, party.account_number)
    row = receivables.open_of(tx, party.account_id).get(number)
    if row is None or queries.payment_in_flight(tx, party.account_id, row.id):
        return None
    pauses = _pauses(tx, party.account_id, row, today)
    step = due_step(row.due_on, today, queries.steps_taken(tx, row.id), pauses)
    if step is None:
        return None
    case = repository.open_case(tx, row.id, party.account_id, today)
    key = f"dunning:{number}:{step.code}" if step.fee_minor else None
    if key is not None:
        receivables.charge_fee(tx, number, step.fee_minor, Booking(key, today))
    repository.add_step(tx, case.id, step.code, today, step.fee_minor, key)
    if step.code == "agent":
        case.state = "agent"
    _tell(tx, step, row, party.account_id)
    return step


def _pauses(tx: Session, account_id: int, row: billing_queries.OpenDocument, today: date) -> set[str]:
    """Why nobody is reminded: what staff or an agreement set, what a bank still asks about, what waits for an answer."""
    found = queries.pause_reasons(tx, account_id, row.id, today)
    if payment_queries.is_disputed(tx, row.id):
        found.add("dispute")
    asked = plan_queries.extension_rows(tx, account_ids=[account_id], states=("asked",))
    if any(one.document == row.number_text for one in asked):
        found.add("extension")
    return found


def _tell(tx: Session, step: DunningStep, row: billing_queries.OpenDocument, account_id: int) -> None:
    now = portal.current().clock.now()
    detail: dict[str, object] = {"step": step.code, "open_minor": row.open_minor, "fee_minor": step.fee_minor}
    audit.add(tx, audit.Event("dunning:step", object_type="billing", object_id=row.number_text, detail=detail), now=now)
    if step.code in TEMPLATES:
        values = {
            "number": row.number_text, "amount_minor": row.open_minor + step.fee_minor, "fee_minor": step.fee_minor,
            "currency": row.currency, "due_on": row.due_on.isoformat(), "is_last": step.code == "last_notice",
        }  # fmt: skip
        mails.mail_account(tx, TEMPLATES[step.code], account_id, values, now=now)
