"""Finished answers of callbacks, kept under everything they were made of. Who may see them is asked every time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any

import dash
import plotly
from flask import Flask, Response, g, request

from adapters.compression import accepted_encoding
from config import ROOT
from domain.text import current_locale
from services import portal

REMEMBERED_S = 86_400
SOURCES = ("adapters", "auth", "components", "data", "domain", "locales", "pages", "services")
KeyOf = Callable[..., Hashable | None]
Function = Callable[..., Any]


@dataclass(frozen=True)
class Answer:
    """A compressed body under its key; `body` is empty where it is still to be made."""

    key: tuple[object, ...]
    encoding: str
    body: bytes = b""


def keeping(function: Function, key_of: KeyOf) -> Function:
    """The callback, run only where its answer is not kept.

    `key_of` gets the callback's arguments, checks the viewer's right as the callback does, and returns everything the
    answer depends on but the language, or None where it must not be kept.
    """

    @wraps(function)
    def answer(*values: Any) -> Any:
        encoding = accepted_encoding(request.headers.get("Accept-Encoding", ""))
        made_of = key_of(*values) if encoding else None
        if encoding is None or made_of is None:
            return function(*values)
        name = f"{function.__module__}.{function.__qualname__}"
        key = ("answer", code_version(), name, encoding, current_locale(), made_of)
        found = portal.current().cache.get(key)
        if isinstance(found, bytes) and found:
            g.kept_answer = Answer(key, encoding, found)
            return None
        made = function(*values)
        # What arrived, or broke, while the answer was made may be in it: only one made of a single state is kept.
        if key_of(*values) == made_of:
            g.kept_answer = Answer(key, encoding)
        return made

    return answer


def install(server: Flask) -> None:
    """Before the compression, so that it runs after it: hooks behind a request run in reverse."""

    @server.after_request
    def _use_or_keep(response: Response) -> Response:
        answer: Answer | None = g.pop("kept_answer", None)
        if answer is None or response.status_code != 200:
            return response
        if answer.body:
            response.set_data(answer.body)
            response.headers["Content-Encoding"] = answer.encoding
        elif response.headers.get("Content-Encoding") == answer.encoding:
            portal.current().cache.set(answer.key, response.get_data(), REMEMBERED_S)
        return response


@lru_cache(maxsize=1)
def code_version() -> str:
    """A hash of what answers are made with: another version of the portal finds nothing of this one's."""
    digest = hashlib.sha256(f"{dash.__version__} {plotly.__version__}".encode())
    for path in sorted(
        path for folder in SOURCES for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".po"}
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
