"""By appliance: what each sub-meter counted, what is doubtful and why, and what no sub-meter saw."""

from __future__ import annotations

from typing import Any

import numpy as np
from dash import html

from components import formats, known, states, trust
from components.charts import chart_slot
from components.consumption import labels, sentences
from components.figures import consumption as figures
from components.figures.consumption import LineData, Stack
from components.frame import LegendItem, figure_card, legend
from components.tables import Column, data_table, row_count
from components.theme import Theme
from domain.access import Viewer
from domain.energy.submeters import step_s
from domain.text import gettext as _
from pages.consumption import _chart as chart
from pages.consumption._nothing import nothing
from pages.consumption._share import share_row
from pages.consumption._state import State
from services import consumption_devices
from services.consumption import Overview, Part
from services.consumption_devices import Devices, DeviceUse
from services.sites import RegisterView

SWATCHES = {"part0": "sw-cons-dark", "part1": "sw-cons", "part2": "sw-cons-2", "rest": "sw-rest"}


def appliances(viewer: Viewer, state: State) -> list[Any]:
    found = consumption_devices.devices(viewer, state.ask)
    if found is None:
        text = _("Smart plugs, wall boxes and heat pumps with their own counter show here what they took.")
        return [states.empty("not_set_up", _("No sub-meters"), text)]
    if not found.seen:
        return [_all_silent(state, found) if found.is_home_known else nothing(viewer, state)]
    card = _card(state, found, found.view) if found.view else _card_without_total(state, found)
    return [html.Div(card, className="g")]


def whole(viewer: Viewer, state: State) -> Overview | None:
    """What the figure is drawn from."""
    return consumption_devices.whole(viewer, state.ask)


def _all_silent(state: State, found: Devices) -> html.Div:
    names = ", ".join(_register_name(register) for register in found.silent)
    text = _(
        "None of your sub-meters sent a reading {when}: {names}.", when=sentences.when(state.ask.period), names=names
    )
    return states.empty("none_here", _("No readings of devices"), text)


def _card(state: State, found: Devices, view: Overview) -> html.Section:
    total = view.series.total_wh or 1
    first = view.parts[0]
    headline = _(
        "{name} took {energy}, {percent} of what you used {when}.",
        name=_name(first), energy=formats.kwh(first.total_wh), percent=formats.percent((first.total_wh or 0) / total),
        when=sentences.when(state.ask.period),
    )  # fmt: skip
    sub = _("What no sub-meter saw is the remainder; all rows together are your consumption.")
    if found.excess.buckets:
        sub = _("What no sub-meter saw is the remainder.")
    rows = [
        share_row(_name(part), part.total_wh or 0, total, _colour(n, part), _not_measured(part))
        for n, part in enumerate(view.parts)
    ]
    slot = chart_slot("consumption-appliance", summary=_summary(headline, first, state))
    body = [*_notices(state, found), *rows, legend(_legend(state, view), _unit(state)), slot,
            chart.ribbon(view.series, has_degrees=chart.has_degrees(view) and not chart.is_line(state)),
            trust.note(chart.counts_of(view.series))]  # fmt: skip
    return figure_card(
        card_id="consumption-appliances", headline=headline, sub=sub, body=body,
        table=_table(found, total), table_count=row_count(len(found.seen)),
    )  # fmt: skip


def _not_measured(part: Part) -> str:
    """What no sub-meter saw is a difference: how the home itself is known stands below the chart."""
    return "" if part.kind == "untracked" else known.words(chart.counts_of(part.series))


def _card_without_total(state: State, found: Devices) -> html.Section:
    """Sub-meters of a home whose own use is not known: their energy, no shares and no remainder."""
    first = found.seen[0]
    headline = _(
        "{name} took {energy} {when}.",
        name=_register_name(first.total.register), energy=formats.kwh(first.total.series.total_wh),
        when=sentences.when(state.ask.period),
    )  # fmt: skip
    sub = _("How much the whole home used is not known here, so no shares and no remainder are shown.")
    return figure_card(
        card_id="consumption-appliances", headline=headline, sub=sub, body=[*_notices(state, found), _table(found, None)]
    )  # fmt: skip


