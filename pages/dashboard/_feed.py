"""What happened, as sentences: each kind of event has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html

from components import formats, states
from components.icons import icon
from domain.calendar import zone
from domain.text import gettext as _
from services.dashboard import Happening

Params = Mapping[str, Any]


def feed_list(happened: Sequence[Happening], zone_name: str) -> Any:
    if not happened:
        return states.empty("none_here", _("Nothing new"), _("What happens to your meters and data appears here."))
    return html.Ul([_row(item, zone_name) for item in happened], className="list")


def _row(item: Happening, zone_name: str) -> html.Li:
    glyph, tone, title, detail = _sentence(item.kind, item.params, zone_name)
    at = item.at.astimezone(zone(zone_name))
    when = _("{day}, {time}", day=formats.day_short(at.date()), time=formats.clock(at))
    name: Any = dcc.Link(title, href=item.href) if item.href else title
    text = html.Div(
        [html.B(name), html.Span(f"{when}{'. ' if detail else ''}{detail}", className="small quiet")], className="what"
    )
    return html.Li([html.Span(icon(glyph), className=f"glyph {tone}".strip()), text])


def _sentence(kind: str, params: Params, zone_name: str) -> tuple[str, str, str, str]:
    """Icon, tone, title and detail; an unknown kind is a plain line."""
    make = SENTENCES.get(kind)
    return make(params, zone_name) if make else ("information-circle", "", _("News about your data"), "")


def _span(params: Params, zone_name: str) -> str:
    tz = zone(zone_name)
    first = datetime.fromisoformat(str(params["first"])).astimezone(tz)
    end = datetime.fromisoformat(str(params["end"])).astimezone(tz)
    if first.date() == end.date() or (end.hour, end.minute) == (0, 0):
        return _(
            "{day}, from {first} to {end}",
            day=formats.day_short(first.date()),
            first=formats.clock(first),
            end=formats.clock(end),
        )
    return _(
        "{first_day} {first} to {end_day} {end}",
        first_day=formats.day_short(first.date()),
        first=formats.clock(first),
        end_day=formats.day_short(end.date()),
        end=formats.clock(end),
    )


def _completed(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    title = _("{n} readings completed", n=formats.number(params["count"]))
    return "check", "ok", title, _("They came later: {span}.", span=_span(params, zone_name))


def _exchanged(params: Params, _zone_name: str) -> tuple[str, str, str, str]:
    detail = _("{old} was replaced by {new}.", old=params["old_serial"], new=params["new_serial"])
    return "arrow-path", "net", _("Your meter was exchanged"), detail


def _estimated(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    return "variable", "warn", _("{n} readings estimated", n=formats.number(params["count"])), _span(params, zone_name)


def _corrected(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    detail = _(
        "{span}: {new} instead of {old}.",
        span=_span(params, zone_name),
        new=formats.kwh(params["new_wh"]),
        old=formats.kwh(params["old_wh"]),
    )
    return "pencil-square", "net", _("{n} readings corrected", n=formats.number(params["count"])), detail


def _suspect(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    return "exclamation-triangle", "warn", _("A doubtful reading"), _span(params, zone_name)


def _gap(params: Params, zone_name: str) -> tuple[str, str, str, str]:
    return (
        "signal-slash",
        "warn",
        _("{n} readings are missing", n=formats.number(params["count"])),
        _span(params, zone_name),
    )


def _offline(params: Params, _zone_name: str) -> tuple[str, str, str, str]:
    return "signal-slash", "warn", _("{device} stopped answering", device=params["device"]), ""


def _late(params: Params, _zone_name: str) -> tuple[str, str, str, str]:
    return (
        "clock",
        "warn",
        _("Your gateway is late"),
        _("It delivers about {n} hours behind. Nothing is lost.", n=params["hours"]),
    )


def _export(params: Params, _zone_name: str) -> tuple[str, str, str, str]:
    return "arrow-down-tray", "net", _("Your export is ready"), str(params.get("name", ""))


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
}
