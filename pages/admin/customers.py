"""The finder: customers by name, e-mail, account number or meter, page by page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import dash
from dash import dcc, html

from auth.policies import CUSTOMER_CARE
from auth.session import current_viewer
from components import formats
from components.icons import icon
from components.states import empty
from components.tables import Column
from domain.text import gettext as _
from domain.text import lazy, ngettext
from pages.admin import _parts as parts
from pages.admin._search import search_form
from services import admin

dash.register_page(
    __name__,
    path="/admin/customers",
    title=lazy("Customers"),
    section="staff",
    icon="users",
    roles=CUSTOMER_CARE,
    nav=True,
    order=910,
)


def layout(q: str = "", page: str = "1", **_query: str) -> html.Div:
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    view = admin.find_customers(current_viewer(), q, number) if q.strip() else None
    return html.Div(
        [
            parts.page_head(_("Customers"), _("Every search and every visit is noted in the audit trail.")),
            search_form(view.text if view else ""),
            results(view) if view else None,
        ]
    )


def results(view: admin.CustomerPage) -> html.Section | html.Div:
    if len(view.text) < admin.MIN_SEARCH:
        return html.Div(_("Type at least two characters."), className="notice", role="status")
    if not view.total:
        return empty("none_here", _("Nobody found"), _("Try a part of the name or number."))
    title = ngettext("{n} customer", "{n} customers", view.total)
    return parts.card(title, found_table(view), pager(view))


def found_table(view: admin.CustomerPage) -> html.Div:
    columns = [
        Column(_("Name")),
        Column(_("Account")),
        Column(_("E-mail"), low=True),
        Column(_("City"), low=True),
        Column(_("Kind"), low=True),
    ]
    rows = [
        (
            dcc.Link(customer.name, href=f"/admin/customers/{customer.public_id}"),
            html.Span(", ".join(customer.numbers), className="num"),
            customer.email or formats.UNKNOWN,
            ", ".join(customer.cities) or formats.UNKNOWN,
            parts.kind_text(customer.kind),
        )
        for customer in view.found
    ]
    return parts.table(_("Customers found"), columns, rows)


def pager(view: admin.CustomerPage) -> html.Nav | None:
    """Previous and next as links; the page is part of the address."""
    if view.pages < 2:
        return None
    place = html.Span(_("Page {page} of {pages}", page=view.page, pages=view.pages), className="quiet small")
    before = _link(view, view.page - 1, _("Previous"), "chevron-left") if view.page > 1 else None
    after = _link(view, view.page + 1, _("Next"), "chevron-right") if view.page < view.pages else None
    return html.Nav([before, place, after], className="admin-pager", **{"aria-label": _("Pages")})


def _link(view: admin.CustomerPage, page: int, text: str, symbol: str) -> Any:
    href = f"/admin/customers?{urlencode({'q': view.text, 'page': page})}"
    words = [text, icon(symbol)] if symbol == "chevron-right" else [icon(symbol), text]
    return dcc.Link(words, href=href, className="btn btn-secondary btn-sm")
