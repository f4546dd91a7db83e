"""Whom bills are made out to: name, address, VAT id, order number, and whether amounts are shown with VAT."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import states
from components.frame import card, page_head
from components.icons import icon
from components.links import href
from domain.billing.profiles import BillingProfile
from domain.text import gettext as _
from domain.text import lazy
from services import accounts, billing_profile

PATH = "/billing/profile"
FIELDS = ("legal_name", "street", "postcode", "city", "country", "vat_id", "order_number", "email")
FILLS = {
    "legal_name": "organization", "street": "street-address", "postcode": "postal-code", "city": "address-level2",
    "country": "country", "email": "email",
}  # fmt: skip

dash.register_page(
    __name__,
    path=PATH,
    title=lazy("Billing details"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=False,
    order=35,
)


def layout(account: str = "", **_query: str) -> html.Div:
    viewer = current_viewer()
    mine = accounts.accounts_of(viewer)
    chosen = next((one for one in mine if one.account_public_id == account), mine[0] if mine else None)
    if chosen is None:
        text = _("As soon as an account is yours, you can say here whom its bills are made out to.")
        return html.Div([page_head(_("Billing details")), states.empty("not_set_up", _("No account yet"), text)])
    others = [
        dcc.Link(one.number, href=href(PATH, account=one.account_public_id), className="btn btn-secondary btn-sm")
        for one in mine
        if one != chosen
    ]
    found = billing_profile.profile(viewer, chosen.account_public_id)
    may = billing_profile.may_change(viewer, chosen.account_public_id)
    title = _("Made out to")
    body = _form(found) if may else _told(found)
    lead = _("Account {number}. Bills that are issued already stay as they are.", number=chosen.number)
    return html.Div(
        [
            page_head(_("Billing details"), lead=lead, actions=others),
            dcc.Store(id="profile-account", data=chosen.account_public_id),
            html.Div(html.Div(card(card_id="profile", title=title, body=body), className="c8"), className="g"),
        ]
    )


def _names() -> dict[str, str]:
    return {
        "legal_name": _("Name or company"), "street": _("Street and number"), "postcode": _("Postcode"), "city": _("Town"),
        "country": _("Country, two letters"), "vat_id": _("VAT id"), "order_number": _("Order number or cost centre"),
        "email": _("E-mail for bills"), "amounts": _("Amounts"),
    }  # fmt: skip


def _amounts() -> dict[str, str]:
    return {"gross": _("With VAT"), "net": _("Without VAT")}


def _hint(name: str) -> str:
    return {
        "vat_id": _("With its country, such as DE136695976. Empty if there is none."),
        "order_number": _("Stands on each bill. Empty if there is none."),
        "email": _("Beside the people who sign in. Empty if nobody else."),
    }.get(name, "")


def _told(found: BillingProfile) -> list[Any]:
    names = _names()
    values = {name: getattr(found, name) or _("none") for name in FIELDS} | {"amounts": _amounts()[found.amounts]}
    rows = [part for name, value in values.items() for part in (html.Dt(names[name]), html.Dd(value))]
    only = _("Only owners of the account can change this.")
    return [html.Dl(rows, className="dl"), html.P(only, className="quiet small card-note")]


def _form(found: BillingProfile) -> list[Any]:
    names = _names()
    fields = [_field(name, names[name], getattr(found, name)) for name in FIELDS]
    options = [{"label": label, "value": key} for key, label in _amounts().items()]
    shown = html.Div(
        [
            html.Label(names["amounts"], htmlFor="profile-amounts", className="form-label"),
            dbc.Select(id="profile-amounts", options=options, value=found.amounts),
            html.P(_("How lists and bills show what a business pays."), className="small quiet"),
        ]
    )
    button = html.Button(_("Save"), id="profile-save", n_clicks=0, type="button", className="btn btn-primary")
    return [
        html.Div(
            [
                html.Div([*fields, shown], className="export-fields"),
                html.Div(id="profile-told", role="status"),
                html.Div(button),
            ],
            className="stack-form",
        ),
    ]


def _field(name: str, label: str, value: str) -> html.Div:
    hint = _hint(name)
    return html.Div(
        [
            html.Label(label, htmlFor=f"profile-{name}", className="form-label"),
            dbc.Input(
                type="text", id=f"profile-{name}", value=value, autocomplete=FILLS.get(name, "off"), maxlength=260
            ),
            html.P(id=f"profile-{name}-problem", className="form-problem", role="alert"),
            *([html.P(hint, className="small quiet")] if hint else []),
        ]
    )


@portal_callback(
    Output("profile-told", "children"),
    *(Output(f"profile-{name}-problem", "children") for name in FIELDS),
    *(Output(f"profile-{name}", "invalid") for name in FIELDS),
    Input("profile-save", "n_clicks"),
    State("profile-account", "data"),
    State("profile-amounts", "value"),
    *(State(f"profile-{name}", "value") for name in FIELDS),
    writes=True,
    prevent_initial_call=True,
)
def save(clicks: int, account: str, amounts: str, *values: str | None) -> list[Any]:
    """Each wrong field gets its sentence; nothing typed is lost, and nothing is stored until all fits."""
    if not clicks:
        raise PreventUpdate
    typed = {name: str(value or "") for name, value in zip(FIELDS, values, strict=True)}
    problems = _stored(account, BillingProfile(**typed, amounts="net" if amounts == "net" else "gross").tidy())
    return [_outcome(problems), *(problems.get(name, "") for name in FIELDS), *(name in problems for name in FIELDS)]


def _outcome(problems: dict[str, str]) -> html.Div:
    if problems:
        return _notice("bad", "exclamation-circle", _("Not saved: mend the fields that are marked."))
    return _notice("ok", "check-circle", _("Saved. It counts for bills issued from now on."))


def _stored(account: str, wanted: BillingProfile) -> dict[str, str]:
    """Store what fits as a whole; else the first problem of each field, in a sentence."""
    problems = {one.field: billing_profile.sentence(one) for one in billing_profile.issues(wanted)[::-1]}
    if not problems:
        billing_profile.change_profile(current_viewer(), account, wanted)
    return problems


def _notice(level: str, symbol: str, sentence: str) -> html.Div:
    return html.Div([icon(symbol), html.Span(sentence)], className=f"notice {level}")
