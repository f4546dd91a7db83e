"""From inputs to a draft, held or in grace, and from a draft to its document: the steps of one bill, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from data.queries import billing as billing_queries
from data.queries import billing_runs as queries
from data.repositories import billing_runs as repository
from data.tables.billing_runs import BillingDraft
from domain.billing import readiness
from domain.billing.anomalies import Anomaly, Cost, anomalies
from domain.billing.documents import Document, DocumentLine, advances_of
from domain.billing.drafts import Dates, bill, billed_lines, gross_minor
from domain.billing.readiness import Limits
from domain.billing.totals import Advance
from domain.calendar import local_date
from domain.errors import Issue
from domain.tariffs.errors import RatingRefusedError
from services import billing_issue, faults, mails
from services.billing_due import Due
from services.billing_inputs import Inputs, facts_kept
from services.billing_issue import Issued

Outcome = Literal["issued", "drafted", "held", "unchanged"]
GRACE_DAYS = 3
MAILS = {"invoice": "invoice_ready", "instalment": "instalment_ready", "feed_in_credit": "credit_ready"}


@dataclass(frozen=True)
class Policy:
    """grace_days : how long a draft waits for late readings before it is issued; is_told : whether owners get a mail."""

    grace_days: int = GRACE_DAYS
    is_told: bool = True
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Judged:
    """A bill as far as it could be made: its lines, why it must wait, what is unusual about it."""

    digest: str
    known_at: datetime
    lines: tuple[DocumentLine, ...] = ()
    currency: str = ""
    reasons: tuple[Issue, ...] = ()
    unusual: tuple[Anomaly, ...] = ()

    @property
    def gross_minor(self) -> int:
        return gross_minor(self.lines)


def judge(due: Due, inputs: Inputs, known_at: datetime, limits: Limits) -> Judged:
    """Rate a period and say whether it can be billed."""
    digest = inputs.digest
    if due.is_overlapping:
        return Judged(digest, known_at, reasons=(Issue("period", "overlaps_issued"),))
    try:
        result = inputs.rate()
    except RatingRefusedError as error:
        return Judged(digest, known_at, reasons=tuple(readiness.refused(error)))
    lines = billed_lines(result, due.kind)
    reasons = readiness.reasons(result, limits) if lines else [Issue("terms", "no_lines")]
    cost = Cost(gross_minor(lines), due.period.day_count)
    unusual = () if reasons else tuple(anomalies(cost, due.before))
    return Judged(digest, known_at, lines, result.currency, tuple(reasons), unusual)


def is_settled(due: Due, judged: Judged, policy: Policy, now: datetime) -> bool:
    """Whether there is nothing to write: the same inputs have led to the same state before."""
    row = due.row
    if row is None or row.input_digest != judged.digest:
        return False
    if judged.reasons or judged.unusual:
        return row.state == "held"
    return row.state == "draft" and now < row.created_at + timedelta(days=policy.grace_days)


def settle(tx: Session, due: Due, judged: Judged, policy: Policy, now: datetime) -> Outcome:
    """Write the draft and issue it when nothing holds it; part of the transaction of its contract."""
    row = queries.draft_of(tx, due.contract.id, due.kind, due.period.first, due.period.end, due.revision)
    if row is not None and row.state in {"issued", "superseded"}:
        return "unchanged"
    if row is None and policy.grace_days == 0 and not (judged.reasons or judged.unusual):
        issue_draft(tx, None, due, judged, policy, now)  # a bill that waits for nothing is written once
        faults.reached("drafted")
        return "issued"
    is_new = row is None
    row = _written(tx, row, due, judged, policy, now)
    is_released = bool(judged.unusual) and _is_released(tx, row, judged)
    holding = [*judged.reasons, *([] if is_released else [Issue("cost", one.code) for one in judged.unusual])]
    _decide(row, holding, is_released=is_released)
    if judged.unusual or not is_new:
        repository.add_anomalies(tx, row.id, judged.digest, judged.unusual if holding else (), now=now)
    faults.reached("drafted")
    if holding:
        return "held"
    if not is_released and now < row.created_at + timedelta(days=policy.grace_days):
        return "drafted"
    issue_draft(tx, row, due, judged, policy, now)
    return "issued"


def _written(
    tx: Session, row: BillingDraft | None, due: Due, judged: Judged, policy: Policy, now: datetime
) -> BillingDraft:
    facts = _facts(due, judged) | {"body": body_of(judged.lines)}
    if row is None:
        until = now + timedelta(days=policy.grace_days)
        return repository.add_draft(tx, now=now, state="draft", grace_until=until, **facts)
    for name, value in (facts | {"changed_at": now}).items():
        setattr(row, name, value)
    return row


def _is_released(tx: Session, row: BillingDraft, judged: Judged) -> bool:
    return {one.code for one in judged.unusual} <= queries.released(tx, row.id, judged.digest)


def _decide(row: BillingDraft, holding: Sequence[Issue], *, is_released: bool) -> None:
    row.state = "held" if holding else "ready" if is_released else "draft"
    row.reasons = json.dumps([{"field": one.field, "code": one.code, "params": one.params} for one in holding])


def issue_draft(
    tx: Session, row: BillingDraft | None, due: Due, judged: Judged, policy: Policy, now: datetime
) -> Issued:
    """Number, document, postings and what it was computed from; the draft becomes the bill that counts.

    The caller holds the lock of the account.
    row : its draft; None for a bill that never was one
    """
    dates = Dates(local_date(now, due.contract.zone_name), due.contract.payment_terms_days)
    document = bill(
        judged.lines, due.kind, due.contract.account_number, judged.currency, due.period, dates, _advances(tx, due)
    )
    issued = billing_issue.issue_in(tx, document, due.issue_key, now=now, account_id=due.contract.account_id)
    faults.reached("issued")
    repository.add_basis(
        tx, document_public_id=issued.public_id, contract_id=due.contract.id, revision=due.revision,
        known_at=judged.known_at, digest=judged.digest, facts=json.dumps(facts_kept(due.contract), sort_keys=True),
    )  # fmt: skip
    faults.reached("based")
    if row is None:
        repository.add_issued(tx, now=now, document_public_id=issued.public_id, **_facts(due, judged))
    else:
        row.state, row.document_public_id, row.body, row.changed_at = "issued", issued.public_id, "", now
        tx.flush()
    if policy.is_told:
        _tell(tx, due, document, issued, now)
    return issued


def _tell(tx: Session, due: Due, document: Document, issued: Issued, now: datetime) -> None:
    values = {
        "number": issued.number, "amount_minor": document.totals.balance_minor, "currency": document.currency,
        "first": str(document.first), "end": str(document.end), "due_on": str(document.due_on),
        "document": issued.public_id,
    }  # fmt: skip
    mails.mail_account(tx, MAILS[due.kind], due.contract.account_id, values, now=now)


def _facts(due: Due, judged: Judged) -> dict[str, Any]:
    return {
        "contract_id": due.contract.id, "kind": due.kind, "first_date": due.period.first, "end_date": due.period.end,
        "revision": due.revision, "input_digest": judged.digest, "currency": judged.currency,
        "gross_minor": judged.gross_minor,
    }  # fmt: skip


def _advances(tx: Session, due: Due) -> tuple[Advance, ...]:
    """The instalments of a billed year, with the VAT that they showed."""
    if due.kind != "invoice" or due.contract.billing_cycle != "yearly":
        return ()
    numbers = queries.instalments_issued(tx, due.contract.id, due.period.first, due.period.end)
    documents = [billing_queries.document(tx, number) for number in numbers]
    return advances_of([each for each in documents if each is not None])


def body_of(lines: Sequence[DocumentLine]) -> str:
    """The lines of a draft for those who look at it."""
    return json.dumps(
        [
            {
                "code": line.code, "label": line.label, "band": line.band, "first": str(line.first), "end": str(line.end),
                "quantity": f"{line.quantity:f}", "unit": line.unit, "unit_price": f"{line.unit_price:f}",
                "net_minor": line.net_minor,
            }
            for line in lines
        ]
    )  # fmt: skip
