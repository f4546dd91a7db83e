"""Figures of consumption: same data in, same dictionary out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10
from typing import Any

import numpy as np
import numpy.typing as npt

from components import formats
from components.theme import FONT, Theme, base_layout
from domain.text import gettext as _

Floats = npt.NDArray[np.float64]
MANY_BARS = 62  # more are so thin that a border would hide them
LARGE_KWH = 10_000
MOST_AREAS = 24  # a line in more pieces has no area below it
CLEAR = "rgba(0,0,0,0)"
FINE_POINTS = 400  # so many intervals are thinner than a line
FLOW_COLOURS = {"import": "net", "export": "net_2", "production": "prod", "charge": "batt", "discharge": "batt"}


@dataclass(frozen=True)
class Stack:
    """One layer of the bars. `role` picks its colour: total, part0, part1, ..., rest, or a flow."""

    name: str
    role: str
    values_kwh: Sequence[float | None] | Floats  # an array holds NaN where nothing is known


@dataclass(frozen=True)
class BarData:
    """Bars over the buckets of a period. All sequences are as long as `labels`."""

    labels: Sequence[str]  # full and unique: the hover title
    ticks: Sequence[tuple[int, str]]  # which bars carry a short label
    stacks: Sequence[Stack]
    is_estimated: Sequence[bool] = ()
    is_running: Sequence[bool] = ()
    is_partial: Sequence[bool] = ()  # bars of which a part is unknown: pale and cross-hatched
    shaded: Sequence[int] = ()  # bars with a weekend behind them
    then_kwh: Sequence[float | None] = ()
    then_name: str = ""
    temperature_c: Sequence[float | None] = ()
    hrefs: Sequence[str] = ()  # where a click leads
    sum_kwh: Sequence[float | None] = ()  # what several layers are together, told by the hover label
    sum_name: str = ""
    unit: str = "kWh"
    digits: int = 1  # of the figures in the hover label


@dataclass(frozen=True)
class LineData:
    """Lines over the intervals of a period, as power or energy. Gaps are None."""

    labels: Sequence[str]
    ticks: Sequence[tuple[int, str]]
    lines: Sequence[Stack]
    unit: str = "kW"
    then: Sequence[float | None] | Floats = ()
    then_name: str = ""
    shaded: Sequence[tuple[int, int]] = field(default_factory=tuple)
    is_estimated: Sequence[bool] = ()  # intervals of the first line with a slanted pattern below it


def colour_of(colours: Theme, role: str) -> str:
    if role.startswith("part"):
        return colours.use_ramp[min(int(role[4:]), len(colours.use_ramp) - 1)]
    if role == "rest":
        return colours.rest
    if role == "phase1":
        return colours.cons
    if role in FLOW_COLOURS:
        return str(getattr(colours, FLOW_COLOURS[role]))
    return colours.cons


def _pattern(colours: Theme, role: str, data: BarData) -> dict[str, Any]:
    """Remainder vertical, production dotted, battery horizontal, estimated slanted, partly known crossed."""
    own = {"rest": "|", "production": ".", "charge": "-", "discharge": "-", "part2": "", "part1": ""}.get(role, "")
    count = len(data.labels)
    marks = zip(list(data.is_estimated) or [False] * count, list(data.is_partial) or [False] * count, strict=True)
    shapes = ["x" if partial else "/" if estimated else own for estimated, partial in marks]
    if not any(shapes):
        return {}
    return {
        "pattern": {
            "shape": shapes,
            "size": 6,
            "solidity": 0.3,
            "fillmode": "overlay",
            "fgcolor": colours.surface,
            "fgopacity": 0.6,
        }
    }


def bars(data: BarData, *, colours: Theme) -> dict[str, Any]:
    """Stacked bars from zero, the compared period as ticks across them, the temperature as a dashed line."""
    layout = base_layout(colours, unit=data.unit)
    layout["barmode"] = "relative"
    layout["xaxis"] |= {"type": "category", "range": [-0.5, len(data.labels) - 0.5], **_ticks(data.ticks, data.labels)}
    layout["shapes"] += [_shade(colours, index - 0.5, index + 0.5) for index in data.shaded]
    _tell_megawatt_hours(layout, data)
    traces = [_bar(colours, data, stack) for stack in data.stacks]
    if len(data.stacks) > 1 and any(value is not None for value in data.sum_kwh):
        traces.insert(0, _sum(colours, data))
    if any(value is not None for value in data.then_kwh):
        traces.append(_then(colours, data))
        layout["shapes"] += _then_marks(colours, data)
    if any(value is not None for value in data.temperature_c):
        traces.append(_temperature(colours, data))
        layout["yaxis2"] = _degrees_axis(data.temperature_c, layout["yaxis"]["tickfont"])
        layout["margin"]["r"] = 34
    return {"data": traces, "layout": layout}


def _tell_megawatt_hours(layout: dict[str, Any], data: BarData) -> None:
    """From 10,000 kWh on the axis is named in MWh; the bars stay kWh."""
    layers = [[value or 0 for value in stack.values_kwh] for stack in data.stacks]
    top = max([*map(sum, zip(*layers, strict=True)), *(value or 0 for value in data.then_kwh)], default=0)
    if top < LARGE_KWH or data.unit != "kWh":
        return
    step = round_step(top)
    places = [step * n for n in range(ceil(top / step) + 1)]
    layout["yaxis"] |= {"tickvals": places, "ticktext": [formats.number(place / 1000) for place in places]}
    layout["annotations"][0]["text"] = "MWh"


def round_step(largest: float) -> float:
    """1, 2 or 5 times a power of ten, so that three steps reach about as far as the largest value."""
    raw = max(largest, 1e-3) / 3
    power = 10.0 ** floor(log10(raw))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= raw * 0.999)


def _bar(colours: Theme, data: BarData, stack: Stack) -> dict[str, Any]:
    none = [False] * len(data.labels)
    pale = zip(list(data.is_running) or none, list(data.is_partial) or none, strict=True)
    marker: dict[str, Any] = {"color": colour_of(colours, stack.role), "opacity": [0.55 if any(p) else 1 for p in pale]}
    marker |= _pattern(colours, stack.role, data)
    marker["line"] = {"color": colours.surface, "width": 0.5 if len(data.labels) <= MANY_BARS else 0}
    trace = {
        "type": "bar",
        "name": stack.name,
        "x": list(data.labels),
        "y": [None if value is None else round(value, 3) for value in stack.values_kwh],
        "marker": marker,
        "hovertemplate": f"%{{y:,.{data.digits}f}} {data.unit}",
    }
    return {**trace, "customdata": list(data.hrefs)} if data.hrefs else trace


def _sum(colours: Theme, data: BarData) -> dict[str, Any]:
    """Nothing to see: the first line of the hover label, and a click like one on the bars."""
    return {
        "type": "scatter", "mode": "markers", "marker": {"color": colours.ink, "opacity": 0}, "name": data.sum_name,
        "x": list(data.labels), "y": [None if value is None else round(value, 3) for value in data.sum_kwh],
        "hovertemplate": f"<b>%{{y:,.{data.digits}f}} {data.unit}</b>", "customdata": list(data.hrefs),
    }  # fmt: skip


def _then(colours: Theme, data: BarData) -> dict[str, Any]:
    """The compared period for the hover label; so many bars that marks would touch get a thin line."""
    look = (
        {"mode": "lines", "line": {"color": colours.ref, "width": 1}, "connectgaps": False}
        if len(data.labels) > MANY_BARS
        else {"mode": "markers", "marker": {"color": colours.ref, "opacity": 0}}
    )
    return {
        "type": "scatter", "name": data.then_name, "x": list(data.labels),
        "y": [None if value is None else round(value, 3) for value in data.then_kwh],
        "hovertemplate": f"%{{y:,.{data.digits}f}} {data.unit}", **look,
    }  # fmt: skip


def _then_marks(colours: Theme, data: BarData) -> list[dict[str, Any]]:
    """A mark across each bar, as wide as the bar is in a window of any width."""
    if len(data.labels) > MANY_BARS:
        return []
    return [
        {"type": "line", "x0": n - 0.42, "x1": n + 0.42, "y0": round(value, 3), "y1": round(value, 3),
         "line": {"color": colours.ref, "width": 2.2}}
        for n, value in enumerate(data.then_kwh)
        if value is not None
    ]  # fmt: skip


def _temperature(colours: Theme, data: BarData) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "name": _("Outdoors"), "x": list(data.labels), "yaxis": "y2",
        "y": [None if value is None else round(value, 1) for value in data.temperature_c],
        "line": {"color": colours.axis_text, "width": 1.6, "dash": "4px,3px"}, "hovertemplate": "%{y:.1f} °C",
        "connectgaps": False,
    }  # fmt: skip


def _degrees_axis(temperature_c: Sequence[float | None], tickfont: dict[str, Any]) -> dict[str, Any]:
    """Three to five whole-degree ticks around all values; own ticks, because plotly would show a 18.92°."""
    known = [value for value in temperature_c if value is not None]
    low, high = min(known), max(known)
    step = next(step for step in (2, 5, 10, 20, 50) if (high - low) / step <= 4 or step == 50)
    first, last = floor(low / step) * step, ceil(high / step) * step
    ticks = list(range(first, max(last, first + step) + 1, step))
    return {
        "overlaying": "y", "side": "right", "showgrid": False, "zeroline": False, "fixedrange": True,
        "tickfont": tickfont, "tickvals": ticks, "ticktext": [f"{formats.number(tick)}°" for tick in ticks],
        "range": [ticks[0], ticks[-1]],
    }  # fmt: skip


def lines(data: LineData, *, colours: Theme) -> dict[str, Any]:
    """Lines over evenly spaced intervals, each from its beginning to its end; missing ones are gaps."""
    layout = base_layout(colours, unit=data.unit)
    layout["hovermode"] = "x"
    layout["xaxis"] |= {"type": "linear", "range": [0, max(len(data.labels), 1)],
                        "tickvals": [index for index, _label in data.ticks], "ticktext": [text for _index, text in data.ticks],
                        "showspikes": False, "tickangle": 0}  # fmt: skip
    layout["shapes"] += [_shade(colours, first, last) for first, last in data.shaded]
    dashes = ("solid", "6px,3px", "2px,2px", "8px,3px,2px,3px")
    traces = [_line(colours, data, stack, dashes[n % 4]) for n, stack in enumerate(data.lines)]
    if len(data.lines) == 1:
        traces = _filled(colours, data.lines[0], traces[0])
    if any(data.is_estimated):
        traces += _hatches(colours, data.lines[0], data.is_estimated)
    if _has_values(data.then):
        traces.append(_then_line(colours, data))
    if len(data.labels) < FINE_POINTS:
        traces += [_ends(trace) for trace in traces if trace["line"]["width"]]
    else:
        traces += [dots for stack in data.lines if (dots := _alone(colours, stack)) is not None]
    return {"data": traces, "layout": layout}


def _rounded(values: Sequence[float | None] | Floats) -> list[float | None] | Floats:
    """Three decimals; a month of quarter-hours comes as an array and stays one."""
    if isinstance(values, np.ndarray):
        return np.round(values, 3)
    return [None if value is None else round(value, 3) for value in values]


def _has_values(values: Sequence[float | None] | Floats) -> bool:
    if isinstance(values, np.ndarray):
        return bool(np.isfinite(values).any())
    return any(value is not None for value in values)


def _line(colours: Theme, data: LineData, stack: Stack, dash: str) -> dict[str, Any]:
    colour = colour_of(colours, stack.role)
    return {
        "type": "scatter", "mode": "lines", "name": stack.name, "x0": 0, "dx": 1,
        "y": _rounded(stack.values_kwh),
        "text": list(data.labels), "hovertemplate": "%{text}: %{y:.2f} " + data.unit + f"<extra>{stack.name}</extra>",
        "line": {"color": colour, "width": 2.2 if len(data.labels) < FINE_POINTS else 1.2, "dash": dash, "shape": "hv"}, "connectgaps": False,
    }  # fmt: skip


def _filled(colours: Theme, stack: Stack, line: dict[str, Any]) -> list[dict[str, Any]]:
    """The line with the area below it. Plotly fills across gaps, so each stretch without one has an area of its own."""
    soft = {"fill": "tozeroy", "fillcolor": _soft(colour_of(colours, stack.role))}
    runs = _known_runs(stack.values_kwh)
    if len(runs) <= 1:
        return [line | soft]
    if len(runs) > MOST_AREAS:
        return [line]
    return [line, *(_area(stack, first, end) | soft for first, end in runs)]


def _area(stack: Stack, first: int, end: int) -> dict[str, Any]:
    """A stretch of a line without the line itself, up to the end of its last interval."""
    values = [*_rounded(stack.values_kwh[first:end]), *_rounded(stack.values_kwh[end - 1 : end])]
    return {"type": "scatter", "mode": "lines", "x0": first, "dx": 1, "y": values, "fill": "tozeroy",
            "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}  # fmt: skip


def _hatches(colours: Theme, stack: Stack, is_estimated: Sequence[bool]) -> list[dict[str, Any]]:
    """A slanted pattern below the estimated stretches of a line; where they are very many, the ribbon alone tells."""
    values = np.array(stack.values_kwh, dtype=np.float64)
    runs = _known_runs(np.where(np.array(is_estimated), values, np.nan))
    if len(runs) > MOST_AREAS:
        return []
    pattern = {"shape": "/", "size": 6, "solidity": 0.3, "fgcolor": colour_of(colours, stack.role), "bgcolor": CLEAR}
    return [_area(stack, first, end) | {"fillcolor": CLEAR, "fillpattern": pattern} for first, end in runs]


def _ends(line: dict[str, Any]) -> dict[str, Any]:
    """The last interval of each stretch, which a stepped line leaves out: from its beginning to its end."""
    places: list[int | None] = []
    values: list[float | None] = []
    for _first, end in _known_runs(line["y"]):
        places += [end - 1, end, None]
        values += [float(line["y"][end - 1]), float(line["y"][end - 1]), None]
    made = {"type": "scatter", "mode": "lines", "x": places, "y": values, "line": line["line"] | {"shape": "linear"},
            "hoverinfo": "skip", "connectgaps": False}  # fmt: skip
    return made | {key: line[key] for key in ("fill", "fillcolor") if key in line}


def _known_runs(values: Sequence[float | None] | Floats) -> list[tuple[int, int]]:
    """Stretches `[first, end)` of neighbours that are all known."""
    known = np.isfinite(np.array(values, dtype=np.float64))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _alone(colours: Theme, stack: Stack) -> dict[str, Any] | None:
    """Dots for single readings between two gaps, where their intervals are too short to be drawn."""
    at = [first for first, end in _known_runs(stack.values_kwh) if end - first == 1]
    if not at:
        return None
    return {
        "type": "scatter", "mode": "markers", "x": at, "y": [round(float(stack.values_kwh[n] or 0), 3) for n in at],
        "marker": {"color": colour_of(colours, stack.role), "size": 5}, "hoverinfo": "skip",
    }  # fmt: skip


def _then_line(colours: Theme, data: LineData) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "name": data.then_name, "x0": 0, "dx": 1,
        "y": _rounded(data.then),
        "line": {"color": colours.ref, "width": 1.6, "dash": "2px,3px", "shape": "hv"}, "connectgaps": False,
        "hovertemplate": "%{y:.2f} " + data.unit + f"<extra>{data.then_name}</extra>",
    }  # fmt: skip


def _soft(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"


def _shade(colours: Theme, first: float, last: float) -> dict[str, Any]:
    return {"type": "rect", "xref": "x", "yref": "paper", "x0": first, "x1": last, "y0": 0, "y1": 1,
            "fillcolor": colours.sunken, "opacity": 0.75, "line": {"width": 0}, "layer": "below"}  # fmt: skip


def _ticks(ticks: Sequence[tuple[int, str]], labels: Sequence[str]) -> dict[str, Any]:
    return {
        "tickvals": [labels[index] for index, _text in ticks],
        "ticktext": [text for _index, text in ticks],
        "tickangle": 0,
    }


def empty_figure(sentence: str, *, colours: Theme) -> dict[str, Any]:
    """No axes and no zeros: one sentence."""
    layout = base_layout(colours)
    layout["xaxis"] |= {"visible": False}
    layout["yaxis"] |= {"visible": False}
    layout["annotations"] = [{"text": sentence, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False,
                              "font": {"size": 14, "color": colours.ink_3, "family": FONT}}]  # fmt: skip
    return {"data": [], "layout": layout}


def kwh_values(values_wh: Sequence[int | None]) -> list[float | None]:
    return [None if value is None else value / 1000 for value in values_wh]


def summary(name: str, values_wh: Sequence[int | None], labels: Sequence[str]) -> str:
    """What the picture shows, for whom cannot see it."""
    known = [(value, label) for value, label in zip(values_wh, labels, strict=True) if value is not None]
    if not known:
        return _("{name}: no readings.", name=name)
    high, low = max(known), min(known)
    return _(
        "{name}. Highest: {high} at {high_at}. Lowest: {low} at {low_at}.",
        name=name, high=formats.kwh(high[0]), high_at=high[1], low=formats.kwh(low[0]), low_at=low[1],
    )  # fmt: skip
