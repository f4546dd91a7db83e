"""The stores and the clock a use case runs with: made once by the composition root, found per context."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from adapters.clock import Clock
from data.session import Records
from domain.calendar import local_date

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


T = TypeVar("T")
_current: ContextVar[Portal] = ContextVar("portal")
_found: ContextVar[dict[Hashable, Any] | None] = ContextVar("found", default=None)


def current() -> Portal:
    """The portal of this request, job or command."""
    return _current.get()


def day_of(instant: datetime) -> date:
    """The retailer's day of an instant."""
    return local_date(instant, current().config.time_zone)


def today() -> date:
    """The retailer's day: of bookings, due dates, reminders and everything else that is no site's."""
    return day_of(current().clock.now())


def use(portal: Portal) -> None:
    """Bind the portal to the current context (each web request, the worker, a command)."""
    _current.set(portal)
    _found.set(None)


def remember_until_answered() -> None:
    """From now until the next `use`, what `once` is asked for is made once: each web request begins with both."""
    _found.set({})


def once(key: Hashable, make: Callable[[], T]) -> T:
    """One answer per web request, so that frame, page and guard agree and ask once; elsewhere always made anew."""
    found = _found.get()
    if found is None:
        return make()
    if key not in found:
        found[key] = make()
    made: T = found[key]
    return made


@contextmanager
def using(portal: Portal) -> Iterator[Portal]:
    token = _current.set(portal)
    try:
        yield portal
    finally:
        _current.reset(token)
