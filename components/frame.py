"""The card around a chart: headline, sub-sentence, legend, figure, ribbon, table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html

from components.tables import table_toggle


@dataclass(frozen=True)
class LegendItem:
    """`swatch` is a class of assets/parts.css (`sw-cons`, `sw-rest` ...) that draws the real pattern."""

    swatch: str
    label: str
    value: str = ""


def legend(items: Sequence[LegendItem], note: str = "") -> html.Ul:
    rows = [
        html.Li(
            [
                html.I(className=f"sw {item.swatch}", **{"aria-hidden": "true"}),
                html.Span(item.label),
                *([html.Span(item.value, className="fig")] if item.value else []),
            ]
        )
        for item in items
    ]
    return html.Ul([*rows, *([html.Li(note, className="quiet")] if note else [])], className="chart-legend")


def figure_card(
    *,
    card_id: str,
    headline: str,
    body: Sequence[Any],
    sub: str = "",
    title: str = "",
    aside: Any = None,
    table: Any = None,
    table_count: str = "",
    is_table_open: bool = False,
    class_name: str = "",
) -> html.Section:
    """A card whose first line answers the question; `body` is legend, slot, ribbon and note in this order."""
    heading_id = f"{card_id}-headline"
    says = [
        *([html.P(title, className="card-title")] if title else []),
        html.H2(headline, className="headline", id=heading_id),
        *([html.P(sub, className="sub")] if sub else []),
    ]
    top = html.Div([html.Div(says), aside], className="between card-top") if aside is not None else html.Div(says)
    parts = [
        top,
        html.Figure(list(body)),
        *([table_toggle(table, table_count, is_open=is_table_open)] if table is not None else []),
    ]
    return html.Section(
        html.Div(parts, className="card-body"),
        className=f"card {class_name}".strip(),
        id=card_id,
        **{"aria-labelledby": heading_id},
    )


def card(*, card_id: str, title: str, body: Sequence[Any], action: Any = None, class_name: str = "") -> html.Section:
    """A plain card with a small title."""
    heading = html.H2(title, className="card-title", id=f"{card_id}-title")
    top = html.Div([heading, action], className="between") if action is not None else heading
    return html.Section(
        html.Div([top, *body], className="card-body"),
        className=f"card {class_name}".strip(),
        id=card_id,
        **{"aria-labelledby": f"{card_id}-title"},
    )


def page_head(title: str, *, lead: str = "", actions: Sequence[Any] = ()) -> html.Div:
    left = html.Div([html.H1(title), *([html.P(lead, className="lead")] if lead else [])])
    return html.Div([left, *([html.Div(list(actions), className="actions")] if actions else [])], className="page-head")


def link_tabs(items: Sequence[tuple[str, str, bool]], *, label: str) -> html.Nav:
    """`(label, href, is_current)`; state is in the address, so tabs are links."""
    links = [
        html.Span(dcc.Link(text, href=href), className="link-tab is-current" if current else "link-tab")
        for text, href, current in items
    ]
    return html.Nav(links, className="link-tabs", **{"aria-label": label})
