"""Bars that compare sites: one zero, one scale, the other period as a mark across, and in words what a bar lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html


@dataclass(frozen=True)
class SiteBar:
    """One site. Lengths are of any one unit, energy or money; a text says each of them.

    total : None where nothing is known, which is drawn as an empty, dashed place and not as zero
    compared : the part of the total that `then` is compared with; the rest of the bar is pale
    href : empty where there is nothing more to see
    note : one line below the name: the change, what is missing, since when a site is silent
    """

    name: str
    href: str
    figure: str
    total: float | None
    compared: float | None = None
    then: float | None = None
    note: Any = ""
    is_estimated: bool = False


def site_bars(rows: Sequence[SiteBar]) -> html.Ul:
    """A list of sites as they come; names, figures and notes are text, the bars are for the eye."""
    top = max((length for row in rows for length in (row.total, row.then) if length is not None), default=0) or 1
    return html.Ul([_row(row, top) for row in rows], className="site-bars")


def _row(row: SiteBar, top: float) -> html.Li:
    title = dcc.Link(row.name, href=row.href, className="strong") if row.href else html.B(row.name)
    name = html.Span(
        [title, html.Span(row.note, className="quiet small")],
        className="what",
    )
    return html.Li([name, _track(row, top), html.Span(row.figure, className="fig")])


def _track(row: SiteBar, top: float) -> html.Span:
    if row.total is None:
        return html.Span(className="track none", **{"aria-hidden": "true"})
    compared = row.total if row.compared is None else min(row.compared, row.total)
    parts = [html.I(className="bar est" if row.is_estimated else "bar", style={"width": _share(compared, top)})]
    if row.total > compared:
        parts.append(html.I(className="bar pale", style={"width": _share(row.total - compared, top)}))
    if row.then is not None:
        parts.append(html.I(className="then", style={"left": _share(row.then, top)}))
    return html.Span(parts, className="track", **{"aria-hidden": "true"})


def _share(length: float, top: float) -> str:
    return f"{length / top * 100:.1f}%"
