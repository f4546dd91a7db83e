"""The search form of the finder, also on the staff overview."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html

from components.icons import icon
from domain.text import gettext as _


def search_form(text: str = "") -> html.Form:
    """A plain form: the search is in the address, so back and forward work."""
    by = html.Span(_("by name, e-mail, account or meter number"), className="label-more")
    return html.Form(
        [
            html.Label([_("Find a customer"), by], htmlFor="admin-search", className="form-label"),
            html.Div(
                [
                    dbc.Input(id="admin-search", name="q", type="search", value=text, maxlength=80, minlength=2,
                              required=True, autocomplete="off"),
                    html.Button([icon("magnifying-glass"), _("Search")], type="submit", className="btn btn-primary"),
                ],
                className="admin-search",
            ),
        ],
        action="/admin/customers",
        method="GET",
        role="search",
    )  # fmt: skip
