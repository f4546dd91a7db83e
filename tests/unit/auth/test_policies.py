"""What a policy lets pass."""

from __future__ import annotations

import pytest

from auth.policies import CUSTOMER_CARE, EVERYONE, STAFF, Policy, roles_of, route_policy
from domain.access import NOBODY, Role, Viewer

CUSTOMER, AGENT, ADMIN, ANALYST = (Viewer(1, "", "", role) for role in Role)
VISITING = Viewer(1, "", "", Role.AGENT, acting_for_account_id=3)


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        (Policy(), [CUSTOMER, VISITING]),
        (Policy(writes=True), [CUSTOMER]),
        (Policy(EVERYONE), [CUSTOMER, AGENT, ADMIN, ANALYST, VISITING]),
        (Policy(EVERYONE, writes=True), [CUSTOMER, AGENT, ADMIN, ANALYST]),
        (Policy(STAFF), [AGENT, ADMIN, ANALYST, VISITING]),
        (Policy(CUSTOMER_CARE), [AGENT, ADMIN, VISITING]),
        (Policy(frozenset({Role.CUSTOMER})), [CUSTOMER, VISITING]),
        (Policy(frozenset()), []),
    ],
)
def test_a_policy_lets_exactly_these_pass(policy, allowed):
    everybody = [NOBODY, CUSTOMER, AGENT, ADMIN, ANALYST, VISITING]
    assert [viewer for viewer in everybody if policy.allows(viewer)] == allowed


def test_nobody_has_no_role():
    assert roles_of(NOBODY) == frozenset()


def test_a_route_carries_its_policy():
    view = route_policy(roles=STAFF, writes=True)(lambda: "")
    assert view.__policy__ == Policy(STAFF, writes=True)
