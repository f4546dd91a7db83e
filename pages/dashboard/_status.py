"""Live, late or broken: a pill, a sentence, and the facts behind them."""

from __future__ import annotations

from datetime import datetime

from dash import html

from components import formats
from domain.energy.freshness import Freshness, Health
from domain.text import gettext as _
from services.dashboard import SiteDashboard

TONES = {Health.LIVE: "ok", Health.LATE: "warn", Health.SILENT: "bad", Health.NEVER: ""}


def pill(fresh: Freshness) -> html.Span:
    names = {Health.LIVE: _("Live"), Health.LATE: _("Late"), Health.SILENT: _("Silent"), Health.NEVER: _("Waiting")}
    shape = html.I(className=f"mark mark-{fresh.health}", **{"aria-hidden": "true"})
    return html.Span([shape, names[fresh.health]], className=f"pill {TONES[fresh.health]}".strip())


def live(fresh: Freshness, now_local: datetime) -> html.P:
    text = _("updated {time}", time=_moment(fresh.last_end, now_local)) if fresh.last_end else ""
    return html.P([pill(fresh), html.Span(text)], className="row-flex small quiet")


def _moment(at: datetime | None, now_local: datetime) -> str:
    """`14:30`, `yesterday, 21:00` or `18 Sep, 14:15`, on the site's clock."""
    if at is None:
        return formats.UNKNOWN
    local = at.astimezone(now_local.tzinfo)
    days = (now_local.date() - local.date()).days
    if days == 0:
        return formats.clock(local)
    if days == 1:
        return _("yesterday, {time}", time=formats.clock(local))
    return _("{day}, {time}", day=formats.day_short(local.date()), time=formats.clock(local))


def sentence(fresh: Freshness, now_local: datetime) -> str:
    """What it means for the data, and what happens next."""
    if fresh.health is Health.LIVE:
        return _(
            "Readings are in up to {time}. The next are due about {due}.",
            time=_moment(fresh.last_end, now_local),
            due=_moment(fresh.next_due, now_local),
        )
    if fresh.health is Health.LATE:
        return _(
            "Data up to {time}. Your meter is late. Nothing is lost; the gap is filled when it answers.",
            time=_moment(fresh.last_end, now_local),
        )
    if fresh.health is Health.SILENT:
        return _(
            "Nothing has arrived since {time}. That is longer than usual: please check that the meter or gateway has power.",
            time=_moment(fresh.last_end, now_local),
        )
    return _("Your meter has not sent anything yet. The first readings appear here as soon as they arrive.")


def data_facts(view: SiteDashboard) -> html.Dl:
    devices = len({meter.id for meter in view.site.meters if meter.kind != "weather"})
    facts = [
        (_("Last reading"), _moment(view.freshness.last_end, view.now_local)),
        (
            _("Complete, last 7 days"),
            formats.percent(view.completeness, 1 if view.completeness not in {None, 1.0} else 0),
        ),
        (_("Meters"), formats.number(devices)),
        (_("Clock"), view.site.zone_name.replace("_", " ")),
    ]
    return html.Dl([part for name, value in facts for part in (html.Dt(name), html.Dd(value))], className="dl")
