"""By meter: every register of the site and what it counted."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from components import formats, states
from components.consumption import labels, sentences
from components.frame import card
from components.tables import Column, data_table
from domain.access import Viewer
from domain.calendar import local_date
from domain.text import gettext as _
from pages.consumption import _chart as chart
from pages.consumption._state import State
from services import consumption
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
