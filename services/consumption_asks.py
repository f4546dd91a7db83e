"""What a consumption page asks for: a site, a period, how fine, and what to compare it with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.calendar import Period, PeriodKind
from services.sites import SiteView

CHOICES = {
    PeriodKind.DAY: ("interval", "hour"),
    PeriodKind.WEEK: ("interval", "hour", "day"),
    PeriodKind.MONTH: ("interval", "hour", "day"),
    PeriodKind.YEAR: ("day", "month"),
    PeriodKind.ALL: ("month", "year"),
}
USUAL = {
    PeriodKind.DAY: "interval", PeriodKind.WEEK: "hour", PeriodKind.MONTH: "day", PeriodKind.YEAR: "month",
    PeriodKind.ALL: "year",
}  # fmt: skip
# Own dates by their length in days: what may be chosen, and what is shown unless something else is.
BY_LENGTH = (
    (2, ("interval", "hour"), "interval"),
    (8, ("interval", "hour", "day"), "hour"),
    (31, ("interval", "hour", "day"), "day"),
    (92, ("day",), "day"),
    (366, ("day", "month"), "month"),
    (3 * 366, ("month", "year"), "month"),
)


def resolutions(period: Period) -> tuple[tuple[str, ...], str]:
    """The resolutions a period can be shown in, finest first, and the usual one."""
    if period.kind in CHOICES:
        return CHOICES[period.kind], USUAL[period.kind]
    found = next((row for row in BY_LENGTH if period.day_count <= row[0]), (0, ("month", "year"), "year"))
    return found[1], found[2]


@dataclass(frozen=True)
class Ask:
    """What a page asks for, after its address was read.

    compare : none, previous, last_year, own (then `then` is the other period), or an ISO date inside the other period
    """

    site: SiteView
    commodity: str
    period: Period
    compare: str = "none"
    align: str = "weekday"
    asked_resolution: str = ""
    known_at: datetime | None = None
    then: Period | None = None

    @property
    def resolution(self) -> str:
        choices, usual = resolutions(self.period)
        return self.asked_resolution if self.asked_resolution in choices else usual


def compared_period(ask: Ask) -> Period | None:
    """The other period of a comparison; all years have none."""
    if ask.compare == "none" or ask.period.kind is PeriodKind.ALL:
        return None
    if ask.compare == "own":
        return ask.then
    if ask.compare == "previous":
        return ask.period.shift(-1)
    if ask.compare == "last_year":
        by_weekday = ask.align == "weekday" and ask.period.kind in {PeriodKind.DAY, PeriodKind.WEEK}
        return ask.period.last_year(by_weekday=by_weekday)
    if ask.period.kind is PeriodKind.CUSTOM:
        first = date.fromisoformat(ask.compare)
        return Period(PeriodKind.CUSTOM, first, first + (ask.period.end - ask.period.first))
    return Period.of(ask.period.kind, date.fromisoformat(ask.compare))
