"""One customer for staff: accounts, sites, meters, who looked, and the read-only visit."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from auth.policies import CUSTOMER_CARE
from auth.session import CSRF_FIELD, csrf_token, current_viewer
from components import formats
from components.icons import icon
from components.shell.user_menu import initials
from components.tables import Column
from domain.text import gettext as _
from domain.text import lazy
from pages.admin import _parts as parts
from services import admin

dash.register_page(
    __name__,
    path_template="/admin/customers/<customer>",
    title=lazy("Customer"),
    section="staff",
    roles=CUSTOMER_CARE,
    order=1910,
)


def layout(customer: str = "", problem: str = "", **_query: str) -> html.Div:
    viewer = current_viewer()
    view = admin.customer(viewer, customer)
    is_visiting = viewer.acting_for_account_id is not None
    cards = [*(site_card(site) for site in view.sites)] or [no_site_card()]
    side = [None if is_visiting else visit_card(view, problem), log_card(view)]
    return html.Div(
        [
            head(view),
            notice(view),
            facts(view),
            html.Div(
                [html.Div(cards, className="c8 stack admin-stack"), html.Div(side, className="c4 stack admin-stack")],
                className="g",
            ),
        ]
    )


def head(view: admin.CustomerView) -> html.Div:
    title = html.Div([html.H1(view.name), parts.pill(parts.kind_text(view.kind))], className="admin-title")
    numbers = html.Span(", ".join(number for _id, number in view.accounts), className="num")
    lead = [numbers, f" · {view.email}" if view.email else ""]
    avatar = html.Span(initials(view.name), className="avatar admin-avatar", **{"aria-hidden": "true"})
    back = dcc.Link([icon("chevron-left"), _("All customers")], href="/admin/customers", className="btn btn-secondary")
    return html.Div(
        [
            html.Div([avatar, html.Div([title, html.P(lead, className="lead small")])], className="admin-who"),
            html.Div(back, className="actions"),
        ],
        className="page-head",
    )


def notice(view: admin.CustomerView) -> html.Div:
    text = _("You opened the data of {name}. The audit trail keeps when, and by whom.", name=view.name)
    return html.Div([icon("shield-check"), html.Span(text)], className="notice admin-notice")


def facts(view: admin.CustomerView) -> html.Dl:
    meters = sum(1 for site in view.sites for meter in site.meters if meter.removed_utc is None)
    last = max((site.last_reading_utc for site in view.sites if site.last_reading_utc), default=None)
    return parts.fact_strip(
        [
            (_("Accounts"), formats.number(len(view.accounts))),
            (_("Sites"), formats.number(len({site.public_id for site in view.sites}))),
            (_("Meters in place"), formats.number(meters)),
            (_("Last reading"), formats.day_medium(last.date()) if last else formats.UNKNOWN),
            (_("Customer since"), formats.month(view.created_at.date())),
        ]
    )


def site_card(site: admin.SiteOfCustomer) -> html.Section:
    columns = [
        Column(_("Meter")),
        Column(_("Use")),
        Column(_("Supply"), low=True),
        Column(_("In place since"), low=True),
        Column(_("Status")),
    ]
    main_first = sorted(site.meters, key=lambda meter: meter.kind != "main")
    rows = [_meter_row(meter, site.zone_name) for meter in main_first]
    title = f"{site.name}, {site.city}" if site.city else site.name
    dates = html.P(tenancy_text(site), className="quiet small")
    content = parts.table(_("Meters at {site}", site=site.name), columns, rows) if rows else parts.empty(_("No meter."))
    return parts.card(title, dates, content)


def tenancy_text(site: admin.SiteOfCustomer) -> str:
    first = formats.day_medium(site.first_date)
    if site.end_date is None:
        return _("Account {number}, since {first}", number=site.account_number, first=first)
    end = formats.day_medium(site.end_date)
    return _("Account {number}, from {first}, before {end}", number=site.account_number, first=first, end=end)


def _meter_row(meter: admin.MeterView, zone_name: str) -> tuple[Any, ...]:
    since = parts.instant(meter.installed_utc, zone_name).partition(",")[0]
    removed = meter.removed_utc is not None
    return (
        html.Span(meter.serial, className="num"),
        meter.label or parts.meter_kind_text(meter.kind),
        parts.commodity_text(meter.commodity),
        since,
        parts.pill(_("Replaced")) if removed else parts.pill(_("In use"), "ok"),
    )


def no_site_card() -> html.Section:
    return parts.card(_("Sites and meters"), parts.empty(_("This customer has no site.")))


def visit_card(view: admin.CustomerView, problem: str) -> html.Section:
    """The form that starts the visit; the reason is asked for before anything is shown."""
    explanation = html.P(
        _("See the pages as the customer does, for 30 minutes. Nothing can be changed or exported."),
        className="quiet small",
    )
    return parts.card(
        _("View as customer"), explanation, *(_visit_form(view, *each, problem) for each in view.accounts)
    )


def _visit_form(view: admin.CustomerView, account: str, number: str, problem: str) -> html.Form:
    field = f"admin-reason-{account}"
    sentence = _("Give a reason of 5 to 200 characters, such as a ticket number.")
    return html.Form(
        [
            dbc.Input(type="hidden", name=CSRF_FIELD, value=csrf_token()),
            dbc.Input(type="hidden", name="account", value=account),
            dbc.Input(type="hidden", name="back", value=f"/admin/customers/{view.public_id}"),
            html.Label(_("Reason, account {number}", number=number), htmlFor=field, className="form-label"),
            dbc.Input(id=field, name="reason", type="text", required=True, minlength=5, maxlength=200,
                      invalid=problem == "reason", autocomplete="off"),
            html.P(sentence, className="small bad-text", role="alert") if problem == "reason" else None,
            html.Button([icon("eye"), _("View as customer")], type="submit", className="btn btn-primary"),
        ],
        action="/admin/view-as",
        method="POST",
        className="admin-visit",
    )  # fmt: skip


def log_card(view: admin.CustomerView) -> html.Section:
    rows = [(parts.action_text(row.action), _log_detail(row), parts.instant(row.at)) for row in view.access_log]
    content = parts.event_list(rows) if rows else parts.empty(_("Nobody looked before you."))
    return parts.card(_("Access log"), content)


def _log_detail(row: admin.AccessLogRow) -> str:
    reason = admin.reason_of(row)
    return f"{row.actor_name} · {reason}" if reason else row.actor_name
