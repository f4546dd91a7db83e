"""The confirmation of an order: what was agreed, from when, and until when it can be taken back."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from auth.session import csrf_token, current_viewer
from components import formats, states
from components.frame import card, page_head
from components.icons import icon
from components.shell.user_menu import csrf_field
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import lazy
from pages.contracts import _texts as texts
from services import contract_switching
from services.contract_details import ContractView, Offered
from services.contract_switching import Order

dash.register_page(
    __name__,
    path="/contracts/order",
    title=lazy("Order"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=False,
    order=63,
)


def layout(contract: str = "", order: str = "", **query: str) -> html.Div:
    viewer = current_viewer()
    try:
        view, found, offered = contract_switching.ordered(viewer, contract, order)
    except NotFoundError:
        nothing = states.empty(
            "none_here", _("There is no such order"), _("Your orders are listed with your contracts."),
            action=(_("Contracts"), "/contracts"),
        )  # fmt: skip
        return html.Div([page_head(_("Order")), nothing])
    may = contract_switching.may_switch(viewer, view)
    place = f"{texts.commodity(view)} · {view.contract.site_name}"
    return html.Div(
        [
            page_head(_("Order {number}", number=found.number), lead=place),
            *_told(found, offered, query),
            html.Div(
                [
                    html.Div(_agreed(view, found, offered), className="c7"),
                    html.Div(_next(view, found, may=may), className="c5"),
                ],
                className="g",
            ),
        ]
    )


def _told(found: Order, offered: Offered, query: dict[str, str]) -> list[html.Div]:
    if query.get("problem"):
        return [_notice("bad", "exclamation-circle", _("The time to withdraw is over."))]
    if found.state == "withdrawn":
        return [_notice("", "information-circle", _("This order is withdrawn. Your tariff of before goes on."))]
    if query.get("done"):
        text = _("Thank you. {name} begins on {day}. A confirmation is on its way to you by e-mail.",
                 name=offered.name, day=formats.day(found.start))  # fmt: skip
        return [_notice("ok", "check-circle", text)]
    return []


def _notice(look: str, symbol: str, sentence: str) -> html.Div:
    return html.Div([icon(symbol), html.Span(sentence)], className=f"notice {look}".strip(), role="status")


def _agreed(view: ContractView, found: Order, offered: Offered) -> html.Section:
    rows: list[tuple[str, Any]] = [
        (_("Number of the order"), html.Span(found.number, className="num")),
        (_("Tariff"), offered.name), (_("Contract"), view.contract.number),
        (_("First day"), formats.day_medium(found.start)),
        (_("Exit fee, without VAT"), formats.money(found.exit_fee_minor, offered.currency)),
        (_("You can withdraw until"), formats.day_medium(found.withdraw_until)),
        (_("State"), _("Withdrawn") if found.state == "withdrawn" else _("Ordered")),
    ]  # fmt: skip
    return card(card_id="order-agreed", title=_("What was ordered"), body=[texts.facts(rows)])


def _next(view: ContractView, found: Order, *, may: bool) -> html.Section:
    """What happens now, and the way back while there is one."""
    to_contract = dcc.Link(
        _("See the contract"), href=f"/contracts/{view.contract.public_id}", className="btn btn-secondary"
    )
    if found.state == "withdrawn":
        return card(card_id="order-next", title=_("What comes next"), body=[
            html.P(_("Nothing changes."), className="sub"), html.Div(to_contract, className="contract-actions"),
        ])  # fmt: skip
    steps = [
        _("Until then your tariff of today goes on."),
        _("The first bill with the new prices is the one its first day falls in."),
        _("If you change your mind, withdraw until {day}.", day=formats.day(found.withdraw_until)),
    ]
    acts: list[Any] = [to_contract]
    if may and view.today <= found.withdraw_until:
        acts.append(_withdrawal(view, found))
    body = [html.Ul([html.Li(step) for step in steps], className="list"), html.Div(acts, className="contract-actions")]
    return card(card_id="order-next", title=_("What comes next"), body=body)


def _withdrawal(view: ContractView, found: Order) -> html.Details:
    """Asked once more before it is done."""
    form = html.Form(
        [
            csrf_field(csrf_token()),
            dbc.Input(type="hidden", name="contract", value=view.contract.public_id),
            dbc.Input(type="hidden", name="order", value=found.public_id),
            html.P(_("Your tariff of before goes on, as if nothing had been ordered."), className="small quiet"),
            html.Button(_("Yes, withdraw"), type="submit", className="btn btn-secondary", id="order-withdraw"),
        ],
        action=f"{texts.ORDER}/withdraw", method="POST", className="pay-form",
    )  # fmt: skip
    return html.Details([html.Summary(_("Withdraw the order")), form], className="pay-more")
