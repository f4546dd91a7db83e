"""Are the readings all there? The card that says since when they are not, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from components import formats
from components.cards import Metric
from components.links import href
from domain.energy.balance import UseSeries
from domain.energy.freshness import Health
from domain.text import gettext as _
from domain.text import ngettext
from pages.dashboard import _status as status
from services.dashboard import SiteDashboard


def card(view: SiteDashboard) -> Metric:
    """The share of the last days, a box for each of them, and the way to the day that lacks most."""
    digits = 0 if view.completeness == 1 else 1
    figure = formats.number(None if view.completeness is None else view.completeness * 100, digits)
    return Metric(
        _("Readings complete"), figure, "%", shape="di", colour="--off-mark", note=_note(view), href=_href(view),
        shares=boxes([view.last_days]), spark_label=label([view.last_days]),
    )  # fmt: skip


def boxes(of_sites: Sequence[UseSeries]) -> list[tuple[str, float]]:
    """Monday is `Mo`: the share of what was due at all sites together, day by day."""
    return [(formats.weekday_short(day)[:2], share) for day, share in _shares(of_sites)]


def label(of_sites: Sequence[UseSeries]) -> str:
    said = (f"{formats.weekday_day(day)}: {formats.percent(share)}" for day, share in _shares(of_sites))
    return _("Readings of each day: {days}", days=", ".join(said))


def is_worth_more(view: SiteDashboard) -> bool:
    """Whether the card tells more than a comparison with the year before."""
    return view.live.freshness.health is not Health.LIVE or view.completeness not in {None, 1.0}


def _shares(of_sites: Sequence[UseSeries]) -> list[tuple[date, float]]:
    """Share of each day's expected intervals; days on which none is expected are left out."""
    due: Counter[date] = Counter()
    missing: Counter[date] = Counter()
    for days in of_sites:
        for day, counts in zip(_dates(days), days.counts.tolist(), strict=True):
            due[day] += sum(counts)
            missing[day] += counts[5]
    return [(day, 1 - missing[day] / due[day]) for day in sorted(due) if due[day]]


def _dates(days: UseSeries) -> list[date]:
    return list(days.label.astype("datetime64[D]").tolist())


def _href(view: SiteDashboard) -> str:
    """The day that lacks most, where the gap can be seen; else the week."""
    lacks = view.last_days.counts[:, 5]
    asked = {"site": view.site.public_id, "period": "week"}
    if lacks.any():
        asked |= {"period": "day", "date": _dates(view.last_days)[int(np.argmax(lacks))].isoformat()}
    return href("/consumption", asked)


def _note(view: SiteDashboard) -> str:
    """How far the readings reach and what to do; where they are on time, what is missing of the last days."""
    fresh, now = view.live.freshness, view.live.now_local
    if fresh.health is Health.NEVER:
        return _("no reading yet")
    last = status.moment(fresh.last_end, now)
    if fresh.health is Health.SILENT:
        return _("nothing since {time}: please check that the meter or gateway has power", time=last)
    if fresh.health is Health.LATE:
        return _("the last came {time}; the rest follows by itself", time=last)
    return _missing(view.last_days)


def _missing(days: UseSeries) -> str:
    lacks = days.counts[:, 5]
    count, some = int(lacks.sum()), [day for day, missing in zip(_dates(days), lacks, strict=True) if missing]
    if not count:
        return ngettext("of the last day", "of the last {n} days", len(_shares([days])))
    if len(some) == 1:
        return ngettext(
            "{n} reading of {day} is missing; it is added if it still comes",
            "{n} readings of {day} are missing; they are added if they still come",
            count, day=formats.day_short(some[0]),
        )  # fmt: skip
    return ngettext(
        "{n} reading of {m} days is missing; it is added if it still comes",
        "{n} readings of {m} days are missing; they are added if they still come",
        count, m=len(some),
    )  # fmt: skip
