"""Where this page lies: section, then page."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html

from domain.text import gettext as _


@dataclass(frozen=True)
class Crumb:
    """The last one has no address: it is the page itself."""

    label: str
    href: str = ""


def breadcrumbs(crumbs: tuple[Crumb, ...]) -> html.Nav:
    return html.Nav(
        html.Ol([_item(crumb) for crumb in crumbs], className="breadcrumb"), **{"aria-label": _("Breadcrumb")}
    )


def _item(crumb: Crumb) -> html.Li:
    if not crumb.href:
        return html.Li(crumb.label, className="breadcrumb-item active", **{"aria-current": "page"})
    return html.Li(html.A(crumb.label, href=crumb.href, **{"data-soft": ""}), className="breadcrumb-item")
