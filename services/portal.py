"""The stores and the clock a use case runs with: made once by the composition root, found per context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.clock import Clock
from data.session import Records

if TYPE_CHECKING:
    from adapters.cache import Cache
    from config import Config
    from data.readings import ReadingsStore


@dataclass(frozen=True)
class Portal:
    config: Config
    records: Records
    readings: ReadingsStore
    cache: Cache
    clock: Clock


_current: ContextVar[Portal] = ContextVar("portal")


def current() -> Portal:
    """The portal of this request, job or command."""
    return _current.get()


def use(portal: Portal) -> None:
    """Bind the portal to the current context (each web request, the worker, a command)."""
    _current.set(portal)


@contextmanager
def using(portal: Portal) -> Iterator[Portal]:
    token = _current.set(portal)
    try:
        yield portal
    finally:
        _current.reset(token)
