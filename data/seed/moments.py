"""When the demo's mishaps happened, counted from today, and the events they leave in the activity feed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from domain.calendar import local_midnight_utc

EXCHANGE_DAYS = 265
ESTIMATED_DAYS = 40
CORRECTED_DAYS, CORRECTED_KNOWN_DAYS = 25, 20
RECOUNTED_DAYS, RECOUNTED_KNOWN_DAYS = 75, 35  # known when the month had been billed
OUTAGE_DAYS, OUTAGE_KNOWN_DAYS = 17, 15
OFFLINE_DAYS = 9
SUSPECT_DAYS = 8
GAP_DAYS = 2


@dataclass(frozen=True)
class Event:
    """A line of the activity feed: `kind` is a code, `params` fill its sentence."""

    at: datetime
    kind: str
    params: dict[str, object] = field(default_factory=dict)


def moment(zone_name: str, today: date, days_ago: int, hours: float) -> datetime:
    """The instant so many hours after a local midnight."""
    return local_midnight_utc(today - timedelta(days=days_ago), zone_name) + timedelta(hours=hours)


def exchange_utc(zone_name: str, today: date) -> datetime:
    return moment(zone_name, today, EXCHANGE_DAYS, 10.5)


def offline_utc(zone_name: str, today: date) -> datetime:
    return moment(zone_name, today, OFFLINE_DAYS, 14.0)
