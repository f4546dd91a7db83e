"""The HTML document that starts Dash: language and theme set before the first paint, a skeleton until Dash draws."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from components.shell import skeleton


@dataclass(frozen=True)
class Document:
    """What the document says about the reader; everything else in it is the same for everybody."""

    locale: str
    theme: str  # "light", "dark" or "" for the system's
    is_rail: bool
    title: str
    brand_name: str


@dataclass(frozen=True)
class Parts:
    """Addresses of our own files, and the blocks that Dash made."""

    styles: tuple[str, ...]
    first_script: str
    scripts: tuple[str, ...]
    fonts: tuple[str, ...]
    icon: str
    dash_css: str
    dash_config: str
    dash_scripts: str
    dash_renderer: str


PRELOADED = ("/_dash-layout", "/_dash-dependencies")  # fetched while the scripts still load


def index_html(document: Document, parts: Parts) -> str:
    theme = f' data-bs-theme="{document.theme}"' if document.theme in {"light", "dark"} else ""
    rail = ' data-side="rail"' if document.is_rail else ""
    styles = "".join(f'<link rel="stylesheet" href="{address}">\n' for address in parts.styles)
    scripts = "".join(f'<script src="{address}"></script>\n' for address in parts.scripts)
    return f"""<!DOCTYPE html>
<html lang="{document.locale}"{theme}{rail}>
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>{escape(document.title)}</title>
<script src="{parts.first_script}"></script>
{_preloads(parts.fonts)}
{styles}{parts.dash_css}
<link rel="icon" href="{parts.icon}">
</head>
<body>
<div id="react-entry-point">{_skeleton(document.brand_name)}</div>
{parts.dash_config}
{parts.dash_scripts}
{scripts}{parts.dash_renderer}
</body>
</html>"""


def _preloads(fonts: tuple[str, ...]) -> str:
    data = [f'<link rel="preload" href="{path}" as="fetch" crossorigin="anonymous">' for path in PRELOADED]
    files = [f'<link rel="preload" href="{path}" as="font" type="font/woff2" crossorigin>' for path in fonts]
    return "\n".join([*files, *data])


def _skeleton(brand_name: str) -> str:
    """The frame's own boxes, empty: sidebar, top bar, page."""
    links = '<div class="sk sk-nav"></div>' * 4
    return (
        '<div class="app" data-skeleton><aside class="side" aria-hidden="true"><div class="side-in"><div class="brand">'
        f'<span class="brand-mark"></span><span class="nav-word">{escape(brand_name)}</span></div>{links}</div></aside>'
        '<div class="column"><header class="topbar"></header>'
        f'<main aria-busy="true">{skeleton.HTML}</main></div></div><div class="tabbar" aria-hidden="true"></div>'
    )
