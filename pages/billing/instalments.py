"""Budget billing: the equal instalments of a year, where they lead, and another amount tried and chosen."""

from __future__ import annotations

from datetime import date
from math import floor
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from auth.callbacks import portal_callback
from auth.session import csrf_token, current_viewer
from components import formats, states
from components.charts import chart_slot, graph
from components.consumption.labels import commodity_name
from components.figures.consumption import BarData, Stack, bars
from components.frame import LegendItem, card, figure_card, legend, link_tabs, page_head
from components.icons import icon
from components.links import href
from components.shell.user_menu import csrf_field
from components.tables import Column, data_table, row_count
from components.theme import theme
from domain.money import from_minor, minor_digits
from domain.payments.amounts import entered_minor
from domain.text import gettext as _
from domain.text import lazy, ngettext
from services import instalment_plans
from services.contracts import ContractRow
from services.instalment_plans import Outlook

PATH = "/billing/instalments"

dash.register_page(
    __name__,
    path=PATH,
    title=lazy("Instalments"),
    section="money",
    icon="calendar",
    roles=frozenset({"customer"}),
    nav=False,
    order=33,
)


def layout(contract: str = "", amount: str = "", **query: str) -> html.Div:
    viewer = current_viewer()
    mine = instalment_plans.plans(viewer)
    chosen = next((row for row in mine if row.public_id == contract), mine[0] if mine else None)
    if chosen is None:
        text = _("Your contracts are billed by the month, for what was used. There is nothing to pay in advance.")
        nothing = states.empty("none_here", _("No instalments"), text, action=(_("All bills"), "/billing"))
        return html.Div([page_head(_("Instalments")), nothing])
    own = instalment_plans.outlook(viewer, chosen.public_id)
    tried = _tried(own, amount)
    view = own if tried == own.amount_minor else instalment_plans.outlook(viewer, chosen.public_id, tried)
    span = formats.date_range(own.plan.first_date, date.fromordinal(own.plan.end_date.toordinal() - 1))
    lead = f"{_name(chosen)} · {span}"
    return html.Div(
        [
            page_head(_("Instalments"), lead=lead),
            *([link_tabs([(_name(row), href(PATH, contract=row.public_id), row == chosen) for row in mine],
                         label=_("Contract"))] if len(mine) > 1 else []),
            *_told(query, own),
            dcc.Store(id="instalments-tried", data={"contract": chosen.public_id, "amount": tried}),
            html.Div(
                [
                    html.Div(_balance_card(view), className="c8"),
                    html.Div([_plan_card(own), _change_card(own, view, {**query, "amount": amount})], className="c4 stack-cards"),
                ],
                className="g",
            ),
        ]
    )  # fmt: skip


def _name(row: ContractRow) -> str:
    return f"{commodity_name(row.commodity)}, {row.site_name}"


def _tried(own: Outlook, text: str) -> int:
    """The amount of an address or a field, where it is one that may be chosen; else that of the plan."""
    found = entered_minor(text, own.plan.currency)
    return found if found is not None and own.lowest_minor <= found <= own.highest_minor else own.amount_minor


def _told(query: dict[str, str], own: Outlook) -> list[html.Div]:
    if query.get("done") and own.applies_from:
        said = _("From {day} on you pay {amount} a month.", day=formats.day_medium(own.applies_from),
                 amount=_money(own, own.amount_minor))  # fmt: skip
        return [html.Div([icon("check-circle"), html.Span(said)], className="notice ok", role="status")]
    if query.get("problem"):
        return [
            html.Div(
                [icon("exclamation-circle"), html.Span(problem(query["problem"], own))],
                className="notice bad", role="alert", id="instalments-problem",
            )
        ]  # fmt: skip
    return []


def problem(code: str, own: Outlook) -> str:
    """What is wrong with the amount, and what to enter instead."""
    low, high = _money(own, own.lowest_minor), _money(own, own.highest_minor)
    sentences = {
        "no_amount": _("Amount: enter a number, such as {amount}.", amount=_money(own, own.amount_minor)),
        "out_of_range": _("Amount: choose between {low} and {high} a month.", low=low, high=high),
        "all_billed": _("Amount: all instalments of this year are billed; the next year has its own plan."),
        "unchanged": _("Amount: this is what you pay already; enter another one."),
    }
    return sentences.get(code, _("Nothing was changed. Load the page again and try once more."))


def _money(own: Outlook, minor: int) -> str:
    return formats.money(minor, own.plan.currency)


def _near(own: Outlook, minor: int) -> str:
    return formats.money_near(float(from_minor(abs(minor), own.plan.currency)), own.plan.currency)


def headline(view: Outlook) -> str:
    """What the settlement will say."""
    last = formats.day_medium(date.fromordinal(view.plan.end_date.toordinal() - 1))
    if view.end_minor < 0:
        return _("About {amount} are left to pay after {day}.", amount=_near(view, view.end_minor), day=last)
    return _("About {amount} come back to you after {day}.", amount=_near(view, view.end_minor), day=last)


