"""What a document was computed from, and the same computed again: the same lines to the same cent, whatever came later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.queries import billing_runs as queries
from data.queries.billing_runs import BasisRow
from data.queries.contracts import ContractRow
from domain.access import Viewer
from domain.calendar import Period
from domain.errors import NotFoundError
from domain.tariffs.rate import RatingResult
from services import billing, billing_inputs, contract_rating, portal
from services.billing_inputs import Inputs

RATED = ("invoice", "feed_in_credit")


@dataclass(frozen=True)
class Basis:
    """known_at : readings and terms count as they were known then; revision : 0 for the first bill of a period."""

    contract_id: int
    revision: int
    known_at: datetime
    digest: str


def basis(document_public_id: str) -> Basis:
    """For runs and services that have asked who is looking."""
    found = row_of(document_public_id)
    return Basis(found.contract_id, found.revision, found.known_at, found.digest)


def row_of(document_public_id: str) -> BasisRow:
    with portal.current().records.reading() as db:
        found = queries.basis(db, document_public_id)
    if found is None:
        raise NotFoundError(what="basis")
    return found


def recompute(viewer: Viewer, document_public_id: str) -> RatingResult:
    """Rate the period of a viewer's own invoice or feed-in credit again, as everything was known when it was issued."""
    billing.document(viewer, document_public_id)
    found = row_of(document_public_id)
    if found.kind not in RATED:
        raise NotFoundError(what="rating")  # instalments and credit notes are not rated
    return inputs_of(found, contract_rating.row_of(found.contract_id)).rate()


def inputs_of(found: BasisRow, contract: ContractRow) -> Inputs:
    """The inputs of a document as they were."""
    kept = billing_inputs.as_kept(contract, found.facts, found.end_date)
    return billing_inputs.single(kept, period_of(found), found.known_at)


def period_of(found: BasisRow) -> Period:
    return Period.spanning(found.first_date, found.end_date - timedelta(days=1))
