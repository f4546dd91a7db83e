"""Where staff begin: the fleet in numbers, the state of the stores, one's own recent visits."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from auth.policies import STAFF
from auth.session import current_viewer
from components import formats
from domain.access import STAFF_PERMISSIONS, Permission
from domain.text import gettext as _
from domain.text import lazy
from pages.admin import _parts as parts
from pages.admin._search import search_form
from services import admin

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


def layout(**_query: str) -> html.Div:
    viewer = current_viewer()
    view = admin.overview(viewer)
    finds = Permission.FIND_CUSTOMERS in STAFF_PERMISSIONS[viewer.role]
    return html.Div(
        [
            parts.page_head(_("Good to see you, {name}", name=viewer.name), _("The fleet at a glance.")),
            search_form() if finds else None,
            fleet_facts(view.fleet),
            html.Div(
                [
                    html.Div(fleet_cards(view.fleet), className="c4 stack stack-cards"),
                    *([health_card(view.health)] if view.health else []),
                    *([own_views_card(view)] if finds else []),
                ],
                className="g admin-grid",
            ),
        ]
    )


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
