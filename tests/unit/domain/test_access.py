"""The access matrix, role by role, and the rule that foreign and missing look the same."""

from __future__ import annotations

from datetime import date

import pytest

from domain.access import (
    MEMBER_PERMISSIONS,
    NOBODY,
    STAFF_PERMISSIONS,
    Permission,
    Role,
    SiteGrant,
    Viewer,
    require,
    require_account,
    require_site,
)
from domain.errors import ForbiddenError, NotFoundError

OWNER = Viewer(1, "a@demo.example", "A", Role.CUSTOMER, grants=(SiteGrant(7, 3, "owner", date(2026, 1, 1)),))


def test_every_role_has_a_row():
    assert set(STAFF_PERMISSIONS) == set(Role)


@pytest.mark.parametrize(
    ("role", "permission", "allowed"),
    [
        (Role.AGENT, Permission.FIND_CUSTOMERS, True),
        (Role.ADMIN, Permission.VIEW_SYSTEM, True),
        (Role.AGENT, Permission.VIEW_SYSTEM, False),
        (Role.AGENT, Permission.MANAGE_BILLING, True),
        (Role.AGENT, Permission.APPROVE_MONEY, False),
        (Role.ADMIN, Permission.APPROVE_MONEY, True),
        (Role.CUSTOMER, Permission.PAY, False),  # a customer pays as the owner of an account, not by role
        (Role.ANALYST, Permission.VIEW_FLEET, True),
        (Role.ANALYST, Permission.FIND_CUSTOMERS, False),
        (Role.CUSTOMER, Permission.FIND_CUSTOMERS, False),
        (Role.CUSTOMER, Permission.VIEW_FLEET, False),
    ],
)
def test_staff_matrix(role, permission, allowed):
    viewer = Viewer(1, "x@demo.example", "X", role)
    if allowed:
        assert require(viewer, permission) is None
    else:
        with pytest.raises(ForbiddenError):
            require(viewer, permission)


def test_nobody_may_do_nothing():
    for permission in Permission:
        with pytest.raises(ForbiddenError):
            require(NOBODY, permission)
    with pytest.raises(NotFoundError):
        require_site(NOBODY, Permission.VIEW_READINGS, 7)


def test_foreign_and_missing_sites_raise_the_same_error():
    foreign = pytest.raises(NotFoundError, require_site, OWNER, Permission.VIEW_READINGS, 8).value
    missing = pytest.raises(NotFoundError, require_site, OWNER, Permission.VIEW_READINGS, 10**9).value
    assert foreign.args == missing.args
    assert foreign.status == 404


def test_grants_say_what_a_membership_allows():
    assert require_site(OWNER, Permission.EXPORT_READINGS, 7) == OWNER.grants
    staff = Viewer(
        2,
        "b@demo.example",
        "B",
        Role.AGENT,
        grants=(SiteGrant(7, 3, "read_only", date(2026, 1, 1)),),
        acting_for_account_id=3,
    )
    assert require_site(staff, Permission.VIEW_READINGS, 7)
    with pytest.raises(NotFoundError):
        require_site(staff, Permission.EXPORT_READINGS, 7)
    assert Permission.EXPORT_READINGS not in MEMBER_PERMISSIONS["read_only"]


def test_who_sees_customer_pages():
    agent = Viewer(2, "b@demo.example", "B", Role.AGENT)
    assert (NOBODY.sees_customer_pages, OWNER.sees_customer_pages, agent.sees_customer_pages) == (False, True, False)
    assert agent.is_staff
    assert not OWNER.is_staff
    assert OWNER.site_ids == (7,)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("owner", {Permission.VIEW_BILLING, Permission.PAY, Permission.SWITCH}),
        ("member", {Permission.VIEW_BILLING}),
        ("read_only", {Permission.VIEW_BILLING}),
    ],
)
def test_only_owners_of_an_account_pay_and_switch(role, may):
    viewer = Viewer(1, "a@demo.example", "A", Role.CUSTOMER, memberships=((3, role),))
    for permission in (Permission.VIEW_BILLING, Permission.PAY, Permission.SWITCH):
        if permission in may:
            assert require_account(viewer, permission, 3) is None
        else:
            with pytest.raises(ForbiddenError):
                require_account(viewer, permission, 3)
        for foreign in (4, 10**9):
            with pytest.raises(NotFoundError):
                require_account(viewer, permission, foreign)


def test_staff_reach_an_account_only_on_a_visit():
    agent = Viewer(2, "b@demo.example", "B", Role.AGENT)
    visiting = Viewer(2, "b@demo.example", "B", Role.AGENT, memberships=((3, "read_only"),), acting_for_account_id=3)
    assert (agent.account_ids, visiting.account_ids) == (frozenset(), {3})
    assert require_account(visiting, Permission.VIEW_BILLING, 3) is None
    with pytest.raises(NotFoundError):
        require_account(agent, Permission.VIEW_BILLING, 3)
    with pytest.raises(NotFoundError):  # a membership alone opens nothing to staff who are not visiting
        require_account(Viewer(2, "b@demo.example", "B", Role.AGENT, memberships=((3, "owner"),)), Permission.PAY, 3)
