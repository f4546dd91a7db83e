"""Live, late or broken: a pill, a sentence, and the facts behind them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import html

from components import formats
from components.icons import icon
from domain.energy.freshness import Freshness, Health
from domain.energy.names import given_name
from domain.text import gettext as _
from domain.text import ngettext
from services.dashboard import DeviceState, LiveStatus, SiteDashboard

DEVICE_GLYPHS = {
    "gateway": ("signal", "net"), "inverter": ("sun", "prod"), "wind_turbine": ("cloud", "prod"), "battery": ("battery-100", "batt"),
    "wall_box": ("bolt", "cons"), "heat_pump": ("fire", "cons"), "plug": ("cpu-chip", "cons"),
}  # fmt: skip
TONES = {Health.LIVE: "ok", Health.LATE: "warn", Health.SILENT: "bad", Health.NEVER: ""}


def pill(fresh: Freshness) -> html.Span:
    names = {Health.LIVE: _("Live"), Health.LATE: _("Late"), Health.SILENT: _("Silent"), Health.NEVER: _("Waiting")}
    shape = html.I(className=f"sign sign-{fresh.health}", **{"aria-hidden": "true"})
    return html.Span([shape, names[fresh.health]], className=f"pill {TONES[fresh.health]}".strip())


def block(live: LiveStatus) -> list[Any]:
    """The pill and its sentences; asked again every minute."""
    last = live.freshness.last_end
    since = [html.Span(_("updated {time}", time=moment(last, live.now_local)))] if last else []
    said = [html.P(text, className="sub") for text in (sentence(live), *_silences(live))]
    return [html.P([pill(live.freshness), *since], className="row-flex small quiet"), *said]


NAMED_SILENT = 3  # more silent devices are counted


def _silences(live: LiveStatus) -> list[str]:
    """The gateway first, since it may be why the others are silent; of many others only how many."""
    devices = sorted(live.offline, key=lambda device: device.kind != "gateway")
    if len(devices) <= NAMED_SILENT:
        return [*map(_silence(live), devices)]
    rest = ngettext(
        "{n} more device has not answered either.", "{n} more devices have not answered either.", len(devices) - 1
    )
    return [_silence(live)(devices[0]), rest]


def _silence(live: LiveStatus) -> Any:
    """Late data with a silent gateway has its cause; any other silent device is said beside it."""

    def say(device: DeviceState) -> str:
        since = moment(device.last_seen_utc, live.now_local)
        if device.kind == "gateway":
            return _(
                "{device} has not answered since {time}: please check its power and network.",
                device=given_name(device.name),
                time=since,
            )
        return _("{device} has not answered since {time}.", device=given_name(device.name), time=since)

    return say


def moment(at: datetime | None, now_local: datetime) -> str:
    """`14:30`, `yesterday, 21:00`, `18 Sep, 14:15` or `18 Sep 2014, 14:15`, on the site's clock."""
    if at is None:
        return formats.UNKNOWN
    local = at.astimezone(now_local.tzinfo)
    days = (now_local.date() - local.date()).days
    if days == 0:
        return formats.clock(local)
    if days == 1:
        return _("yesterday, {time}", time=formats.clock(local))
    return _("{day}, {time}", day=formats.day_near(local.date(), days), time=formats.clock(local))


def sentence(live: LiveStatus) -> str:
    """What it means for the data, and what happens next."""
    fresh, now_local = live.freshness, live.now_local
    if fresh.health is Health.LIVE:
        return _(
            "Readings are in up to {time}. The next are due about {due}.",
            time=moment(fresh.last_end, now_local),
            due=moment(fresh.next_due, now_local),
        )
    if fresh.health is Health.LATE:
        return _(
            "Data up to {time}. Your meter is late. Nothing is lost; the gap is filled when it answers.",
            time=moment(fresh.last_end, now_local),
        )
    if fresh.health is Health.SILENT:
        return _(
            "Nothing has arrived since {time}. That is longer than usual: please check that the meter or gateway has power.",
            time=moment(fresh.last_end, now_local),
        )
    return _("Your meter has not sent anything yet. The first readings appear here as soon as they arrive.")


def data_facts(view: SiteDashboard) -> html.Dl:
    meters = len({meter.id for meter in view.site.meters if meter.kind != "weather"})
    facts = [
        (_("Last reading"), moment(view.live.freshness.last_end, view.live.now_local)),
        (_("Complete, last 7 days"), _complete(view)),
        (_("Meters"), formats.number(meters)),
        (_("Clock"), view.site.zone_name.replace("_", " ")),
    ]
    return html.Dl([part for name, value in facts for part in (html.Dt(name), html.Dd(value))], className="dl")


def _complete(view: SiteDashboard) -> str:
    """A share of what was due; where nothing has come yet there is nothing to be complete."""
    if view.live.freshness.health is Health.NEVER:
        return _("No reading yet")
    return formats.percent(view.completeness, 0 if view.completeness in {None, 1.0} else 1)


DEVICES_SHOWN = 4


def device_list(live: LiveStatus) -> html.Div:
    """Silent ones first; the rest of a long list opens on demand."""
    silent_first = sorted(live.devices, key=lambda device: not device.is_offline)
    rows = [_device(device, live.now_local) for device in silent_first]
    first, rest = rows[:DEVICES_SHOWN], rows[DEVICES_SHOWN:]
    if not rest:
        return html.Div(html.Ul(first, className="list"), className="device-list")
    name = ngettext("{n} more device", "{n} more devices", len(rest))
    more = html.Details([html.Summary(name), html.Ul(rest, className="list")], className="more-rows")
    return html.Div([html.Ul(first, className="list"), more], className="device-list")


def _device(device: DeviceState, now_local: datetime) -> html.Li:
    glyph, tone = DEVICE_GLYPHS.get(device.kind, ("cpu-chip", ""))
    seen = _("Last answer {time}", time=moment(device.last_seen_utc, now_local))
    if device.last_seen_utc is None:
        seen = _("Has not answered yet")
    health, name, colour = (
        ("never", _("Waiting"), "") if device.last_seen_utc is None
        else ("offline", _("Offline"), "") if device.is_offline
        else ("live", _("Online"), "ok")
    )  # fmt: skip
    state = html.Span(
        [html.I(className=f"sign sign-{health}", **{"aria-hidden": "true"}), name], className=f"pill {colour}".strip()
    )
    text = html.Span([html.B(given_name(device.name)), html.Span(seen, className="quiet small")], className="what")
    return html.Li([html.Span(icon(glyph), className=f"glyph {tone}".strip()), text, state])
