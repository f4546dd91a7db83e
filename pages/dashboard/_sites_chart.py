"""All sites in one picture: this month against the same days of the last one, and what each of them lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from components import formats
from components.cards import delta
from components.consumption.sentences import change_text
from components.frame import LegendItem, legend
from components.site_bars import SiteBar, site_bars
from domain.calendar import Period, PeriodKind
from domain.energy.comparison import Comparison
from domain.energy.freshness import Health
from domain.text import gettext as _
from domain.text import ngettext
from pages.dashboard import _metrics as metrics
from pages.dashboard import _status as status
from services.dashboard import SiteRow

SHOWN = 12  # more are in the table below
TOLD_SHARE = 0.02  # so much estimated or missing is said


def chart(current: Sequence[SiteRow]) -> list[Any]:
    """Legend, bars and, where there are too many sites for a picture, how many are left to the table."""
    ordered = sorted(current, key=lambda row: row.month.so_far_wh or 0, reverse=True)
    rest = len(ordered) - SHOWN
    more = ngettext(
        "{n} smaller site is in the table alone.", "{n} smaller sites are in the table alone.", max(rest, 0)
    )
    return [
        legend(_legend(ordered[:SHOWN])),
        site_bars([bar(row) for row in ordered[:SHOWN]]),
        *([html.P(more, className="quiet small")] if rest > 0 else []),
    ]


def bar(row: SiteRow) -> SiteBar:
    """One site; of an incomplete month the bar is solid for the days that both months know."""
    then = row.month.previous
    return SiteBar(
        row.site.name, f"/dashboard/{row.site.public_id}", formats.kwh(row.month.so_far_wh), _length(row.month.so_far_wh),
        compared=_length(then.now_wh) if then else None, then=_length(then.then_wh) if then else None, note=_note(row),
        is_estimated=_share(row, slice(1, 3)) > TOLD_SHARE,
    )  # fmt: skip


def _length(energy_wh: float | None) -> float | None:
    return None if energy_wh is None else float(energy_wh)


def _legend(rows: Sequence[SiteRow]) -> list[LegendItem]:
    month = Period.of(PeriodKind.MONTH, rows[0].now_local.date())
    items = [LegendItem("sw-cons", _("{month} so far", month=formats.month(month.first)))]
    if any(row.month.previous and row.month.previous.days is not None for row in rows):
        items.append(LegendItem("sw-pale", _("Days that cannot be compared")))
    if any(_share(row, slice(1, 3)) > TOLD_SHARE for row in rows):
        items.append(LegendItem("sw-estimated", _("Estimated in part")))
    if any(row.month.previous for row in rows):
        items.append(LegendItem("sw-ref", _("{month}, same days", month=formats.month(month.shift(-1).first))))
    if any(row.month.so_far_wh is None for row in rows):
        items.append(LegendItem("sw-none", _("No readings")))
    return items


def _share(row: SiteRow, kinds: slice) -> float:
    """Which part of this month's intervals is of some kinds; the last is what is missing."""
    counts = row.month.days.total_counts
    return sum(counts[kinds]) / (sum(counts) or 1)


def _note(row: SiteRow) -> list[Any]:
    """The change, then what it is made of, then whether anything still comes; set apart by dots."""
    said = [*_change(row.month.previous), *_quality(row), *_silence(row)]
    if row.month.so_far_wh is not None and row.month.previous is None:
        said.insert(0, _("no complete days to compare with"))
    return [html.Span(part) for part in said]


def _change(then: Comparison | None) -> list[Any]:
    if then is None or then.ratio is None:
        return []
    if abs(then.ratio) < metrics.SAME:
        told: Any = _("the same")
    else:
        told = delta(change_text(then.ratio), good=True if then.ratio < 0 else None)
    if then.days is None:
        return [told]
    return [told, ngettext("on {n} complete day", "on {n} complete days", then.days)]


def _quality(row: SiteRow) -> list[str]:
    estimated, missing = _share(row, slice(1, 3)), _share(row, slice(5, 6))
    said = [_("{percent} estimated", percent=formats.percent(estimated))] if estimated > TOLD_SHARE else []
    lacks = row.month.days.total_counts[5] if row.month.so_far_wh is not None else 0
    if lacks and missing < TOLD_SHARE:
        said.append(ngettext("{n} reading missing", "{n} readings missing", lacks))
    elif lacks:
        said.append(_("{percent} of the readings missing", percent=formats.percent(missing)))
    return said


def _silence(row: SiteRow) -> list[str]:
    """A site that sends nothing is told in a sentence: how far it reached, or that it has not begun."""
    fresh = row.freshness
    if fresh.health is Health.LIVE:
        return []
    if fresh.health is Health.NEVER:
        return [_("has not sent anything yet")]
    last = status.moment(fresh.last_end, row.now_local)
    if fresh.health is Health.LATE:
        return [_("late: data up to {time}", time=last)]
    return [_("silent since {time}: please check that the meter or gateway has power", time=last)]
