"""All contracts: what each costs now, how long it binds, what to do next."""

from __future__ import annotations

import dash
from dash import dcc, html

from auth.session import current_viewer
from components import formats, states
from components.frame import page_head
from domain.contracts.switching import notice_deadline
from domain.text import gettext as _
from domain.text import lazy
from pages.contracts import _texts as texts
from services import contract_details
from services.contract_details import ContractView

dash.register_page(
    __name__,
    path="/contracts",
    title=lazy("Contracts"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=True,
    nav_label=lazy("Contracts"),
    order=60,
)


def layout(**_query: str) -> html.Div:
    found = contract_details.every(current_viewer())
    if not found:
        text = _("As soon as a contract is signed, its tariff and prices appear here.")
        return html.Div([page_head(_("Contracts")), states.empty("not_set_up", _("No contract yet"), text)])
    items = [html.Li(_card(view)) for view in found]
    return html.Div(
        [page_head(_("Contracts")), texts.tabs("list"), html.Ul(items, className="contract-list")],
    )


def _card(view: ContractView) -> html.Section:
    row = view.contract
    heading_id = f"contract-{row.public_id}"
    name = html.H2(dcc.Link(view.offered.name, href=f"/contracts/{row.public_id}"), className="headline", id=heading_id)
    place = f"{texts.commodity(view)} · {row.site_name} · {row.supply_point_code}"
    top = html.Div([html.Div([name, html.P(place, className="sub")]), texts.state(view)], className="between")
    body = [top, texts.facts(_facts(view)), *_actions(view)]
    return html.Section(html.Div(body, className="card-body"), className="card", **{"aria-labelledby": heading_id})


def _facts(view: ContractView) -> list[tuple[str, str]]:
    currency, bound = view.offered.currency, view.bound
    vat = _("with VAT") if view.is_gross else _("without VAT")
    rows = [(_("Price now, {vat}", vat=vat), texts.price_now(view.price, currency))]
    if view.price.standing_minor:
        name = _("Standing charge in {month}, {vat}", month=formats.month(view.today), vat=vat)
        rows.append((name, formats.money(view.price.standing_minor, currency)))
    if view.state == "over" and view.contract.end_date:
        return [*rows, (_("Ended on"), texts.last_day(view.contract.end_date))]
    rows.append((_("Binds for"), texts.days(view)))
    if bound.guaranteed_until and bound.guaranteed_until > view.today:
        rows.append((_("Price guaranteed until"), texts.last_day(bound.guaranteed_until)))
    if deadline := notice_deadline(bound, view.today):
        rows.append((_("Give notice by"), formats.day_medium(deadline)))
    return rows


def _actions(view: ContractView) -> list[html.Div]:
    if view.state == "over":
        return []
    target = f"/contracts/{view.contract.public_id}"
    parts = [texts.button(_("Prices and conditions"), target)]
    if view.contract.direction == "supply":
        parts.insert(0, texts.button(_("Compare tariffs"), f"{texts.COMPARE}?contract={view.contract.public_id}"))
        if texts.ends_soon(view):
            parts.insert(
                0, texts.button(_("Renew"), f"{texts.RENEW}?contract={view.contract.public_id}", is_primary=True)
            )
    return [html.Div(parts, className="contract-actions")]
