"""When a term comes to its end: what happens by itself, what is on offer from that day, and what each would have cost."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
from dash import dcc, html

from auth.session import current_viewer
from components import formats, states
from components.frame import card, page_head
from components.links import href
from components.tables import Column, data_table
from domain.contracts.switching import free_from, notice_deadline
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import lazy
from pages.contracts import _texts as texts
from services import contract_details, contract_switching, tariff_comparison
from services.contract_details import ContractView
from services.tariff_comparison import Comparison, NoHistory, Option

PATH = "/contracts/renew"

dash.register_page(
    __name__,
    path=PATH,
    title=lazy("Renew a contract"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=False,
    order=63,
)


def layout(contract: str = "", **_query: str) -> html.Div:
    viewer = current_viewer()
    try:
        view = contract_details.details(viewer, contract)
    except NotFoundError:
        view = None
    if view is None or view.state == "over" or view.contract.direction != "supply":
        text = _("Choose one of your running contracts first.")
        nothing = states.empty("none_here", _("No contract chosen"), text, action=(_("All contracts"), "/contracts"))
        return html.Div([page_head(_("Renew a contract")), nothing])
    found = tariff_comparison.comparison(viewer, contract)
    goes_on = contract_switching.can_continue(view)
    start = view.contract.end_date if goes_on and view.contract.end_date else free_from(view.bound, view.today)
    may = contract_switching.may_switch(viewer, view)
    return html.Div(
        [
            page_head(_("Renew a contract"), lead=f"{view.offered.name} · {texts.commodity(view)}, {view.contract.site_name}"),
            html.Div(
                [
                    html.Div(_offers(found, start, goes_on=goes_on, may=may), className="c8"),
                    html.Div([_term(view), _nothing(view)], className="c4 stack-cards"),
                ],
                className="g",
            ),
        ]
    )  # fmt: skip


def _term(view: ContractView) -> html.Section:
    bound = view.bound
    rows = [(_("Price now, {vat}", vat=_("with VAT") if view.is_gross else _("without VAT")),
             texts.price_now(view.price, view.offered.currency)), (_("Binds for"), texts.days(view))]  # fmt: skip
    if bound.minimum_until and bound.minimum_until > view.today:
        rows.append((_("Term ends on"), texts.last_day(bound.minimum_until)))
    if bound.guaranteed_until and bound.guaranteed_until > view.today:
        rows.append((_("Price guaranteed until"), texts.last_day(bound.guaranteed_until)))
    if deadline := notice_deadline(bound, view.today):
        rows.append((_("Give notice by"), formats.day_medium(deadline)))
    return card(card_id="renew-term", title=_("Your term"), body=[texts.facts(rows)])


def _nothing(view: ContractView) -> html.Section:
    """What happens if nobody does anything."""
    days = texts.notice(view.bound.notice_days)
    if view.contract.end_date is not None:
        said = _(
            "The contract ends with {day}. Without a new one nobody supplies you from us.",
            day=texts.last_day(view.contract.end_date),
        )
    elif view.bound.minimum_until and view.bound.minimum_until > view.today:
        said = _(
            "After its term the contract goes on at the prices of then. You can leave it at any time with {days} of notice.",
            days=days,
        )
    else:
        said = _(
            "The contract goes on at the prices of then. You can leave it at any time with {days} of notice.", days=days
        )
    more = dcc.Link(
        _("End or change the contract"),
        href=f"/contracts/change?contract={view.contract.public_id}",
        className="linkish",
    )
    return card(
        card_id="renew-nothing",
        title=_("If you do nothing"),
        body=[html.P(said, className="sub"), html.P(more, className="small")],
    )


def _offers(found: Comparison | NoHistory, start: date, *, goes_on: bool, may: bool) -> html.Section:
    """goes_on : an order continues a contract that would end; its own tariff stands first, where it is on offer still"""
    title = _("On offer from {day}, without a fee", day=formats.day_medium(start))
    if isinstance(found, NoHistory) or found.own is None:
        text = _("There are too few readings under this contract to say what another tariff would cost.")
        instead = (_("Estimate from a few answers"), texts.CALCULATOR)
        return card(
            card_id="renew-offers",
            title=title,
            body=[states.empty("not_yet", _("Not enough readings yet"), text, action=instead)],
        )
    names = {one.public_id for one in tariff_comparison.eligible(found.view, with_own=goes_on)}
    others = [option for option in found.options if option.offered.public_id in names]
    if not others:
        text = _("No other tariff is on offer for this contract today.")
        return card(card_id="renew-offers", title=title, body=[states.empty("none_here", _("Nothing on offer"), text)])
    vat = texts.vat(is_gross=found.view.is_gross)
    days = (found.end - found.first).days
    own = formats.money(found.own.year.gross_minor, found.own.offered.currency)
    said = (
        _(
            "On your own readings of the last twelve months your tariff costs {amount} at the prices of today.",
            amount=own,
        )
        if found.is_year
        else _(
            "On your own readings of {n} days your tariff costs {amount} at the prices of today.", n=days, amount=own
        )
    )
    columns = [
        Column(_("Tariff")), Column(_("Would cost"), numeric=True), Column(_("Against yours"), numeric=True, low=True),
        Column(_("Binds"), low=True), Column(_("Price guaranteed"), low=True), Column(_("Choose")),
    ]  # fmt: skip
    rows = [_row(found, found.own, option, start, may=may) for option in others]
    table = data_table(title, columns, rows, caption_hidden=True, dense=False)
    only = [] if may else [html.P(_("Only owners of the account can order one."), className="quiet small card-note")]
    return card(card_id="renew-offers", title=title, body=[html.P(f"{said} {vat}", className="sub"), table, *only])


def _row(found: Comparison, own: Option, option: Option, start: date, *, may: bool) -> list[Any]:
    one, contract = option.offered, found.view.contract.public_id
    difference = option.year.gross_minor - own.year.gross_minor
    address = href(texts.SWITCH, contract=contract, tariff=one.public_id, start=start.isoformat())
    choose = dcc.Link(
        _("Choose"), href=address, className="btn btn-secondary btn-sm", title=_("Choose {name}", name=one.name)
    )
    return [
        _("{name} (yours)", name=one.name) if option.is_own else one.name,
        formats.money(option.year.gross_minor, one.currency),
        formats.money(difference, one.currency, is_signed=True),
        texts.months(one.term_months) if one.term_months else _("not at all"),
        texts.months(one.guarantee_months) if one.guarantee_months else _("not at all"),
        choose if may else formats.UNKNOWN,
    ]
