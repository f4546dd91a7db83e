"""What runs by itself: outcomes that are not known are asked for again, invoices are collected as agreed, failed
collections are tried again by plan, and the embedded sandbox tells its news over HTTP as a provider would.
"""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from data.queries import billing as documents
from data.queries import payments as queries
from data.tables.billing import BillingDocument
from data.tables.payments import AutopayRow, PaymentMethod, PaymentRow
from domain.errors import InvalidInputError
from domain.payments.autopay import AutopayRule, Collection, Invoice, Skip, collect
from domain.payments.facts import Payment, known
from domain.payments.methods import NOTICE_DAYS
from services import payment_attempts, portal, receivables
from services.jobs import HANDLERS, RunningJob
from services.mails import mail_account
from services.payment_attempts import Attempt
from services.payment_facts import learn, retry_on
from services.payment_providers import sandbox

log = logging.getLogger("portal.payments")
RECONCILE, COLLECT, TELL = "payments_reconcile", "payments_collect", "sandbox_tell"  # kinds of jobs
WAITS_FOR = timedelta(days=3)  # a message of a payment that is not ours by then never is
QUIET = timedelta(hours=6)  # after so long without news a provider is asked
TELL_WITHIN_S = 10


def reconcile(grace_s: float = 60) -> int:
    """Ask about every attempt without an answer, every one long without news, and every message that waits; how many.

    grace_s : an attempt younger than this may still get its answer where it was begun. [s]
    """
    made = portal.current()
    now = made.clock.now()
    with made.records.reading() as db:
        silent = [row.id for row in queries.unanswered(db, now - timedelta(seconds=grace_s))]
        quiet = [(row.provider, row.provider_id or "") for row in queries.unfinished(db, now - QUIET)]
        waiting = [(row.provider, row.provider_id) for row in queries.waiting_events(db, now - WAITS_FOR)]
    for payment_id in silent:
        payment_attempts.ask_again(payment_id)
    for provider_name, provider_id in dict.fromkeys([*quiet, *waiting]):
        learn(provider_name, provider_id)
    return len(silent) + len(quiet) + len(waiting)


@dataclass(frozen=True)
class Due:
    """A document of an account that may be collected. [minor units]"""

    rule: AutopayRow
    account_number: str
    method: PaymentMethod | None
    document: BillingDocument
    open_minor: int


def collect_due() -> int:
    """Begin what is to be collected today; how many. One that cannot be begun does not stop the others."""
    made = portal.current()
    today = portal.today()
    with made.records.reading() as db:
        due = [one for rule in queries.autopay_on(db) for one in _of_account(db, rule)]
    begun = 0
    for one in due:
        try:
            begun += _collect(one, today)
        except InvalidInputError as refusal:
            log.warning("not collected: %s", refusal.params, extra={"document": one.document.public_id})
    return begun


def collection(one: Due, attempts: Sequence[tuple[PaymentRow, Payment]]) -> Collection | Skip:
    """When a document is collected: as agreed the first time, by the plan after a failure."""
    consented = portal.day_of(one.rule.consented_at) if one.rule.consented_at else None
    rule = AutopayRule(consented, one.rule.cap_minor, one.rule.preferred_day)
    is_disputed = any(payment.disputed_minor for _row, payment in attempts)
    in_flight = any(row.is_open for row, _payment in attempts)
    announced = max(one.document.issued_on, consented or one.document.issued_on)
    invoice = Invoice(announced, one.document.due_on, one.open_minor, is_disputed, in_flight)
    with portal.current().records.reading() as db:
        has_method = one.method is not None and not payment_attempts.method_issues(db, one.method)
    notice = NOTICE_DAYS if one.method is not None and one.method.kind == "sepa" else 0
    found = collect(rule, invoice, has_method=has_method, notice_days=notice)
    own = [row for row, _payment in attempts if row.origin == "autopay"]
    if isinstance(found, Skip) or not own:
        return found
    return _again(own[-1], found.amount_minor)


