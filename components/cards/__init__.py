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
    is_spark_usual: bool = False  # drawn pale: not what is, but what usually would be
    href: str = ""
    ring: float | None = None  # a share from 0 to 1, drawn beside its figure
    pair: Sequence[tuple[str, float, str]] = ()  # (name, length, figure) of two bars with one scale
    shares: Sequence[tuple[str, float]] = ()  # (name, share from 0 to 1) of a few boxes that are full or not


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
        *_picture(shown),
    ]
    has_ring = " has-ring" if shown.ring is not None else ""
    inner = html.Div(html.Div(body, className="card-body"), className=f"card metric{has_ring}")
    return dcc.Link(inner, href=shown.href, className="metric-link") if shown.href else inner


def _picture(shown: Metric) -> list[html.Div]:
    """The small picture of a card: a ring, two bars, boxes or a sparkline; none where nothing is known."""
    if shown.ring is not None:
        style = {"--p": f"{min(1.0, max(0.0, shown.ring)) * 100:.1f}", "--c": f"var({shown.colour})"}
        return [html.Div(className="ring", style=style, **{"aria-hidden": "true"})]
    if shown.pair:
        return [pair_bars(shown.pair, colour=shown.colour)]
    if shown.shares:
        return [share_boxes(shown.shares, shown.spark_label)]
    if any(value is not None for value in shown.spark):
        return [sparkline(shown.spark, shown.spark_label, colour=shown.colour, is_usual=shown.is_spark_usual)]
    return []


def pair_bars(pair: Sequence[tuple[str, float, str]], *, colour: str = "--c-cons") -> html.Div:
    """Two bars from one zero, each with its name and figure: nothing needs hovering. The second is the reference."""
    top = max((length for _name, length, _figure in pair), default=0) or 1
    rows = [
        html.Div(
            [
                html.Span(name),
                html.Span(html.I(style={"width": f"{length / top * 100:.1f}%"}), className="track"),
                html.Span(figure, className="fig"),
            ],
            className="pair-row",
        )
        for name, length, figure in pair
    ]
    return html.Div(rows, className="metric-spark pair", style={"--c": f"var({colour})"})


def share_boxes(shares: Sequence[tuple[str, float]], label: str) -> html.Div:
    """A box a day, filled as far as it is known; what is missing is an empty, dashed rest. Each has its name below."""
    boxes = [
        html.Div(
            [
                html.I(html.I(style={"height": f"{share * 100:.1f}%"}), className="box" if share >= 1 else "box lacks"),
                html.Span(name),
            ]
        )
        for name, share in shares
    ]
    return html.Div(boxes, className="metric-spark shares", role="img", **{"aria-label": label})


def sparkline(
    values: Sequence[float | None], label: str, *, colour: str = "--c-cons", is_usual: bool = False
) -> html.Div:
    """Bars without axes; a gap is a gap, below zero hangs down. `label` says what they are to whom cannot see them."""
    known = [value for value in values if value is not None]
    goes_down = any(value < 0 for value in known)
    top = max((abs(value) for value in known), default=0) or 1
    bars = [
        html.I(className="gap") if value is None
        else html.I(style={"height": f"{abs(value) / top * (50 if goes_down else 100):.1f}%"}, className="down" if value < 0 else None)
        for value in values
    ]  # fmt: skip
    both = " both" if goes_down else ""
    usual = " usual" if is_usual else ""
    return html.Div(
        html.Div(
            bars, className=f"spark{both}{usual}", style={"--c": f"var({colour})"}, role="img", **{"aria-label": label}
        ),
        className="metric-spark",
    )


def delta(text: str, *, good: bool | None) -> html.Span:
    """A change in words; green only if it is good, else ink."""
    tone = "flat" if good is None else "good" if good else "flat"
    return html.Span(text, className=f"delta {tone}")
