"""What an address of the consumption pages asks for; anything it cannot mean falls back to something it can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from components.links import href
from components.period_bar import period_words
from domain.access import Viewer
from domain.calendar import Period, PeriodKind
from domain.energy.comparison import HEATING
from services import consumption, use
from services.consumption_asks import Ask
from services.sites import SiteView, site_or_first

PATH = "/consumption"
VIEWS = ("overview", "meter", "phase", "appliance", "compare")


KEPT = (
    "site",
    "view",
    "period",
    "date",
    "last",
    "compare",
    "then",
    "then_last",
    "commodity",
    "resolution",
    "align",
    "known",
)
KINDS = {str(kind): kind for kind in (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.YEAR)}
LOW, HIGH = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class State:
    """The asked view, period and comparison, with the query they came from.

    problems : by the name of a date field, what is wrong with it
    """

    ask: Ask
    view: str
    query: dict[str, str]
    today: date
    path: str = PATH
    problems: Mapping[str, str] = field(default_factory=dict)

    def held(self) -> dict[str, str]:
        """What the page keeps for its charts: they stay with this site and day whatever comes first later."""
        return {**self.query, "site": self.ask.site.public_id, "date": self.query.get("date", self.today.isoformat())}

    def link(self, **changes: object) -> str:
        return href(self.path, self.query, **changes)

    def to(self, period: Period, **changes: object) -> str:
        """The address of another period, in its usual resolution."""
        return self.link(**{**period_words(period), "resolution": None, **changes})


def parse_day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default


def read(viewer: Viewer, query: dict[str, str], *, site: SiteView | None = None, path: str = PATH) -> State | None:
    """None for somebody without a site; a foreign site raises NotFoundError."""
    found = site or site_or_first(viewer, query.get("site", ""))
    if found is None:
        return None
    today = use.today_of(found)
    view = query.get("view", "overview")
    view = view if view in VIEWS else "overview"
    period, problems = _period(viewer, found, query, today)
    commodity = _commodity(found, query.get("commodity", ""))
    compare = _compare(query.get("compare", ""), view, commodity)
    then, wrong = _own(query, ("then", "then_last"), today) if compare == "own" else (None, {})
    ask = Ask(
        site=found,
        commodity=commodity,
        period=period,
        compare=compare,
        align=_align(query.get("align", ""), period),
        asked_resolution="interval" if query.get("resolution") == "fine" else query.get("resolution", ""),
        known_at=_known(query.get("known", "")),
        then=then,
    )
    return State(ask, view, {key: query[key] for key in KEPT if query.get(key)}, today, path, {**problems, **wrong})


def _period(viewer: Viewer, site: SiteView, query: dict[str, str], today: date) -> tuple[Period, dict[str, str]]:
    kind = query.get("period", "month")
    if kind == PeriodKind.CUSTOM:
        own, problems = _own(query, ("date", "last"), today)
        return own or Period.of(PeriodKind.MONTH, today), problems
    if kind == PeriodKind.ALL:
        return Period.years(*(consumption.known_days(viewer, site) or (today, today))), {}
    day = parse_day(query.get("date", ""), today)
    return Period.of(KINDS.get(kind, PeriodKind.MONTH), min(max(day, LOW), HIGH)), {}


def _own(query: dict[str, str], names: tuple[str, str], today: date) -> tuple[Period | None, dict[str, str]]:
    """From a first to a last day, or what is wrong with which of the two fields."""
    days = [parse_day(query.get(name, ""), date.max) for name in names]
    problems = {name: "no_date" for name, day in zip(names, days, strict=True) if day == date.max}
    problems |= {
        name: "out_of_range" for name, day in zip(names, days, strict=True) if not LOW <= day < HIGH and day != date.max
    }
    if problems:
        return None, problems
    if days[1] < days[0]:
        return None, {names[1]: "last_before_first"}
    if days[0] > today:
        return None, {names[0]: "in_future"}
    return Period.spanning(days[0], days[1]), {}


def _align(asked: str, period: Period) -> str:
    """Weekdays shape days and weeks; months and years are compared date by date unless asked otherwise."""
    if asked in {"date", "weekday"}:
        return asked
    return "date" if period.kind in {PeriodKind.MONTH, PeriodKind.YEAR} else "weekday"


def _compare(text: str, view: str, commodity: str) -> str:
    """What is asked for; else the year before, or in the comparison the period before, which for heating is no measure."""
    usual = "previous" if view == "compare" and commodity not in HEATING else "last_year"
    if text in {"none", "previous", "last_year", "own"}:
        return usual if (text, view) == ("none", "compare") else text
    day = parse_day(text, date.max)
    if LOW <= day < HIGH:
        return day.isoformat()
    return usual


def _commodity(site: SiteView, asked: str) -> str:
    present = site.commodities or ("electricity",)
    return asked if asked in present else present[0]


def _known(text: str) -> datetime | None:
    """The end of the asked day, UTC: what was known on that day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
