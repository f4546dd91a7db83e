"""Which page a path names, and whether the viewer may open it."""

from __future__ import annotations

import re
from typing import Any

from dash import _pages  # the router's own matcher: guard and router must never disagree about a path

from auth.policies import roles_of
from domain.access import Role, Viewer

MISSING = "/_missing"  # a path no page has: refused and unknown pages are drawn alike
SEGMENT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")


def page_of(path: str) -> dict[str, Any] | None:
    """The registered page of a path; ids in it must look like ids."""
    page, variables = _pages._path_to_page(path.strip("/"))
    if not page or page["module"].rsplit(".", 1)[-1] == "not_found_404":
        return None
    if not all(SEGMENT.match(str(value)) for value in (variables or {}).values()):
        return None
    return page


def may_open(viewer: Viewer, path: str) -> bool:
    """Whether the path is a page and one of its roles is the viewer's; without roles it is a customer page."""
    page = page_of(path)
    if page is None:
        return False
    roles = {Role(role) for role in page.get("roles") or {Role.CUSTOMER}}
    return bool(roles & roles_of(viewer))


def landing(viewer: Viewer) -> str:
    """Where a person begins."""
    return "/dashboard" if viewer.sees_customer_pages else "/admin"
