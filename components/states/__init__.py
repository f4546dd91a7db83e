"""Empty and failed states: each says which it is, in one sentence, with at most one action."""

from __future__ import annotations

from dash import dcc, html

from components.icons import icon

ICONS = {
    "not_yet": "clock",
    "none_here": "calendar",
    "not_set_up": "plus",
    "cannot": "variable",
    "failure": "exclamation-circle",
}


def empty(kind: str, title: str, sentence: str, *, action: tuple[str, str] | None = None) -> html.Div:
    """`kind` is not_yet, none_here, not_set_up, cannot or failure; `action` is `(label, href)`."""
    button = [dcc.Link(action[0], href=action[1], className="btn btn-secondary btn-sm")] if action else []
    parts = [html.Span(icon(ICONS[kind]), className="glyph"), html.B(title), html.P(sentence), *button]
    return html.Div(parts, className=f"state state-{kind}")


def failure(title: str, sentence: str, *, action: tuple[str, str] | None = None) -> html.Div:
    return empty("failure", title, sentence, action=action)
