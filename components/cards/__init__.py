"""Metric cards: one figure, one comparison, one small picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html

from components import formats


@dataclass(frozen=True)
class Metric:
    """`shape` is sq (use), ci (make) or di (net); `colour` a token such as `--c-cons`; `note` is one sentence."""

    label: str
    figure: str
    unit: str
    shape: str = "sq"
    colour: str = "--c-cons"
    note: Any = ""
    spark: Sequence[float | None] = ()
    spark_label: str = ""
    href: str = ""


def large_figure(text: str) -> list[Any]:
    """Points and commas of a large monospace figure drawn closer: they would look like gaps."""
    return [html.Span(char, className="pt") if char in ".," else char for char in text]


def metric(shown: Metric) -> Any:
    """A card of the metric row; with an address the whole card is a link."""
    unknown = shown.figure == formats.UNKNOWN
    value = [*large_figure(shown.figure), *([] if unknown else [html.Span(shown.unit, className="unit")])]
    body = [
        html.H2(
            [html.I(className=f"swatch {shown.shape}", style={"--c": f"var({shown.colour})"}), shown.label],
            className="metric-label",
        ),
        html.P(value, className="metric-value"),
        html.P(shown.note, className="metric-note"),
        *(
            [sparkline(shown.spark, shown.spark_label, colour=shown.colour)]
            if any(v is not None for v in shown.spark)
            else []
        ),
    ]
    inner = html.Div(html.Div(body, className="card-body"), className="card metric")
    return dcc.Link(inner, href=shown.href, className="metric-link") if shown.href else inner


def sparkline(values: Sequence[float | None], label: str, *, colour: str = "--c-cons") -> html.Div:
    """Bars without axes; a gap is a gap. `label` says what they are to whom cannot see them."""
    top = max((value for value in values if value is not None), default=0) or 1
    bars = [
        html.I(className="gap") if value is None else html.I(style={"height": f"{max(0.0, value) / top * 100:.1f}%"})
        for value in values
    ]
    return html.Div(
        html.Div(bars, className="spark", style={"--c": f"var({colour})"}, role="img", **{"aria-label": label}),
        className="metric-spark",
    )


def delta(text: str, *, good: bool | None) -> html.Span:
    """A change in words; green only if it is good, else ink."""
    tone = "flat" if good is None else "good" if good else "flat"
    return html.Span(text, className=f"delta {tone}")
