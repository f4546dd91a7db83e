"""What happened, as sentences: each kind of event has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dash import dcc, html

from components import formats, states
from components.icons import icon
from domain.calendar import zone
from domain.energy.names import given_name
from domain.text import gettext as _
from domain.text import ngettext
from services.dashboard import Happening
from services.sites import SiteView

Params = Mapping[str, Any]


def feed_list(happened: Sequence[Happening], sites: Sequence[SiteView]) -> Any:
    """Each on the clock of its site; with several sites it says which."""
    if not happened:
        return states.empty("none_here", _("Nothing new"), _("What happens to your meters and data appears here."))
    by_id = {site.id: site for site in sites}
    return html.Ul([_row(item, by_id.get(item.site_id or 0), sites) for item in happened], className="list")


def _row(item: Happening, site: SiteView | None, sites: Sequence[SiteView]) -> html.Li:
    zone_name = (site or sites[0]).zone_name
    glyph, tone, title, detail = _sentence(item.kind, item.params, zone_name)
    at = item.at.astimezone(zone(zone_name))
    when = _("{day}, {time}", day=formats.day_short(at.date()), time=formats.clock(at))
    name: Any = dcc.Link(title, href=item.href) if item.href else title
    place = [html.Span(site.name)] if site is not None and len(sites) > 1 else []
    facts = [
        *place,
        html.Time(when, dateTime=at.isoformat(timespec="minutes")),
        *([html.Span(detail)] if detail else []),
    ]
    text = html.Div([html.B(name), html.Span(facts, className="small quiet said")], className="what")
    return html.Li([html.Span(icon(glyph), className=f"glyph {tone}".strip()), text])


def _sentence(kind: str, params: Params, zone_name: str) -> tuple[str, str, str, str]:
    """Icon, tone, title and detail; an unknown kind is a plain line."""
    make = SENTENCES.get(kind)
    return make(params, zone_name) if make else ("information-circle", "", _("News about your data"), "")


def _span(params: Params, zone_name: str) -> str:
    """`11 Oct`, `11 Oct, from 13:00 to 24:00` or `10 Oct 22:00 to 11 Oct 06:00`; the end of a day is 24:00."""
    tz = zone(zone_name)
    first = datetime.fromisoformat(str(params["first"])).astimezone(tz)
    end = datetime.fromisoformat(str(params["end"])).astimezone(tz)
    is_midnight = (end.hour, end.minute) == (0, 0)
    last_day = end.date() - timedelta(days=1) if is_midnight else end.date()
    end_clock = "24:00" if is_midnight else formats.clock(end)
    if first.date() == last_day:
        if is_midnight and (first.hour, first.minute) == (0, 0):
            return _("the whole of {day}", day=formats.day_short(first.date()))
        return _(
            "{day}, from {first} to {end}", day=formats.day_short(last_day), first=formats.clock(first), end=end_clock
        )
    return _(
        "{first_day} {first} to {end_day} {end}",
        first_day=formats.day_short(first.date()), first=formats.clock(first),
        end_day=formats.day_short(last_day), end=end_clock,
    )  # fmt: skip


def _count(params: Params) -> int:
    return int(params["count"])


def _completed(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    title = ngettext(
        "{count} reading completed", "{count} readings completed", _count(params), count=formats.number(_count(params))
    )
    return "check", "ok", title, _("They came later: {span}.", span=_span(params, zone_name))


def _exchanged(params: Params, _zone_name: str) -> tuple[str, str, str, str]:
    detail = _("{old} was replaced by {new}.", old=params["old_serial"], new=params["new_serial"])
    return "arrow-path", "net", _("Your meter was exchanged"), detail


def _estimated(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    return (
        "variable",
        "warn",
        ngettext(
            "{count} reading estimated",
            "{count} readings estimated",
            _count(params),
            count=formats.number(_count(params)),
        ),
        _span(params, zone_name),
    )


def _corrected(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    detail = _(
        "{span}: {new} instead of {old}.",
        span=_span(params, zone_name),
        new=formats.kwh(params["new_wh"]),
        old=formats.kwh(params["old_wh"]),
    )
    return (
        "pencil-square",
        "net",
        ngettext(
            "{count} reading corrected",
            "{count} readings corrected",
            _count(params),
            count=formats.number(_count(params)),
        ),
        detail,
    )


def _suspect(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    return (
        "exclamation-triangle",
        "warn",
        _("A doubtful reading"),
        _("It covers {span}.", span=_span(params, zone_name)),
    )


def _gap(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    return (
        "signal-slash",
        "warn",
        ngettext(
            "{count} reading is missing",
            "{count} readings are missing",
            _count(params),
            count=formats.number(_count(params)),
        ),
        _span(params, zone_name),
    )


def _offline(params: Params, _zone_name: str) -> tuple[str, str, str, str]:
    return "signal-slash", "warn", _("{device} stopped answering", device=given_name(str(params["device"]))), ""


def _late(params: Params, _zone_name: str) -> tuple[str, str, str, str]:
    return (
        "clock",
        "warn",
        _("Your gateway is late"),
        ngettext(
            "It delivers about an hour behind. Nothing is lost.",
            "It delivers about {n} hours behind. Nothing is lost.",
            int(params["hours"]),
        ),
    )


def _export(params: Params, _zone_name: str) -> tuple[str, str, str, str]:
    return "arrow-down-tray", "net", _("Your export is ready"), str(params.get("name", ""))


def _export_failed(params: Params, _zone_name: str) -> tuple[str, str, str, str]:
    return "arrow-down-tray", "warn", _("Your export could not be made"), str(params.get("name", ""))


SENTENCES: dict[str, Callable[[Params, str], tuple[str, str, str, str]]] = {
    "readings_completed": _completed,
    "meter_exchanged": _exchanged,
    "readings_estimated": _estimated,
    "readings_corrected": _corrected,
    "readings_suspect": _suspect,
    "gap_open": _gap,
    "device_offline": _offline,
    "gateway_late": _late,
    "export_ready": _export,
    "export_failed": _export_failed,
}
