"""A whole page that says why there is no page."""

from __future__ import annotations

from dash import html

from domain.text import gettext as _


def missing_page() -> html.Div:
    return _page(_("There is no such page"), _("The address may be mistyped, or the page is not yours to see."))


def refused_page(text: str) -> html.Div:
    return _page(_("This cannot be shown"), text)


def broken_page(reference: str) -> html.Div:
    text = _("The fault is ours and has been noted. Your data is safe. Please try again.")
    return _page(_("Something went wrong"), text, _("Reference {reference}", reference=reference))


def _page(title: str, text: str, note: str = "") -> html.Div:
    return html.Div(
        [
            html.H1(title),
            html.P(text, className="lead"),
            html.P(note, className="quiet small") if note else None,
            html.P(html.A(_("Go to the start page"), href="/", className="btn btn-primary")),
        ],
        className="refusal",
    )


def broken_part(text: str) -> html.Div:
    """In place of one chart or table; the rest of the page stays."""
    return html.Div(html.P(text), className="state", role="alert")
