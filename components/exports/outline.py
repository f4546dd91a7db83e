"""What a file will hold, before it is made: how many rows, of what, and how it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dash import html

from components import formats
from components.exports.files import size
from components.icons import icon
from domain.text import gettext as _
from domain.text import ngettext


@dataclass(frozen=True)
class OutlineFacts:
    """`rows` is an estimate for a period without gaps; `is_small` files come at once."""

    rows: int
    size_bytes: int
    first: date
    last: date
    zone_name: str
    registers: Sequence[str]
    source: str
    is_small: bool
    is_clipped: bool


def outline(facts: OutlineFacts) -> html.Div:
    rows = ngettext("About {rows} row", "About {rows} rows", facts.rows, rows=formats.number(facts.rows))
    comes = (
        _("The download starts at once.")
        if facts.is_small
        else _("It is made in the background. You can leave this page; a notice tells you when it is ready.")
    )
    return html.Div(
        [
            html.P(rows, className="headline"),
            html.P([_("About {size}.", size=size(facts.size_bytes)), " ", comes], className="sub"),
            html.Dl(_facts(facts), className="dl"),
            *_clipped(facts),
        ]
    )


def _facts(facts: OutlineFacts) -> list[Any]:
    pairs = [
        (_("Days"), formats.date_range(facts.first, facts.last)),
        (_("Readings of"), ", ".join(facts.registers)),
        (_("In each row"), _("Meter, local time with offset, UTC, energy in kWh and Wh, quality")),
        (_("Times in"), facts.zone_name),
        (_("Missing readings"), _("Have no row; nothing is filled in")),
        (_("Source"), facts.source),
    ]
    return [part for name, value in pairs for part in (html.Dt(name), html.Dd(value))]


def _clipped(facts: OutlineFacts) -> list[html.Div]:
    if not facts.is_clipped:
        return []
    text = _("Only {days} have readings of yours.", days=formats.date_range(facts.first, facts.last))
    return [html.Div([icon("information-circle"), html.Span(text)], className="notice")]


def problem(text: str) -> html.Div:
    return html.Div([icon("exclamation-circle"), html.Span(text)], className="notice bad")