def between(view: Outlook) -> str:
    """How sure that is, and what it rests on."""
    with_amount = _("With {amount} a month, VAT included.", amount=_money(view, view.amount_minor))
    if view.best_minor == view.worst_minor:
        return with_amount
    ends = [_side(view, minor) for minor in (view.worst_minor, view.best_minor)]
    return f"{with_amount} {_('Between {low} and {high}.', low=ends[0], high=ends[1])}"


def _side(view: Outlook, minor: int) -> str:
    if minor < 0:
        return _("{amount} to pay", amount=_near(view, minor))
    return _("{amount} back", amount=_near(view, minor))


def _basis(view: Outlook) -> str:
    before = (
        _("The other months are taken as in the year before, at the prices the plan was made with.")
        if view.source == "history"
        else _("The other months are taken as in a usual home, for want of a year of your own.")
    )
    known = sum(month.is_known for month in view.months)
    if not known:
        return before
    said = ngettext(
        "One month is what your readings cost. {rest} The other end of the band is what they would come to, if they"
        " differed from that as the known month did.",
        "{n} months are what your readings cost. {rest} The other end of the band is what they would come to, if they"
        " differed from that as the known months did.",
        known,
        rest=before,
    )
    if not view.missing:
        return said
    gap = ngettext(
        "One reading is missing so far. Where a month lacks more than a twentieth of its readings, the expected cost stands.",
        "{n} readings are missing so far. Where a month lacks more than a twentieth of its readings, the expected cost stands.",
        view.missing,
    )
    return f"{said} {gap}"


def data(view: Outlook) -> BarData:
    """The balance after each month as a bar: above zero it is yours, below it is still to be paid."""
    values = [float(from_minor(month.balance_minor, view.plan.currency)) for month in view.months]
    return BarData(
        labels=[formats.month(month.first) for month in view.months],
        ticks=[(place, formats.month_short(month.first)) for place, month in enumerate(view.months) if place % 2 == 0],
        stacks=[
            Stack(_("In credit"), "production", [value if value >= 0 else None for value in values]),
            Stack(_("To pay"), "import", [value if value < 0 else None for value in values]),
        ],
        is_estimated=[not month.is_known for month in view.months],
        unit=formats.currency_sign(view.plan.currency),
        digits=2,
    )


def _table(view: Outlook) -> html.Div:
    columns = [
        Column(_("Month")), Column(_("Cost, with VAT"), numeric=True), Column(_("Instalment"), numeric=True),
        Column(_("Balance"), numeric=True), Column(_("From"), low=True),
    ]  # fmt: skip
    rows = [
        [formats.month(month.first), _money(view, month.cost_minor), _money(view, month.paid_minor),
         _money(view, month.balance_minor), _origin(month.is_known, month.missing)]
        for month in view.months
    ]  # fmt: skip
    return data_table(_("Balance by month"), columns, rows, caption_hidden=True)


def _origin(is_known: bool, missing: int) -> str:
    gaps = ngettext("{n} reading missing", "{n} readings missing", missing) if missing else ""
    return ", ".join(part for part in (_("readings") if is_known else _("expected"), gaps) if part)


def _balance_card(view: Outlook) -> html.Section:
    items = [
        LegendItem("sw-prod", _("In credit")),
        LegendItem("sw-net", _("To pay")),
        LegendItem("sw-estimated", _("expected")),
    ]
    return figure_card(
        card_id="instalments-balance", title=_("Balance by month"),
        headline=headline(view),
        body=[
            html.P(between(view), className="sub", id="instalments-between", **{"aria-live": "polite"}),
            legend(items),
            chart_slot("instalments-chart", summary=headline(view), height_px=260),
            html.P(_basis(view), className="quiet small card-note"),
        ],
        table=html.Div(_table(view), id="instalments-table"), table_count=row_count(len(view.months)),
    )  # fmt: skip


def _plan_card(own: Outlook) -> html.Section:
    billed = [row.amount_minor for row in own.plan.instalments if row.first_date <= own.today]
    so_far = ngettext("Billed in {n} month", "Billed in {n} months", len(billed))
    rows = [(_("A month"), _money(own, own.amount_minor))]
    if own.applies_from:
        rows.append((_("Next one"), formats.day_medium(own.applies_from)))
    rows.append((so_far, _money(own, sum(billed))))
    rows.append((_("Expected for the year"), _money(own, own.plan.expected_minor)))
    rows.append((_("Settled after"), formats.day_medium(date.fromordinal(own.plan.end_date.toordinal() - 1))))
    body = [
        html.Dl([part for name, value in rows for part in (html.Dt(name), html.Dd(value))], className="dl"),
        html.P(_("All amounts are with VAT."), className="quiet small card-note"),
        html.P(dcc.Link(_("To the contract"), href=f"/contracts/{own.contract.public_id}"), className="small"),
    ]
    return card(card_id="instalments-plan", title=_("Your plan"), body=body)


