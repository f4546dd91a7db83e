"""The site that the page is about, and links to the same page for the others."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from dash import html

from components.icons import icon
from domain.text import gettext as _

# What a page keeps when the site changes; ids of meters and commodities belong to the old site.
KEPT = ("view", "period", "date", "unit", "compare", "resolution", "align")


@dataclass(frozen=True)
class SiteChoice:
    public_id: str
    name: str
    place: str


def href_for(path: str, query: str, site: str) -> str:
    """The same page for another site; a page of one meter falls back to its section. All sites meet on the overview."""
    if not site:
        return "/dashboard"
    kept = [(name, value) for name, value in parse_qsl(query.lstrip("?")) if name in KEPT]
    return f"{path}?{urlencode([('site', site), *kept])}"


def site_picker(choices: tuple[SiteChoice, ...], current: SiteChoice, path: str, query: str) -> html.Div | html.Details:
    """A menu of links; with one site there is nothing to pick and its name stands alone."""
    if len(choices) < 2:
        return html.Div(_face(current, has_menu=False), className="site-switch is-single")
    links = [_choice(choice, choice == current, href_for(path, query, choice.public_id)) for choice in choices]
    return html.Details(
        [
            html.Summary(_face(current, has_menu=True), className="site-switch"),
            html.Nav(html.Ul(links), className="pop-menu site-menu", **{"aria-label": _("Sites")}),
        ],
        className="pop site-pop",
    )


def _face(site: SiteChoice, *, has_menu: bool) -> list:
    words = html.Span([html.B(site.name), html.Span(site.place, className="site-place")], className="nav-word")
    return [icon("home-modern"), words, *([icon("chevron-up-down")] if has_menu else [])]


def _choice(site: SiteChoice, is_current: bool, href: str) -> html.Li:
    attributes = {"data-soft": "", **({"aria-current": "true"} if is_current else {})}
    return html.Li(html.A([html.B(site.name), html.Span(site.place, className="site-place")], href=href, **attributes))
