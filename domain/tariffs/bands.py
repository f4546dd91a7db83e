"""Time-of-use bands: ordered rules on the wall clock, the first that fits wins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from domain.errors import Issue

DAY_MIN = 1440
STEP_MIN = 15
STEPS = DAY_MIN // STEP_MIN
NO_BAND = -1


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of a calendar. Empty months and weekdays mean all of them.

    band : the name of the price that applies
    months : 1 to 12
    weekdays : 1 (Monday) to 7 (Sunday)
    holiday : `yes` fits only holidays, `no` only other days
    from_min, to_min : `[from, to)` in minutes of the local day; 22:00 to 06:00 wraps around midnight and each part
        belongs to the date it is on
    """

    __pydantic_config__ = {"extra": "forbid"}

    band: str
    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    holiday: Literal["any", "yes", "no"] = "any"
    from_min: int = 0
    to_min: int = DAY_MIN

    def steps(self) -> npt.NDArray[np.bool_]:
        """Which quarter-hours of the day the rule covers."""
        minutes = np.arange(STEPS) * STEP_MIN
        if self.from_min < self.to_min:
            return (minutes >= self.from_min) & (minutes < self.to_min)
        return (minutes >= self.from_min) | (minutes < self.to_min)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Every instant of a year belongs to exactly one band."""

    __pydantic_config__ = {"extra": "forbid"}

    rules: tuple[Rule, ...]
    holidays: str | None = None  # region of the holiday rows, such as DE-BW

    @property
    def bands(self) -> tuple[str, ...]:
        """In the order in which the rules name them."""
        return tuple(dict.fromkeys(rule.band for rule in self.rules))

    def issues(self) -> list[Issue]:
        found = [issue for place, rule in enumerate(self.rules) for issue in _rule_issues(rule, f"rules[{place}]")]
        if self.holidays is None and any(rule.holiday != "any" for rule in self.rules):
            found.append(Issue("holidays", "region_needed"))
        if found:
            return found
        open_ = np.argwhere(compiled(self) == NO_BAND)
        if len(open_):
            month, weekday, _holiday, step = (int(part) for part in open_[0])
            at = f"{step // 4:02d}:{step % 4 * 15:02d}"
            return [Issue("rules", "time_not_covered", {"month": month + 1, "weekday": weekday + 1, "at": at})]
        return []


def _rule_issues(rule: Rule, path: str) -> list[Issue]:
    found = []
    if not rule.band:
        found.append(Issue(f"{path}.band", "empty"))
    if any(month not in range(1, 13) for month in rule.months):
        found.append(Issue(f"{path}.months", "not_a_month"))
    if any(day not in range(1, 8) for day in rule.weekdays):
        found.append(Issue(f"{path}.weekdays", "not_a_weekday"))
    for name, minute in (("from", rule.from_min), ("to", rule.to_min)):
        if minute % STEP_MIN or not 0 <= minute <= DAY_MIN:
            found.append(Issue(f"{path}.{name}", "not_a_quarter_hour"))
    if rule.from_min == rule.to_min:
        found.append(Issue(f"{path}.to", "no_time_between"))
    return found


@lru_cache(maxsize=256)
def compiled(calendar: Calendar) -> npt.NDArray[np.int8]:
    """Band number by month, weekday, holiday and quarter-hour: `int8[12, 7, 2, 96]`, NO_BAND where no rule fits."""
    table = np.full((12, 7, 2, STEPS), NO_BAND, dtype=np.int8)
    names = calendar.bands
    for rule in reversed(calendar.rules):  # the first rule is written last and wins
        months = np.array([month in rule.months for month in range(1, 13)]) if rule.months else np.ones(12, dtype=bool)
        weekdays = np.array([day in rule.weekdays for day in range(1, 8)]) if rule.weekdays else np.ones(7, dtype=bool)
        kinds = np.array({"any": [1, 1], "no": [1, 0], "yes": [0, 1]}[rule.holiday], dtype=bool)
        days = months[:, None, None] & weekdays[:, None] & kinds
        np.copyto(table, names.index(rule.band), where=days[..., None] & rule.steps())
    table.flags.writeable = False
    return table
