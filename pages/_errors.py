"""What people see when a page or a callback fails: a sentence for a refusal, a reference for an accident."""

from __future__ import annotations

import logging
from typing import Any

import dash
from dash import html
from flask import g

from components.shell import messages, refusals
from domain.errors import DomainError, NotFoundError
from services import refusals as entries

log = logging.getLogger("portal.errors")


def page_failure(error: Exception) -> html.Div:
    """In place of a page."""
    if isinstance(error, NotFoundError):
        return refusals.missing_page()
    if isinstance(error, DomainError):
        return refusals.refused_page(_sentence(error))
    return refusals.broken_page(_noted(error))


def callback_failure(error: Exception) -> Any:
    """`Dash(on_error=...)`: in the place of the content where there is one, else as a message in the corner."""
    is_expected = isinstance(error, DomainError)
    g.refused_status = error.status if isinstance(error, DomainError) and error.status in {403, 404} else None
    text = _sentence(error) if isinstance(error, DomainError) else messages.accident(_noted(error))
    outputs = dash.ctx.outputs_list
    several = isinstance(outputs, list)
    places = outputs if several else [outputs]
    if not any(_is_content(place) for place in places):
        level, area = ("warn", "shell-toasts") if is_expected else ("bad", "shell-alerts")
        dash.set_props(area, {"children": messages.toast(text, level=level)})
    answers = [refusals.broken_part(text) if _is_content(place) else dash.no_update for place in places]
    return answers if several else answers[0]


def _sentence(error: DomainError) -> str:
    """Of an entry or a price the field and what to do; of anything else what it means for the person."""
    return entries.sentence(error) if error.code in {"invalid_input", "rating_refused"} else messages.sentence(error)


def _is_content(place: Any) -> bool:
    return isinstance(place, dict) and place.get("property") == "children"


def _noted(error: Exception) -> str:
    """Log the accident with its trace; the reference leads to that line."""
    log.error("unexpected error in a page", exc_info=error, extra={"callback": str(dash.ctx.triggered_prop_ids)[:200]})
    return str(g.get("reference", ""))
