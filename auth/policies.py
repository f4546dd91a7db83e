"""What a callback or route demands of its caller, as data that the guard reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.access import Role, Viewer

EVERYONE = frozenset(Role)
STAFF = frozenset({Role.AGENT, Role.ADMIN, Role.ANALYST})
CUSTOMER_CARE = frozenset({Role.AGENT, Role.ADMIN})

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """`roles` None: whoever sees customer pages. `writes`: never for staff in the read-only view."""

    roles: frozenset[Role] | None = None
    writes: bool = False

    def allows(self, viewer: Viewer) -> bool:
        if viewer.is_anonymous or (self.writes and viewer.acting_for_account_id is not None):
            return False
        return viewer.sees_customer_pages if self.roles is None else bool(self.roles & roles_of(viewer))


def roles_of(viewer: Viewer) -> frozenset[Role]:
    """The viewer's own role, and customer while staff look at a customer's pages."""
    if viewer.is_anonymous:
        return frozenset()
    return frozenset({viewer.role, Role.CUSTOMER}) if viewer.sees_customer_pages else frozenset({viewer.role})


def route_policy(*, roles: frozenset[Role] | None = None, writes: bool = False) -> Callable[[Function], Function]:
    """Put this on a Flask view that is neither public nor Dash's own; without one the guard refuses it."""

    def attach(function: Function) -> Function:
        function.__policy__ = Policy(roles, writes)  # type: ignore[attr-defined]  # an attribute, read by the guard
        return function

    return attach
