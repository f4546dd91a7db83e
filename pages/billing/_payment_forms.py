"""Forms of the payments page: plain posts that work without a script, each with its token."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from auth.session import csrf_token
from components import formats
from components.icons import icon
from components.shell.user_menu import csrf_field
from domain.money import from_minor, minor_digits
from domain.text import gettext as _
from pages.billing import _payment_words as words
from services.payment_methods import AutopayView, MethodView
from services.payments import Payable

PATH = "/billing/payments"


ANOTHER, DEFAULT = "another", "default"  # a choice without a value would not be shown


def pay_form(
    account: str, found: Payable, methods: list[MethodView], query: dict[str, str], attempts: int
) -> html.Form:
    """For the chosen document, or for all that is open; its key is the same in each tab until something was tried."""
    chosen = next((one for one in found.documents if one.public_id == query.get("document")), None)
    most = chosen.payable_minor if chosen else found.payable_minor
    what = chosen.number if chosen else _("everything open")
    amount = query.get("amount", "")[:20] if query.get("field") == "amount" else _plain(most, found.currency)
    options = {**words.options(methods), ANOTHER: _("Another way, on the next page")}
    return _form(
        "pay", account,
        [
            html.H3(_("Pay {what}", what=what), className="card-title"),
            _hidden("document", chosen.public_id if chosen else ""), _hidden("currency", found.currency),
            _hidden("key", f"{chosen.public_id if chosen else 'balance'}:{attempts}"),
            _field("amount", _("Amount in {currency}", currency=found.currency), _input("amount", amount, required=True, inputmode="decimal",
                   invalid=query.get("field") == "amount"), _("At most {most}. You can pay in parts.", most=formats.money(most, found.currency))),
            _field("method", _("How"), _select("method", options)),
            _button(_("Pay now"), "btn btn-primary"),
        ],
    )  # fmt: skip


def card_form(account: str) -> html.Form:
    text = _("You enter the card on our provider's page. Its number never comes to us.")
    return _form(
        "card", account, [_button(_("Add a card"), "btn btn-secondary", "plus"), html.P(text, className="small quiet")]
    )


def debit_form(account: str, query: dict[str, str]) -> html.Details:
    text = _(
        "I authorise {creditor} to collect payments from my account by direct debit, and my bank to honour them. "
        "Within eight weeks of the debit I can ask my bank for the money back.",
        creditor=_("my energy retailer"),
    )
    field = query.get("field", "")
    form = _form(
        "debit", account,
        [
            _field("holder", _("Account holder"), _input("holder", "", required=True, maxlength=70, autocomplete="name",
                   invalid=field == "holder")),
            _field("iban", "IBAN", _input("iban", "", required=True, maxlength=42, autocomplete="off",
                   invalid=field == "iban")),
            _check("debit-agreed", text),
            _button(_("Sign and save"), "btn btn-primary"),
        ],
    )  # fmt: skip
    is_open = query.get("form") == "debit" or None
    return html.Details([html.Summary(_("Add a bank account")), form], className="pay-more", open=is_open)


def method_acts(account: str, one: MethodView, name: str) -> list[html.Form]:
    acts = [] if one.is_default else [("default", _("Make default"), _("Make {name} the default", name=name))]
    acts.append(("remove", _("Remove"), _("Remove {name}", name=name)))
    return [
        html.Form(
            [csrf_field(csrf_token()), _hidden("account", account), _hidden("method", one.public_id),
             html.Button(label, type="submit", className="btn btn-ghost btn-sm", **{"aria-label": spoken})],
            action=f"{PATH}/{action}", method="POST",
        )
        for action, label, spoken in acts
    ]  # fmt: skip


def autopay_form(
    account: str, rule: AutopayView, methods: list[MethodView], currency: str, query: dict[str, str]
) -> html.Div:
    """Switching off asks for nothing; switching on or changing asks for consent anew."""
    cap = "" if rule.cap_minor is None else _plain(rule.cap_minor, currency)
    day = "" if rule.preferred_day is None else str(rule.preferred_day)
    options = {DEFAULT: _("The default"), **words.options(methods)}
    field = query.get("field", "")
    text = _("I agree that invoices up to this amount are collected on this day until I switch it off.")
    on = _form(
        "autopay", account,
        [
            _hidden("on", "1"), _hidden("currency", currency),
            _field("cap", _("Highest amount in {currency}", currency=currency), _input("cap", cap, inputmode="decimal", invalid=field == "cap"),
                   _("Larger invoices wait for you. Empty for any amount.")),
            _field("preferred_day", _("Preferred day of the month"), _input("preferred_day", day, inputmode="numeric", maxlength=2,
                   invalid=field == "preferred_day"), _("Empty for the due date. Never after it.")),
            _field("autopay-method", _("Way to pay"), _select("method", options, rule.method_public_id, field_id="autopay-method")),
            _check("autopay-agreed", text),
            _button(_("Save changes") if rule.is_on else _("Switch on"), "btn btn-primary"),
        ],
    )  # fmt: skip
    off = _form("autopay", account, [_hidden("on", "0"), _button(_("Switch off"), "btn btn-secondary")])
    return html.Div([on, *([off] if rule.is_on else [])])


def _form(action: str, account: str, parts: list[Any]) -> html.Form:
    inside = [csrf_field(csrf_token()), _hidden("account", account), *parts]
    return html.Form(inside, action=f"{PATH}/{action}", method="POST", className="pay-form")


def _hidden(name: str, value: str) -> dbc.Input:
    return dbc.Input(type="hidden", name=name, value=value)


def _field(field_id: str, label: str, control: Any, hint: str = "") -> html.Div:
    more = [html.P(hint, className="small quiet")] if hint else []
    return html.Div([html.Label(label, htmlFor=f"pay-{field_id}", className="form-label"), control, *more])


def _input(name: str, value: str, **options: Any) -> dbc.Input:
    return dbc.Input(type="text", id=f"pay-{name}", name=name, value=value, **{"autocomplete": "off", **options})


def _select(name: str, options: dict[str, str], value: str = "", *, field_id: str = "") -> dbc.Select:
    items = [{"label": label, "value": key} for key, label in options.items()]
    chosen = value if value in options else next(iter(options))
    return dbc.Select(id=f"pay-{field_id or name}", name=name, options=items, value=chosen)


def _check(field_id: str, label: str) -> dbc.Checkbox:
    return dbc.Checkbox(id=f"pay-{field_id}", name="agreed", label=label, value=False)


def _button(label: str, look: str, symbol: str = "") -> html.Button:
    return html.Button([*([icon(symbol)] if symbol else []), label], type="submit", className=look)


def _plain(minor: int, currency: str) -> str:
    """As it is typed: `84,50`"""
    return formats.number(float(from_minor(minor, currency)), minor_digits(currency))
