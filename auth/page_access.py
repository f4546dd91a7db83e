"""Which page a path names, and whether the viewer may open it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from dash import _pages  # the router's own matcher: guard and router must never disagree about a path

from auth.policies import roles_of
from domain.access import Role, Viewer
from domain.errors import ForbiddenError, NotFoundError
from services import admin, billing, contracts, sites

MISSING = "/_missing"  # a path no page has: refused and unknown pages are drawn alike
SEGMENT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")


# What a path variable names, as the one way to find it for a viewer. A variable without a row opens nothing.
OBJECTS: dict[str, Callable[[Viewer, str], object]] = {
    "site": sites.site,
    "meter": sites.meter,
    "customer": admin.require_customer,
    "invoice": billing.document,
    "contract": contracts.contract,
}


def page_of(path: str) -> dict[str, Any] | None:
    """The registered page of a path; ids in it must look like ids."""
    return _match(path)[0]


def _match(path: str) -> tuple[dict[str, Any] | None, dict[str, str]]:
    page, variables = _pages._path_to_page(path.strip("/"))
    if not page or page["module"].rsplit(".", 1)[-1] == "not_found_404":
        return None, {}
    if not all(SEGMENT.match(str(value)) for value in (variables or {}).values()):
        return None, {}
    return page, variables or {}


def may_open(viewer: Viewer, path: str, query: str = "") -> bool:
    """Whether the path is a page of the viewer's roles, and what its ids and `?site=` name is the viewer's to see.

    A page without roles is a customer page. Missing and foreign things make the same missing page.
    """
    page, variables = _match(path)
    if page is None:
        return False
    asked_site = parse_qs(query.lstrip("?")).get("site", [""])[-1]
    if asked_site and Role.CUSTOMER in (page.get("roles") or {Role.CUSTOMER}):
        variables = {**variables, "site": variables.get("site") or asked_site}
    roles = {Role(role) for role in page.get("roles") or {Role.CUSTOMER}}
    return bool(roles & roles_of(viewer)) and all(_is_there(viewer, *item) for item in variables.items())


def _is_there(viewer: Viewer, name: str, public_id: str) -> bool:
    find = OBJECTS.get(name)
    try:
        return find is not None and find(viewer, public_id) is not None
    except (NotFoundError, ForbiddenError):
        return False


def landing(viewer: Viewer) -> str:
    """Where a person begins."""
    return "/dashboard" if viewer.sees_customer_pages else "/admin"
