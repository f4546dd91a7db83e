"""By meter: every register of the site and what it counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import formats, known, states
from components.consumption import labels, sentences
from components.frame import card
from components.links import href
from components.tables import Column, data_table
from domain.access import Viewer
from domain.calendar import local_date
from domain.text import gettext as _
from pages.consumption import _chart as chart
from pages.consumption._state import State
from services import consumption
from services.consumption import RegisterTotal
from services.sites import MeterView

RANK = {"phase": 1, "submeter": 2}  # flows of the whole site come before its parts


def meters(viewer: Viewer, state: State) -> list[Any]:
    """Every register and what it counted while its meter stood there: the main meters first, sub-meters after them."""
    wanted = [m for m in state.ask.site.meters if m.commodity == state.ask.commodity]
    if not wanted:
        return [states.empty("not_set_up", _("No meter"), _("No meter of this kind is registered here."))]
    found = [
        (meter, total)
        for meter in wanted
        if stands_in(state, meter)
        for total in consumption.register_totals(
            viewer, state.ask, consumption.meter_registers(state.ask.site, meter), meter
        )
    ]
    found.sort(key=lambda pair: (RANK.get(pair[1].register.flow, 0), pair[0].installed_utc))
    shown = known.shown_states(chart.counts_of(total.series) for _meter, total in found)
    columns = [
        Column(_("What it counts")), Column(_("Meter"), low=True), Column(_("Energy"), numeric=True), *known.columns(shown),
    ]  # fmt: skip
    title = _("Meters and what they counted {when}", when=sentences.when(state.ask.period))
    if not found:
        return [states.empty("none_here", _("No meter"), _("No meter stood here in this period."))]
    table = data_table(title, columns, [_row(state, *pair, shown) for pair in found], dense=False, caption_hidden=True)
    return [html.Div(card(card_id="consumption-meters", title=title, body=[table]), className="g")]


def _row(state: State, meter: MeterView, total: RegisterTotal, shown: Sequence[str]) -> list[Any]:
    """The name leads to the register's page; on phones the meter's number and what was not measured stand below it."""
    register = total.register
    name = labels.register_name(register)
    query = {**state.query, "view": None, "register": register.public_id}
    link = dcc.Link(name, href=href(f"/consumption/{meter.public_id}", query))
    used = _in_use(state, meter)
    below = html.Span(" · ".join(filter(None, (meter.serial, used))), className="small quiet only-n")
    counts = chart.counts_of(total.series)
    energy = formats.kwh(total.series.total_wh)
    number = [meter.serial, html.Span(used, className="small quiet meter-used")] if used else meter.serial
    return [[link, below, *known.below(counts)], number, energy, *known.cells(counts, shown)]


def stands_in(state: State, meter: MeterView) -> bool:
    """Whether a meter was installed at any time of the period."""
    low, high = state.ask.period.bounds_utc(state.ask.site.zone_name)
    return meter.installed_utc < high and (meter.removed_utc is None or meter.removed_utc > low)


def _in_use(state: State, meter: MeterView) -> str:
    """Local dates of an exchanged meter's time; nothing for one that has always stood there."""
    site = state.ask.site
    since = local_date(meter.installed_utc, site.zone_name)
    if meter.removed_utc is not None:
        return _("until {day}", day=formats.day_medium(local_date(meter.removed_utc, site.zone_name)))
    return _("since {day}", day=formats.day_medium(since)) if since > site.first_date else ""
