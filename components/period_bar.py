"""One period bar for all pages: previous, title, next, now, lengths, comparison, unit, download; links only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import formats
from components.icons import icon
from components.links import href
from domain.calendar import Period, PeriodKind
from domain.text import gettext as _

KINDS = (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.YEAR)
KINDS_AND_ALL = (*KINDS, PeriodKind.ALL)


@dataclass(frozen=True)
class PeriodState:
    """What the bar shows and where its links lead."""

    path: str
    query: Mapping[str, object]
    period: Period
    today: date
    first_date: date  # the first day the viewer may see
    compare: str = "none"  # none, previous, last_year or a date
    compare_title: str = ""
    download_href: str = ""
    units: Sequence[tuple[str, str, bool]] = field(default_factory=tuple)  # (label, href, is_current)
    kinds: Sequence[PeriodKind] = KINDS
    takes_own_dates: bool = False  # the page understands `period=custom&date=...&last=...`


def kind_name(kind: PeriodKind) -> str:
    return {
        PeriodKind.DAY: _("Day"),
        PeriodKind.WEEK: _("Week"),
        PeriodKind.MONTH: _("Month"),
        PeriodKind.YEAR: _("Year"),
        PeriodKind.ALL: _("All"),
        PeriodKind.CUSTOM: _("Own dates"),
    }[kind]


def segmented(items: Sequence[tuple[str, str, bool]], *, label: str, class_name: str = "") -> html.Nav:
    """Two to four choices as links; `(label, href, is_current)`."""
    links = [
        html.Span(dcc.Link(text, href=target), className="seg is-current" if current else "seg")
        for text, target, current in items
    ]
    return html.Nav(links, className=f"segmented {class_name}".strip(), **{"aria-label": label})


def period_bar(state: PeriodState) -> html.Div:
    """The bar on wide screens; on phones the steps and one button that opens the rest as a sheet."""
    wide = [_now(state), _kinds(state, "only-w"), _compare_chip(state), html.Span(className="spacer")]
    units = [segmented(state.units, label=_("Unit"), class_name="only-w")] if len(state.units) > 1 else []
    return html.Div(
        [_steps(state), *wide, *units, _download(state), _sheet(state)],
        className="period-bar",
        role="group",
        **{"aria-label": _("Period")},
    )


def period_words(period: Period) -> dict[str, object]:
    """What an address says of a period; only own dates have a last day of their own."""
    last = period.last.isoformat() if period.kind is PeriodKind.CUSTOM else None
    return {"period": str(period.kind), "date": period.first.isoformat(), "last": last}


def _at(state: PeriodState, period: Period) -> str:
    return href(state.path, state.query, **period_words(period))


def _steps(state: PeriodState) -> html.Span:
    previous, following = state.period.shift(-1), state.period.shift(1)
    moves = state.period.kind is not PeriodKind.ALL
    has_previous, has_next = moves and previous.end > state.first_date, moves and following.first <= state.today
    return html.Span(
        [
            _step(state, previous, "chevron-left", _("Previous: {period}"), allowed=has_previous),
            _title(state),
            _step(state, following, "chevron-right", _("Next: {period}"), allowed=has_next),
        ],
        className="step",
    )


def _title(state: PeriodState) -> Any:
    """The period's name; where a page takes own dates, it opens a form for them."""
    name = [icon("calendar"), formats.period_title(state.period)]
    if not state.takes_own_dates:
        return html.Span(name, className="period-title")
    opens = html.Span(_("Choose your own dates"), className="visually-hidden")
    return html.Details(
        [html.Summary([*name, opens], className="period-title"), html.Div(own_dates_form(state), className="sheet")],
        className="period-sheet own-dates",
    )


def own_dates_form(state: PeriodState) -> html.Form:
    """First and last day as a plain form whose answer is an address."""
    taken = {"period", "date", "last", "resolution"}
    hidden = [
        dcc.Input(type="hidden", name=key, value=str(value)) for key, value in state.query.items() if key not in taken
    ]
    last = min(state.period.last, max(state.today, state.period.first))
    return html.Form(
        [
            *hidden,
            dcc.Input(type="hidden", name="period", value=str(PeriodKind.CUSTOM)),
            date_field("own-first", "date", _("First day"), state.period.first.isoformat()),
            date_field("own-last", "last", _("Last day"), last.isoformat()),
            html.Button(_("Show these days"), type="submit", className="btn btn-primary"),
        ],
        action=state.path, method="GET", className="stack-form",
    )  # fmt: skip


