"""The portal's own static files by address: assets, the brand, the slim plotly, Dash's packages."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from adapters import bootstrap, brand
from adapters.static_files import StaticFile, folder_files, make_file, package_files
from config import ROOT, Config

ASSETS = ROOT / "assets"
PLOTLY = "/_dash-component-suites/plotly/package_data/plotly.min.js"
SLIM_PLOTLY = "/assets/vendor/plotly-basic.min.js"  # scatter, bar and pie, all that our figures are made of
TOKENS = "/assets/tokens.css"
BOOTSTRAP = "/assets/vendor/bootstrap.min.css"
FIRST_STYLES = (BOOTSTRAP, TOKENS, "/assets/brand.css", "/assets/portal.css")
PAGE_STYLES = {"/assets/signin.css"}  # of pages without Dash
FIRST_SCRIPT = "/assets/theme.js"
PAGE_SCRIPTS = {"/assets/signin.js"}  # of pages without Dash
ICON = "/assets/icon.svg"


def read(config: Config, registered: Mapping[str, Iterable[str]]) -> dict[str, StaticFile]:
    """Every file served in front of Flask, in memory; a few megabytes."""
    files = package_files(registered, {name: _package_folder(name) for name in registered})
    files.update(folder_files(ASSETS, "/assets/"))
    files["/assets/brand.css"] = make_file(brand.stylesheet(config.brand_accent).encode(), "brand.css")
    if config.brand_logo:
        logo = Path(config.brand_logo)
        files[f"/assets/brand-logo{logo.suffix.lower()}"] = make_file(logo.read_bytes(), logo.name)
    files[BOOTSTRAP] = make_file(bootstrap.trimmed(files[BOOTSTRAP].body.decode()).encode(), "bootstrap.css")
    files[PLOTLY] = files[SLIM_PLOTLY]
    files[TOKENS] = make_file(_with_versions(files).encode(), "tokens.css")
    return files


def _with_versions(files: Mapping[str, StaticFile]) -> str:
    """tokens.css naming each font by its content, as the preload does; else it would be fetched twice."""

    def versioned(match: re.Match[str]) -> str:
        return f'url("{address(files, "/assets/" + match[1])}")'

    return re.sub(r'url\("?(?:/assets/)?(fonts/[^")?]+)"?\)', versioned, files[TOKENS].body.decode())


def _package_folder(name: str) -> Path:
    folder = importlib.import_module(name).__file__
    assert folder is not None, "component packages are folders"
    return Path(folder).parent


def address(files: Mapping[str, StaticFile], path: str) -> str:
    """With the content's version, so that a browser may keep it for ever."""
    return f"{path}?v={files[path].version}"


def addresses(files: Mapping[str, StaticFile]) -> dict[str, Any]:
    """What the document links to, by the names the document uses."""
    return {
        "styles": styles(files),
        "first_script": address(files, FIRST_SCRIPT),
        "scripts": scripts(files),
        "fonts": fonts(files),
        "icon": address(files, ICON),
    }


def styles(files: Mapping[str, StaticFile]) -> tuple[str, ...]:
    own = [path for path in files if _is_top_level(path, ".css") and path not in {*FIRST_STYLES, *PAGE_STYLES}]
    return tuple(address(files, path) for path in (*FIRST_STYLES, *sorted(own)) if path in files)


def scripts(files: Mapping[str, StaticFile]) -> tuple[str, ...]:
    own = [path for path in files if _is_top_level(path, ".js") and path not in {FIRST_SCRIPT, *PAGE_SCRIPTS}]
    return tuple(address(files, path) for path in sorted(own))


def fonts(files: Mapping[str, StaticFile]) -> tuple[str, ...]:
    """The addresses that the style sheet asks for, so that the browser fetches each once."""
    own = (path for path in files if path.startswith("/assets/fonts/") and path.endswith(".woff2"))
    return tuple(address(files, path) for path in sorted(own))


def _is_top_level(path: str, suffix: str) -> bool:
    return path.startswith("/assets/") and path.endswith(suffix) and path.count("/") == 2
