"""The choice of a language: kept in a cookie, and with the person once signed in."""

from __future__ import annotations

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from auth.locales import LOCALE_COOKIE
from auth.next_url import safe_next
from auth.policies import EVERYONE, route_policy
from auth.session import current_viewer
from domain.text import available_locales
from services import portal, shell

ONE_YEAR_S = 31_536_000


def install(server: Flask) -> None:
    @server.post("/language")
    @route_policy(roles=EVERYONE)
    def choose_language() -> Response:
        answer = redirect(safe_next(request.form.get("next", ""), "/"), code=303)
        locale = request.form.get("locale", "")
        if locale in available_locales():
            shell.choose_locale(current_viewer(), locale)
            secure = not portal.current().config.is_demo
            answer.set_cookie(LOCALE_COOKIE, locale, max_age=ONE_YEAR_S, samesite="Lax", secure=secure)
        return answer
