"""What the overview of one site shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dash
from dash import dcc, html

from components import formats, states
from components.cards import metric
from components.charts import chart_slot
from components.frame import LegendItem, card, figure_card, legend, page_head
from components.icons import icon
from components.links import href
from components.tables import table_toggle
from domain.access import Viewer
from domain.energy.freshness import Health
from domain.text import gettext as _
from domain.text import ngettext
from pages import _damage
from pages.dashboard import _feed as feed
from pages.dashboard import _metrics as metrics
from pages.dashboard import _month as month
from pages.dashboard import _status as status
from pages.dashboard import _today as today_chart
from services import damage, dashboard
from services.dashboard import SiteDashboard
from services.sites import SiteView, site_or_first, sites_of

REFRESH_MS = 60_000
REFRESHES = 30  # after half an hour without a click the page stops asking, so that an idle session can end


def one_site(viewer: Viewer, public_id: str) -> html.Div:
    site = site_or_first(viewer, public_id)
    assert site is not None, "whoever has no site does not come here"
    if dashboard.stay(site) != "now":
        return _other_time(viewer, site)
    view = dashboard.site_dashboard(viewer, site)
    knows_nothing = view.month.so_far_wh is None and view.today.so_far_wh is None
    if knows_nothing and view.live.freshness.health is Health.NEVER:
        return _before_the_first_reading(viewer, view, public_id)
    return html.Div(
        [
            dcc.Store(id="dashboard-state", data={"site": site.public_id}),
            dcc.Interval(id="dashboard-clock", interval=REFRESH_MS, max_intervals=REFRESHES),
            _head(viewer, view, public_id),
            *_damage.notices([damage.of_site(viewer, site)]),
            html.Div(_today_card(view), className="g"),
            _metric_row(view),
            _month_row(viewer, view),
            _last_row(view),
            _floating(viewer, view.site),
        ]
    )


def _head(viewer: Viewer, view: SiteDashboard, public_id: str) -> html.Div:
    """Whoever has one home is greeted; of several sites the asked one is named."""
    is_one_of_several = bool(public_id) and len(sites_of(viewer)) > 1
    title = view.site.name if is_one_of_several else greeting(viewer, view.live.now_local.hour)
    return page_head(title, lead=_lead(view))


def _before_the_first_reading(viewer: Viewer, view: SiteDashboard, public_id: str) -> html.Div:
    """A sentence and what is connected; no charts and cards of nothing."""
    waiting = states.empty("not_yet", _("Not yet"), status.sentence(view.live))
    beside = [*_devices(view), (_data_card(view), "c4")]
    return html.Div([_head(viewer, view, public_id), html.Div(html.Div(waiting), className="g"), _row(beside)])


def _other_time(viewer: Viewer, site: SiteView) -> html.Div:
    """A stay that is over keeps its readings; one to come has none yet."""
    if dashboard.stay(site) == "to_come":
        text = _(
            "Your time at {site} starts on {day}. Your energy appears here from then on.",
            site=site.name,
            day=formats.day(site.first_date),
        )
        return html.Div([page_head(site.name), states.empty("not_yet", _("Not yet"), text)])
    assert site.end_date is not None, "a stay is over on its end date"
    last = site.end_date - timedelta(days=1)
    text = _(
        "Your time at {site} ended on {day}. Your readings until then stay yours.",
        site=site.name,
        day=formats.day(last),
    )
    target = href("/consumption", {"site": site.public_id, "period": "year", "date": last})
    action = (_("See your last year there"), target)
    return html.Div([page_head(site.name), states.empty("none_here", _("You have moved on"), text, action=action)])


def _month_row(viewer: Viewer, view: SiteDashboard) -> html.Div:
    beside = html.Div([_data_card(view), _quick_card(viewer, view.site)], className="c4 stack stack-cards")
    return html.Div([html.Div(_month_card(view), className="c8"), beside], className="g")


def _row(cards: Sequence[tuple[html.Section, str]]) -> html.Div:
    return html.Div([html.Div(shown, className=width) for shown, width in cards], className="g")


FEW = 2  # so few events leave their room to the devices


def _last_row(view: SiteDashboard) -> html.Div:
    """Devices and events; the wider place is for the longer of them."""
    devices = _devices(view)
    if devices and len(view.feed) <= FEW < len(view.live.devices):
        return _row([(devices[0][0], "c8 two-lists"), (_feed_card(view), "c4")])
    return _row([*devices, (_feed_card(view), "c8" if devices else "c12")])


def greeting(viewer: Viewer, hour: int) -> str:
    """By the hour on the site's clock; at night, when nobody says evening, nor morning yet, it is a plain one."""
    name = viewer.name.partition(" ")[0]
    if viewer.acting_for_account_id is not None or not name:
        return _("Overview")
    if 5 <= hour < 11:
        return _("Good morning, {name}", name=name)
    if 11 <= hour < 18:
        return _("Good afternoon, {name}", name=name)
    return _("Good evening, {name}", name=name) if 18 <= hour < 23 else _("Hello, {name}", name=name)