def _notices(state: State, found: Devices) -> list[html.Div]:
    said = [
        _("{name} sent no readings {when}. Check that it has power and reaches its gateway.",
          name=_register_name(register), when=sentences.when(state.ask.period))
        for register in found.silent
    ]  # fmt: skip
    said += [sentence for use in found.seen for sentence in _doubts(use)]
    if found.excess.buckets:
        said.append(
            _(
                "Sub-meters counted {energy} more than the whole home used, in {n} of the bars: their clocks or their"
                " wiring may be wrong. The remainder is shown as zero there.",
                energy=formats.kwh(found.excess.energy_wh), n=formats.number(found.excess.buckets),
            )
        )  # fmt: skip
    return [html.Div(sentence, className="notice warn") for sentence in said]


def _doubts(use: DeviceUse) -> list[str]:
    name, doubt = _register_name(use.total.register), use.doubt
    if doubt.silent_since is not None:
        return [
            _("{name} has sent nothing since {day}. Check that it has power and reaches its gateway; what it takes is"
              " part of the remainder.", name=name, day=_day(doubt.silent_since))
        ]  # fmt: skip
    if doubt.still_since is not None:
        return [
            _("{name} answers, but has counted nothing since {day}: it is off, or its counter is stuck.",
              name=name, day=_day(doubt.still_since))
        ]  # fmt: skip
    said = []
    if doubt.missing:
        said.append(
            _("{name}: {n} of {m} readings are missing; it took at least what is shown.",
              name=name, n=formats.number(doubt.missing), m=formats.number(doubt.expected))
        )  # fmt: skip
    if doubt.suspect:
        said.append(
            _("{name}: {n} readings are doubtful; they may hold the energy of other hours.",
              name=name, n=formats.number(doubt.suspect))
        )  # fmt: skip
    return said


def _day(label: np.datetime64) -> str:
    return formats.day(labels.moment(label).date())


def _table(found: Devices, total_wh: int | None) -> html.Div:
    shown = known.shown_states(chart.counts_of(use.total.series) for use in found.seen)
    shares = [Column(_("Share"), numeric=True)] if total_wh else []
    columns = [Column(_("Device")), Column(_("Energy"), numeric=True), *shares, *known.columns(shown)]
    rows = []
    for use in found.seen:
        series = use.total.series
        counts = chart.counts_of(series)
        share = [formats.percent((series.total_wh or 0) / total_wh)] if total_wh else []
        name = [_register_name(use.total.register), *known.below(counts)]
        rows.append([name, formats.kwh(series.total_wh), *share, *known.cells(counts, shown)])
    return data_table(_("Devices and what they took"), columns, rows, caption_hidden=True)


def _summary(headline: str, first: Part, state: State) -> str:
    resolution = "hour" if state.ask.resolution == "interval" and step_s(first.series) > 900 else state.ask.resolution
    return figures.summary(
        f"{headline} {_name(first)}", first.series.values_wh(), labels.full_labels(first.series, resolution)
    )


def figure(state: State, view: Overview, colours: Theme) -> dict[str, Any]:
    """Sums as bars on top of each other; single intervals as lines of power, the slower ones by the hour."""
    if not chart.is_line(state):
        return figures.bars(chart.bar_data(state, view), colours=colours)
    series = view.parts[0].series
    length_s = step_s(series)
    resolution = "interval" if length_s <= 900 else "hour"
    lines = [
        Stack(_name(part), _role(n, part), chart.power_kw(part.series, length_s)) for n, part in enumerate(view.parts)
    ]
    data = LineData(labels.full_labels(series, resolution), labels.ticks(series, resolution), lines)
    return figures.lines(data, colours=colours)


def _legend(state: State, view: Overview) -> list[LegendItem]:
    """Of lines each device by itself; of bars as on the overview."""
    if not chart.is_line(state):
        return chart.legend_items(state, view)
    return [LegendItem(SWATCHES[_role(n, part)], _name(part)) for n, part in enumerate(view.parts)]


def _role(index: int, part: Part) -> str:
    return "rest" if part.kind == "untracked" else f"part{min(index, 2)}"


def _unit(state: State) -> str:
    return _("in kW") if chart.is_line(state) else _("in kWh")


def _name(part: Part) -> str:
    return _("Not tracked") if part.kind == "untracked" else chart.part_name(part)


def _register_name(register: RegisterView) -> str:
    return labels.register_name(register)


def _colour(index: int, part: Part) -> str:
    if part.kind == "untracked":
        return "--c-rest"
    return ("--c-cons-dark", "--c-cons", "--c-cons-2")[min(index, 2)]
