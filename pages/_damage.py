"""What a page says that lacks stored readings: of which site and meters, and from when to when."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html

from components import formats
from components.consumption import labels
from components.icons import icon
from domain.text import gettext as _
from services.damage import Incomplete

NAMED = 3


def notices(found: Iterable[Incomplete | None]) -> list[html.Div]:
    """One notice for each site that is hit."""
    return [
        html.Div([icon("exclamation-triangle"), html.Span(sentence(each))], className="notice warn", role="status")
        for each in found
        if each is not None
    ]


def sentence(found: Incomplete) -> str:
    first, last = formats.day_medium(found.first), formats.day_medium(found.last)
    when = _("on {day}", day=first) if first == last else _("between {first} and {last}", first=first, last=last)
    return _(
        "Some stored readings of {site} cannot be read at the moment: {what}, {when}. They are shown as missing until they are restored; nothing else is affected.",
        site=found.site.name,
        what=_what(found),
        when=when,
    )


def _what(found: Incomplete) -> str:
    if found.is_whole_site:
        return _("all of its meters")
    names = [labels.register_name(r) for r in found.registers]
    if len(names) <= NAMED:
        return ", ".join(names)
    return _("{names} and {n} more", names=", ".join(names[:NAMED]), n=len(names) - NAMED)
