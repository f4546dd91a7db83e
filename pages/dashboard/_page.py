"""What the overview of one site and of several shows."""

from __future__ import annotations

import dash
from dash import dcc, html

from components import formats
from components.cards import metric
from components.charts import chart_slot
from components.frame import LegendItem, card, legend, page_head
from components.icons import icon
from components.links import href
from components.tables import Column, data_table
from domain.access import Viewer
from domain.text import gettext as _
from pages.dashboard import _feed as feed
from pages.dashboard import _metrics as metrics
from pages.dashboard import _status as status
from pages.dashboard import _today as today_chart
from services import dashboard, portal
from services.dashboard import SiteDashboard, SiteRow
from services.sites import SiteView, site_or_first


def one_site(viewer: Viewer, public_id: str) -> html.Div:
    site = site_or_first(viewer, public_id)
    assert site is not None, "whoever has no site does not come here"
    view = dashboard.site_dashboard(viewer, site)
    return html.Div(
        [
            dcc.Store(id="dashboard-state", data={"site": site.public_id}),
            page_head(greeting(viewer), lead=_lead(view)),
            html.Div(_today_card(view), className="g"),
            _metric_row(view),
            html.Div(
                [html.Div(_month_card(view), className="c8"), html.Div(_quick_card(site), className="c4")],
                className="g",
            ),
            html.Div(
                [html.Div(_feed_card(view), className="c8"), html.Div(_data_card(view), className="c4")], className="g"
            ),
        ]
    )


def _metric_row(view: SiteDashboard) -> html.Div:
    """Four in a row; five or six in rows of three."""
    shown = metrics.metrics(view)
    width = "c3" if len(shown) <= 4 else "c4"
    return html.Div([html.Div(metric(item), className=width) for item in shown], className="g metrics")


def greeting(viewer: Viewer) -> str:
    hour = portal.current().clock.now().hour
    name = viewer.name.partition(" ")[0]
    if viewer.acting_for_account_id is not None:
        return _("Overview")
    if hour < 10:
        return _("Good morning, {name}", name=name)
    return _("Good afternoon, {name}", name=name) if hour < 17 else _("Good evening, {name}", name=name)


def _lead(view: SiteDashboard) -> str:
    return _("{day}, {time}", day=formats.day(view.now_local.date()), time=formats.clock(view.now_local))


def _today_card(view: SiteDashboard) -> html.Section:
    headline = today_chart.headline(view.today)
    items = [LegendItem("sw-cons", _("Today"), formats.kwh(view.today.so_far_wh)), LegendItem("sw-ref", _("Usual day"))]
    left = html.Div([status.live(view.freshness, view.now_local), html.H2(headline, className="headline", id="dashboard-today-headline"),
                     html.P(status.sentence(view.freshness, view.now_local), className="sub")], className="c4")  # fmt: skip
    day = dcc.Link(
        _("Open the day"),
        href=href("/consumption", {"site": view.site.public_id, "period": "day", "date": view.today.day}),
    )
    right = html.Div(
        [html.Div([html.P(_("Today, hour by hour"), className="card-title"), day], className="between"), legend(items, _("in kWh")),
         chart_slot("dashboard-today", summary=headline, height_px=220)],
        className="c8",
    )  # fmt: skip
    return html.Section(
        html.Div(html.Div([left, right], className="g inner"), className="card-body"),
        className="card",
        **{"aria-labelledby": "dashboard-today-headline"},
    )


def _month_card(view: SiteDashboard) -> html.Section:
    title = formats.month(view.today.day)
    headline = metrics.month_headline(view)
    link = dcc.Link(_("Open the month"), href=href("/consumption", {"site": view.site.public_id, "period": "month"}))
    body = [html.P(headline, className="headline"), html.P(metrics.month_sub(view), className="sub"),
            chart_slot("dashboard-month", summary=headline, height_px=260)]  # fmt: skip
    return card(card_id="dashboard-month-card", title=title, action=link, body=body)


def _quick_card(site: SiteView) -> html.Section:
    actions = [
        ("bolt", _("See today's use"), href("/consumption", {"site": site.public_id, "period": "day"})),
        (
            "arrows-right-left",
            _("Compare two periods"),
            href("/consumption", {"site": site.public_id, "view": "compare"}),
        ),
        ("arrow-down-tray", _("Download my data"), href("/consumption/export", {"site": site.public_id})),
        ("chart-bar", _("See the whole year"), href("/consumption", {"site": site.public_id, "period": "year"})),
    ]
    known = {page["path"] for page in dash.page_registry.values()}
    links = [
        dcc.Link([icon(glyph), text], href=target)
        for glyph, text, target in actions
        if target.partition("?")[0] in known
    ]
    return card(card_id="dashboard-quick", title=_("Quick actions"), body=[html.Div(links, className="quick")])


def _feed_card(view: SiteDashboard) -> html.Section:
    return card(card_id="dashboard-feed", title=_("Recent"), body=[feed.feed_list(view.feed, view.site.zone_name)])


def _data_card(view: SiteDashboard) -> html.Section:
    return card(card_id="dashboard-data", title=_("Your data"), body=[status.data_facts(view)])


def several(viewer: Viewer) -> html.Div:
    rows = dashboard.overview_rows(viewer)
    sites = [row.site for row in rows]
    total = sum(row.month.so_far_wh or 0 for row in rows)
    lead = _("{n} sites, {energy} this month up to yesterday.", n=len(rows), energy=formats.kwh(total))
    return html.Div(
        [
            page_head(greeting(viewer), lead=lead),
            html.Div(card(card_id="dashboard-sites", title=_("Your sites"), body=[_sites_table(rows)]), className="g"),
            html.Div(
                card(
                    card_id="dashboard-feed",
                    title=_("Recent"),
                    body=[feed.feed_list(dashboard.feed(viewer, sites), sites[0].zone_name)],
                ),
                className="g",
            ),
        ]
    )


def _sites_table(rows: list[SiteRow]) -> html.Div:
    columns = [Column(_("Site")), Column(_("This month"), numeric=True), Column(_("Last month, same days"), numeric=True, low=True),
               Column(_("Change"), numeric=True), Column(_("Complete"), numeric=True, low=True), Column(_("Meter data"), low=True)]  # fmt: skip
    cells = []
    for row in rows:
        link = dcc.Link(
            [html.B(row.site.name), html.Span(f" {row.site.city}", className="quiet")],
            href=f"/dashboard/{row.site.public_id}",
        )
        then = row.month.previous
        cells.append([
            link, formats.kwh(row.month.so_far_wh), formats.kwh(then.then_wh if then else None),
            metrics.change(then), formats.percent(row.completeness), status.pill(row.freshness),
        ])  # fmt: skip
    return data_table(_("Your sites this month up to yesterday"), columns, cells, dense=False, caption_hidden=True)
