"""Which days one bill covers: calendar months or years, cut to the days in which somebody is supplied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.calendar import Period, add_months

Cycle = Literal["monthly", "yearly"]
Anchor = Literal["contract", "calendar"]
STEP_MONTHS = {"monthly": 1, "yearly": 12}


@dataclass(frozen=True)
class Days:
    """Local days `[first, end)`; None is open."""

    first: date
    end: date | None = None

    def clip(self, other: Days) -> Days | None:
        """The days in both, or nothing."""
        first = max(self.first, other.first)
        ends = [day for day in (self.end, other.end) if day is not None]
        end = min(ends) if ends else None
        return Days(first, end) if end is None or first < end else None


def supplied(contract: Days, tenancies: Sequence[Days]) -> list[Days]:
    """The days of a contract in which its account has the site, in order."""
    found = (contract.clip(stay) for stay in sorted(tenancies, key=lambda stay: stay.first))
    return [days for days in found if days is not None]


def periods(days: Days, cycle: Cycle, since: date, until: date, anchor: Anchor = "contract") -> list[Period]:
    """The periods of some days that begin before `until`, without gap or overlap.

    since : the first day of the contract, from which its years are counted; months are those of the calendar
    """
    found, first = [], days.first
    edges = _edges(cycle, since, days.first, anchor)
    while first < until and (days.end is None or first < days.end):
        edge = next(edges)
        end = edge if days.end is None else min(edge, days.end)
        found.append(Period.spanning(first, date.fromordinal(end.toordinal() - 1)))
        first = end
    return found


def _edges(cycle: Cycle, since: date, after: date, anchor: Anchor) -> Iterator[date]:
    """The days on which periods begin, after a day; counted from one day, so that 29 February comes back."""
    begin = since if (cycle, anchor) == ("yearly", "contract") else date(since.year, 1, 1)
    step = STEP_MONTHS[cycle]
    count = ((after.year - begin.year) * 12 + after.month - begin.month) // step - 1
    while True:
        edge = add_months(begin, count * step)
        if edge > after:
            yield edge
        count += 1


def ending_in(found: Sequence[Period], month: Period) -> list[Period]:
    """The periods whose last day lies in a month: those that a run of that month bills."""
    return [period for period in found if month.first <= period.last < month.end]


def instalment_months(year: Period) -> list[Period]:
    """The months of a billed year, counted from its first day; the last one is cut to it."""
    found, first, count = [], year.first, 1
    while first < year.end:
        end = min(add_months(year.first, count), year.end)
        found.append(Period.spanning(first, date.fromordinal(end.toordinal() - 1)))
        first, count = end, count + 1
    return found
