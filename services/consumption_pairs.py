"""Two periods side by side: one result for the sentence, the figure and the table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.access import Permission, Viewer, require_site
from domain.calendar import Period, PeriodKind
from domain.energy import comparison
from domain.energy.balance import UseSeries
from domain.energy.comparison import Comparison
from domain.energy.pairing import Pairing, pair_buckets, pair_days
from services import use
from services.consumption_asks import Ask, compared_period
from services.sites import consumption_terms

Covered = tuple[tuple[int, int], ...]  # by month or year: complete days, and days that are over
DAYS_SHOWN = 92  # longer periods are drawn by month


@dataclass(frozen=True)
class Pairs:
    """`now_part` and `then_part` are the whole days that were compared; `compared` is None where that is not fair."""

    ask: Ask
    today: date
    then: Period
    resolution: str
    now_series: UseSeries
    then_series: UseSeries
    pairing: Pairing
    now_part: Period
    then_part: Period
    compared: Comparison | None
    now_covered: Covered = ()
    then_covered: Covered = ()

    @property
    def is_running(self) -> bool:
        return self.ask.period.first <= self.today < self.ask.period.end


def pairs(viewer: Viewer, ask: Ask) -> Pairs | None:
    """Both periods bucket by bucket; None when there is no other period."""
    then = compared_period(ask)
    if then is None:
        return None
    terms, now = consumption_terms(ask.site, ask.commodity), ask.period
    resolution = _resolution(now, then)
    today = use.today_of(ask.site)
    now_series = use.series(viewer, ask.site, terms, now, resolution, ask.known_at)
    then_series = use.series(viewer, ask.site, terms, then, resolution)
    parts = elapsed_parts(now, then, today)
    return Pairs(
        ask=ask, today=today, then=then, resolution=resolution, now_series=now_series, then_series=then_series,
        pairing=pair_buckets(now_series, then_series, pair_days(now, then, ask.align), resolution),
        now_part=parts[0], then_part=parts[1], compared=compared(viewer, ask, then, ask.align),
        now_covered=covered(viewer, ask, now, now_series, resolution),
        then_covered=covered(viewer, ask, then, then_series, resolution),
    )  # fmt: skip


def _resolution(now: Period, then: Period) -> str:
    longest = max(now.day_count, then.day_count)
    if longest == 1:
        return "interval"
    return "day" if longest <= DAYS_SHOWN else "month"


def elapsed_parts(now: Period, then: Period, today: date) -> tuple[Period, Period]:
    """The whole days of both that are over; a running period meets as many days of the other.

    Periods of different length that are both over stay as they are. A single day stays whole: its hours are compared.
    """
    if now.day_count == then.day_count == 1:
        return now, then
    part, other = comparison.elapsed(now, today), comparison.elapsed(then, today)
    days = min(part.day_count, other.day_count)
    if (part, other) == (now, then):
        return now, then
    return _first_days(now, days), _first_days(then, days)


def _first_days(period: Period, days: int) -> Period:
    return Period(period.kind, period.first, date.fromordinal(period.first.toordinal() + min(days, period.day_count)))


def compared(viewer: Viewer, ask: Ask, then: Period, align: str) -> Comparison | None:
    """Complete days alone, pair by pair where the periods are as long as each other, else means per day."""
    now, today = ask.period, use.today_of(ask.site)
    if now.first > today or then.first > today:
        return None
    part, other = elapsed_parts(now, then, today)
    if part.day_count == other.day_count == 1:
        left, right = _both(viewer, ask, part, other, "interval")
        return comparison.same_intervals(left, right, other) if len(left) and len(right) else None
    left, right = _both(viewer, ask, part, other, "day")
    if part.day_count == other.day_count:
        return comparison.over_pairs(left, right, pair_days(part, other, align), other)
    return comparison.fair(left, part, right, other)


def _both(viewer: Viewer, ask: Ask, now: Period, then: Period, resolution: str) -> tuple[UseSeries, UseSeries]:
    """The asked period as it was known on the asked day, the other as it is known now."""
    terms = consumption_terms(ask.site, ask.commodity)
    left = use.series(viewer, ask.site, terms, now, resolution, ask.known_at)
    return left, use.series(viewer, ask.site, terms, then, resolution)


def covered(viewer: Viewer, ask: Ask, period: Period, shown: UseSeries, resolution: str) -> Covered:
    """How much of the asked days of each month or year is known: a year with readings from May on is not a small
    year. Of the running month its days up to yesterday could be known; the running year is the part that it is.
    """
    require_site(viewer, Permission.VIEW_READINGS, ask.site.id)
    if resolution not in {"month", "year"}:
        return ()
    days = use.series(viewer, ask.site, consumption_terms(ask.site, ask.commodity), period, "day")
    unit = f"datetime64[{resolution[0].upper()}]"
    good = days.label[comparison.complete_days(days)].astype(unit)
    known = [int((good == label.astype(unit)).sum()) for label in shown.label]
    spans = [Period.of(PeriodKind(resolution), label.astype("datetime64[D]").astype(date)) for label in shown.label]
    return tuple(zip(known, (_asked_days(span, period, use.today_of(ask.site)) for span in spans), strict=True))


def _asked_days(span: Period, period: Period, today: date) -> int:
    """Days of a year inside the period, of a month those that are over."""
    end = min(span.end, period.end)
    if span.kind is PeriodKind.MONTH:
        end = min(end, today)
    return max(0, (end - max(span.first, period.first)).days)
