"""A name, its energy, and its share as a bar."""

from __future__ import annotations

from dash import html

from components import formats


def share_row(name: str, wh: int, whole_wh: int, colour: str, known: str = "") -> html.Div:
    """`colour` is the CSS variable of the bar; the share is of `whole_wh`; `known` says what was not measured. [Wh]"""
    bar = html.I(style={"width": f"{100 * wh / whole_wh:.1f}%", "background": f"var({colour})"})
    value = html.Span(
        [formats.kwh(wh), html.Span(f" · {formats.percent(wh / whole_wh)}", className="quiet")], className="num"
    )
    return html.Div(
        [
            html.Span([name, html.Span(f" · {known}", className="quiet small")] if known else name),
            value,
            html.Span(bar, className="bar", **{"aria-hidden": "true"}),
        ],
        className="share-row",
    )
