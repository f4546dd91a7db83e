"""From a service's series to what figures, tables and ribbons want."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from dash import dcc, html

from components import formats, trust
from components.consumption import labels
from components.figures.consumption import BarData, LineData, Stack, kwh_values
from components.frame import LegendItem
from components.tables import Column, data_table
from components.trust import TrustCounts
from domain.calendar import PeriodKind
from domain.energy.balance import UseSeries
from domain.text import gettext as _
from pages.consumption._state import State
from services import weather
from services.consumption import Overview, Part

FINER = {PeriodKind.YEAR: "month", PeriodKind.MONTH: "day", PeriodKind.WEEK: "day"}


def counts_of(series: UseSeries) -> TrustCounts:
    return TrustCounts(*series.total_counts)


def ribbon(series: UseSeries) -> html.Div:
    """From left to right, within each bucket the shares of its states; equal neighbours are one run."""
    runs: list[tuple[str, float]] = []
    for row in series.counts:
        whole = int(row.sum()) or 1
        for state, count in zip(trust.STATES, row, strict=True):
            if not count:
                continue
            share = int(count) / whole
            if runs and runs[-1][0] == state:
                share += runs.pop()[1]
            runs.append((state, share))
    return trust.ribbon(runs)


def is_line(state: State) -> bool:
    """Single intervals are drawn as power."""
    return state.ask.resolution == "interval"


def drill_href(state: State, label: np.datetime64) -> str:
    """The address of a bucket's own period; empty where there is nothing finer."""
    finer = FINER.get(state.ask.period.kind)
    if finer is None:
        return ""
    return state.link(period=finer, date=str(label.astype("datetime64[D]")), view=None, resolution=None)


def stacks_of(total: UseSeries, parts: Sequence[Part]) -> list[Stack]:
    """At most three named uses, the smaller ones together, and what is not tracked; or one bar."""
    named = [part for part in parts if part.kind != "untracked"]
    if not named:
        return [Stack(_("Consumption"), "total", kwh_values(total.values_wh()))]
    shown, small = named[:2], named[2:]
    stacks = [Stack(part_name(part), f"part{n}", kwh_values(part.series.values_wh())) for n, part in enumerate(shown)]
    if small:
        together = np.sum([part.series.energy_wh for part in small], axis=0) / 1000
        name = part_name(small[0]) if len(small) == 1 else _("Other devices")
        stacks.append(Stack(name, "part2", [float(v) for v in together]))
    rest = next((part for part in parts if part.kind == "untracked"), None)
    if rest is not None:
        stacks.append(Stack(_("Not tracked"), "rest", kwh_values(rest.series.values_wh())))
    return stacks


def part_name(part: Part) -> str:
    return part.label or labels.kind_name(part.kind)


def bar_data(state: State, view: Overview) -> BarData:
    series, resolution = view.series, state.ask.resolution
    then = aligned(view.then_series, len(series)) if view.then_series is not None else []
    shown_temperature = view.temperature is not None and resolution == "day" and len(view.temperature) == len(series)
    return BarData(
        labels=labels.full_labels(series, resolution),
        ticks=labels.ticks(series, resolution),
        stacks=stacks_of(series, view.parts),
        is_estimated=[bool(row[1] or row[2] or row[4]) for row in series.counts],
        is_running=[label.astype("datetime64[D]").astype(date) == view.today for label in series.label],
        shaded=labels.weekend(series, resolution),
        then_kwh=then,
        then_name=formats.period_title(view.then) if view.then else "",
        temperature_c=weather.means_c(view.temperature) if shown_temperature and view.temperature else [],
        hrefs=[drill_href(state, label) for label in series.label],
    )


def aligned(then: UseSeries, size: int) -> list[float | None]:
    """The compared period's buckets from its start, as many as there are bars."""
    values = kwh_values(then.values_wh())[:size]
    return values + [None] * (size - len(values))


def line_data(state: State, view: Overview) -> LineData:
    series = view.series
    then = view.then_series if state.ask.period.kind is PeriodKind.DAY else None
    return LineData(
        labels=labels.full_labels(series, "interval"),
        ticks=labels.ticks(series, "interval"),
        lines=[Stack(_("Consumption"), "total", power_kw(series, view.interval_s))],
        then=[] if then is None else power_kw(then, view.interval_s)[: len(series)],
        then_name=formats.period_title(view.then) if view.then else "",
    )


def power_kw(series: UseSeries, interval_s: int) -> npt.NDArray[np.float64]:
    """Mean power of each interval; NaN where nothing is known."""
    return np.where(series.is_known, series.energy_wh * (3600 / interval_s / 1000), np.nan)


def legend_items(state: State, view: Overview) -> list[LegendItem]:
    if is_line(state):
        items = [LegendItem("sw-line", _("Consumption"), formats.kwh(view.series.total_wh))]
        dashed = view.then is not None and state.ask.period.kind is PeriodKind.DAY
        return [*items, *([LegendItem("sw-usual", formats.period_title(view.then))] if dashed and view.then else [])]
    swatches = {
        "total": "sw-cons",
        "part0": "sw-cons-dark",
        "part1": "sw-cons",
        "part2": "sw-cons-2",
        "rest": "sw-rest",
    }
    items = [
        LegendItem(
            swatches[stack.role], stack.name, formats.number(sum(v for v in stack.values_kwh if v is not None), 1)
        )
        for stack in stacks_of(view.series, view.parts)
    ]
    if view.then is not None and view.then_series is not None and len(view.then_series):
        items.append(LegendItem("sw-ref", formats.period_title(view.then)))
    if view.series.counts[:, 1].any() or view.series.counts[:, 2].any() or view.series.counts[:, 4].any():
        items.append(LegendItem("sw-estimated", _("Partly estimated")))
    if view.temperature is not None and state.ask.resolution == "day" and len(view.temperature) == len(view.series):
        items.append(LegendItem("sw-temp", _("Outdoors, °C")))
    return items


def series_table(state: State, view: Overview) -> html.Div:
    """Each bucket with its energy, how it is known, and a link to its own period."""
    series = view.series
    names = labels.full_labels(series, state.ask.resolution)
    digits = 3 if state.ask.resolution == "interval" else 1
    then = aligned(view.then_series, len(series)) if view.then_series is not None else []
    columns = [Column(_("Time")), Column(_("Energy"), numeric=True)]
    if then and view.then:
        columns.append(Column(formats.period_title(view.then), numeric=True))
    columns += [Column(_("Measured"), numeric=True, low=True), Column(_("Missing"), numeric=True, low=True)]
    rows = []
    for index, value in enumerate(series.values_wh()):
        target = drill_href(state, series.label[index])
        head: Any = dcc.Link(names[index], href=target) if target else names[index]
        cells = [head, formats.kwh(value, digits)]
        if then and view.then:
            cells.append(formats.kwh(None if then[index] is None else round(float(then[index] or 0) * 1000), digits))
        cells += [formats.number(series.counts[index, 0]), formats.number(series.counts[index, 5])]
        rows.append(cells)
    return data_table(_("Consumption by time"), columns, rows, caption_hidden=True)


def last_known_day(series: UseSeries) -> date | None:
    if not series.is_known.any():
        return None
    day: date = series.label[series.is_known][-1].astype("datetime64[D]").astype(date)
    return day
