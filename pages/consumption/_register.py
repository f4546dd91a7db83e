"""One register's readings as a figure and as a table."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from components import formats, known
from components.consumption import labels
from components.figures import consumption as figures
from components.figures.consumption import BarData, LineData, Stack, kwh_values
from components.tables import Column, data_table
from components.theme import Theme
from domain.energy.balance import UseSeries
from domain.text import gettext as _
from pages.consumption import _chart as chart
from pages.consumption._state import State
from services.sites import RegisterView


def figure(state: State, register: RegisterView, series: UseSeries, colours: Theme) -> dict[str, Any]:
    """Power of single intervals as a line, sums as bars, in the colour of the flow."""
    name = labels.register_name(register)
    role = register.flow if register.flow in {"import", "export", "production", "charge", "discharge"} else "total"
    names = labels.full_labels(series, state.ask.resolution)
    ticks = labels.ticks(series, state.ask.resolution)
    if state.ask.resolution == "interval":
        factor = 3600 / register.interval_s / 1000
        power = [None if value is None else value * factor for value in series.values_wh()]
        return figures.lines(
            LineData(names, ticks, [Stack(name, role, power)], is_estimated=chart.hatched(series)), colours=colours
        )
    data = BarData(
        names, ticks, [Stack(name, role, kwh_values(series.values_wh()))],
        is_estimated=chart.hatched(series),
        shaded=labels.weekend(series, state.ask.resolution),
        hrefs=[chart.drill_href(state, label) for label in series.label],
    )  # fmt: skip
    return figures.bars(data, colours=colours)


def readings_table(state: State, series: UseSeries) -> html.Div:
    """Each bucket with its energy and how it is known."""
    names = labels.full_labels(series, state.ask.resolution)
    digits = 3 if state.ask.resolution == "interval" else 2
    counts = chart.bucket_counts(series)
    shown = known.shown_states(counts)
    columns = [Column(_("Time")), Column(_("Energy"), numeric=True), *known.columns(shown)]
    rows = []
    for index, value in enumerate(series.values_wh()):
        target = chart.drill_href(state, series.label[index])
        head: Any = dcc.Link(names[index], href=target) if target else names[index]
        name = [head, *known.below(counts[index])]
        rows.append([name, formats.kwh(value, digits), *known.cells(counts[index], shown)])
    return data_table(_("Readings by time"), columns, rows, caption_hidden=True)
