"""The only place that looks at the wall. `PORTAL_NOW` freezes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime: ...


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the one place


class FrozenClock:
    def __init__(self, instant: datetime) -> None:
        self.instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self.instant


def make_clock(frozen: datetime | None) -> Clock:
    return FrozenClock(frozen) if frozen else WallClock()
