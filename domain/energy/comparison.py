"""Fair comparisons: the same elapsed part of two periods, or means per day when their lengths differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendar import Period


@dataclass(frozen=True)
class Comparison:
    """Two energies that may be compared, and how. [Wh, or Wh per day when `per_day`]

    days : how many pairs of days were compared, when some were left out as incomplete; else None
    """

    now_wh: float
    then_wh: float
    then: Period
    per_day: bool
    days: int | None = None

    @property
    def ratio(self) -> float | None:
        """0.12 is 12 % more than then; None when then was nothing."""
        return self.now_wh / self.then_wh - 1 if self.then_wh > 0 else None


def elapsed(period: Period, known_until: date) -> Period:
    """The days of the period before `known_until`; of a running day nothing is cut."""
    end = min(period.end, max(known_until, period.first + timedelta(days=1)))
    return Period(period.kind, period.first, end)


def same_part(period: Period, part: Period, then: Period) -> Period:
    """The days of `then` that correspond to the elapsed `part` of `period`."""
    if part.end >= period.end:
        return then
    return Period(then.kind, then.first, min(then.end, then.first + (part.end - part.first)))


def compare(now_wh: int | None, now: Period, then_wh: int | None, then: Period) -> Comparison | None:
    """None when one of them is unknown."""
    if now_wh is None or then_wh is None:
        return None
    if now.day_count == then.day_count:
        return Comparison(now_wh, then_wh, then, per_day=False)
    return Comparison(now_wh / now.day_count, then_wh / then.day_count, then, per_day=True)
