"""By phase: which phase carried how much, when they were furthest apart, and what is not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from dash import html

from components import formats, known, states, trust
from components.charts import chart_slot
from components.consumption import labels, sentences
from components.figures import consumption as figures
from components.figures.consumption import BarData, LineData, Stack, kwh_values
from components.frame import LegendItem, figure_card, legend
from components.tables import Column, data_table, row_count
from components.theme import Theme
from domain.access import Viewer
from domain.energy.phases import most_uneven
from domain.text import gettext as _
from pages.consumption import _chart as chart
from pages.consumption._nothing import nothing
from pages.consumption._share import share_row
from pages.consumption._state import State
from services import consumption
from services.consumption import RegisterTotal

COLOURS = ("--c-cons-dark", "--c-cons", "--c-cons-2")
SWATCHES = ("sw-cons-dark", "sw-cons", "sw-cons-2")
EVEN = 0.10  # shares this close are told as even


def phases(viewer: Viewer, state: State) -> list[Any]:
    if not state.ask.site.with_flow("phase") or state.ask.commodity != "electricity":
        text = _("Your meter reports one total. Meters with three phases show here how evenly they are loaded.")
        return [states.empty("none_here", _("No phases"), text)]
    found = with_readings(viewer, state)
    if not found:
        return [nothing(viewer, state)]
    return [html.Div(_card(state, found), className="g")]


def with_readings(viewer: Viewer, state: State) -> list[RegisterTotal]:
    """The phases with any reading in the period, by their number."""
    registers = sorted(state.ask.site.with_flow("phase"), key=lambda register: register.phase)
    found = consumption.register_totals(viewer, state.ask, registers)
    return [item for item in found if item.series.total_wh is not None]


def _card(state: State, found: list[RegisterTotal]) -> html.Section:
    whole = sum(item.series.total_wh or 0 for item in found) or 1
    headline = _headline(state, found, whole)
    body = [
        *_silent(state, found),
        *[_share(n, item, whole) for n, item in enumerate(found)],
        legend(_legend(state, found), _unit(state)),
        chart_slot("consumption-phase", summary=_summary(state, headline, found)),
        chart.ribbon_of(_counts(found)),
        trust.note(trust.TrustCounts(*_counts(found).sum(axis=0).tolist())),
    ]
    return figure_card(
        card_id="consumption-phases", headline=headline, sub=_apart(state, found), body=body,
        table=_table(state, found), table_count=row_count(len(found[0].series)),
    )  # fmt: skip


def _legend(state: State, found: list[RegisterTotal]) -> list[LegendItem]:
    items = [LegendItem(SWATCHES[n % 3], _name(item)) for n, item in enumerate(found)]
    return items if chart.is_line(state) else [*items, *chart.hatched_item(_hatched(found))]


def _hatched(found: list[RegisterTotal]) -> list[bool]:
    """Bars of which any phase is partly estimated."""
    return [any(marks) for marks in zip(*(chart.hatched(item.series) for item in found), strict=True)]


def _share(number: int, item: RegisterTotal, whole_wh: int) -> html.Div:
    said = known.words(chart.counts_of(item.series))
    return share_row(_name(item), item.series.total_wh or 0, whole_wh, COLOURS[number % 3], said)


def _headline(state: State, found: list[RegisterTotal], whole_wh: int) -> str:
    shares = [(item.series.total_wh or 0) / whole_wh for item in found]
    high = found[shares.index(max(shares))]
    words = {
        "number": high.register.phase, "percent": formats.percent(max(shares)),
        "when": sentences.when(state.ask.period),
    }  # fmt: skip
    if len(found) > 1 and max(shares) - min(shares) < EVEN:
        return _("Your phases were loaded evenly {when}: L{number} carried most, {percent}.", **words)
    return _("Phase L{number} carried {percent} {when}.", **words)


def _apart(state: State, found: list[RegisterTotal]) -> str:
    """What an even load would be, and when it was furthest from it."""
    even = _("Evenly loaded phases carry a third each.") if len(found) == 3 else ""
    uneven = most_uneven([item.series for item in found])
    if uneven is None or uneven.high_wh == uneven.low_wh:
        return even
    name = labels.full_labels(found[0].series, state.ask.resolution)[uneven.index]
    digits = 3 if state.ask.resolution == "interval" else 1
    furthest = _(
        "Furthest apart: {when}, with L{high} {most} and L{low} {least}.",
        when=name, high=found[uneven.high].register.phase, low=found[uneven.low].register.phase,
        most=formats.kwh(uneven.high_wh, digits), least=formats.kwh(uneven.low_wh, digits),
    )  # fmt: skip
    return f"{even} {furthest}".strip()


def _silent(state: State, found: list[RegisterTotal]) -> list[html.Div]:
    """Phases without a reading: shares are of the others then."""
    sent = {item.register.phase for item in found}
    missing = [f"L{r.phase}" for r in state.ask.site.with_flow("phase") if r.phase not in sent]
    if not missing:
        return _gaps(found)
    text = _(
        "{names} sent no readings in this period; the shares are those of the others.", names=", ".join(sorted(missing))
    )
    return [html.Div(text, className="notice warn")]


def _gaps(found: list[RegisterTotal]) -> list[html.Div]:
    """Phases that sent less than the others: their share is at least what is shown."""
    least = min(item.series.total_counts[5] for item in found)
    return [
        html.Div(
            _("{name}: {n} of {m} readings are missing; it took at least what is shown.",
              name=_name(item), n=formats.number(item.series.total_counts[5]),
              m=formats.number(sum(item.series.total_counts))),
            className="notice warn",
        )
        for item in found
        if item.series.total_counts[5] > least
    ]  # fmt: skip


def _summary(state: State, headline: str, found: list[RegisterTotal]) -> str:
    series = found[0].series
    return figures.summary(
        f"{headline} {_name(found[0])}", series.values_wh(), labels.full_labels(series, state.ask.resolution)
    )


def _counts(found: list[RegisterTotal]) -> npt.NDArray[np.int64]:
    """Of all phases together, as in `UseSeries`."""
    together: npt.NDArray[np.int64] = np.sum([item.series.counts for item in found], axis=0)
    return together


def _unit(state: State) -> str:
    return _("in kW") if chart.is_line(state) else _("in kWh")


def _name(item: RegisterTotal) -> str:
    return labels.flow_name("phase", "", item.register.phase)


def figure(state: State, found: list[RegisterTotal], colours: Theme) -> dict[str, Any]:
    """Single intervals as lines of power, sums as bars on top of each other: together they are the meter's import."""
    series = found[0].series
    names = labels.full_labels(series, state.ask.resolution)
    ticks = labels.ticks(series, state.ask.resolution)
    if chart.is_line(state):
        lines = [
            Stack(_name(item), f"part{n}", chart.power_kw(item.series, item.register.interval_s))
            for n, item in enumerate(found)
        ]
        return figures.lines(LineData(names, ticks, lines), colours=colours)
    data = BarData(
        names, ticks,
        [Stack(_name(item), f"part{n}", kwh_values(item.series.values_wh())) for n, item in enumerate(found)],
        is_estimated=_hatched(found),
        shaded=labels.weekend(series, state.ask.resolution),
        hrefs=[chart.drill_href(state, label) for label in series.label],
    )  # fmt: skip
    return figures.bars(data, colours=colours)


def _table(state: State, found: list[RegisterTotal]) -> html.Div:
    names = labels.full_labels(found[0].series, state.ask.resolution)
    digits = 3 if state.ask.resolution == "interval" else 2
    counts = [trust.TrustCounts(*row) for row in _counts(found).tolist()]
    shown = known.shown_states(counts)
    columns = [Column(_("Time")), *[Column(_name(item), numeric=True) for item in found], *known.columns(shown)]
    values = [item.series.values_wh() for item in found]
    rows = [
        [[name, *known.below(counts[n])], *[formats.kwh(column[n], digits) for column in values],
         *known.cells(counts[n], shown)]
        for n, name in enumerate(names)
    ]  # fmt: skip
    return data_table(_("Phases by time"), columns, rows, caption_hidden=True)
