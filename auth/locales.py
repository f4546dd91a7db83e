"""The language of a request: the person's, else the cookie's, else the browser's."""

from __future__ import annotations

from flask import request

from domain.text import SOURCE_LOCALE, available_locales

LOCALE_COOKIE = "portal_locale"
NAMES = {"en": "English", "de": "Deutsch"}


def chosen_locale(stored: str = "") -> str:
    """The first of stored, cookie and Accept-Language that has a catalogue."""
    offered = available_locales()
    for wish in (stored, request.cookies.get(LOCALE_COOKIE, "")):
        if wish in offered:
            return wish
    return request.accept_languages.best_match(offered) or SOURCE_LOCALE
