"""Who is calling: the session cookie resolved once per request to a viewer."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, g, has_request_context, request

from auth.locales import chosen_locale
from domain.access import NOBODY, Viewer
from services import identity, portal

CSRF_COOKIE = "portal_csrf"  # Dash copies it into the header below
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"


def current_viewer() -> Viewer:
    """The person behind this request; NOBODY when anonymous or outside of a request."""
    caller = current_caller()
    return caller.viewer if caller else NOBODY


def current_caller() -> identity.Caller | None:
    """The viewer with the session it came from, looked up once per request."""
    if not has_request_context():
        return None
    if "portal_caller" not in g:
        caller = identity.caller(request.cookies.get(cookie_name(), ""))
        if caller is not None:
            viewer = replace(caller.viewer, locale=chosen_locale(caller.viewer.locale))
            caller = replace(caller, viewer=viewer)
        g.portal_caller = caller
    return g.portal_caller


def csrf_token() -> str:
    """The token that a form posted from a page carries in its `csrf_token` field."""
    caller = current_caller()
    return caller.csrf_token if caller else ""


def cookie_name() -> str:
    return host_cookie("portal_session")


def host_cookie(name: str) -> str:
    """`__Host-` ties a cookie to this host and to https, which a demo on 127.0.0.1 has not."""
    return name if portal.current().config.is_demo else f"__Host-{name}"


def set_session_cookies(response: Response, signed_in: identity.SignedIn) -> None:
    secure = not portal.current().config.is_demo
    shared = {"max_age": signed_in.max_age_s, "secure": secure, "samesite": "Lax", "path": "/"}
    response.set_cookie(cookie_name(), signed_in.token, httponly=True, **shared)
    response.set_cookie(CSRF_COOKIE, signed_in.csrf_token, **shared)


def clear_session_cookies(response: Response) -> None:
    secure = not portal.current().config.is_demo
    for name, httponly in ((cookie_name(), True), (CSRF_COOKIE, False)):
        response.delete_cookie(name, path="/", secure=secure, httponly=httponly, samesite="Lax")
