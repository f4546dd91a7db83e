"""The first page: today, this month, what is late, what happened."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, html

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import states
from components.charts import graph
from components.figures import consumption as figures
from components.frame import page_head
from components.theme import theme
from domain.access import Viewer
from domain.text import gettext as _
from domain.text import lazy
from pages.dashboard import _metrics as metrics
from pages.dashboard import _page
from pages.dashboard import _today as today_chart
from services import dashboard
from services.dashboard import SiteDashboard
from services.sites import site_or_first, sites_of

dash.register_page(
    __name__,
    path="/dashboard",
    title=lazy("Overview"),
    section="home",
    icon="home",
    roles=frozenset({"customer"}),
    nav=True,
    nav_label=lazy("Overview"),
    order=10,
)


def layout(site: str = "", **_query: str) -> html.Div:
    """Everybody sees their site; whoever has several sees them all first."""
    viewer = current_viewer()
    sites = sites_of(viewer)
    if not sites:
        text = _("As soon as a site is linked to your account, your energy appears here.")
        return html.Div([page_head(_page.greeting(viewer)), states.empty("not_set_up", _("No site yet"), text)])
    if len(sites) > 1 and not site:
        return _page.several(viewer)
    return _page.one_site(viewer, site)


@portal_callback(
    Output("dashboard-today", "children"),
    Input("dashboard-today-seen", "data"),
    State("dashboard-state", "data"),
    prevent_initial_call=True,
)
def show_today(seen: str, asked: dict[str, str]) -> Any:
    viewer = current_viewer()
    return graph(today_chart.figure(_view(viewer, asked).today, colours=theme(seen)))


@portal_callback(
    Output("dashboard-month", "children"),
    Input("dashboard-month-seen", "data"),
    State("dashboard-state", "data"),
    prevent_initial_call=True,
)
def show_month(seen: str, asked: dict[str, str]) -> Any:
    viewer = current_viewer()
    return graph(figures.bars(metrics.month_bars(_view(viewer, asked)), colours=theme(seen)))


def _view(viewer: Viewer, asked: dict[str, str]) -> SiteDashboard:
    site = site_or_first(viewer, str((asked or {}).get("site", "")))
    assert site is not None, "a chart is only drawn where there is a site"
    return dashboard.site_dashboard(viewer, site)
