"""What an address of the consumption pages asks for; anything it cannot mean falls back to something it can."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from components.links import href
from domain.access import Viewer
from domain.calendar import Period, PeriodKind
from services import use
from services.consumption import Ask
from services.sites import SiteView, site_or_first

PATH = "/consumption"
VIEWS = ("overview", "meter", "phase", "appliance", "compare")


@dataclass(frozen=True)
class State:
    """The asked view, period and comparison, with the query they came from."""

    ask: Ask
    view: str
    query: dict[str, str]
    today: date
    path: str = PATH

    def link(self, **changes: object) -> str:
        return href(self.path, self.query, **changes)


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
    kept = {
        key: query[key]
        for key in ("site", "view", "period", "date", "compare", "commodity", "resolution", "align", "known")
        if query.get(key)
    }
    view = query.get("view", "overview")
    view = view if view in VIEWS else "overview"
    ask = Ask(
        site=found,
        commodity=_commodity(found, query.get("commodity", "")),
        period=_period(query, today),
        compare=_compare(query.get("compare", ""), view),
        align="date" if query.get("align") == "date" else "weekday",
        is_fine=query.get("resolution") == "fine",
        known_at=_known(query.get("known", "")),
    )
    return State(ask, view, kept, today, path)


def _period(query: dict[str, str], today: date) -> Period:
    kind = query.get("period", "month")
    known = {str(k): k for k in (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.YEAR)}
    day = parse_day(query.get("date", ""), today)
    return Period.of(known.get(kind, PeriodKind.MONTH), min(max(day, date(2000, 1, 1)), date(2100, 1, 1)))


def _compare(text: str, view: str) -> str:
    if text in {"none", "previous", "last_year"}:
        return text
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return "previous" if view == "compare" else "last_year"


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
