"""The first page: today, this month, what is late, what happened."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, html

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import states
from components.charts import graph
from components.frame import page_head
from components.theme import theme
from domain.access import Viewer
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import lazy
from pages.dashboard import _month as month
from pages.dashboard import _page
from pages.dashboard import _status as status
from pages.dashboard import _today as today_chart
from pages.dashboard._several import several
from services import dashboard
from services.sites import SiteView, site_or_first, sites_of

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
        return html.Div([page_head(_("Overview")), states.empty("not_set_up", _("No site yet"), text)])
    if len(sites) > 1 and not site:
        return several(viewer, _("Overview of your sites"))
    return _page.one_site(viewer, site)


@portal_callback(
    Output("dashboard-today", "children"),
    Input("dashboard-today-seen", "data"),
    State("dashboard-state", "data"),
    prevent_initial_call=True,
)
def show_today(seen: str, asked: dict[str, str]) -> Any:
    viewer = current_viewer()
    return graph(today_chart.figure(dashboard.today(viewer, _site(viewer, asked)), colours=theme(seen)))


@portal_callback(
    Output("dashboard-month", "children"),
    Input("dashboard-month-seen", "data"),
    State("dashboard-state", "data"),
    prevent_initial_call=True,
)
def show_month(seen: str, asked: dict[str, str]) -> Any:
    viewer = current_viewer()
    return graph(month.figure(month.data(*dashboard.month_chart(viewer, _site(viewer, asked))), colours=theme(seen)))


@portal_callback(
    Output("dashboard-live", "children"),
    Input("dashboard-clock", "n_intervals"),
    State("dashboard-state", "data"),
    prevent_initial_call=True,
)
def refresh_live(_ticks: int, asked: dict[str, str]) -> Any:
    viewer = current_viewer()
    return status.block(dashboard.live_status(viewer, _site(viewer, asked)))


def _site(viewer: Viewer, asked: dict[str, str]) -> SiteView:
    site = site_or_first(viewer, str((asked or {}).get("site", "")))
    if site is None:  # the only site was lost while the page stood open
        raise NotFoundError(what="site")
    return site
