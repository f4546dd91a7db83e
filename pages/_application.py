"""The Dash application: its document, its pages as the router sees them, and what it does not load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dash
import orjson
from dash import Dash, _dash_renderer, dash_table
from dash.development.base_component import Component
from flask import request

from auth.session import CSRF_COOKIE, CSRF_HEADER
from components.shell.index import Document, Parts, index_html
from domain.text import current_locale
from domain.text import gettext as _
from pages import _errors, _shell

THEME_COOKIE = "portal_theme"
SIDE_COOKIE = "portal_side"


@dataclass(frozen=True)
class OwnFiles:
    """Addresses of our own files with their versions, known once the files have been read."""

    styles: tuple[str, ...]
    first_script: str
    scripts: tuple[str, ...]
    fonts: tuple[str, ...]
    icon: str


class PortalDash(Dash):
    """Dash with the portal's own document; strangers never see it, the guard answers before."""

    own_files: OwnFiles
    static_files: Any  # the middleware that serves them
    brand_name: str = ""

    def register_packages(self) -> None:
        """Let Dash name every file of its packages now; otherwise it does so at the first document."""
        self._generate_css_dist_html()
        self._generate_scripts_html()

    def _config(self) -> dict[str, Any]:
        """As Dash makes it, without telling the interpreter's version."""
        return {name: value for name, value in super()._config().items() if name != "python_version"}

    def interpolate_index(self, **blocks: str) -> str:
        document = Document(
            locale=current_locale(),
            theme=request.cookies.get(THEME_COOKIE, ""),
            is_rail=request.cookies.get(SIDE_COOKIE) == "rail",
            title=self.brand_name,
            brand_name=self.brand_name,
        )
        return index_html(document, self._parts(blocks))

    def _parts(self, blocks: dict[str, str]) -> Parts:
        files = self.own_files
        return Parts(
            files.styles, files.first_script, files.scripts, files.fonts, files.icon,
            blocks["css"], blocks["config"], blocks["scripts"], blocks["renderer"],
        )  # fmt: skip


def make(server: Any, name: str) -> PortalDash:
    """A slim Dash on the given server, with the pages of the `pages` folder."""
    slim_down()
    app = PortalDash(
        "app",
        server=server,
        use_pages=True,
        use_async=False,
        serve_locally=True,
        suppress_callback_exceptions=True,
        include_assets_files=False,
        include_pages_meta=False,
        update_title=None,
        title=name,
        csrf_token_name=CSRF_COOKIE,
        csrf_header_name=CSRF_HEADER,
        on_error=_errors.callback_failure,
    )
    app.brand_name = name
    app.layout = _shell.layout
    for page in dash.page_registry.values():
        prepare(page, name)
    return app


def slim_down() -> None:
    """Drop what no browser of today and no page of ours needs (44 KB); private names, guarded by a test."""
    packages = _dash_renderer._js_dist_dependencies[0]["relative_package_path"]
    packages["prod"] = [path for path in packages["prod"] if "polyfill" not in path]
    dash_table._js_dist[:] = []


def prepare(page: dict[str, Any], brand_name: str) -> None:
    """Keep the English name as `label`; translate the title where it is shown; draw the page inside the frame."""
    label = page["title"] if isinstance(page["title"], str) else page["name"]
    page["label"] = label
    page["title"] = lambda **_variables: f"{_(label)} · {brand_name}"
    page["layout"] = framed(page["layout"] if callable(page["layout"]) else _constant(page["layout"]))


def _constant(layout: Any) -> Callable[..., Any]:
    return lambda **_query: layout


def framed(layout: Callable[..., Any]) -> Callable[..., Any]:
    """The page with the frame following it; ids come from the path alone, a refusal becomes a page."""

    def show(**asked: Any) -> Any:
        path, query = _address()
        words = {name: value if isinstance(value, str) else str(value[-1]) for name, value in asked.items()}
        try:
            _shell.follow(path, query)
            return written(layout(**{**words, **_variables(path)}))
        except Exception as error:  # whatever a page raises, the frame around it stays usable
            return _errors.page_failure(error)

    return show


_properties: dict[type[Component], tuple[frozenset[str], tuple[str, ...]]] = {}  # the same for all of a kind


def written(tree: Any) -> Any:
    """The page as JSON at once, which Dash's writer takes over; left to itself it first walks through every value."""
    return orjson.Fragment(orjson.dumps(tree, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY))


def _plain(node: Any) -> Any:
    """As `Component.to_plotly_json`, which asks each component for each of the 150 properties it may have."""
    if not isinstance(node, Component):
        raise TypeError(f"a {type(node).__name__} cannot be part of a page")
    kind = type(node)
    if kind not in _properties:
        _properties[kind] = frozenset(node._prop_names), tuple(node._valid_wildcard_attributes)
    named, wild = _properties[kind]
    props = {name: value for name, value in vars(node).items() if name in named or name.startswith(wild)}
    return {"props": props, "type": node._type, "namespace": node._namespace}


def _address() -> tuple[str, str]:
    inputs = dash.ctx.inputs
    return inputs.get("_pages_location.pathname") or "", inputs.get("_pages_location.search") or ""


def _variables(path: str) -> dict[str, str]:
    """The ids in the path; Dash itself lets `?meter=...` override them."""
    _page, variables = dash._pages._path_to_page(path.strip("/"))
    return {name: str(value) for name, value in (variables or {}).items()}
