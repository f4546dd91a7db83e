"""What the router shows for an address without a page."""

from __future__ import annotations

import dash
from dash import html

from components.shell.refusals import missing_page
from domain.text import lazy

dash.register_page(__name__, path="/not-found-404", title=lazy("Not found"), roles=frozenset(), order=9999)


def layout(**_query: str) -> html.Div:
    return missing_page()
