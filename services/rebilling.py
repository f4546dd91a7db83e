"""Issued periods whose readings, terms or days have changed since: found by a run, decided by staff, corrected as a whole.

A correction takes the whole document back and issues the period again as its next revision; nothing issued is changed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from data.queries import billing as billing_queries
from data.queries import billing_runs as queries
from data.queries import consumption
from data.queries import contracts as contract_queries
from data.queries.billing_runs import BasisRow, DraftRow, ProposalRow
from data.queries.contracts import ContractRow
from data.repositories import audit
from data.repositories import billing as billing_repository
from data.repositories import billing_runs as repository
from domain.access import Permission, Viewer, require
from domain.billing.documents import DocumentLine
from domain.billing.periods import Days, supplied
from domain.calendar import Period, add_months, local_date
from domain.errors import InvalidInputError, NotFoundError
from services import billing, billing_basis, billing_drafts, billing_inputs, billing_issue, portal
from services.billing_basis import period_of
from services.billing_drafts import Judged, Policy
from services.billing_due import YEARS_BACK, Due
from services.billing_inputs import Reader
from services.billing_issue import Issued

DE_MINIMIS_MINOR = 100  # a smaller difference is noted and not billed again


@dataclass(frozen=True)
class Suspected(Due):
    """An issued bill that may have changed; `period` is what would be billed now."""

    basis: BasisRow | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rebilled:
    """The credit note, and the document of the next revision; none where the days are not billed any more."""

    note: Issued
    document: Issued | None


def find(contract_public_id: str = "", de_minimis_minor: int = DE_MINIMIS_MINOR) -> int:
    """Look at what was issued in the last years and propose corrections; how many are new. Unchanged data gives none."""
    made = portal.current()
    now = made.clock.now()
    since = add_months(now.date(), -12 * YEARS_BACK)
    with made.records.reading() as db:
        rows = contract_queries.contracts_in(db, since, now.date() + timedelta(days=1))
        contracts = {row.id: row for row in rows if contract_public_id in {"", row.public_id}}
        one = next(iter(contracts)) if contract_public_id and contracts else None
        bases = [row for row in queries.live_bases(db, since, one) if row.contract_id in contracts]
    count = 0
    for chunk in _by_contract(bases):
        suspects = _suspects(chunk, contracts, now)
        count += sum(_proposed(one, de_minimis_minor, now) for one in suspects)
    return count


CONTRACTS_AT_ONCE = 20


def _by_contract(bases: Sequence[BasisRow]) -> Iterator[list[BasisRow]]:
    grouped: dict[int, list[BasisRow]] = defaultdict(list)
    for row in bases:
        grouped[row.contract_id].append(row)
    numbers = sorted(grouped)
    for place in range(0, len(numbers), CONTRACTS_AT_ONCE):
        yield [row for number in numbers[place : place + CONTRACTS_AT_ONCE] for row in grouped[number]]


def _suspects(bases: Sequence[BasisRow], contracts: dict[int, ContractRow], now: datetime) -> list[Suspected]:
    """What may have changed, by marks that cost little; whether it has is seen when it is rated."""
    own = {row.contract_id for row in bases}
    with portal.current().records.reading() as db:
        changed = contract_queries.terms_changed(db, own)
        stays = contract_queries.stays(db, {contracts[number].account_id for number in own})
    late = _late(bases, contracts)
    found = []
    for row in bases:
        contract = contracts[row.contract_id]
        days = [Days(*stay) for stay in stays.get((contract.account_id, contract.site_id), ())]
        period = _billed_now(contract, days, period_of(row))
        codes = [
            code
            for code, is_so in (
                ("readings", row.document_public_id in late),
                ("terms", any(at > row.known_at for at in changed.get(contract.id, ()))),
                ("facts", json.loads(row.facts) != billing_inputs.facts_kept(contract)),
                ("days", period != period_of(row)),
            )
            if is_so
        ]
        if codes:
            found.append(
                Suspected(
                    contract, period or period_of(row), row.kind, basis=row,  # type: ignore[arg-type]  # rated kinds only
                    codes=tuple(codes) if period else ("not_supplied",),
                )
            )  # fmt: skip
    return found


def _billed_now(contract: ContractRow, stays: Sequence[Days], period: Period) -> Period | None:
    """The days of a period in which the contract supplies its account, as known now; nothing where there are none."""
    for days in supplied(Days(contract.first_date, contract.end_date), stays):
        clipped = period.clip(days.first, days.end)
        if clipped is not None:
            return clipped
    return None


def _late(bases: Sequence[BasisRow], contracts: dict[int, ContractRow]) -> set[str]:
    """The documents in whose days a reading has come since they were made."""
    with portal.current().records.reading() as db:
        points = {contracts[row.contract_id].supply_point_id for row in bases}
        registers = contract_queries.registers_at_many(db, points)
    spans = {row.document_public_id: period_of(row).bounds_utc(contracts[row.contract_id].zone_name) for row in bases}
    found = consumption.known_since(
        portal.current().readings, [number for each in registers.values() for number, _flow in each],
        min(low for low, _high in spans.values()), max(high for _low, high in spans.values()),
        min(row.known_at for row in bases),
    )  # fmt: skip
    late = set()
    for row in bases:
        low, high = (instant.timestamp() for instant in spans[row.document_public_id])
        for number, _flow in registers.get(contracts[row.contract_id].supply_point_id, ()):
            start_s, known_us = found.get(number, (np.zeros(0), np.zeros(0)))
            if ((start_s >= low) & (start_s < high) & (known_us > row.known_at.timestamp() * 1_000_000)).any():
                late.add(row.document_public_id)
    return late


def _proposed(one: Suspected, de_minimis_minor: int, now: datetime) -> bool:
    """Rate a suspect again and write down what has changed; whether that is news."""
    basis = one.basis
    assert basis is not None
    judged = _judged(one, now)
    with portal.current().records.transaction() as tx:
        if judged is not None and (judged.digest == basis.digest or judged.reasons or _same(tx, basis, judged)):
            repository.void_proposals(tx, basis.document_public_id, now=now)
            return False
        digest, after = (judged.digest, judged.gross_minor) if judged else ("", 0)
        known = queries.proposals_of(tx, [basis.document_public_id])
        if any(row.input_digest == digest and row.state != "void" for row in known):
            return False
        is_minor = abs(after - basis.gross_minor) < de_minimis_minor
        repository.add_proposal(
            tx, now=now, document_public_id=basis.document_public_id, contract_id=basis.contract_id, input_digest=digest,
            reasons=json.dumps(one.codes), gross_before_minor=basis.gross_minor, gross_after_minor=after,
            state="minor" if is_minor else "open",
        )  # fmt: skip
        return not is_minor


def _judged(one: Suspected, now: datetime) -> Judged | None:
    """The bill as it would be written now; None where the days are not billed any more."""
    if "not_supplied" in one.codes:
        return None
    ((_one, inputs),) = Reader(now).chunk([one])
    return billing_drafts.judge(one, inputs, now, Policy().limits)


def _same(tx: Session, basis: BasisRow, judged: Judged) -> bool:
    """Whether the same would be printed: a version that says the same, or a change outside of what is priced."""
    issued = billing_queries.document(tx, basis.document_public_id)
    return issued is not None and _printed(issued.lines) == _printed(judged.lines)


def _printed(lines: Sequence[DocumentLine]) -> list[tuple[object, ...]]:
    return [(line.code, line.band, line.first, line.end, line.quantity, line.net_minor, line.rate) for line in lines]


def proposals(viewer: Viewer) -> list[ProposalRow]:
    """The corrections that wait for staff, the oldest first."""
    require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.reading() as db:
        return queries.proposals(db)


def of_document(viewer: Viewer, document_public_id: str) -> ProposalRow | None:
    """The correction that waits for one of the viewer's own documents, if there is one."""
    billing.document(viewer, document_public_id)
    with portal.current().records.reading() as db:
        found = queries.proposals_of(db, [document_public_id])
    return next((row for row in found if row.state == "open"), None)


