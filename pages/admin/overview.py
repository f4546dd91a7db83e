"""Where staff begin: the fleet in numbers, the state of the stores, one's own recent visits."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, html

from auth.callbacks import portal_callback
from auth.policies import STAFF
from auth.session import current_viewer
from components import formats
from components.charts import graph
from components.theme import theme
from domain.access import STAFF_PERMISSIONS, Permission
from domain.text import gettext as _
from domain.text import lazy
from pages.admin import _attention as attention_parts
from pages.admin import _fleet as fleet_parts
from pages.admin import _parts as parts
from pages.admin._search import search_form
from services import admin, attention, fleet

dash.register_page(
    __name__,
    path="/admin",
    title=lazy("Staff overview"),
    section="staff",
    icon="building-office",
    roles=STAFF,
    nav=True,
    nav_label=lazy("Staff desk"),
    order=900,
)


def layout(of: str = "", **_query: str) -> html.Div:
    """Who finds customers begins with them; who studies all of them begins with the picture."""
    viewer = current_viewer()
    view, all_of_them = admin.overview(viewer), fleet.overview(viewer)
    permissions = STAFF_PERMISSIONS[viewer.role]
    finds = Permission.FIND_CUSTOMERS in permissions
    has_stores = not finds or Permission.VIEW_SYSTEM in permissions
    together = fleet_parts.cards(viewer, all_of_them, of, has_stores=has_stores)
    head = parts.page_head(_("Good to see you, {name}", name=viewer.name), _("The fleet at a glance."))
    if not finds:
        return html.Div([head, study_facts(view.fleet, all_of_them), *together])
    return html.Div(
        [
            head,
            search_form(),
            fleet_facts(view.fleet),
            html.Div(attention_parts.card(attention.overview(viewer)), className="g"),
            html.Div(
                [
                    html.Div(fleet_cards(view.fleet), className="c4 stack stack-cards"),
                    *([health_card(view.health)] if view.health else []),
                    own_views_card(view),
                ],
                className="g admin-grid",
            ),
            *together,
        ]
    )


@portal_callback(
    Output("admin-fleet", "children"),
    Input("admin-fleet-seen", "data"),
    State("admin-fleet-state", "data"),
    prevent_initial_call=True,
    roles=STAFF,
)
def show_fleet(seen: str, asked: dict[str, str]) -> Any:
    days = fleet.daily(current_viewer(), str((asked or {}).get("of", "")))
    return graph(fleet_parts.figure(days, colours=theme(seen)))


def study_facts(facts: admin.FleetFacts, view: fleet.FleetView) -> html.Dl:
    """Of what there is, how much and for how long; no customer is counted alone."""
    first, end = view.store.first_utc, view.store.end_utc
    told = [
        (_("Sites"), facts.totals["sites"]), (_("Meters"), facts.totals["meters"]),
        (_("Registers"), facts.totals["registers"]), (_("Stored readings"), view.store.readings),
    ]  # fmt: skip
    days = (end - first).days if first and end else None
    return parts.fact_strip([*((name, formats.number(n)) for name, n in told), (_("Days"), formats.number(days))])


def fleet_facts(fleet: admin.FleetFacts) -> html.Dl:
    names = {
        "customers": _("Customers"),
        "accounts": _("Accounts"),
        "sites": _("Sites"),
        "meters": _("Meters"),
        "registers": _("Registers"),
    }
    return parts.fact_strip([(names[key], formats.number(count)) for key, count in fleet.totals.items()])


def fleet_cards(fleet: admin.FleetFacts) -> list[Any]:
    kinds = {"home": _("Homes"), "business": _("Businesses")}
    by_kind = [(kinds.get(kind, kind), formats.number(count)) for kind, count in fleet.sites_by_kind.items()]
    by_supply = [
        (parts.commodity_text(name), formats.number(count)) for name, count in fleet.sites_by_commodity.items()
    ]
    return [
        parts.card(_("Sites by kind"), parts.facts_list(by_kind)),
        parts.card(_("Sites by supply"), parts.facts_list(by_supply)),
    ]


def health_card(health: admin.StoreHealth) -> html.Section:
    waits = health.work
    is_well = not (health.damaged_segments or waits["jobs_dead"] or waits["messages_dead"])
    state = parts.pill(_("All well"), "ok") if is_well else parts.pill(_("Needs attention"), "warn")
    facts = [
        (_("Damaged segments"), formats.number(health.damaged_segments)),
        (_("Jobs waiting"), formats.number(waits["jobs_queued"])),
        (_("Jobs running"), formats.number(waits["jobs_running"])),
        (_("Jobs given up"), formats.number(waits["jobs_dead"])),
        (_("Messages waiting"), formats.number(waits["messages_waiting"])),
        (_("Open sessions"), formats.number(health.open_sessions)),
        (_("Store version"), formats.number(health.readings_version)),
    ]
    return parts.card(_("Stores and jobs"), parts.facts_list(facts), span=4, side=state)


def own_views_card(view: admin.Overview) -> html.Section:
    rows = [
        (
            parts.action_text(row.action),
            row.customer_name or row.object_id,
            parts.instant(row.at),
        )
        for row in view.own_views
    ]
    content = parts.event_list(rows) if rows else parts.empty(_("You have not opened a customer yet."))
    return parts.card(_("Your recent visits"), content, span=4)
