"""Figures of the overview: the month with production upwards and consumption downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Any

from components import formats
from components.figures.consumption import BarData, Stack, bars, round_step
from components.theme import Theme
from domain.text import gettext as _


@dataclass(frozen=True)
class MonthData:
    """Every day of the month, those to come as None. All sequences are as long as `labels`. [kWh]"""

    labels: Sequence[str]
    ticks: Sequence[tuple[int, str]]
    shaded: Sequence[int]
    used_kwh: Sequence[float | None]
    running: int  # the place of today
    made_kwh: Sequence[float | None] = ()


def month_bars(data: MonthData, *, colours: Theme) -> dict[str, Any]:
    """Consumption from zero; with production, consumption hangs down and the net of the day is a line."""
    is_running = [place == data.running for place in range(len(data.labels))]
    stacks = [Stack(_("Consumption"), "total", data.used_kwh)]
    if data.made_kwh:
        below = [None if value is None else -value for value in data.used_kwh]
        stacks = [Stack(_("Production"), "production", data.made_kwh), Stack(_("Consumption"), "total", below)]
    figure = bars(BarData(data.labels, data.ticks, stacks, is_running=is_running, shaded=data.shaded), colours=colours)
    return _both_ways(figure, data, colours) if data.made_kwh else figure


def _both_ways(figure: dict[str, Any], data: MonthData, colours: Theme) -> dict[str, Any]:
    """Down is a direction, not a sign: ticks and hover boxes show plain energies."""
    for trace, values in zip(figure["data"], (data.made_kwh, data.used_kwh), strict=True):
        trace |= {"text": _texts(values), "textposition": "none", "hovertemplate": "%{text}"}
    net = net_kwh(data)
    known = [value for value in (*data.made_kwh, *data.used_kwh) if value is not None]
    step = round_step(max(known, default=1.0))
    reach = range(-4, 5)
    figure["layout"]["yaxis"] |= {
        "tickvals": [step * n for n in reach],
        "ticktext": [formats.number(step * abs(n), _digits(step)) for n in reach],
    }
    figure["layout"]["xaxis"]["showline"] = False
    figure["data"].append({
        "type": "scatter", "mode": "lines+markers", "name": _("Net of the day"), "x": list(data.labels),
        "y": [None if value is None else round(value, 3) for value in net], "connectgaps": False,
        "line": {"color": colours.net, "width": 2}, "text": _texts(net), "hovertemplate": "%{text}",
        "marker": {"symbol": "diamond", "size": 7, "color": colours.net, "line": {"color": colours.surface, "width": 1.5}},
    })  # fmt: skip
    return figure


def net_kwh(data: MonthData) -> list[float | None]:
    """Made less used; unknown where one of them is."""
    pairs = zip(data.made_kwh, data.used_kwh, strict=True)
    return [None if made is None or used is None else made - used for made, used in pairs]


def _texts(values: Sequence[float | None]) -> list[str]:
    return [formats.kwh(None if value is None else value * 1000) for value in values]


def _digits(step: float) -> int:
    return max(0, ceil(-log10(step)))
