"""Who may do what: roles, permissions, the viewer, and the one check every service begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.errors import ForbiddenError, NotFoundError


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"
    ANALYST = "analyst"


class Permission(StrEnum):
    VIEW_READINGS = "readings:view"
    EXPORT_READINGS = "readings:export"
    MANAGE_ACCOUNT = "account:manage"
    VIEW_BILLING = "billing:view"
    PAY = "billing:pay"
    SWITCH = "contracts:switch"
    MANAGE_BILLING = "billing:manage"
    APPROVE_MONEY = "billing:approve"
    FIND_CUSTOMERS = "customers:find"
    VIEW_AS_CUSTOMER = "customers:view_as"
    VIEW_SYSTEM = "system:view"
    MANAGE_SYSTEM = "system:manage"
    VIEW_FLEET = "fleet:view"


# The access matrix as data: what a role may do at all. Objects are checked on top of this.
STAFF_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CUSTOMER: frozenset(),
    Role.AGENT: frozenset(
        {
            Permission.FIND_CUSTOMERS,
            Permission.VIEW_AS_CUSTOMER,
            Permission.VIEW_FLEET,
            Permission.MANAGE_BILLING,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Permission.FIND_CUSTOMERS,
            Permission.VIEW_AS_CUSTOMER,
            Permission.VIEW_FLEET,
            Permission.VIEW_SYSTEM,
            Permission.MANAGE_SYSTEM,
            Permission.MANAGE_BILLING,
            Permission.APPROVE_MONEY,
        }
    ),
    Role.ANALYST: frozenset({Permission.VIEW_FLEET}),
}

# What a membership of an account allows on that account, its sites, bills and contracts.
MEMBER_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "owner": frozenset(
        {
            Permission.VIEW_READINGS,
            Permission.EXPORT_READINGS,
            Permission.MANAGE_ACCOUNT,
            Permission.VIEW_BILLING,
            Permission.PAY,
            Permission.SWITCH,
        }
    ),
    "member": frozenset({Permission.VIEW_READINGS, Permission.EXPORT_READINGS, Permission.VIEW_BILLING}),
    "read_only": frozenset({Permission.VIEW_READINGS, Permission.VIEW_BILLING}),  # staff at a customer's pages
}


@dataclass(frozen=True)
class SiteGrant:
    """A site the viewer may see, and in which local dates `[first_date, end_date)`; `None` is open."""

    site_id: int
    account_id: int
    membership: str
    first_date: date
    end_date: date | None = None

    def allows(self, permission: Permission) -> bool:
        return permission in MEMBER_PERMISSIONS[self.membership]


@dataclass(frozen=True)
class Viewer:
    """The person behind a request, resolved from the session and nothing else."""

    user_id: int
    email: str
    name: str
    role: Role
    locale: str = "en"
    grants: tuple[SiteGrant, ...] = ()
    memberships: tuple[tuple[int, str], ...] = ()  # account and role in it
    acting_for_account_id: int | None = None  # staff in the read-only view of a customer
    acting_reason: str = ""

    @property
    def account_ids(self) -> frozenset[int]:
        """The accounts whose pages the viewer sees: their own, or the one that staff look at."""
        return frozenset(account_id for account_id, _role in self.memberships)

    @property
    def is_anonymous(self) -> bool:
        return self.user_id == 0

    @property
    def is_staff(self) -> bool:
        return self.role is not Role.CUSTOMER and not self.is_anonymous

    @property
    def sees_customer_pages(self) -> bool:
        return not self.is_anonymous and (self.role is Role.CUSTOMER or self.acting_for_account_id is not None)

    @property
    def site_ids(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(grant.site_id for grant in self.grants))

    def grants_for(self, site_id: int) -> tuple[SiteGrant, ...]:
        return tuple(grant for grant in self.grants if grant.site_id == site_id)


NOBODY = Viewer(user_id=0, email="", name="", role=Role.CUSTOMER)


def require(viewer: Viewer, permission: Permission) -> None:
    """Refuse (403) unless the viewer's role carries a staff permission."""
    if viewer.is_anonymous or permission not in STAFF_PERMISSIONS[viewer.role]:
        raise ForbiddenError(permission=str(permission))


def require_site(viewer: Viewer, permission: Permission, site_id: int) -> tuple[SiteGrant, ...]:
    """The grants by which the viewer may do this on a site; missing and foreign both raise 404."""
    grants = tuple(grant for grant in viewer.grants_for(site_id) if grant.allows(permission))
    if not grants:
        raise NotFoundError(what="site")
    return grants


def require_account(viewer: Viewer, permission: Permission, account_id: int) -> None:
    """Refuse unless a membership of the account allows it: 404 for a foreign or missing account, else 403."""
    role = dict(viewer.memberships).get(account_id)
    if role is None or not viewer.sees_customer_pages:
        raise NotFoundError(what="account")
    if permission not in MEMBER_PERMISSIONS[role]:
        raise ForbiddenError(permission=str(permission))
