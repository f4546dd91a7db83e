"""One contract: what it costs now, every price with its dates, what was signed and when."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import dash
from dash import dcc, html

from auth.session import current_viewer
from components import formats, states
from components.frame import card, page_head
from components.icons import icon
from components.links import href
from components.tables import Column, data_table
from domain.contracts.switching import notice_deadline
from domain.text import gettext as _
from domain.text import lazy, ngettext
from pages.contracts import _texts as texts
from services import contract_details, contract_switching, instalment_plans
from services.contract_details import Component, ContractView, Prices, VatSpan
from services.contract_switching import Order

dash.register_page(
    __name__,
    path_template="/contracts/<contract>",
    title=lazy("Contract"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=False,
    order=1060,
)


def layout(contract: str = "", **_query: str) -> html.Div:
    viewer = current_viewer()
    view = contract_details.details(viewer, contract)
    place = f"{texts.commodity(view)} · {view.contract.site_name}"
    actions = []
    if view.contract.direction == "supply" and view.state != "over":
        address = f"{texts.COMPARE}?contract={view.contract.public_id}"
        actions.append(texts.button(_("Compare tariffs"), address, is_primary=True))
        if view.days_left is not None:
            actions.append(texts.button(_("Renew"), f"{texts.RENEW}?contract={view.contract.public_id}"))
    if view.state == "running" and instalment_plans.plan(viewer, contract):
        address = f"/billing/instalments?contract={view.contract.public_id}"
        actions.append(texts.button(_("Instalments"), address))
    if view.state != "over":
        actions.append(texts.button(_("End or change"), f"/contracts/change?contract={view.contract.public_id}"))
    orders = contract_switching.orders(viewer, contract)
    main = [
        _prices(view, contract_details.price_list(viewer, contract)),
        _history(view),
        _orders(view, orders),
        _documents(view),
    ]
    return html.Div(
        [
            page_head(view.offered.name, lead=place, actions=actions),
            *_coming(view, orders),
            html.Div(
                [
                    html.Div(main, className="c8 stack-cards"),
                    html.Div([_facts(view), _conditions(view), _mix(view)], className="c4 stack-cards"),
                ],
                className="g",
            ),
        ]
    )


def _coming(view: ContractView, orders: list[Order]) -> list[html.Div]:
    """A change that is ordered and still ahead."""
    ahead = next((one for one in orders if one.state != "withdrawn" and one.start > view.today), None)
    if ahead is None:
        return []
    name = next((term.name for term in view.terms if term.first_date == ahead.start), "")
    text = _("From {day} on you have {name}.", day=formats.day_medium(ahead.start), name=name)
    link = dcc.Link(_("See the order"), href=href(texts.ORDER, contract=view.contract.public_id, order=ahead.public_id))
    return [html.Div([icon("information-circle"), html.Span([text, " ", link])], className="notice")]


def _orders(view: ContractView, orders: list[Order]) -> html.Section | None:
    if not orders:
        return None
    rows = [
        [dcc.Link(one.number, href=href(texts.ORDER, contract=view.contract.public_id, order=one.public_id)),
         formats.day_medium(one.start), _("Withdrawn") if one.state == "withdrawn" else _("Ordered")]
        for one in orders
    ]  # fmt: skip
    title = _("Orders")
    table = data_table(
        title, [Column(_("Number")), Column(_("First day")), Column(_("State"))], rows, caption_hidden=True
    )
    return card(card_id="contract-orders", title=title, body=[table])


def _prices(view: ContractView, found: Prices) -> html.Section:
    title = _("Prices of the last twelve months, without VAT")
    if not found.components:
        text = _("The prices appear with the first day of supply.")
        body: list[Any] = [states.empty("not_yet", _("No prices yet"), text)]
        return card(card_id="contract-prices", title=title, body=body)
    columns = [
        Column(_("Price of")), Column(_("Price"), numeric=True), Column(_("VAT"), numeric=True, low=True),
        Column(_("From"), low=True), Column(_("Until"), low=True),
    ]  # fmt: skip
    rows = [_price_row(view, one) for one in found.components]
    now = _("Today: {price}.", price=texts.price_now(view.price, view.offered.currency))
    says = f"{now} {texts.vat(is_gross=view.is_gross)}"
    table = data_table(title, columns, rows, caption_hidden=True)
    return card(card_id="contract-prices", title=title, body=[html.P(says, className="sub"), table, _vat(view, found)])


def _vat(view: ContractView, found: Prices) -> html.P | None:
    """Where the rate changed: each rate with its days."""
    if len(found.vat) < 2:
        return None
    said = [
        _("{rate} since {day}", rate=formats.percent(float(span.rate)), day=formats.day_medium(span.first))
        if span.end > view.today
        else _("{rate} until {day}", rate=formats.percent(float(span.rate)), day=formats.day_medium(_last(span)))
        for span in found.vat
    ]
    return html.P(_("VAT: {rates}.", rates=", ".join(said)), className="quiet small card-note")


def _price_row(view: ContractView, one: Component) -> list[Any]:
    name: list[Any] = [one.label]
    detail = [part for part in (one.band, _("block {n}", n=one.tier) if one.tier else "") if part]
    name += [f" ({', '.join(detail)})"] if detail else []
    name.append(html.Span(formats.date_range(one.first, _last(one)), className="quiet only-n below-n"))
    until = html.Span(_("still") if one.end > view.today else formats.day_medium(_last(one)), className="nowrap")
    price = _price(one, view.offered.currency)
    first = html.Span(formats.day_medium(one.first), className="nowrap")
    return [html.Span(name), price, formats.percent(float(one.vat_rate)), first, until]


def _last(one: Component | VatSpan) -> Any:
    return one.end.fromordinal(one.end.toordinal() - 1)


def _price(one: Component, currency: str) -> str:
    """Per kWh in hundredths, per anything else in whole units with its own name; a mean is said to be one."""
    if one.unit == "kWh":
        text = formats.energy_price(float(one.unit_price), currency, 3)
    else:
        amount = formats.number(float(Fraction(one.unit_price)), 2)
        text = f"{amount} {formats.currency_sign(currency)}/{_unit(one.unit)}"
    return _("{price} in the mean", price=text) if one.is_mean else text


def _unit(unit: str) -> str:
    return {"day": _("day"), "month": _("month"), "year": _("year")}.get(unit, unit)


def _facts(view: ContractView) -> html.Section:
    row, bound = view.contract, view.bound
    rows = [
        (_("Contract"), row.number), (_("Account"), row.account_number), (_("Supply point"), row.supply_point_code),
        (_("Signed on"), formats.day_medium(row.signed_on)), (_("Since"), formats.day_medium(row.first_date)),
        (_("State"), texts.state(view)), (_("Binds for"), texts.days(view)),
    ]  # fmt: skip
    if bound.guaranteed_until and bound.guaranteed_until > view.today:
        rows.append((_("Price guaranteed until"), texts.last_day(bound.guaranteed_until)))
    if deadline := notice_deadline(bound, view.today):
        rows.append((_("Give notice by"), formats.day_medium(deadline)))
    cycle = _("yearly, with instalments") if row.billing_cycle == "yearly" else _("monthly")
    rows.append((_("Billed"), cycle))
    return card(card_id="contract-facts", title=_("Facts"), body=[texts.facts(rows)])


def _conditions(view: ContractView) -> html.Section:
    one = view.offered
    rows = [
        (_("Minimum term"), ngettext("{n} month", "{n} months", one.term_months) if one.term_months else _("none")),
        (_("Notice"), ngettext("{n} day", "{n} days", one.notice_days)),
        (_("Exit fee, without VAT"), formats.money(view.bound.exit_fee_minor, one.currency)),
        (_("Payment within"), ngettext("{n} day", "{n} days", view.contract.payment_terms_days)),
    ]
    return card(
        card_id="contract-conditions", title=_("Conditions"),
        body=[html.P(one.description, className="sub", lang="en"), texts.facts(rows)],
    )  # fmt: skip


def _documents(view: ContractView) -> html.Section:
    """What there is to keep: the sheet of prices, and where the bills are; orders have their own card."""
    address = f"/contracts/{view.contract.public_id}/prices"
    rows = [
        html.Li(html.A([icon("arrow-down-tray"), _("Prices and conditions (PDF)")], href=f"{address}.pdf", className="linkish")),
        html.Li(html.A([icon("arrow-down-tray"), _("Prices (CSV)")], href=f"{address}.csv", className="linkish")),
        html.Li(dcc.Link([icon("banknotes"), _("Bills of this place")], href=href("/billing", site=view.contract.site_public_id), className="linkish")),
    ]  # fmt: skip
    return card(card_id="contract-documents", title=_("Documents"), body=[html.Ul(rows, className="contract-papers")])


def _mix(view: ContractView) -> html.Section | None:
    """Where the energy comes from, as the law wants it beside the price."""
    one = view.offered
    if one.green_share_percent is None and one.co2_g_per_kwh is None:
        return None
    rows = []
    if one.green_share_percent is not None:
        rows.append((_("From renewable sources"), formats.percent(one.green_share_percent / 100)))
    if one.co2_g_per_kwh is not None:
        rows.append((_("CO₂"), f"{formats.number(one.co2_g_per_kwh)}{formats.NBSP}g/kWh"))
    return card(card_id="contract-mix", title=_("Energy mix"), body=[texts.facts(rows)])


def _history(view: ContractView) -> html.Section:
    columns = [Column(_("Tariff")), Column(_("Version"), numeric=True, low=True), Column(_("From")), Column(_("Until"))]
    rows = [
        [term.name, str(term.version), formats.day_medium(term.first_date),
         texts.last_day(term.end_date) if term.end_date else _("still")]
        for term in reversed(view.terms)
    ]  # fmt: skip
    title = _("Tariffs of this contract")
    table = data_table(title, columns, rows, caption_hidden=True)
    return card(card_id="contract-history", title=title, body=[table])
