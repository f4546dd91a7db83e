"""The few addresses that strangers may ask for; everything else needs a session."""

from __future__ import annotations

STATIC_PREFIXES = ("/assets/", "/_dash-component-suites/")
WEBHOOKS = "/webhooks/"  # from other servers: without a session, each verified by its signature
PUBLIC_PATHS = frozenset({"/login", "/healthz", "/readyz", "/favicon.ico", "/_favicon.ico"})


def is_static(path: str) -> bool:
    return path.startswith(STATIC_PREFIXES)


def is_signed(path: str) -> bool:
    return path.startswith(WEBHOOKS)


def is_public(path: str) -> bool:
    return is_static(path) or path in PUBLIC_PATHS
