"""Messages of the frame: toasts, announcements, and the sentence for what was refused."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from dash import html

from components.icons import icon
from domain.errors import DomainError
from domain.text import gettext as _

EXPORTS = "/consumption/export"
ICONS = {
    "ok": "check-circle",
    "info": "information-circle",
    "warn": "exclamation-triangle",
    "bad": "exclamation-circle",
}


def sentence(error: DomainError) -> str:
    """What an expected refusal means for the person."""
    known = {
        "not_found": _("This does not exist, or it is not yours to see."),
        "forbidden": _("Your sign-in does not allow this."),
        "damaged_segment": _("Some readings cannot be read at the moment. We are restoring them."),
    }
    return known.get(error.code, _("This is not possible at the moment."))


def accident(reference: str) -> str:
    return _(
        "Something went wrong. Please try again; if it stays, tell us the reference {reference}.", reference=reference
    )


def toast(text: str, *, level: str = "info", href: str = "", link: str = "") -> html.Div:
    """Goes away after six seconds unless it is bad news; a11y.js does the closing."""
    more = [" ", html.A(link, href=href)] if href else []
    fresh = secrets.token_hex(4)  # or React would reuse the element of an earlier one, which is hidden by now
    return html.Div(
        [
            icon(ICONS[level]),
            html.Span([text, *more]),
            html.Button(
                icon("x-mark"), type="button", className="icon-btn toast-close", **{"aria-label": _("Close message")}
            ),
        ],
        className=f"toast-p {level}", key=fresh,
    )  # fmt: skip


def notice(kind: str, params: Mapping[str, Any]) -> html.Div | None:
    """The toast for a notice; some kinds are only in the activity feed."""
    name = str(params.get("name", ""))
    if kind == "export_ready":
        href = str(params.get("file", EXPORTS))
        return toast(_("Your export is ready: {name}.", name=name), level="ok", href=href, link=_("Download"))
    if kind == "export_failed":
        text = _("Your export could not be made: {name}.", name=name)
        return toast(text, level="warn", href=EXPORTS, link=_("Order it again"))
    return None


def toast_areas() -> html.Div:
    """Both live regions stand empty from the start, or screen readers would not hear the first message."""
    return html.Div(
        [
            html.Div(id="shell-toasts", role="status", className="toasts"),
            html.Div(id="shell-alerts", role="alert", className="toasts"),
            html.Div(id="shell-announcer", className="visually-hidden", **{"aria-live": "polite"}),
        ],
        className="toast-corner",
    )


def announcement(text: str, level: str) -> html.Div:
    return html.Div([icon(ICONS.get(level, ICONS["info"])), html.Span(text)], className=f"notice {level}", role="note")


def acting_banner(customer: str, number: str, reason: str, form: html.Form) -> html.Div:
    """Staff see whose pages these are and why; the customer can see it too."""
    pages = _("You see the pages of {name}, {number}, and change nothing.", name=customer, number=number)
    before, _number, after = pages.rpartition(number)
    who = html.Span(
        [
            html.B([before, html.Span(number, className="one-line"), after]),
            html.Br(),
            _("Reason given: {reason}. This visit is in the audit trail.", reason=reason),
        ]
    )
    return html.Div([icon("eye"), who, html.Span(form, className="end")], className="notice acting", role="note")