def _again(row: PaymentRow, amount_minor: int) -> Collection | Skip:
    with portal.current().records.reading() as db:
        day = retry_on(db, row)
    return Skip.NO_METHOD if day is None else Collection(day, amount_minor)


def _of_account(db: Session, rule: AutopayRow) -> list[Due]:
    methods = {row.id: row for row in queries.methods_of(db, rule.account_id)}
    method = methods.get(rule.method_id or 0) or next(iter(methods.values()), None)
    number = queries.account_number(db, rule.account_id)
    left = {row.id: row.open_minor for row in receivables.open_of(db, rule.account_id).values()}
    rows = documents.documents(db, [rule.account_id])
    return [Due(rule, number, method, row, left[row.id]) for row in rows if row.id in left]


def _collect(one: Due, today: date) -> bool:
    with portal.current().records.reading() as db:
        attempts = [_known(db, row) for row in queries.attempts_of(db, one.document.id)]
    found = collection(one, attempts)
    if isinstance(found, Skip) or found.on > today:
        return False
    tries = sum(row.origin == "autopay" for row, _payment in attempts)
    key = f"pay:{one.document.public_id}:{tries + 1}"
    attempt = Attempt(one.rule.account_id, one.account_number, key, "autopay", None, one.document.id, one.method)
    with portal.current().records.transaction() as tx:
        row, is_new = payment_attempts.write_down(tx, attempt)
    if is_new:
        payment_attempts.ask(row.id)
    return is_new


def _known(db: Session, row: PaymentRow) -> tuple[PaymentRow, Payment]:
    return row, known(row.amount_minor, queries.facts_of(db, row.id))


def announce_debits() -> int:
    """Tell owners by mail on what day a direct debit of a new invoice follows, once per invoice; how many."""
    made = portal.current()
    now = made.clock.now()
    with made.records.reading() as db:
        rows = [one for rule in queries.autopay_on(db) for one in _of_account(db, rule)]
    told = 0
    for one in rows:
        planned = collection(one, ())
        mandate = _mandate(one)
        if isinstance(planned, Skip) or mandate is None:
            continue
        with made.records.transaction() as tx:
            receivables.lock(tx, one.account_number)
            if queries.is_announced(tx, one.document.public_id):
                continue
            values = {
                "amount_minor": planned.amount_minor, "currency": one.document.currency, "due_on": planned.on.isoformat(),
                "mandate": mandate[0], "creditor": mandate[1], "iban_last4": mandate[2],
            }  # fmt: skip
            mail_account(tx, "prenotification", one.rule.account_id, values, now=now)
            payment_attempts.note(tx, "debit:announced", one.document.public_id, {"on": planned.on.isoformat()}, now)
        told += 1
    return told


def _mandate(one: Due) -> tuple[str, str, str] | None:
    if one.method is None or one.method.mandate_id is None:
        return None
    with portal.current().records.reading() as db:
        row = queries.mandate_by_id(db, one.method.mandate_id)
    return None if row is None else (row.reference, row.creditor_id, row.last4)


def tell_sandbox() -> int:
    """Send what the sandbox has not told yet to our own address, signed, as a provider does; how many were taken."""
    provider = sandbox()
    address = f"{portal.current().config.base_url}/webhooks/payments/{provider.name}"
    taken = 0
    for number, message in provider.messages():
        headers = {"Content-Type": "application/json", provider.signature_header: message.signature}
        sent = urllib.request.Request(address, message.body, headers)  # noqa: S310 - our own address
        with urllib.request.urlopen(sent, timeout=TELL_WITHIN_S) as answer:  # noqa: S310 - our own address
            if answer.status == 200:
                provider.told(number)
                taken += 1
    return taken


@HANDLERS.register(RECONCILE)
def _reconcile(_job: RunningJob) -> None:
    reconcile()


@HANDLERS.register(COLLECT)
def _collect_due(_job: RunningJob) -> None:
    announce_debits()
    collect_due()


@HANDLERS.register(TELL)
def _tell(_job: RunningJob) -> None:
    tell_sandbox()