def _lead(view: SiteDashboard) -> str:
    now = view.live.now_local
    return _("{day}, {time}", day=formats.day(now.date()), time=formats.clock(now))


def _metric_row(view: SiteDashboard) -> html.Div:
    shown = metrics.metrics(view)
    width = "c4" if len(shown) % 3 == 0 else "c3"
    return html.Div([html.Div(metric(m), className=width) for m in shown], className="g metrics")


def _today_card(view: SiteDashboard) -> html.Section:
    headline = today_chart.headline(view.today)
    says = html.Div(
        [
            html.H2(headline, className="headline", id="dashboard-today-headline"),
            html.Div(status.block(view.live), id="dashboard-live", className="live-block"),
        ],
        className="c4",
    )
    parts = [html.Div([says, html.Div(_today_figure(view, headline), className="c8")], className="g inner"),
             table_toggle(today_chart.table(view.today), _("24 hours"))]  # fmt: skip
    return html.Section(
        html.Div(parts, className="card-body"), className="card", **{"aria-labelledby": "dashboard-today-headline"}
    )


def _today_figure(view: SiteDashboard, headline: str) -> list[Any]:
    target = href("/consumption", {"site": view.site.public_id, "period": "day", "date": view.today.day})
    named = [("sw-cons", _("Today"), view.today.so_far_wh)]
    if any(value is not None for value in today_chart.usual_by_hour(view.today)):
        named.append(("sw-ref", _("Usual day"), view.today.usual_so_far_wh))
    items = [LegendItem(swatch, name, "" if wh is None else formats.kwh(wh)) for swatch, name, wh in named]
    note = _("so far") if any(wh is not None for _swatch, _name, wh in named) else ""
    title = html.P(_("Today, hour by hour"), className="card-title")
    link = dcc.Link(_("Open the day"), href=target, className="small")
    slot = chart_slot("dashboard-today", summary=headline, height_px=220)
    return [html.Div([title, link], className="between"), html.Figure([legend(items, note), slot])]


def _month_card(view: SiteDashboard) -> html.Section:
    headline = month.headline(view)
    target = href("/consumption", {"site": view.site.public_id, "period": "month"})
    shown = month.data(view.today, view.production_today, view.month, view.production)
    items = month.legend_items(view)
    body = [*([legend(items)] if items else []), chart_slot("dashboard-month", summary=headline, height_px=260)]
    return figure_card(
        card_id="dashboard-month-card",
        title=formats.month(view.today.day),
        headline=headline,
        sub=month.sub(view),
        aside=dcc.Link(_("Open the month"), href=target, className="small nowrap"),
        body=body,
        table=month.table(shown),
        table_count=ngettext("{n} day", "{n} days", shown.running + 1),
    )


def _quick_links(viewer: Viewer, site: SiteView) -> list[dcc.Link]:
    """What leads somewhere; staff on a visit take nothing away."""
    of_site = {"site": site.public_id}
    actions = [
        ("bolt", _("See today's use"), href("/consumption", of_site, period="day")),
        ("arrows-right-left", _("Compare two periods"), href("/consumption", of_site, view="compare")),
        ("arrow-down-tray", _("Download my data"), href("/consumption/export", of_site)),
        ("chart-bar", _("See the whole year"), href("/consumption", of_site, period="year")),
    ]
    known = {page["path"] for page in dash.page_registry.values()}
    is_visit = viewer.acting_for_account_id is not None
    return [
        dcc.Link([icon(glyph), html.Span(text)], href=target)
        for glyph, text, target in actions
        if target.partition("?")[0] in known and not (is_visit and target.startswith("/consumption/export"))
    ]


def _quick_card(viewer: Viewer, site: SiteView) -> html.Section:
    body = [html.Div(_quick_links(viewer, site), className="quick")]
    return card(card_id="dashboard-quick", title=_("Quick actions"), body=body)


def _floating(viewer: Viewer, site: SiteView) -> html.Details:
    """On phones the same actions under the thumb; the style sheet hides it elsewhere."""
    button = html.Summary(icon("plus"), className="fab", **{"aria-label": _("Quick actions")})
    links = html.Ul([html.Li(link) for link in _quick_links(viewer, site)], className="menu-links")
    return html.Details([button, html.Div(links, className="pop-menu fab-menu")], className="pop fab-pop")


def _feed_card(view: SiteDashboard) -> html.Section:
    return card(card_id="dashboard-feed", title=_("Recent"), body=[feed.feed_list(view.feed, [view.site])])


def _data_card(view: SiteDashboard) -> html.Section:
    return card(card_id="dashboard-data", title=_("Your data"), body=[status.data_facts(view)])


def _devices(view: SiteDashboard) -> list[tuple[html.Section, str]]:
    if not view.live.devices:
        return []
    return [(card(card_id="dashboard-devices", title=_("Devices"), body=[status.device_list(view.live)]), "c4")]
