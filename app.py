"""Puts the portal together: `create_app(config)` for tests, `create_server()` for gunicorn. Nothing runs on import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from config import ROOT, Config

if TYPE_CHECKING:
    from flask import Flask

    from pages._application import PortalDash
    from services.portal import Portal

LARGEST_REQUEST_BYTES = 2 * 2**20


def create_app(config: Config, portal: Portal | None = None) -> PortalDash:
    """The whole web application on its own Flask server, ready to serve; tests bring their own portal."""
    from flask import Flask

    from adapters import catalogs
    from adapters.metrics import Metrics
    from auth import callbacks, web
    from cli import make_portal
    from domain import text
    from pages import _application

    text.install(catalogs.load())
    server = Flask("portal", root_path=str(ROOT), static_folder=None, template_folder="auth/templates")
    server.config.update(SECRET_KEY=config.secret_key, MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES)
    metrics = Metrics()
    web.install_first(server, portal or make_portal(config), metrics)
    app = _application.make(server, config.brand_name)
    web.install_rest(server, app, metrics)
    _serve_static_files(app, config)
    # The first request sets Dash up; it must be nobody's, or a stranger's frame could be kept for everyone.
    server.test_client().get("/healthz")
    if forgotten := callbacks.unprotected(app):
        raise RuntimeError(f"callbacks that nobody said who may call: {', '.join(forgotten)}")
    server.config["CSP_SCRIPT_HASHES"] = list(app.csp_hashes())
    return app


def _serve_static_files(app: PortalDash, config: Config) -> None:
    from werkzeug.middleware.proxy_fix import ProxyFix

    from adapters import own_files
    from adapters.static_files import CompressedCopies, StaticFiles
    from pages._application import OwnFiles

    app.register_packages()
    files = own_files.read(config, app.registered_paths)
    app.own_files = OwnFiles(**own_files.addresses(files))
    app.server.jinja_env.globals["asset"] = lambda path: own_files.address(files, path)
    app.static_files = StaticFiles(app.server.wsgi_app, files, CompressedCopies(Path(config.static_cache)))
    hops = config.proxy_hops
    app.server.wsgi_app = (
        ProxyFix(app.static_files, x_for=hops, x_proto=hops, x_host=hops) if hops else app.static_files
    )


def create_server() -> Flask:
    """What each gunicorn worker calls after the fork: settings from the environment, logs as JSON lines."""
    from adapters import logs

    config = Config.from_env()
    logs.configure(config.log_level)
    app = create_app(config)
    app.static_files.prepare_in_background()
    return app.server
