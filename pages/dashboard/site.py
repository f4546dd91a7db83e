"""One site's overview, for whoever has several."""

from __future__ import annotations

import dash
from dash import html

from auth.session import current_viewer
from domain.text import lazy
from pages.dashboard import _page

dash.register_page(
    __name__,
    path_template="/dashboard/<site>",
    title=lazy("Site overview"),
    section="home",
    icon="home",
    roles=frozenset({"customer"}),
    nav=False,
    order=1010,
)


def layout(site: str = "", **_query: str) -> html.Div:
    return _page.one_site(current_viewer(), site)
