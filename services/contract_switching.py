"""Ordering another tariff: refused with the field that is wrong, or agreed, written down and confirmed in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data.queries import change_requests as change_queries
from data.queries import contract_requests as queries
from data.queries import contracts as contract_queries
from data.queries.contracts import ContractRow
from data.repositories import audit
from data.repositories import contract_requests as requests
from data.repositories import contracts as repository
from data.tables.contract_requests import ContractRequest
from domain.access import MEMBER_PERMISSIONS, Permission, Viewer, require_account
from domain.contracts import switching
from domain.contracts.switching import Caution
from domain.errors import InvalidInputError, NotFoundError
from services import contract_details, contracts, mails, portal, tariff_comparison
from services.contract_details import ContractView, Offered

CONSENTS = ("terms", "withdrawal")  # both are needed: the conditions, and that the right to withdraw was read


@dataclass(frozen=True)
class Preview:
    """What an order on the earliest possible day would mean."""

    view: ContractView
    offered: Offered
    earliest: date
    cautions: tuple[Caution, ...]


@dataclass(frozen=True)
class Order:
    """A confirmed or withdrawn order. exit_fee_minor net of VAT. [minor units]"""

    public_id: str
    number: str
    contract_public_id: str
    start: date
    withdraw_until: date
    exit_fee_minor: int
    state: str


def preview(viewer: Viewer, public_id: str, tariff_public_id: str, start: date | None = None) -> Preview:
    """The order as it would stand; of the asked day, or of the first one that is possible."""
    view = contract_details.details(viewer, public_id)
    offered = _offered(view, tariff_public_id)
    earliest = switching.earliest_start(view.bound, offered.offer, view.today)
    told = switching.cautions(view.bound, offered.offer, start or earliest, view.today)
    return Preview(view, offered, earliest, told)


def order(
    viewer: Viewer, public_id: str, tariff_public_id: str, start: date, consents: Collection[str], key: str
) -> Order:  # fmt: skip
    """Change the tariff of a contract from a day on; the same key again is the same order. For owners.

    InvalidInputError names the field that is wrong, and nothing is changed.
    """
    view = _owned(viewer, public_id)
    made = portal.current()
    now = made.clock.now()
    with made.records.transaction() as tx:
        repository.lock_contract(tx, view.contract.id)
        known = queries.request_of_key(tx, key)
        if known is not None:
            return _again(view.contract, known, start)
        view = _owned(viewer, public_id)  # somebody may have changed it before the lock was ours
        offered = _offered(view, tariff_public_id)
        _refuse(tx, view, offered, start, consents)
        previous_end = view.contract.end_date
        if start == previous_end:
            repository.continue_contract(tx, view.contract.id)
        else:
            repository.supersede_terms(tx, view.contract.id, start, now=now)
        repository.add_term(
            tx, contract_id=view.contract.id, tariff_version_id=offered.id, first_date=start,
            end_date=None if start == previous_end else previous_end, now=now,
        )  # fmt: skip
        row = requests.add(
            tx, now=now, key=key, contract_id=view.contract.id, tariff_version_id=offered.id,
            previous_version_id=view.offered.id, start=start, withdraw_until=switching.withdraw_until(view.today),
            exit_fee_minor=switching.exit_fee_minor(view.bound, start),
            previous_end=previous_end if start == previous_end else None, consents=",".join(sorted(consents)),
            asked_by=viewer.user_id,
        )  # fmt: skip
        found = _order(view.contract, row)
        _audit(tx, "contract:switched", viewer, found)
        values = {"tariff": offered.name, "contract": public_id, "first": start.isoformat(), "number": found.number,
                  "site": view.contract.site_name, "withdraw_until": row.withdraw_until.isoformat()}  # fmt: skip
        mails.mail_account(tx, "contract_confirmed", view.contract.account_id, values, now=now)
        return found


def withdraw(viewer: Viewer, public_id: str, order_public_id: str) -> Order:
    """Take an order back within the withdrawal period: the tariff of before goes on. Twice is once. For owners."""
    view = _owned(viewer, public_id)
    made = portal.current()
    now = made.clock.now()
    with made.records.transaction() as tx:
        repository.lock_contract(tx, view.contract.id)
        view = _owned(viewer, public_id)
        row = queries.request(tx, order_public_id)
        if row is None or row.contract_id != view.contract.id:
            raise NotFoundError(what="order")
        if row.state == "withdrawn":
            return _order(view.contract, row)
        if view.today > row.withdraw_until:
            raise InvalidInputError("order", "withdrawal_over", until=row.withdraw_until)
        if row.previous_end is not None:
            repository.end_contract(tx, view.contract.id, row.previous_end, now=now)
        else:
            repository.supersede_terms(tx, view.contract.id, row.start, now=now)
            repository.add_term(
                tx, contract_id=view.contract.id, tariff_version_id=row.previous_version_id, first_date=row.start,
                end_date=view.contract.end_date, now=now,
            )  # fmt: skip
        requests.withdraw(tx, row, now=now)
        found = _order(view.contract, row)
        _audit(tx, "contract:withdrawn", viewer, found)
        return found


def ordered(viewer: Viewer, public_id: str, order_public_id: str) -> tuple[ContractView, Order, Offered]:
    """One order of a contract, and the tariff it is for."""
    view = contract_details.details(viewer, public_id)
    with portal.current().records.reading() as db:
        row = queries.request(db, order_public_id)
        if row is None or row.contract_id != view.contract.id:
            raise NotFoundError(what="order")
        (version,) = contract_queries.tariffs_by_id(db, [row.tariff_version_id])
    return view, _order(view.contract, row), contract_details.offered(version)


def may_switch(viewer: Viewer, view: ContractView) -> bool:
    """Whether the viewer may order for the contract: owners of its account, never staff on a visit."""
    role = dict(viewer.memberships).get(view.contract.account_id)
    return role is not None and Permission.SWITCH in MEMBER_PERMISSIONS[role]


def orders(viewer: Viewer, public_id: str) -> list[Order]:
    """The orders of a contract, newest first."""
    row = contracts.contract(viewer, public_id)
    with portal.current().records.reading() as db:
        return [_order(row, found) for found in queries.requests_of(db, row.id)]


def _owned(viewer: Viewer, public_id: str) -> ContractView:
    view = contract_details.details(viewer, public_id)
    require_account(viewer, Permission.SWITCH, view.contract.account_id)
    return view


def can_continue(view: ContractView) -> bool:
    """Whether the contract has an end to come that an order may lift: not after moving out, nor where another follows."""
    end = view.contract.end_date
    if end is None or view.state == "over":
        return False
    with portal.current().records.reading() as db:
        moved = any(
            row.kind == "move_out" and row.state == "done" for row in change_queries.changes_of(db, view.contract.id)
        )
        place = view.contract.supply_point_id, view.contract.direction
        return not moved and contract_queries.contract_meanwhile(db, *place, end, None) is None


def _offered(view: ContractView, tariff_public_id: str) -> Offered:
    on_offer = tariff_comparison.eligible(view, with_own=can_continue(view))
    found = [one for one in on_offer if one.public_id == tariff_public_id]
    if not found:
        raise InvalidInputError("tariff", "not_on_offer")
    return found[0]


def _refuse(tx: Session, view: ContractView, offered: Offered, start: date, consents: Collection[str]) -> None:
    """The first thing that is wrong with an order."""
    for issue in switching.issues(view.bound, offered.offer, start, view.today):
        raise InvalidInputError(issue.field, issue.code, **issue.params)
    end = view.contract.end_date
    if start == end and not can_continue(view):
        raise InvalidInputError("start", "contract_over", end=end)
    if start != end and offered.id == view.offered.id:
        raise InvalidInputError("tariff", "not_on_offer")
    if missing := [name for name in CONSENTS if name not in consents]:
        raise InvalidInputError("consents", "missing", names=missing)
    for term in contract_queries.terms_of(tx, view.contract.id):
        if term.first_date > view.today and term.tariff_version_id != view.offered.id:
            raise InvalidInputError("tariff", "change_pending", name=term.name, first=term.first_date)


def _again(contract: ContractRow, known: ContractRequest, start: date) -> Order:
    if (known.contract_id, known.start) != (contract.id, start):
        raise InvalidInputError("key", "used_for_another_order")
    return _order(contract, known)


def _order(contract: ContractRow, row: ContractRequest) -> Order:
    return Order(
        row.public_id, f"W-{row.id:07d}", contract.public_id, row.start, row.withdraw_until, row.exit_fee_minor, row.state
    )  # fmt: skip


def _audit(tx: Session, action: str, viewer: Viewer, found: Order) -> None:
    event = audit.Event(
        action, actor_user_id=viewer.user_id, acting_for_account_id=viewer.acting_for_account_id, object_type="contract",
        object_id=found.contract_public_id, detail={"order": found.public_id, "start": found.start.isoformat()},
    )  # fmt: skip
    audit.add(tx, event, now=portal.current().clock.now())
