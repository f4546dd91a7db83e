"""The frame itself: everything around the page, drawn for one person and one address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dash import dcc, html

from components.icons import icon
from components.shell.breadcrumbs import Crumb, breadcrumbs
from components.shell.messages import toast_areas
from components.shell.navigation import NavEntry, current_entry, sidebar_nav, tab_bar
from components.shell.site_picker import SiteChoice, site_picker
from components.shell.user_menu import Person, language_form, sign_out_form, user_menu
from domain.text import gettext as _


@dataclass(frozen=True)
class Brand:
    name: str
    logo_href: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Place:
    """What of the frame depends on the address: drawn again with each navigation."""

    path: str
    query: str = ""
    entries: tuple[NavEntry, ...] = ()
    crumbs: tuple[Crumb, ...] = ()
    sites: tuple[SiteChoice, ...] = ()
    site: SiteChoice | None = None
    freshness: str = ""

    @property
    def site_id(self) -> str:
        """Carried along in links only where there is a choice."""
        return self.site.public_id if self.site and len(self.sites) > 1 else ""


@dataclass(frozen=True)
class Frame:
    """What of the frame depends on the person."""

    brand: Brand
    person: Person
    is_demo: bool = False
    banners: tuple[Any, ...] = field(default_factory=tuple)


def frame(shown: Frame, place: Place, page: list[Any]) -> html.Div:
    """The whole document body; `page` is the router's container."""
    parts = place_parts(shown, place)
    return html.Div(
        [
            html.A(_("Skip to content"), href="#main", className="skip"),
            html.Div([_sidebar(shown, parts), _column(shown, parts, page)], className="app"),
            html.Div(parts["shell-tabs"], id="shell-tabs"),
            toast_areas(),
        ]
    )


def place_parts(shown: Frame, place: Place) -> dict[str, Any]:
    """The children of every part that follows the address, by id."""
    current = current_entry(place.entries, place.path)
    picker = [site_picker(place.sites, place.site, _section(place), place.query)] if place.site else []
    return {
        "shell-site": picker,
        "shell-nav": sidebar_nav(place.entries, current, place.site_id),
        "shell-foot": html.B(place.freshness) if place.freshness else "",
        "shell-crumbs": breadcrumbs(place.crumbs),
        "shell-site-top": picker or html.B(shown.brand.name, className="m-brand"),
        "shell-tabs": tab_bar(place.entries, current, place.site_id, _more(shown, place)),
    }


def _section(place: Place) -> str:
    """The page to open for another site: this one, or its section where the address names one thing of this site."""
    known = {entry.path for entry in place.entries} | {crumb.href.partition("?")[0] for crumb in place.crumbs}
    if place.path in known:
        return place.path
    return f"/{place.path.strip('/').partition('/')[0]}"


def _sidebar(shown: Frame, parts: dict[str, Any]) -> html.Aside:
    inside = [
        html.Div([_logo(shown.brand), html.Span(shown.brand.name, className="nav-word")], className="brand"),
        html.Div(parts["shell-site"], id="shell-site"),
        html.Div(parts["shell-nav"], id="shell-nav", className="side-nav"),
        html.Div(parts["shell-foot"], id="shell-foot", className="side-foot"),
        html.Button(
            [icon("chevron-double-left"), html.Span(_("Narrow sidebar"), className="nav-word")],
            id="shell-rail",
            type="button",
            className="rail-btn",
            **{"aria-pressed": "false"},
        ),
    ]
    return html.Aside(html.Div(inside, className="side-in"), className="side", **{"aria-label": _("Portal")})


def _logo(brand: Brand) -> html.Span | html.Img:
    if brand.logo_href:
        return html.Img(src=brand.logo_href, alt="", className="brand-logo")
    return html.Span(className="brand-mark", **{"aria-hidden": "true"})


def _column(shown: Frame, parts: dict[str, Any], page: list[Any]) -> html.Div:
    words = [html.Span(_("Demo data"), className="long"), html.Span(_("Demo"), className="short")]
    demo = [html.Span(words, className="demo", title=_("All people and figures are invented."))]
    top = [
        html.Div(_logo(shown.brand), className="m-only m-logo"),
        html.Div(parts["shell-site-top"], id="shell-site-top", className="m-only m-site"),
        html.Div(parts["shell-crumbs"], id="shell-crumbs", className="w-only"),
        html.Span(className="spacer w-only"),
        *(demo if shown.is_demo else []),
        theme_button(),
        user_menu(shown.person),
    ]
    return html.Div(
        [
            html.Header(top, className="topbar"),
            html.Main([*_banners(shown), *page], id="main", tabIndex="-1"),
            _footer(shown),
        ],
        className="column",
    )


def _banners(shown: Frame) -> list[Any]:
    return [html.Div(list(shown.banners), id="shell-banners", className="banners")]


def theme_button() -> html.Button:
    """Both words and both symbols are there; the style sheet shows the ones of the other theme."""
    return html.Button(
        [
            html.Span(
                [icon("moon"), html.Span(_("Switch to dark theme"), className="visually-hidden")], className="to-dark"
            ),
            html.Span(
                [icon("sun"), html.Span(_("Switch to light theme"), className="visually-hidden")], className="to-light"
            ),
        ],
        id="shell-theme",
        type="button",
        className="icon-btn",
    )


def _more(shown: Frame, place: Place) -> list[Any]:
    """What the sidebar and the account corner hold, for thumbs."""
    fresh = [html.P(place.freshness, className="more-note")] if place.freshness else []
    demo = (
        [html.P(_("Demo data: all people and figures are invented."), className="more-note")] if shown.is_demo else []
    )
    return [*language_form(shown.person), sign_out_form(shown.person), *fresh, *demo]


def _footer(shown: Frame) -> html.Footer:
    contact = [html.Span(_("Questions? {contact}", contact=shown.brand.contact))] if shown.brand.contact else []
    return html.Footer([html.Span(shown.brand.name), *contact], className="page-foot")


def router_container(skeleton: Any) -> list[Any]:
    """Dash's page container under its own ids, with a skeleton instead of an empty first picture."""
    return [
        dcc.Location(id="_pages_location", refresh="callback-nav"),
        html.Div(skeleton, id="_pages_content", disable_n_clicks=True),
        dcc.Store(id="_pages_store"),
        html.Div(id="_pages_dummy", disable_n_clicks=True),
    ]
