"""What a year would cost without own readings: questions, an estimate of each tariff, and what it assumes."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import html

from auth.session import current_viewer
from components import formats, states
from components.frame import card, page_head
from components.site_bars import SiteBar, site_bars
from components.tables import Column, data_table
from domain.contracts import household
from domain.errors import Issue
from domain.money import from_minor
from domain.text import gettext as _
from domain.text import lazy
from pages.contracts import _texts as texts
from services import calculator
from services.calculator import Cost, Estimate

dash.register_page(
    __name__,
    path="/contracts/calculator",
    title=lazy("Estimate without readings"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=False,
    order=62,
)
FIELDS = (*household.LIMITS, *household.CHOICES)


def layout(**query: str) -> html.Div:
    """The answers are in the address, so that reload and bookmark keep them."""
    viewer = current_viewer()
    said = {name: query[name][:20] for name in FIELDS if name in query}
    answers, issues = household.read(said) if said else (None, ())
    found = calculator.estimate(viewer, answers) if answers else None
    parts: list[Any] = [page_head(_("Estimate without readings"), lead=_lead()), texts.tabs("calculator")]
    cards: list[Any] = [_form(said, {issue.field: _problem(issue) for issue in issues})]
    if answers and found is None:
        text = _("There is no electricity contract that tells us in which market you are.")
        cards.append(states.empty("not_set_up", _("No estimate yet"), text))
    if found:
        cards += _answer(found)
    return html.Div([*parts, *(html.Div(one, className="g") for one in cards)])


def _lead() -> str:
    return _("A few answers are enough for a first idea of what each tariff would cost you.")


def _form(said: dict[str, str], problems: dict[str, str]) -> html.Section:
    yes_no = {"no": _("No"), "yes": _("Yes")}
    fields = [
        _number("people", _("People in the household"), said, problems),
        _choice("dwelling", _("Home"), {"flat": _("Flat"), "house": _("House")}, said, problems),
        _number("area", _("Heated area in m²"), said, problems),
        _choice("heating", _("Heating"), {"other": _("Gas, district heat, other"), "heat_pump": _("Heat pump")}, said, problems),
        _choice("water", _("Hot water by electricity"), yes_no, said, problems),
        _number("car", _("Electric car, km a year charged at home"), said, problems),
        _number("pv", _("Solar roof in kWp"), said, problems),
        _number("battery", _("Battery in kWh"), said, problems),
        _number("kwh", _("Yearly use in kWh, if you know it"), said, problems),
    ]  # fmt: skip
    form = html.Form(
        [html.Div(fields, className="export-fields"),
         html.Div(html.Button(_("Estimate"), type="submit", className="btn btn-primary"))],
        action=texts.CALCULATOR, method="GET", className="stack-form", noValidate=True,
    )  # fmt: skip
    return card(card_id="calculator-form", title=_("Your household"), body=[form])


def _number(name: str, label: str, said: dict[str, str], problems: dict[str, str]) -> html.Div:
    control = dbc.Input(type="text", id=f"calculator-{name}", name=name, value=said.get(name, ""), maxlength=12,
                        inputmode="decimal", autocomplete="off", invalid=name in problems)  # fmt: skip
    return _field(name, label, control, problems)


def _choice(name: str, label: str, options: dict[str, str], said: dict[str, str], problems: dict[str, str]) -> html.Div:
    chosen = said.get(name) if said.get(name) in options else next(iter(options))
    items = [{"label": text, "value": key} for key, text in options.items()]
    control = dbc.Select(id=f"calculator-{name}", name=name, options=items, value=chosen, invalid=name in problems)
    return _field(name, label, control, problems)


def _field(name: str, label: str, control: Any, problems: dict[str, str]) -> html.Div:
    field_id = f"calculator-{name}"
    head = html.Label(label, htmlFor=field_id, className="form-label")
    if name not in problems:
        return html.Div([head, control])
    note = html.P(problems[name], id=f"{field_id}-problem", className="form-problem")
    return html.Div([head, control, note], role="group", **{"aria-describedby": f"{field_id}-problem"})


def _problem(issue: Issue) -> str:
    if issue.code == "out_of_range":
        least, most = (formats.number(float(str(issue.params[name])), 0) for name in ("least", "most"))
        return _("Enter a number from {least} to {most}.", least=least, most=most)
    if issue.code == "without_roof":
        return _("A battery is filled by a solar roof: enter its kWp too, or leave the battery empty.")
    if issue.code == "unknown_choice":
        return _("Choose one of the entries of the list.")
    if issue.field in household.WHOLE:
        return _("Enter a whole number.")
    return _("Enter a number.")


def _answer(found: Estimate) -> list[Any]:
    if not found.costs:
        text = _("None of the tariffs on offer can be priced for this household.")
        return [states.empty("cannot", _("No estimate yet"), text)]
    best = found.costs[0]
    title = _(
        "About {amount} a month with {name}", amount=_near(_monthly(best.year_minor), best), name=best.offered.name
    )
    bars = [
        SiteBar(cost.offered.name, "", _near(cost.year_minor, cost), float(cost.year_minor), note=_band(cost), is_estimated=True)
        for cost in found.costs
    ]  # fmt: skip
    body = [html.P(f"{_('Estimated cost of a year.')} {texts.vat(is_gross=found.is_gross)}", className="sub"),
            site_bars(bars), html.Div(_table(found), className="mt-4"), *_refused(found)]  # fmt: skip
    return [card(card_id="calculator-result", title=title, body=body), _assumed(found)]


def _monthly(year_minor: int) -> int:
    return int((Decimal(year_minor) / 12).quantize(Decimal(1), ROUND_HALF_UP))


def _near(minor: int, cost: Cost) -> str:
    return formats.money_near(float(from_minor(minor, cost.offered.currency)), cost.offered.currency)


def _band(cost: Cost) -> str:
    return _("{low} to {high}", low=_near(cost.low_minor, cost), high=_near(cost.high_minor, cost))


def _table(found: Estimate) -> html.Div:
    columns = [Column(_("Tariff")), Column(_("per month"), numeric=True), Column(_("per year"), numeric=True),
               Column(_("Range"), numeric=True, low=True), Column(_("Standing charge"), numeric=True, low=True)]  # fmt: skip
    rows = [
        (cost.offered.name, formats.money(_monthly(cost.year_minor), cost.offered.currency),
         formats.money(cost.year_minor, cost.offered.currency), _band(cost),
         formats.money(cost.standing_minor, cost.offered.currency))
        for cost in found.costs
    ]  # fmt: skip
    return data_table(_("Estimated cost of each tariff"), columns, rows, caption_hidden=True)


def _refused(found: Estimate) -> list[Any]:
    if not found.refused:
        return []
    names = ", ".join(row.name for row in found.refused)
    return [html.P(_("Cannot be estimated: {names}", names=names), className="small quiet")]


def _assumed(found: Estimate) -> html.Section:
    """Said plainly, since nothing of this was metered."""
    last = found.period.last
    lines = [
        _("This is an estimate, not an offer. Nothing in it was metered."),
        _("We reckon with {kwh} from the grid in a year.", kwh=formats.kwh(found.imported_wh, 0)),
        _("The range is for {n} percent less and more use.", n=found.spread_percent),
        _("Habits are those of a usual household, the weather is a simulated year near {place}.", place=found.region.name),
        _("Prices and taxes are those of today; prices by the hour are those of {span}.",
          span=formats.date_range(found.period.first, last)),
    ]  # fmt: skip
    if found.exported_wh:
        lines.append(_("The roof would feed in {kwh}; what is paid for it is not counted.", kwh=formats.kwh(found.exported_wh, 0)))  # fmt: skip
    return card(
        card_id="calculator-assumed", title=_("What this assumes"), body=[html.Ul([html.Li(one) for one in lines])]
    )