def _change_card(own: Outlook, view: Outlook, query: dict[str, str]) -> html.Section:
    title = _("Another amount")
    if own.applies_from is None:
        text = _("All instalments of this year are billed. The next year has its own plan.")
        return card(card_id="instalments-change", title=title, body=[html.P(text, className="quiet")])
    low, high = -_whole(own, -own.lowest_minor), _whole(own, own.highest_minor)
    hint = _(
        "{low} to {high} a month, with VAT.", low=_money(own, own.lowest_minor), high=_money(own, own.highest_minor)
    )
    field = dbc.Input(
        type="text", id="instalments-amount", name="amount", value=_typed(own, view.amount_minor), inputmode="decimal",
        debounce=True, autocomplete="off", invalid=bool(query.get("problem")) or None,
    )  # fmt: skip
    if query.get("problem"):  # what was typed stays, to be mended
        field.value = query["amount"][:20]
    slider = dbc.Input(
        type="range", id="instalments-slider", min=low, max=high, step=1, value=_whole(own, view.amount_minor),
        debounce=150, class_name="form-range",
    )  # fmt: skip
    label = _("Amount a month in {currency}", currency=own.plan.currency)
    parts = [
        html.Div([html.Label(_("Try an amount"), htmlFor="instalments-slider", className="form-label"), slider]),
        html.Div(
            [
                html.Label(label, htmlFor="instalments-amount", className="form-label"),
                field,
                html.P(hint, className="small quiet"),
            ]
        ),
        *_even(own),
    ]
    if not own.may_change:
        only = _("Only owners of the account can change the instalment.")
        return card(card_id="instalments-change", title=title, body=[*parts, html.P(only, className="quiet small")])
    from_then = _("Pay this from {day} on", day=formats.day_medium(own.applies_from))
    form = html.Form(
        [
            csrf_field(csrf_token()),
            dbc.Input(type="hidden", name="contract", value=own.contract.public_id),
            dbc.Input(type="hidden", name="currency", value=own.plan.currency),
            *parts,
            html.Button(from_then, type="submit", className="btn btn-primary", id="instalments-confirm"),
        ],
        action=f"{PATH}/change", method="POST", className="pay-form",
    )  # fmt: skip
    return card(card_id="instalments-change", title=title, body=[form])


def _even(own: Outlook) -> list[html.P]:
    if not own.lowest_minor <= own.even_minor <= own.highest_minor or own.even_minor == own.amount_minor:
        return []
    amount = _money(own, own.even_minor)
    link = dcc.Link(amount, href=href(PATH, contract=own.contract.public_id, amount=_typed(own, own.even_minor)))
    return [html.P([_("Nothing would be left over with"), " ", link, "."], className="small")]


def _whole(own: Outlook, minor: int) -> int:
    """In whole units of the currency, rounded down: what the slider has."""
    return floor(from_minor(minor, own.plan.currency))


def _typed(own: Outlook, minor: int) -> str:
    return formats.number(float(from_minor(minor, own.plan.currency)), minor_digits(own.plan.currency))


@portal_callback(
    Output("instalments-tried", "data"),
    Output("instalments-slider", "value"),
    Output("instalments-amount", "value"),
    Output("instalments-balance-headline", "children"),
    Output("instalments-between", "children"),
    Output("instalments-table", "children"),
    Input("instalments-slider", "value"),
    Input("instalments-amount", "value"),
    State("instalments-tried", "data"),
    prevent_initial_call=True,
)
def try_amount(slid: Any, typed: str | None, held: dict[str, Any]) -> Any:
    """Slider and field follow each other; what cannot be chosen changes nothing until the form says why."""
    is_slid = ctx.triggered_id == "instalments-slider"
    view = _followed(str(held.get("contract", "")), str(slid if is_slid else typed or ""), held.get("amount"))
    slider = no_update if is_slid else _whole(view, view.amount_minor)
    field = _typed(view, view.amount_minor) if is_slid else no_update
    return {**held, "amount": view.amount_minor}, slider, field, headline(view), between(view), _table(view)


def _followed(contract: str, text: str, before: Any) -> Outlook:
    """The outlook with the amount that was tried, where it is another one."""
    viewer = current_viewer()
    amount = _tried(instalment_plans.outlook(viewer, contract), text)
    if amount == before:
        raise PreventUpdate
    return instalment_plans.outlook(viewer, contract, amount)


@portal_callback(
    Output("instalments-chart", "children"),
    Input("instalments-chart-seen", "data"),
    Input("instalments-tried", "data"),
    prevent_initial_call=True,
)
def show_chart(seen: str | None, held: dict[str, Any]) -> Any:
    if not seen:
        return no_update
    view = instalment_plans.outlook(current_viewer(), str(held.get("contract", "")), held.get("amount"))
    return graph(bars(data(view), colours=theme(seen)))
