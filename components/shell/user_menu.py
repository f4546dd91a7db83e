"""The person's corner: who is signed in, language, sign out."""

from __future__ import annotations

from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import html

from components.icons import icon
from domain.text import gettext as _

LANGUAGE_NAMES = {"en": "English", "de": "Deutsch"}


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    is_staff: bool
    locale: str
    locales: tuple[str, ...]
    csrf_token: str


def initials(name: str) -> str:
    """Jana Vogt is JV, a single word its first letter, nobody a dash."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "–"


def user_menu(person: Person) -> html.Details:
    short = initials(person.name)
    return html.Details(
        [
            html.Summary(
                html.Span(short, className="avatar staff" if person.is_staff else "avatar"),
                className="user-button",
                **{"aria-label": _("{initials}, account of {name}", initials=short, name=person.name)},
            ),
            html.Div(
                [
                    html.P([html.B(person.name), html.Span(person.email)], className="who"),
                    *language_form(person),
                    sign_out_form(person),
                ],
                className="pop-menu user-pop",
            ),
        ],
        className="pop user",
    )


def language_form(person: Person) -> list[html.Form]:
    """Plain buttons that post: the page comes back in the other language; nothing where there is only one."""
    if len(person.locales) < 2:
        return []
    buttons = [
        html.Button(
            LANGUAGE_NAMES.get(locale, locale),
            type="submit",
            name="locale",
            value=locale,
            lang=locale,
            **{"aria-pressed": "true" if locale == person.locale else "false"},
        )
        for locale in person.locales
    ]
    group = html.Div(buttons, className="segmented", role="group", **{"aria-label": _("Language")})
    return [html.Form([csrf_field(person.csrf_token), next_field(), group], action="/language", method="POST")]


def sign_out_form(person: Person) -> html.Form:
    button = html.Button([icon("arrow-right-on-rectangle"), _("Sign out")], type="submit", className="menu-item")
    return html.Form([csrf_field(person.csrf_token), button], action="/logout", method="POST")


def csrf_field(token: str) -> dbc.Input:
    return dbc.Input(type="hidden", name="csrf_token", value=token)


def next_field() -> dbc.Input:
    """Empty until session.js writes the present address into it, just before the form is sent."""
    return dbc.Input(type="hidden", name="next", value="", className="js-here")