def date_field(field_id: str, name: str, label: str, value: str, problem: str = "") -> html.Div:
    """A native date input with its label and, when it cannot be meant, what is wrong and what helps."""
    said = {"role": "group", "aria-describedby": f"{field_id}-problem"} if problem else {}
    control = dbc.Input(type="date", id=field_id, name=name, value=value, required=True, invalid=bool(problem))
    note = [html.P(problem, id=f"{field_id}-problem", className="form-problem")] if problem else []
    return html.Div([html.Label(label, htmlFor=field_id, className="form-label"), control, *note], **said)


def _step(state: PeriodState, target: Period, glyph: str, label: str, *, allowed: bool) -> Any:
    if not allowed:
        return html.Span(icon(glyph), className="icon-btn off", **{"aria-hidden": "true"})
    text = label.format(period=formats.period_title(target))
    return dcc.Link([icon(glyph), html.Span(text, className="visually-hidden")], href=_at(state, target))


def _now(state: PeriodState) -> dcc.Link:
    now = Period.of(state.period.kind if state.period.kind in KINDS else PeriodKind.MONTH, state.today)
    return dcc.Link(_("Now"), href=_at(state, now), className="btn btn-sm btn-secondary only-w")


def _kinds(state: PeriodState, class_name: str = "") -> html.Nav:
    # A year seen today opens on today's month, a year in the past on its first.
    anchor = state.today if state.period.first <= state.today < state.period.end else state.period.first
    items = [(kind_name(kind), _at_anchor(state, kind, anchor), kind is state.period.kind) for kind in state.kinds]
    return segmented(items, label=_("Length of period"), class_name=class_name)


def _at_anchor(state: PeriodState, kind: PeriodKind, anchor: date) -> str:
    return href(state.path, state.query, period=str(kind), date=anchor.isoformat(), last=None, resolution=None)


def _compare_links(state: PeriodState) -> list[Any]:
    choices = [("none", _("No comparison")), ("previous", _("Previous period")), ("last_year", _("Last year"))]
    return [
        dcc.Link(text, href=href(state.path, state.query, compare=key, then=None, then_last=None))
        for key, text in choices
        if key != state.compare
    ]


def _compare_chip(state: PeriodState) -> html.Span:
    menu = html.Details(
        [
            html.Summary(icon("adjustments-horizontal", _("Choose a comparison"))),
            html.Div(html.Div(_compare_links(state), className="menu-links"), className="sheet"),
        ],
        className="period-sheet",
    )
    if state.compare == "none" or not state.compare_title:
        return html.Span(menu, className="only-w")
    remove = dcc.Link(
        [icon("x-mark", small=True), html.Span(_("Remove the comparison"), className="visually-hidden")],
        href=href(state.path, state.query, compare="none", then=None, then_last=None),
    )
    mark = html.I(className="sw sw-ref", **{"aria-hidden": "true"})
    text = _("vs {period}", period=state.compare_title)
    chip = html.Span([mark, html.Span(text, className="cut"), remove], className="compare-chip")
    return html.Span([chip, menu], className="only-w row-flex")


def _download(state: PeriodState) -> Any:
    if not state.download_href:
        return html.Span()
    label = html.Span(_("Download this view"), className="visually-hidden")
    return dcc.Link([icon("arrow-down-tray"), label], href=state.download_href, className="icon-btn only-w")


def _sheet(state: PeriodState) -> html.Details:
    """Everything else on a phone."""
    parts: list[Any] = [
        html.Div([html.P(_("Length of period")), _kinds(state)]),
        html.Div([html.P(_("Compare with")), html.Div(_compare_links(state), className="menu-links")]),
    ]
    if len(state.units) > 1:
        parts.append(html.Div([html.P(_("Unit")), segmented(state.units, label=_("Unit"))]))
    if state.download_href:
        parts.append(
            dcc.Link([icon("arrow-down-tray"), _("Download")], href=state.download_href, className="btn btn-secondary")
        )
    summary = html.Summary(icon("adjustments-horizontal", _("Period, comparison, unit and download")))
    return html.Details([summary, html.Div(parts, className="sheet")], className="period-sheet only-n")
