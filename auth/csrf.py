"""Requests that change something must come from our own pages: origin, fetch metadata and a token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Request

from auth.session import CSRF_FIELD, CSRF_HEADER, current_caller, host_cookie
from services import portal


def is_same_origin(request: Request) -> bool:
    """Browsers send these headers by themselves; where they are missing the token alone decides."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin in _own_origins(request)


def is_our_host(request: Request) -> bool:
    """Production answers to its own name alone, so that no other name gets into links or caches."""
    config = portal.current().config
    return config.is_demo or urlsplit(f"//{request.host}").hostname == urlsplit(config.base_url).hostname


def _own_origins(request: Request) -> set[str]:
    """Production knows its address; a demo may be opened as localhost or by any name of the machine."""
    config = portal.current().config
    if not config.is_demo:
        return {config.base_url}
    return {config.base_url, f"{urlsplit(request.host_url).scheme}://{request.host}"}


def has_token(request: Request) -> bool:
    """The session's token in header or form field; before sign-in the cookie's own signed one."""
    sent = request.headers.get(CSRF_HEADER) or ("" if request.is_json else request.form.get(CSRF_FIELD, ""))
    caller = current_caller()
    if caller is not None and _same(sent, caller.csrf_token):
        return True
    return request.path == "/login" and _is_ours(sent) and _same(sent, request.cookies.get(sign_in_cookie(), ""))


def sign_in_cookie() -> str:
    """Not the session's: a failed sign-in must not take the token of an open session away."""
    return host_cookie("portal_signin")


def anonymous_token(known: str = "") -> str:
    """A token for the sign-in form, signed so that a planted cookie is not taken for one of ours.

    The browser's token is kept while it is ours, so that two open sign-in tabs both work.
    """
    if _is_ours(known):
        return known
    nonce = secrets.token_urlsafe(18)
    return f"{nonce}.{_signature(nonce)}"


def _is_ours(token: str) -> bool:
    nonce, _, signature = token.partition(".")
    return _same(signature, _signature(nonce))


def _signature(nonce: str) -> str:
    key = portal.current().config.secret_key.encode()
    return hmac.new(key, f"sign-in:{nonce}".encode(), hashlib.sha256).hexdigest()


def _same(first: str, second: str) -> bool:
    return bool(first) and hmac.compare_digest(first.encode(), second.encode())
