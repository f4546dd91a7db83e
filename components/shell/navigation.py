"""Navigation drawn from the page registry: sidebar, bottom tabs and the sheet with the rest."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from dash import html

from components.icons import icon
from domain.text import gettext as _

SECTIONS = ("home", "energy", "money", "assets", "help", "staff")
TABS = 4


@dataclass(frozen=True)
class NavEntry:
    """One place in the navigation; `label` is translated, `short` fits a tab of 72 px."""

    path: str
    label: str
    icon: str
    section: str
    short: str = ""


def current_entry(entries: tuple[NavEntry, ...], path: str) -> NavEntry | None:
    """The entry whose path is the longest beginning of `path`, by whole segments."""
    fitting = [entry for entry in entries if path == entry.path or path.startswith(f"{entry.path}/")]
    return max(fitting, key=lambda entry: len(entry.path), default=None)


def with_site(path: str, site: str) -> str:
    return f"{path}?site={site}" if site else path


def sidebar_nav(entries: tuple[NavEntry, ...], current: NavEntry | None, site: str) -> html.Nav:
    groups = [list(group) for _section, group in groupby(entries, key=lambda entry: entry.section)]
    lists = [html.Ul([html.Li(_link(entry, current, site)) for entry in group]) for group in groups]
    return html.Nav(lists, **{"aria-label": _("Main")})


def _link(entry: NavEntry, current: NavEntry | None, site: str) -> html.A:
    """An ordinary link that session.js follows without loading the page again."""
    return html.A(
        [icon(entry.icon), html.Span(entry.label, className="nav-word")],
        href=with_site(entry.path, site),
        title=entry.label,
        **_attributes(entry is current),
    )


def _attributes(is_current: bool) -> dict[str, str]:
    return {"data-soft": "", **({"aria-current": "page"} if is_current else {})}


def tab_bar(entries: tuple[NavEntry, ...], current: NavEntry | None, site: str, more: list) -> html.Nav:
    """The first entries as tabs; the others, and what the sidebar holds besides, behind More."""
    tabs = [_tab(entry, entry is current, site) for entry in entries[:TABS]]
    rest = entries[TABS:]
    sheet = html.Details(
        [
            html.Summary(
                [icon("ellipsis-horizontal"), html.Span(_("More"))],
                className="tab is-current" if current in rest else "tab",
            ),
            html.Div(
                [html.Ul([html.Li(_link(entry, current, site)) for entry in rest]) if rest else None, *more],
                className="more-sheet",
            ),
        ],
        className="pop more",
    )
    return html.Nav([*tabs, sheet], className="tabbar", **{"aria-label": _("Quick navigation")})


def _tab(entry: NavEntry, is_current: bool, site: str) -> html.A:
    return html.A(
        [icon(entry.icon), html.Span(entry.short or entry.label)],
        href=with_site(entry.path, site),
        className="tab",
        **_attributes(is_current),
    )
