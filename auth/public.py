"""The few addresses that strangers may ask for; everything else needs a session."""

from __future__ import annotations

STATIC_PREFIXES = ("/assets/", "/_dash-component-suites/")
PUBLIC_PATHS = frozenset({"/login", "/healthz", "/readyz", "/favicon.ico", "/_favicon.ico"})


def is_static(path: str) -> bool:
    return path.startswith(STATIC_PREFIXES)


def is_public(path: str) -> bool:
    return is_static(path) or path in PUBLIC_PATHS
