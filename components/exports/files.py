"""The files a person ordered: being made with a bar, ready with a link, or gone wrong with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dash import html

from components import formats, states
from domain.text import gettext as _


@dataclass(frozen=True)
class FileItem:
    """`state` is queued, running, done, failed or cancelled; `kept_until` is a local date."""

    public_id: str
    name: str
    state: str
    ratio: float
    size_bytes: int
    href: str
    kept_until: date | None = None

    @property
    def is_open(self) -> bool:
        return self.state in {"queued", "running"}


def file_list(items: Sequence[FileItem]) -> Any:
    if not items:
        text = _("Files that take longer to make wait here for seven days.")
        return states.empty("none_here", _("Nothing here yet"), text)
    return html.Ul([html.Li(_item(item)) for item in items], className="export-list")


def size(size_bytes: int) -> str:
    """`2.4 MB`, from a thousand bytes up never nothing."""
    unit, value = ("MB", size_bytes / 1e6) if size_bytes >= 1e6 else ("kB", max(1.0, size_bytes / 1e3))
    return f"{formats.number(value, 1 if unit == 'MB' else 0)}{formats.NBSP}{unit}"


def _item(item: FileItem) -> html.Div:
    name = html.Span(item.name, className="strong")
    if item.is_open:
        return _being_made(item, name)
    if item.state == "done":
        return _ready(item, name)
    failed = _("This file could not be made. Please order it again.")
    cancelled = _("You cancelled this file.")
    pill = (
        html.Span(_("Cancelled"), className="pill line")
        if item.state == "cancelled"
        else html.Span([html.I(className="sign sign-silent"), _("Failed")], className="pill bad")
    )
    text = html.Div(cancelled if item.state == "cancelled" else failed, className="small quiet")
    return html.Div([html.Div([name, pill], className="between"), text], className="job")


def _being_made(item: FileItem, name: html.Span) -> html.Div:
    percent = round(100 * item.ratio)
    values = {"aria-label": item.name, "aria-valuenow": str(percent), "aria-valuemin": "0", "aria-valuemax": "100"}
    bar = html.Div(html.I(style={"width": f"{percent}%"}), className="job-bar", role="progressbar", **values)
    said = _("Being made") if item.state == "running" else _("Waiting for its turn")
    cancel = html.Button(
        _("Cancel"), id={"type": "export-cancel", "id": item.public_id}, className="btn btn-ghost btn-sm", type="button",
        **{"aria-label": _("Cancel {name}", name=item.name)},
    )  # fmt: skip
    figure = html.Span(formats.percent(item.ratio), className="num")
    under = html.Div([html.Span(said), cancel], className="between small quiet")
    return html.Div([html.Div([name, figure], className="between"), bar, under], className="job")


def _ready(item: FileItem, name: html.Span) -> html.Div:
    until = formats.day_short(item.kept_until) if item.kept_until else formats.UNKNOWN
    text = _("{size}, kept until {day}", size=size(item.size_bytes), day=until)
    link = html.A(
        _("Download"), href=item.href, download=item.name, className="linkish",
        **{"aria-label": _("Download {name}", name=item.name)},
    )  # fmt: skip
    pill = html.Span([html.I(className="sign"), _("Ready")], className="pill ok")
    under = html.Div([html.Span(text), link], className="between small quiet")
    return html.Div([html.Div([name, pill], className="between"), under], className="job")
