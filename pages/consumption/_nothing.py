"""Why a period shows nothing, and the way to one that shows something."""

from __future__ import annotations

from dash import html

from components import formats, states
from domain.access import Viewer
from domain.text import gettext as _
from pages.consumption._state import State
from services import consumption


def nothing(viewer: Viewer, state: State) -> html.Div:
    known = consumption.known_days(viewer, state.ask.site)
    if known is None:
        return states.empty(
            "not_yet", _("No readings yet"), _("The first readings appear here as soon as your meter has sent them.")
        )
    first, last = known
    if state.ask.period.end <= first:
        text = _("The readings you can see begin on {day}.", day=formats.day(first))
        return states.empty(
            "none_here",
            _("Nothing in this period"),
            text,
            action=(_("Go to the first readings"), state.link(date=first)),
        )
    text = _("The last reading is from {day}.", day=formats.day(last))
    if state.ask.period.first > state.today:
        action = (_("Go to the last readings"), state.link(date=last))
        return states.empty("not_yet", _("Not yet"), text, action=action)
    return states.empty(
        "none_here", _("Nothing in this period"), text, action=(_("Go to the last readings"), state.link(date=last))
    )
