"""What is still to come of a running billing period: use as it was before, times how use has changed since.

Nothing here is billed. The readings and prices it lays into the future go through the rating that also writes the bill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from domain.energy.intervals import Intervals
from domain.energy.quality import Quality
from domain.tariffs.prices import PriceSeries
from domain.tariffs.slots import slots

DAY_S = 86_400
WEEK_S = 7 * DAY_S
YEAR_S = 52 * WEEK_S  # the same weekday
WEEKS = 8
LEAST_OF_A_YEAR = 4  # weeks that both years must have
LATELY = 4
LEAST_LATELY = 2
ENOUGH = Fraction(19, 20)  # of the readings of a week, or of the days to be taken over

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outlook:
    """The use to come is that of `back_s` before, times `factor`. [s]

    basis : last_year (the same weekdays a year ago, as far as lately differed from then) or lately (the last weeks)
    weeks : how many it was learnt from
    low, high : what the lowest and the highest of these weeks alone would have made of the factor
    """

    basis: Literal["last_year", "lately"]
    back_s: int
    weeks: int
    factor: Fraction
    low: Fraction
    high: Fraction


def outlook(part: Intervals, until: datetime) -> Outlook | None:
    """How the use from the last reading to an instant is foreseen; None with fewer than two weeks of readings."""
    starts = _seconds(part)
    if not len(starts):
        return None
    now_s, end_s = int(starts[-1]) + part.interval_s, int(until.timestamp())
    pairs = [
        (now, then)
        for back in range(1, WEEKS + 1)
        if (now := _mean(part, starts, now_s - back * WEEK_S)) is not None
        and (then := _mean(part, starts, now_s - back * WEEK_S - YEAR_S))
    ]
    has_rest = _share(part, starts, now_s - YEAR_S, end_s - YEAR_S) >= ENOUGH
    if len(pairs) >= LEAST_OF_A_YEAR and has_rest and end_s - now_s <= YEAR_S:
        ratios = [now / then for now, then in pairs]
        factor = sum((now for now, _then in pairs), Fraction(0)) / sum((then for _now, then in pairs), Fraction(0))
        return Outlook("last_year", YEAR_S, len(pairs), factor, min(ratios), max(ratios))
    return _lately(list(_last_weeks(part, starts, now_s)))


def _last_weeks(part: Intervals, starts: Int64s, now_s: int) -> Iterator[Fraction]:
    """The last weeks without a gap between them, the newest first."""
    for back in range(1, LATELY + 1):
        found = _mean(part, starts, now_s - back * WEEK_S)
        if found is None:
            return
        yield found


def _lately(means: list[Fraction]) -> Outlook | None:
    if len(means) < LEAST_LATELY:
        return None
    one, mean = Fraction(1), sum(means, Fraction(0)) / len(means)
    low, high = (min(means) / mean, max(means) / mean) if mean else (one, one)
    return Outlook("lately", len(means) * WEEK_S, len(means), one, low, high)


def _mean(part: Intervals, starts: Int64s, first_s: int) -> Fraction | None:
    """Energy per reading in the week from an instant; None where too much of the week is unknown. [Wh]"""
    low, high = np.searchsorted(starts, (first_s, first_s + WEEK_S))
    if (high - low) * part.interval_s < ENOUGH * WEEK_S:
        return None
    return Fraction(int(part.energy_wh[low:high].sum()), int(high - low))


def _share(part: Intervals, starts: Int64s, first_s: int, end_s: int) -> Fraction:
    """How much of a stretch has readings; all of one without length."""
    if end_s <= first_s:
        return Fraction(1)
    low, high = np.searchsorted(starts, (first_s, end_s))
    return Fraction(int(high - low) * part.interval_s, end_s - first_s)


def carried_on(part: Intervals, zone_name: str, until: datetime, back_s: int, factor: Fraction) -> Intervals:
    """The readings, and after the last of them those of `back_s` before, times the factor. [s]

    What was missing then stays missing. An instant `n` times further ahead than there are readings looks back `n` times.
    """
    starts = _seconds(part)
    grid = _to_come(part, starts, zone_name, until)
    source = grid - ((grid - int(starts[-1]) - 1) // back_s + 1) * back_s
    # A day that is an interval may be an hour shifted; its middle lies in the same day.
    place = np.searchsorted(starts, source + part.interval_s // 2, side="right") - 1
    known = (place >= 0) & (np.abs(starts[place] - source) < part.interval_s)
    grid, place = grid[known], place[known]
    energy = np.rint(part.energy_wh[place] * float(factor)).astype(np.int64)
    return replace(
        part,
        start_utc=np.append(part.start_utc.astype("datetime64[s]"), grid.astype("datetime64[s]")),
        energy_wh=np.append(part.energy_wh, energy),
        quality=np.append(part.quality, np.full(len(grid), Quality.ESTIMATED, dtype=part.quality.dtype)),
        end_utc=max(part.end_utc, until),
    )


def _to_come(part: Intervals, starts: Int64s, zone_name: str, until: datetime) -> Int64s:
    """The starts of the intervals after the last reading."""
    first = datetime.fromtimestamp(int(starts[-1]), UTC).date()
    days = np.datetime64(first) - 1, np.datetime64(until.date()) + 2  # local days may differ from those of UTC
    grid = slots(zone_name, days[0].item(), days[1].item(), part.interval_s, int(starts[0]) % part.interval_s).start_s
    found: Int64s = grid[(grid > starts[-1]) & (grid < until.timestamp())]
    return found


def prices_carried_on(series: PriceSeries, until: datetime) -> PriceSeries:
    """The market prices, and after the last of them those of the same hours of its last week."""
    starts = series.start_utc.astype("datetime64[s]").astype(np.int64)
    end_s = int(until.timestamp())
    grid = (
        np.arange(int(starts[-1]) + series.interval_s, end_s, series.interval_s, dtype=np.int64)
        if len(starts)
        else starts
    )
    source = grid - ((grid - int(starts[-1]) - 1) // WEEK_S + 1) * WEEK_S if len(grid) else grid
    place = np.searchsorted(starts, source)
    known = starts[place] == source if len(grid) else np.zeros(0, dtype=bool)
    return replace(
        series,
        start_utc=np.append(starts, grid[known]).astype("datetime64[s]"),
        price=np.append(series.price, series.price[place[known]]),
    )


def _seconds(part: Intervals) -> Int64s:
    found: Int64s = part.start_utc.astype("datetime64[s]").astype(np.int64)
    return found
