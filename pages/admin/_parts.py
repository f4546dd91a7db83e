"""What the staff pages are drawn with: fact strips, tables, the audit list, one instant as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

from components import formats
from components.icons import icon
from components.tables import Column, data_table
from domain.text import gettext as _


def page_head(title: Any, lead: Any = None, actions: Sequence[Any] = ()) -> html.Div:
    words = [html.H1(title) if isinstance(title, str) else title, html.P(lead, className="lead") if lead else None]
    return html.Div([html.Div(words), html.Div(list(actions), className="actions") if actions else None],
                    className="page-head")  # fmt: skip


def card(title: str, *children: Any, span: int = 12, side: Any = None) -> html.Section:
    head = html.Div([html.H2(title, className="card-title"), side], className="between admin-card-head")
    return html.Section(html.Div([head, *children], className="card-body"), className=f"card c{span}")


def fact_strip(facts: Sequence[tuple[str, str]]) -> html.Dl:
    """Labels over figures, side by side."""
    return html.Dl([html.Div([html.Dt(label), html.Dd(value)]) for label, value in facts], className="facts")


def facts_list(facts: Sequence[tuple[str, Any]]) -> html.Dl:
    """Labels left, values right."""
    return html.Dl([part for label, value in facts for part in (html.Dt(label), html.Dd(value))], className="dl")


def table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> html.Div:
    """The card's heading says it already, so the caption is for those who hear the page."""
    return data_table(caption, columns, rows, caption_hidden=True)


def empty(sentence: str) -> html.P:
    return html.P(sentence, className="quiet small")


def instant(value: datetime, zone_name: str = "UTC") -> str:
    """`20 Nov 2026, 12:07` on a clock of the zone; staff without a site read UTC and are told so."""
    local = value.astimezone(ZoneInfo(zone_name) if zone_name != "UTC" else UTC)
    text = f"{formats.day_medium(local.date())}, {formats.clock(local)}"
    return f"{text} UTC" if zone_name == "UTC" else text


def pill(text: str, kind: str = "line") -> html.Span:
    return html.Span(text, className=f"pill {kind}")


def event_list(rows: Sequence[tuple[str, str, str]]) -> html.Ul:
    """(what, detail, when) per event, newest first."""
    return html.Ul(
        [
            html.Li([
                icon("eye", small=True),
                html.Span([html.B(what), html.Span(detail, className="quiet event-detail"), html.Span(when, className="quiet xs")],
                          className="what"),
            ])
            for what, detail, when in rows
        ],
        className="list small",
    )  # fmt: skip


def action_text(action: str) -> str:
    return {
        "customer:opened": _("Customer opened"),
        "view_as:started": _("Looked at the customer’s pages"),
        "view_as:ended": _("Ended the visit"),
    }.get(action, action)


def kind_text(kind: str) -> str:
    return {
        "residential": _("Household"),
        "business": _("Business"),
        "home": _("Homes"),
    }.get(kind, kind)


def commodity_text(commodity: str) -> str:
    return {"electricity": _("Electricity"), "gas": _("Gas"), "heat": _("Heat")}.get(commodity, commodity)


def meter_kind_text(kind: str) -> str:
    return {
        "main": _("Main meter"),
        "production": _("Production"),
        "battery": _("Battery"),
        "submeter": _("Submeter"),
    }.get(kind, kind)
