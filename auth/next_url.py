"""Where to go after signing in: a path of our own, never another site."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

MAX_LENGTH = 500


def safe_next(wanted: str, default: str) -> str:
    """`wanted` when it is a plain path with query inside the portal, else `default`."""
    if not wanted or len(wanted) > MAX_LENGTH or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return default
    if "\\" in wanted or any(ord(sign) < 33 or ord(sign) == 127 for sign in wanted):
        return default
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return default
    if parts.scheme or parts.netloc or parts.path.startswith(("/login", "/logout", "/_")):
        return default
    return wanted


def sign_in_url(path: str) -> str:
    """The sign-in page that returns to `path`; the start page needs no return address."""
    wanted = safe_next(path, "")
    return f"/login?next={quote(wanted, safe='')}" if wanted not in {"", "/"} else "/login"
