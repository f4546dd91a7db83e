"""The other views of consumption: by meter, phase and appliance, and the comparison."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from components import formats, states
from components.consumption import labels, sentences
from components.frame import card, figure_card
from components.tables import Column, data_table
from domain.access import Viewer
from domain.calendar import local_date
from domain.text import gettext as _
from pages.consumption import _chart as chart
from pages.consumption._share import share_row
from pages.consumption._state import State
from services import consumption
from services.consumption import Part
from services.sites import MeterView


def meters(viewer: Viewer, state: State) -> list[Any]:
    """One card a meter; a replaced one keeps its place in the chain."""
    wanted = [m for m in state.ask.site.meters if m.commodity == state.ask.commodity]
    rows = []
    for meter in wanted:
        registers = consumption.meter_registers(state.ask.site, meter)
        for found in consumption.register_totals(viewer, state.ask, registers, meter):
            name = labels.flow_name(found.register.flow, found.register.kind, found.register.phase)
            link = dcc.Link(meter.serial, href=f"/consumption/{meter.public_id}?{state.link().partition('?')[2]}")
            counts = chart.counts_of(found.series)
            rows.append(
                [
                    link,
                    found.register.label or name,
                    _in_use(state, meter),
                    formats.kwh(found.series.total_wh),
                    formats.number(counts.missing),
                ]
            )
    columns = [Column(_("Meter")), Column(_("What it counts")), Column(_("In use"), low=True), Column(_("Energy"), numeric=True),
               Column(_("Missing"), numeric=True, low=True)]  # fmt: skip
    title = _("Meters and what they counted {when}", when=sentences.when(state.ask.period))
    if not rows:
        return [states.empty("not_set_up", _("No meter"), _("No meter of this kind is registered here."))]
    table = data_table(title, columns, rows, dense=False, caption_hidden=True)
    return [html.Div(card(card_id="consumption-meters", title=title, body=[table]), className="g")]


def _in_use(state: State, meter: MeterView) -> str:
    """Local dates of an exchanged meter's time; nothing for one that has always stood there."""
    site = state.ask.site
    since = local_date(meter.installed_utc, site.zone_name)
    if meter.removed_utc is not None:
        return _("until {day}", day=formats.day_medium(local_date(meter.removed_utc, site.zone_name)))
    return _("since {day}", day=formats.day_medium(since)) if since > site.first_date else ""


def appliances(viewer: Viewer, state: State) -> list[Any]:
    view = consumption.overview(viewer, state.ask)
    if not view.parts:
        text = _("Smart plugs, wall boxes and heat pumps with their own counter show here what they took.")
        return [states.empty("not_set_up", _("No sub-meters"), text)]
    whole = view.series.total_wh or 1
    first = view.parts[0]
    headline = _(
        "{name} took {energy}, {percent} of what you used {when}.",
        name=chart.part_name(first), energy=formats.kwh(first.total_wh), percent=formats.percent((first.total_wh or 0) / whole),
        when=sentences.when(state.ask.period),
    )  # fmt: skip
    rows = [share_row(_name(part), part.total_wh or 0, whole, _colour(n, part)) for n, part in enumerate(view.parts)]
    sub = _("What no sub-meter saw is the remainder; all rows together are your consumption.")
    silent = [
        chart.part_name(part)
        for part in view.parts
        if part.kind != "untracked" and chart.counts_of(part.series).missing * 2 > chart.counts_of(part.series).total
    ]
    notices = [
        html.Div(_("{name} sent less than half of its readings.", name=name), className="notice warn")
        for name in silent
    ]
    return [
        html.Div(
            figure_card(card_id="consumption-appliances", headline=headline, sub=sub, body=[*notices, *rows]),
            className="g",
        )
    ]


def _name(part: Part) -> str:
    return _("Not tracked") if part.kind == "untracked" else chart.part_name(part)


def _colour(index: int, part: Part) -> str:
    if part.kind == "untracked":
        return "--c-rest"
    return ("--c-cons-dark", "--c-cons", "--c-cons-2")[min(index, 2)]
