"""Another tariff for a contract: what changes, what is lost, from which day; agreed and ordered on one page."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from auth.session import csrf_token, current_viewer
from components import formats, states
from components.frame import card, page_head
from components.icons import icon
from components.links import href
from components.shell.user_menu import csrf_field
from components.tables import Column, data_table
from domain.errors import InvalidInputError, NotFoundError
from domain.text import gettext as _
from domain.text import lazy
from pages.contracts import _compared as compared
from pages.contracts import _texts as texts
from services import contract_details, contract_switching
from services.contract_details import Offered, PriceNow
from services.contract_switching import Preview

dash.register_page(
    __name__,
    path="/contracts/switch",
    title=lazy("Switch tariff"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=False,
    order=62,
)


def layout(contract: str = "", tariff: str = "", start: str = "", **query: str) -> html.Div:
    viewer = current_viewer()
    try:
        found = contract_switching.preview(viewer, contract, tariff, _day(start))
    except (NotFoundError, InvalidInputError):
        text = _("Choose a tariff from the comparison; this one is not on offer for a contract of yours.")
        nothing = states.empty(
            "none_here", _("Nothing to switch to"), text, action=(_("Compare tariffs"), texts.COMPARE)
        )
        return html.Div([page_head(_("Switch tariff")), nothing])
    place = f"{texts.commodity(found.view)} · {found.view.contract.site_name}"
    may = contract_switching.may_switch(viewer, found.view)
    return html.Div(
        [
            page_head(_("Switch to {name}", name=found.offered.name), lead=place),
            *_told(query, found),
            html.Div(
                [
                    html.Div(_changes(found), className="c7"),
                    html.Div(_before(found), className="c5"),
                    html.Div(_order_card(found, start, query, may=may), className="c7"),
                ],
                className="g",
            ),
        ]
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _told(query: dict[str, str], found: Preview) -> list[html.Div]:
    if not query.get("problem"):
        return []
    inside = [icon("exclamation-circle"), html.Span(problem(query, found.earliest))]
    return [html.Div(inside, className="notice bad", role="alert", id="switch-problem")]


def problem(query: dict[str, str], earliest: date) -> str:
    """What is wrong with which field, and what to enter instead."""
    day = {
        name: formats.day_medium(_day(query.get(name, "")) or earliest)
        for name in ("earliest", "latest", "until", "end", "first")
    }
    sentences = {
        ("start", "no_date"): _("First day: enter a date, such as {day}.", day=day["earliest"]),
        ("start", "start_not_ahead"): _("First day: it must lie ahead; the first possible one is {day}.", day=day["earliest"]),
        ("start", "start_too_early"): _("First day: your notice lasts until then; the first possible one is {day}.", day=day["earliest"]),
        ("start", "start_too_late"): _("First day: prices are known until {day}; choose an earlier one.", day=day["latest"]),
        ("start", "offer_over"): _("First day: the tariff is on offer until {day}; choose an earlier one.", day=day["until"]),
        ("start", "contract_over"): _("First day: your contract ends on {day}; choose an earlier one.", day=day["end"]),
        ("consents", "missing"): _("Consent: tick both boxes; without them nothing is ordered."),
        ("tariff", "not_on_offer"): _("Tariff: it is no longer on offer. Choose another one from the comparison."),
        ("tariff", "change_pending"): _("Tariff: another change is ordered for {day} already. Withdraw it first.", day=day["first"]),
    }  # fmt: skip
    return sentences.get(
        (query.get("field", ""), query.get("problem", "")),
        _("Nothing was ordered. Load the page again and try once more."),
    )


def _changes(found: Preview) -> html.Section:
    """Prices and conditions of today beside those to come."""
    own, new = found.view.offered, found.offered
    now, then = found.view.price, contract_details.price_of(found.view, new)
    vat = _("with VAT") if now.is_gross else _("without VAT")
    month = formats.month(found.view.today)
    rows = [
        [_("Price now, {vat}", vat=vat), texts.price_now(now, own.currency), texts.price_now(then, new.currency)],
        [_("Standing charge in {month}, {vat}", month=month, vat=vat), _money(now, own), _money(then, new)],
        [_("Minimum term"), _months(own.term_months), _months(new.term_months)],
        [_("Price guaranteed"), _months(own.guarantee_months), _months(new.guarantee_months)],
        [_("Notice"), texts.notice(own.notice_days), texts.notice(new.notice_days)],
        [_("Exit fee, without VAT"), formats.money(own.exit_fee_minor, own.currency),
         formats.money(new.exit_fee_minor, new.currency)],
        [_("From renewable sources"), _green(own), _green(new)],
    ]  # fmt: skip
    columns = [Column(_("Price or condition")), Column(own.name), Column(new.name)]
    title = _("What changes")
    table = data_table(title, columns, rows, caption_hidden=True, dense=False)
    more = dcc.Link(_("What it would have cost on your own readings"), className="linkish",
                    href=href(texts.COMPARE, contract=found.view.contract.public_id, tariff=new.public_id))  # fmt: skip
    return card(card_id="switch-changes", title=title, body=[table, html.P(more, className="small card-note")])


def _money(price: PriceNow, one: Offered) -> str:
    return formats.money(price.standing_minor, one.currency)


def _months(count: int) -> str:
    return texts.months(count) if count else _("none")


def _green(one: Offered) -> str:
    return formats.UNKNOWN if one.green_share_percent is None else formats.percent(one.green_share_percent / 100)


def _before(found: Preview) -> html.Section:
    told = compared.cautions(found.cautions, found.offered.currency)
    title = _("Before you switch to {name}", name=found.offered.name)
    return card(card_id="switch-before", title=title, body=[html.Ul(told, className="list")])


def _order_card(found: Preview, start: str, query: dict[str, str], *, may: bool) -> html.Section:
    title = _("Order")
    if not may:
        text = _("Only owners of the account can switch. Ask one of them to open this page.")
        return card(card_id="switch-order", title=title, body=[states.empty("cannot", _("Not yours to order"), text)])
    wrong, given = query.get("field", ""), query.get("given", "").split(",")
    day = start if _day(start) else found.earliest.isoformat()
    form = html.Form(
        [
            csrf_field(csrf_token()),
            *(dbc.Input(type="hidden", name=name, value=value) for name, value in _held(found).items()),
            html.Div([
                html.Label(_("First day of the new tariff"), htmlFor="switch-start", className="form-label"),
                dbc.Input(type="date", id="switch-start", name="start", value=day, invalid=wrong == "start" or None),
                html.P(_("The first possible day is {day}.", day=formats.day(found.earliest)), className="small quiet"),
            ]),
            _consent("terms", _("I agree to the conditions of {name} named here.", name=found.offered.name), given, wrong),
            _consent("withdrawal", _("I have read that I can withdraw within 14 days, without a reason."), given, wrong),
            html.Button(_("Order with obligation to pay"), type="submit", className="btn btn-primary", id="switch-confirm"),
        ],
        action=f"{texts.SWITCH}/confirm", method="POST", className="pay-form",
    )  # fmt: skip
    return card(card_id="switch-order", title=title, body=[form])


def _held(found: Preview) -> dict[str, str]:
    """The key makes a form that is sent twice one order."""
    return {
        "contract": found.view.contract.public_id, "tariff": found.offered.public_id, "key": uuid.uuid4().hex,
    }  # fmt: skip


def _consent(name: str, label: str, given: list[str], wrong: str) -> Any:
    is_bad = wrong == "consents" and name not in given
    return dbc.Checkbox(
        id=f"switch-{name}", name=f"consent_{name}", label=label, value=name in given,
        input_class_name="is-invalid" if is_bad else None,
    )  # fmt: skip
