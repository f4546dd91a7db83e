"""Fair comparisons: the same elapsed part of two periods, or means per day when their lengths differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from domain.calendar import Period
from domain.energy.balance import UseSeries
from domain.energy.pairing import Days

COMPLETE_SHARE = 0.96  # a day with fewer of its intervals is left out of comparisons, on both sides
HEATING = frozenset({"gas", "heat"})  # commodities of which most follows the weather
SEASON_DAYS = 14  # times of the year further apart are two seasons
YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Comparison:
    """Two energies that may be compared, and how. [Wh, or Wh per day when `per_day`]

    days : how many pairs of days were compared, when some were left out as incomplete; else None
    then_days : with means per day, how many complete days of the other period were averaged
    until_s : of a running day, the end of the last interval that both know, since midnight. [s]
    """

    now_wh: float
    then_wh: float
    then: Period
    per_day: bool
    days: int | None = None
    then_days: int | None = None
    until_s: int | None = None

    @property
    def ratio(self) -> float | None:
        """0.12 is 12 % more than then; None when then was nothing."""
        return self.now_wh / self.then_wh - 1 if self.then_wh > 0 else None

    @property
    def is_whole(self) -> bool:
        """Whether both sums are those of the whole periods."""
        return not self.per_day and self.days is None and self.until_s is None


def elapsed(period: Period, known_until: date) -> Period:
    """The days of the period before `known_until`; of a running day nothing is cut."""
    end = min(period.end, max(known_until, period.first + timedelta(days=1)))
    return Period(period.kind, period.first, end)


def same_part(period: Period, part: Period, then: Period) -> Period:
    """The days of `then` that correspond to the elapsed `part` of `period`."""
    if part.end >= period.end:
        return then
    return Period(then.kind, then.first, min(then.end, then.first + (part.end - part.first)))


def is_other_season(commodity: str, now: Period, then: Period) -> bool:
    """Whether a difference would tell the weather rather than the customer: heating at two times of the year.

    Compared are the middles of the periods: 7 days for a week and the one before, 30 for two months, 0 for two years.
    """
    middles = [(period.first.toordinal() + period.end.toordinal()) / 2 for period in (now, then)]
    apart = abs(middles[0] - middles[1]) % YEAR_DAYS
    return commodity in HEATING and min(apart, YEAR_DAYS - apart) > SEASON_DAYS


def leading(commodity: str, *, previous: Comparison | None, last_year: Comparison | None) -> Comparison | None:
    """Which comparison of a month is told first: the month before, for heating the same days a year ago alone."""
    return last_year if commodity in HEATING else previous


def compare(now_wh: int | None, now: Period, then_wh: int | None, then: Period) -> Comparison | None:
    """None when one of them is unknown."""
    if now_wh is None or then_wh is None:
        return None
    if now.day_count == then.day_count:
        return Comparison(now_wh, then_wh, then, per_day=False)
    return Comparison(now_wh / now.day_count, then_wh / then.day_count, then, per_day=True)


def complete_days(days: UseSeries) -> npt.NDArray[np.bool_]:
    """Days of which nearly every interval is known."""
    expected = np.maximum(days.counts.sum(axis=1), 1)
    return np.asarray(days.is_known & (days.counts[:, :5].sum(axis=1) >= COMPLETE_SHARE * expected))


def fair(now: UseSeries, now_period: Period, then: UseSeries, then_period: Period) -> Comparison | None:
    """Two series of days over complete days alone; None when less than half of either is complete.

    Periods of equal length are compared pair by pair, others by the mean of their complete days.
    """
    good_now, good_then = complete_days(now), complete_days(then)
    if good_now.sum() * 2 < now_period.day_count or good_then.sum() * 2 < then_period.day_count:
        return None
    if now_period.day_count == then_period.day_count and len(now) == len(then):
        both = good_now & good_then
        return _over(now, both, then, both, then_period, per_day=False)
    return _over(now, good_now, then, good_then, then_period, per_day=True)


def _over(
    now: UseSeries, use_now: npt.NDArray[np.bool_], then: UseSeries, use_then: npt.NDArray[np.bool_],
    then_period: Period, *, per_day: bool,
) -> Comparison | None:  # fmt: skip
    count = int(use_now.sum())
    if count == 0 or not use_then.any():
        return None
    sums = float(now.energy_wh[use_now].sum()), float(then.energy_wh[use_then].sum())
    left_out = count < len(now) or int(use_then.sum()) < len(then)
    days = count if left_out else None
    if not per_day:
        return Comparison(sums[0], sums[1], then_period, per_day=False, days=days)
    then_count = int(use_then.sum())
    return Comparison(
        sums[0] / count,
        sums[1] / then_count,
        then_period,
        per_day=True,
        days=days,
        then_days=then_count if days else None,
    )


def over_pairs(now: UseSeries, then: UseSeries, pairs: Days, then_period: Period) -> Comparison | None:
    """Sums over pairs of days that are both complete; None when that is less than half of the days."""
    good_now, good_then = _complete_energy(now), _complete_energy(then)
    both = [(a, b) for a, b in pairs if a in good_now and b in good_then]
    if not both or len(both) * 2 < sum(a is not None for a, _b in pairs):
        return None
    sums = sum(good_now[a] for a, _b in both), sum(good_then[b] for _a, b in both)
    days = len(both) if len(both) < len(pairs) else None
    return Comparison(sums[0], sums[1], then_period, per_day=False, days=days)


def _complete_energy(days: UseSeries) -> dict[date | None, int]:
    good = complete_days(days)
    rows = zip(days.label.astype("datetime64[D]").tolist(), days.energy_wh.tolist(), good.tolist(), strict=True)
    return {day: energy for day, energy, is_good in rows if is_good}


def same_intervals(now: UseSeries, then: UseSeries, then_period: Period) -> Comparison | None:
    """One day against another: all of both when both are complete, else the times of day that both know."""
    if now.is_known.all() and then.is_known.all() and abs(len(now) - len(then)) * 24 <= len(then):
        return compare(now.total_wh, then_period, then.total_wh, then_period)
    known_now, known_then = _by_clock(now), _by_clock(then)
    both = known_now.keys() & known_then.keys()
    if not both:
        return None
    return Comparison(
        sum(known_now[key] for key in both), sum(known_then[key] for key in both), then_period, per_day=False,
        until_s=max(second for second, _fold in both) + _step_s(then),
    )  # fmt: skip


def _step_s(series: UseSeries) -> int:
    """The length of the intervals. [s]"""
    steps = np.diff(series.label.astype("datetime64[s]").astype(np.int64))
    return int(np.median(steps)) if len(steps) else 0


def _by_clock(series: UseSeries) -> dict[tuple[int, int], int]:
    """Energy by seconds since midnight on the wall clock and fold, where it is known. [Wh]"""
    seconds = (series.label - series.label.astype("datetime64[D]")).astype("timedelta64[s]").astype(np.int64)
    rows = zip(seconds.tolist(), series.fold.tolist(), series.energy_wh.tolist(), series.is_known.tolist(), strict=True)
    return {(second, fold): energy for second, fold, energy, known in rows if known}
