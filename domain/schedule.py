"""When recurring work is due: every so many minutes, or daily at a time of the wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.calendar import local_date, zone


@dataclass(frozen=True)
class Every:
    """Whole multiples of so many minutes since 1970, UTC."""

    minutes: int

    def latest_due(self, now: datetime) -> datetime:
        length = self.minutes * 60
        return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)


@dataclass(frozen=True)
class Daily:
    """Once per local date at a wall-clock time.

    On the day the clock skips that time, it is due when the clock has jumped; where the clock shows it twice, the
    first time counts. So it is due exactly once on each date.
    """

    at: time
    zone_name: str = "Europe/Berlin"

    def due_on(self, day: date) -> datetime:
        return datetime.combine(day, self.at, zone(self.zone_name)).astimezone(UTC)

    def latest_due(self, now: datetime) -> datetime:
        today = local_date(now, self.zone_name)
        due = self.due_on(today)
        return due if due <= now else self.due_on(today - timedelta(days=1))


Rule = Every | Daily
