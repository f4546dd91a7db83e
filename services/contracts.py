"""A viewer's own contracts and what they cost; somebody else's are missing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from data.queries import contracts as queries
from data.queries.contracts import ContractRow, TermRow
from data.repositories import contracts as repository
from data.tables.contracts import Contract
from domain.access import Permission, Viewer, require_account
from domain.calendar import Period
from domain.errors import InvalidInputError, NotFoundError
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


def signed(tx: Session, *, now: datetime, **facts: Any) -> Contract:
    """A new contract, in the transaction of who may make one. `facts` are columns of `Contract`.

    InvalidInputError where another is in force meanwhile at the supply point, in the same direction.
    """
    direction, first, end = facts.get("direction", "supply"), facts["first_date"], facts.get("end_date")
    other = queries.contract_meanwhile(tx, facts["supply_point_id"], direction, first, end)
    if other is not None:
        last = other.end_date and other.end_date - timedelta(days=1)
        raise InvalidInputError(
            "first_date", "contract_overlaps" if last else "contract_lasts", number=other.number, first=other.first_date,
            last=last,
        )  # fmt: skip
    return repository.add_contract(tx, now=now, **facts)
