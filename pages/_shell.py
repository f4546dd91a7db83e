"""The frame for the person who asks, and what of it follows the address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import dash
from dash import html

from auth.page_access import page_of
from auth.policies import roles_of
from auth.session import csrf_token, current_viewer
from components import formats
from components.shell import frame as frames
from components.shell import messages
from components.shell.breadcrumbs import Crumb
from components.shell.frame import Brand, Frame, Place
from components.shell.navigation import SECTIONS, NavEntry
from components.shell.site_picker import SiteChoice
from components.shell.skeleton import page_skeleton
from components.shell.user_menu import Person, csrf_field
from domain.access import Role, Viewer
from domain.text import available_locales, current_locale, ngettext
from domain.text import gettext as _
from pages._notices import show_unseen
from services import portal, shell
from services.sites import SiteView

OVERVIEW = "/dashboard"


def layout() -> html.Div:
    """The document of `app.layout`; Dash also draws it once for nobody, before the first request."""
    viewer = current_viewer()
    shown = frame_of(viewer)
    return frames.frame(shown, place_of(viewer, "", ""), frames.router_container(page_skeleton()))


def follow(path: str, query: str) -> None:
    """Draw the address-dependent parts again, in the same answer as the page itself."""
    viewer = current_viewer()
    show_unseen(viewer)
    parts = frames.place_parts(frame_of(viewer), place_of(viewer, path, query))
    for component_id, children in parts.items():
        dash.set_props(component_id, {"children": children})


def frame_of(viewer: Viewer) -> Frame:
    config = portal.current().config
    logo = f"/assets/brand-logo{config.brand_logo[-4:].lower()}" if config.brand_logo else ""
    return Frame(
        brand=Brand(config.brand_name, logo, config.brand_contact),
        person=person_of(viewer),
        is_demo=config.is_demo,
        banners=() if viewer.is_anonymous else (*_acting(viewer), *_announcements()),
    )


def person_of(viewer: Viewer) -> Person:
    locales = tuple(sorted(available_locales()))
    return Person(viewer.name, viewer.email, viewer.is_staff, current_locale(), locales, csrf_token())


def _acting(viewer: Viewer) -> list[html.Div]:
    account = shell.acting_for(viewer)
    if account is None:
        return []
    button = html.Button(_("End the visit"), type="submit", className="btn btn-secondary btn-sm")
    form = html.Form([csrf_field(csrf_token()), button], action="/admin/view-as/end", method="POST")
    return [messages.acting_banner(account.customer_name, account.number, viewer.acting_reason, form)]


def _announcements() -> list[html.Div]:
    return [messages.announcement(item.text, item.level) for item in shell.announcements(current_locale())]


def place_of(viewer: Viewer, path: str, query: str) -> Place:
    sites = shell.sites_of(viewer)
    asked = _asked_site(path, query)
    site = shell.chosen_site(sites, asked)
    shows_all = len(sites) > 1 and not asked and path in {"", OVERVIEW}
    return Place(
        path=path,
        query=query,
        entries=entries_of(viewer, sites),
        crumbs=crumbs_of(path, site if len(sites) > 1 else None),
        sites=(*([_all(sites)] if len(sites) > 1 else []), *(_choice(each) for each in sites)),
        site=_all(sites) if shows_all else _choice(site) if site else None,
        freshness=_freshness(viewer, site) if site and not shows_all else "",
    )


def _asked_site(path: str, query: str) -> str:
    """The site in the query, or the one the overview's address names."""
    named = path.removeprefix(f"{OVERVIEW}/") if path.startswith(f"{OVERVIEW}/") else ""
    return named or parse_qs(query.lstrip("?")).get("site", [""])[0]


def _all(sites: tuple[SiteView, ...]) -> SiteChoice:
    return SiteChoice("", _("All sites"), ngettext("{n} site", "{n} sites", len(sites)))


def _choice(site: SiteView) -> SiteChoice:
    return SiteChoice(site.public_id, site.name, site.city)


def entries_of(viewer: Viewer, sites: tuple[SiteView, ...]) -> tuple[NavEntry, ...]:
    """Pages of the viewer's roles whose assets are there, by section and order."""
    if viewer.is_anonymous:
        return ()
    pages = [page for page in dash.page_registry.values() if page.get("nav") and _is_for(page, viewer, sites)]
    pages.sort(key=lambda page: (_section_rank(page), page.get("order") or 0, page["path"]))
    return tuple(_entry(page) for page in pages)


def _entry(page: dict[str, Any]) -> NavEntry:
    label = page.get("nav_label") or page["label"]
    short = page.get("nav_short", "")
    symbol = page.get("icon", "document-text")
    return NavEntry(page["path"], _(label), symbol, page.get("section", ""), _(short) if short else "")


def _is_for(page: dict[str, Any], viewer: Viewer, sites: tuple[SiteView, ...]) -> bool:
    roles = {Role(role) for role in page.get("roles") or {Role.CUSTOMER}}
    needs = page.get("needs")
    return bool(roles & roles_of(viewer)) and (needs is None or bool(needs(list(sites))))


def _section_rank(page: dict[str, Any]) -> int:
    section = page.get("section", "")
    return SECTIONS.index(section) if section in SECTIONS else len(SECTIONS)


def crumbs_of(path: str, site: SiteView | None) -> tuple[Crumb, ...]:
    """Section and page; a page that is a section stands alone."""
    page = page_of(path)
    if page is None:
        return (Crumb(_("Not found")),) if path else ()
    root = page_of(f"/{path.strip('/').partition('/')[0]}")
    here, section = page["label"], root["label"] if root else ""
    if root is None or root["module"] == page["module"]:
        return (Crumb(_(here)),)
    if site and path.startswith(f"{OVERVIEW}/"):
        return (Crumb(_(section), OVERVIEW), Crumb(site.name))
    query = f"?site={site.public_id}" if site else ""
    return (Crumb(_(section), f"{root['path']}{query}"), *_between(path, root), Crumb(_(here)))


def _between(path: str, root: dict[str, Any]) -> tuple[Crumb, ...]:
    """The list a thing's page belongs to: `/admin/customers` of `/admin/customers/ID`."""
    above = path.rstrip("/").rpartition("/")[0]
    page = page_of(above) if above.count("/") > 1 else None
    if page is None or page["module"] == root["module"]:
        return ()
    label = page["label"]
    return (Crumb(_(label), above),)


def _freshness(viewer: Viewer, site: SiteView) -> str:
    found = shell.freshness(viewer, site)
    if found is None:
        return _("No meter data yet")
    time = formats.clock(found.until_local)
    if found.days_old <= 0:
        return _("Meter data up to {time}", time=time)
    if found.days_old == 1:
        return _("Meter data up to yesterday, {time}", time=time)
    last = found.until_local - timedelta(seconds=1)  # what ends at midnight is of the day before
    return _("Meter data up to {date}", date=formats.day_near(last.date(), found.days_old))
