"""Which account a person means and whether they may: customers by their membership, staff by their role."""

from __future__ import annotations

from data.queries import billing as queries
from data.queries import identity
from domain.access import Permission, Role, Viewer, require, require_account
from domain.errors import NotFoundError
from services import portal


def is_staff(viewer: Viewer) -> bool:
    """As staff, and not in the read-only view of a customer's pages."""
    return viewer.is_staff and viewer.acting_for_account_id is None


def account_for(viewer: Viewer, public_id: str, permission: Permission) -> tuple[int, str]:
    """Row and number. Customers need the permission by membership, staff to manage billing; foreign is missing."""
    if is_staff(viewer):
        require(viewer, Permission.MANAGE_BILLING)
    with portal.current().records.reading() as db:
        found = queries.account_id_of(db, public_id)
    if found is None:
        raise NotFoundError(what="account")
    if not is_staff(viewer):
        require_account(viewer, permission, found[0])
    return found


def account_of_number(viewer: Viewer, number: str) -> str:
    """The public id of an account that staff name by its number; NotFoundError for everybody else."""
    with portal.current().records.reading() as db:
        found = queries.account_public_id(db, number)
    if found is None or not is_staff(viewer):
        raise NotFoundError(what="account")
    return found


def require_seen(viewer: Viewer, account_id: int, what: str) -> None:
    """What belongs to an account is seen by its members and by staff who manage billing; foreign is missing."""
    if is_staff(viewer):
        require(viewer, Permission.MANAGE_BILLING)
    elif account_id not in viewer.account_ids or not viewer.sees_customer_pages:
        raise NotFoundError(what=what)


def staff_member(email: str) -> Viewer:
    """The person of staff a command is run as; NotFoundError for customers, strangers and the disabled."""
    with portal.current().records.reading() as db:
        found = identity.person(db, email)
    if found is None or found.is_disabled or found.role == Role.CUSTOMER:
        raise NotFoundError(what="person")
    return Viewer(found.id, found.email, found.name, Role(found.role), found.locale)
