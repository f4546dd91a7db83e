"""The yardstick: a page on plain Dash defaults, served by gunicorn, with the same components and figures."""

from __future__ import annotations

import json
import os
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, dcc, html

NAMESPACES = {"dash_html_components": html, "dash_core_components": dcc, "dash_bootstrap_components": dbc}


def build(node: Any) -> Any:
    """Components again from the JSON that a layout answer holds."""
    if isinstance(node, list):
        return [build(item) for item in node]
    if isinstance(node, dict) and {"type", "namespace", "props"} <= node.keys():
        module = NAMESPACES[node["namespace"]]
        return getattr(module, node["type"])(**{key: build(value) for key, value in node["props"].items()})
    return node


def create_server() -> Any:
    """`PLAIN_LAYOUT` names a JSON file with the page's components; figures stand in it ready made."""
    app = dash.Dash(__name__, external_stylesheets=[], suppress_callback_exceptions=True, use_pages=False)
    with open(os.environ["PLAIN_LAYOUT"]) as file:
        page = json.load(file)
    app.layout = html.Div(
        [
            build(page["layout"]),
            *[dcc.Graph(figure=figure) for figure in page["figures"]],
            html.Button("figure", id="plain-button"),
            dcc.Graph(id="plain-graph"),
        ]
    )

    @app.callback(Output("plain-graph", "figure"), Input("plain-button", "n_clicks"), prevent_initial_call=True)
    def ready_made(_clicks: int | None) -> dict[str, Any]:
        return page["callback_figure"]  # type: ignore[no-any-return]  # JSON

    # Dash registers its scripts during the first request and answers those beside it with 500: here nobody is beside it.
    app.server.test_client().get("/")
    return app.server
