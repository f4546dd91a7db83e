"""A viewer's own contracts and what they cost; somebody else's are missing."""

from __future__ import annotations

from datetime import datetime

from data.queries import contracts as queries
from data.queries.contracts import ContractRow, TermRow
from domain.access import Permission, Viewer, require_account
from domain.calendar import Period
from domain.errors import NotFoundError
from domain.tariffs.rate import RatingResult
from services import contract_rating, portal


def contracts(viewer: Viewer) -> list[ContractRow]:
    """All contracts of the viewer's accounts, past ones too, newest first."""
    if not viewer.sees_customer_pages:
        return []
    with portal.current().records.reading() as db:
        return queries.contracts_of(db, viewer.account_ids)


def contract(viewer: Viewer, public_id: str) -> ContractRow:
    with portal.current().records.reading() as db:
        found = queries.contract_row(db, public_id)
    if found is None or found.account_id not in viewer.account_ids:
        raise NotFoundError(what="contract")
    require_account(viewer, Permission.VIEW_BILLING, found.account_id)
    return found


def terms(viewer: Viewer, public_id: str) -> list[TermRow]:
    """The tariff versions of a contract with their local dates, as they stand."""
    found = contract(viewer, public_id)
    with portal.current().records.reading() as db:
        return queries.terms_of(db, found.id)


def cost(viewer: Viewer, public_id: str, period: Period, known_at: datetime | None = None) -> RatingResult:
    """What a contract costs in the days of a period in which it runs: the same rating as on its bill."""
    found = contract(viewer, public_id)
    within = period.clip(found.first_date, found.end_date)
    if within is None:
        raise NotFoundError(what="period")
    return contract_rating.rate_contract(found.id, within, known_at)
