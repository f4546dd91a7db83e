"""The data-trust ribbon: how each interval under a chart is known, and the counts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from components import formats
from domain.text import gettext as _

STATES = ("measured", "estimated", "customer", "corrected", "suspect", "missing")


@dataclass(frozen=True)
class TrustCounts:
    """Numbers of intervals; they add up to what the period should hold."""

    measured: int = 0
    estimated: int = 0
    customer: int = 0
    corrected: int = 0
    suspect: int = 0
    missing: int = 0

    def of(self, state: str) -> int:
        return int(getattr(self, state))

    @property
    def total(self) -> int:
        return sum(self.of(state) for state in STATES)


def state_name(state: str) -> str:
    return {
        "measured": _("measured"),
        "estimated": _("estimated"),
        "customer": _("from you"),
        "corrected": _("corrected"),
        "suspect": _("doubtful"),
        "missing": _("missing"),
    }[state]


def ribbon(segments: Sequence[tuple[str, float]], *, has_degrees: bool = False) -> html.Div:
    """Runs of `(state, share)` from left to right; shares need not add up to one. It ends where the plot above it
    ends, which leaves room on the right for a scale of degrees.
    """
    whole = sum(share for _state, share in segments) or 1.0
    runs = [
        html.I(className=f"tr tr-{state}", style={"flexGrow": f"{share / whole:.6f}"})
        for state, share in segments
        if share > 0
    ]
    class_name = "trust-ribbon has-degrees" if has_degrees else "trust-ribbon"
    return html.Div(runs, className=class_name, **{"aria-hidden": "true"})


def note(counts: TrustCounts, *, as_known: html.Span | None = None) -> html.Div:
    """The counts in words. Measured and missing are always said; the others when there are any."""
    shown = [state for state in STATES if counts.of(state) or state in {"measured", "missing"}]
    items = [
        html.Span(
            [
                html.I(className=f"tr tr-{state} tr-key", **{"aria-hidden": "true"}),
                f"{formats.number(counts.of(state))} {state_name(state)}",
            ]
        )
        for state in shown
    ]
    return html.Div([*items, *([as_known] if as_known else [])], className="trust-note")
