"""Charts that load when they are seen: a box of fixed height, a skeleton, then the figure."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

CONFIG = {"displayModeBar": False, "responsive": True, "showTips": False, "doubleClick": False}


def chart_slot(chart_id: str, *, summary: str, height_px: int = 300, height_phone_px: int = 220) -> html.Div:
    """The box for a figure. The browser sets the store `<chart_id>-seen` to the theme when the box comes into view,
    and again when the theme changes; the page's callback on that store returns `graph(figure)`.
    """
    return html.Div(
        [
            html.Div(
                html.Span(className="sk sk-chart", **{"aria-hidden": "true"}),
                id=chart_id,
                className="chart-slot",
                role="img",
                **{"aria-label": summary, "data-chart": chart_id},
            ),
            dcc.Store(id=f"{chart_id}-seen"),
        ],
        className="chart",
        style={"--chart-h": f"{height_px}px", "--chart-h-phone": f"{height_phone_px}px"},
    )


def graph(figure: dict[str, Any], *, graph_id: str | None = None) -> dict[str, Any]:
    """A plain figure dictionary as a graph that fills its slot. Its height is the slot's, so nothing moves.

    The component is already taken apart: plain values and arrays go to the JSON writer as they are, while one
    component anywhere in an answer makes Dash walk through every number of its figures in Python.
    """
    layout = {key: value for key, value in figure["layout"].items() if key != "height"}
    named = {"id": graph_id} if graph_id else {}
    shown = {"data": figure["data"], "layout": layout}
    made: dict[str, Any] = dcc.Graph(figure=shown, config=CONFIG, className="chart-graph", **named).to_plotly_json()
    return made
