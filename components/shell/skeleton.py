"""Grey boxes where the page will be, so that nothing moves when it arrives."""

from __future__ import annotations

from dash import html

METRICS = 4
# The same boxes as plain HTML: what the browser shows before Dash has started.
HTML = (
    '<div class="page-sk" aria-hidden="true"><div class="sk sk-h1"></div><div class="sk sk-bar"></div>'
    '<div class="g metrics">' + '<div class="c3 sk sk-metric"></div>' * METRICS + "</div>"
    '<div class="sk sk-chart"></div></div>'
)


def page_skeleton() -> html.Div:
    metrics = html.Div([html.Div(className="c3 sk sk-metric") for _each in range(METRICS)], className="g metrics")
    boxes = [
        html.Div(className="sk sk-h1"),
        html.Div(className="sk sk-bar"),
        metrics,
        html.Div(className="sk sk-chart"),
    ]
    return html.Div(boxes, className="page-sk", **{"aria-hidden": "true"})