def reject(viewer: Viewer, public_id: str) -> None:
    """Leave the document as it is; the same change is not proposed again."""
    require(viewer, Permission.MANAGE_BILLING)
    made = portal.current()
    with made.records.transaction() as tx:
        _decided(tx, viewer, public_id, "rejected", made.clock.now())


def approve(viewer: Viewer, public_id: str) -> Rebilled:
    """Take the document back and issue its period again, in one transaction; refused when it has changed once more."""
    require(viewer, Permission.MANAGE_BILLING)
    made = portal.current()
    now = made.clock.now()
    with made.records.reading() as db:
        proposal = queries.proposal_row(db, public_id)
    if proposal is None:
        raise NotFoundError(what="proposal")
    due, judged = _again(proposal.document_public_id, now)
    if (judged.digest if judged else "") != proposal.input_digest or (judged and judged.reasons):
        raise InvalidInputError("proposal", "changed_meanwhile")
    with made.records.transaction() as tx:
        billing_repository.lock_account(tx, due.contract.account_number)
        _decided(tx, viewer, public_id, "done", now)
        return _rebilled(tx, due, judged, now)


def _again(document_public_id: str, now: datetime) -> tuple[Suspected, Judged | None]:
    basis = billing_basis.row_of(document_public_id)
    with portal.current().records.reading() as db:
        contract = contract_queries.contract_by_id(db, basis.contract_id)
        draft = queries.draft_of_document(db, document_public_id)
        stays = contract_queries.stays(db, [contract.account_id]) if contract else {}
    if contract is None or draft is None:
        raise NotFoundError(what="document")
    days = [Days(*stay) for stay in stays.get((contract.account_id, contract.site_id), ())]
    period = _billed_now(contract, days, period_of(basis))
    row = DraftRow(*(getattr(draft, name) for name in DraftRow._fields))._replace(revision=draft.revision + 1)
    codes = () if period else ("not_supplied",)
    due = Suspected(contract, period or period_of(basis), basis.kind, row, basis=basis, codes=codes)  # type: ignore[arg-type]
    return due, _judged(due, now)


def _rebilled(tx: Session, due: Suspected, judged: Judged | None, now: datetime) -> Rebilled:
    basis = due.basis
    assert basis is not None
    assert due.row is not None
    note = billing_issue.credit_in(tx, basis.number, local_date(now, due.contract.zone_name), now=now)
    repository.add_basis(
        tx, document_public_id=note.public_id, contract_id=basis.contract_id, revision=basis.revision,
        known_at=basis.known_at, digest=basis.digest, facts=basis.facts,
    )  # fmt: skip
    repository.change_draft(tx, due.row.id, now=now, state="superseded")
    if judged is None:
        return Rebilled(note, None)
    return Rebilled(note, billing_drafts.issue_draft(tx, None, due, judged, Policy(), now))


def _decided(tx: Session, viewer: Viewer, public_id: str, state: str, now: datetime) -> None:
    row = queries.proposal_row(tx, public_id)
    if row is None:
        raise NotFoundError(what="proposal")
    if not repository.decide_proposal(tx, row.id, state, user_id=viewer.user_id, now=now):
        raise InvalidInputError("proposal", "decided_already")
    event = audit.Event(f"rebill:{state}", viewer.user_id, None, "billing", row.document_public_id, {"proposal": public_id})  # fmt: skip
    audit.add(tx, event, now=now)
