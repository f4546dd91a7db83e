"""The card of what to look at first: how much, and the newest with the way to its customer."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from dash import dcc, html

from components import formats
from components.icons import icon
from domain.energy.freshness import Health
from domain.energy.names import given_name
from domain.text import gettext as _
from domain.text import ngettext
from pages.admin import _parts as parts
from services.attention import Attention, Trouble


def card(found: Attention) -> html.Section:
    state = parts.pill(_("All well"), "ok") if found.is_well else parts.pill(_("Needs attention"), "warn")
    if found.is_well:
        body: list[Any] = [parts.empty(_("Every meter is on time and every device answers."))]
    else:
        rest = found.devices_offline + found.sites_late + found.sites_silent - len(found.first)
        body = [
            html.P(" ".join(_counts(found)), className="sub"),
            html.Ul([_row(each) for each in found.first], className="list"),
        ]
        body += [html.P(ngettext("and {n} more", "and {n} more", rest), className="quiet small")] if rest else []
    return parts.card(_("To look at first"), *body, side=state)


def _counts(found: Attention) -> list[str]:
    return [
        *([ngettext("{n} site is silent.", "{n} sites are silent.", found.sites_silent)] if found.sites_silent else []),
        *([ngettext("{n} site is late.", "{n} sites are late.", found.sites_late)] if found.sites_late else []),
        *(
            [ngettext("{n} device does not answer.", "{n} devices do not answer.", found.devices_offline)]
            if found.devices_offline else []
        ),
    ]  # fmt: skip


def _row(each: Trouble) -> html.Li:
    local = each.since.astimezone(ZoneInfo(each.place.zone_name))
    when = f"{formats.day_medium(local.date())}, {formats.clock(local)}"
    if each.device:
        what, tone, glyph = _("{device} does not answer", device=given_name(each.device)), "warn", "signal-slash"
        said = _("last heard {time}", time=when)
    else:
        is_late = each.health is Health.LATE
        what = _("Readings are late") if is_late else _("No readings come")
        tone, glyph, said = "warn", "clock" if is_late else "signal-slash", _("data up to {time}", time=when)
    place = ", ".join(part for part in (each.place.name, each.place.city) if part)
    where: Any = place
    if each.place.customer_public_id:
        where = dcc.Link(place, href=f"/admin/customers/{each.place.customer_public_id}")
    text = html.Div(
        [html.B(what), html.Span([html.Span(where), html.Span(said)], className="small quiet said")], className="what"
    )
    return html.Li([html.Span(icon(glyph), className=f"glyph {tone}"), text])
