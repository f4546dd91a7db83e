"""Addresses with their state in the query: the only place that builds them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode


def href(path: str, query: Mapping[str, object] | None = None, **changes: object) -> str:
    """The address with some of its query changed; empty values and None leave the query."""
    values = {**(query or {}), **changes}
    kept = {key: str(value) for key, value in values.items() if value not in {None, ""}}
    return f"{path}?{urlencode(kept)}" if kept else path
