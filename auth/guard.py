"""One gate before every request: closed unless a public path, a page's roles or a policy open it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from dash import Dash
from flask import Flask, Response, abort, g, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from auth import headers
from auth.callbacks import ROUTER, policy_of
from auth.csrf import has_token, is_our_host, is_same_origin
from auth.locales import chosen_locale
from auth.next_url import sign_in_url
from auth.page_access import MISSING, landing, may_open
from auth.policies import Policy
from auth.public import is_public, is_signed, is_static
from auth.session import current_viewer
from auth.views import expired_form
from data.repositories import audit
from domain.access import Role, Viewer
from domain.text import set_locale

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
PAGE_RULES = {"/", "/<path:path>"}  # Dash's index and its catch-all
DASH_READS = {"/_dash-layout", "/_dash-dependencies", "/_reload-hash"}
DISPATCH = "/_dash-update-component"
PROBES = {"/healthz", "/readyz", "/metrics"}  # a load balancer asks for the machine, not for the portal's name
BACKGROUND_ARGUMENTS = {"cacheKey", "job", "cancelJob", "oldJob"}
LOOPBACK = {"127.0.0.1", "::1"}
OWN_NAMES = {*LOOPBACK, "localhost"}

Answer = BaseResponse | tuple[Response, int] | None


def install(server: Flask, dash_app: Dash) -> None:
    """Put the gate before and the security headers behind every request of the server."""

    @server.before_request
    def _check() -> Answer:
        return check(dash_app)

    @server.after_request
    def _honest_status(response: Response) -> Response:
        """Dash answers 200 where a page is drawn as missing or a callback was refused what it asked for."""
        status = 404 if g.get("page_is_missing") else g.get("refused_status")
        if status and response.status_code == 200:
            response.status_code = status
        return response

    headers.install(server)


def check(dash_app: Dash) -> Answer:
    """None lets the request pass; otherwise the refusal."""
    if not is_our_host(request) and request.path not in PROBES:
        abort(400)
    if is_static(request.path):
        return None
    audit.request_id.set(g.get("reference", ""))
    if is_signed(request.path) and request.method == "POST":
        return None
    viewer = current_viewer()
    set_locale(viewer.locale if not viewer.is_anonymous else chosen_locale())
    if request.path == "/metrics" and (_is_local() or viewer.role is Role.ADMIN):
        return None
    if viewer.is_anonymous and not is_public(request.path):
        return _ask_to_sign_in()
    if request.method not in SAFE_METHODS and not (is_same_origin(request) and has_token(request)):
        return expired_form() if request.path == "/login" else _refuse(403, "csrf")
    if is_public(request.path):
        return None
    return _check_signed_in(dash_app, viewer)


def _check_signed_in(dash_app: Dash, viewer: Viewer) -> Answer:
    if request.path == DISPATCH:
        return _check_callback(dash_app, viewer)
    if request.path in DASH_READS:
        return None
    rule = request.url_rule.rule if request.url_rule else ""
    return _check_page(viewer) if rule in PAGE_RULES else _check_route(dash_app.server, viewer)


def _check_page(viewer: Viewer) -> Answer:
    """Unknown pages and other roles' pages are the same 404 with the frame around it."""
    if request.path == "/":
        return redirect(landing(viewer))
    if not may_open(viewer, request.path, request.query_string.decode(errors="replace")):
        g.page_is_missing = True
    return None


def _check_route(server: Flask, viewer: Viewer) -> Answer:
    """A plain Flask route: its policy decides, none means nobody. No route at all is Flask's own 404 or 405."""
    if request.url_rule is None:
        return None
    view = server.view_functions.get(request.endpoint or "")
    policy: Policy | None = getattr(view, "__policy__", None)
    if policy is None or not policy.allows(viewer):
        abort(403)
    return None


def _check_callback(dash_app: Dash, viewer: Viewer) -> Answer:
    """The envelope must be well formed and its output's policy must allow the viewer."""
    body = request.get_json(silent=True)
    if not _is_envelope(body) or BACKGROUND_ARGUMENTS & set(request.args):
        return _refuse(400, "malformed")
    if body["output"] == ROUTER:
        return _check_router(viewer, body["inputs"])
    if body["output"] not in dash_app.callback_map:
        return _refuse(404, "unknown_callback")
    policy = policy_of(dash_app, body["output"])
    return None if policy is not None and policy.allows(viewer) else _refuse(403, "forbidden")


def _is_envelope(body: Any) -> bool:
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return False
    if not _are_dependencies(body.get("inputs")) or not _are_dependencies(body.get("state", [])):
        return False
    changed = body.get("changedPropIds", [])
    return isinstance(changed, list) and all(isinstance(item, str) for item in changed)


def _are_dependencies(items: Any) -> bool:
    """A list of {id, property} objects, or of lists of them where a wildcard matched several."""
    return isinstance(items, list) and all(_is_dependency(item) for item in items)


def _is_dependency(item: Any) -> bool:
    if isinstance(item, list):
        return all(isinstance(inner, dict) and "property" in inner for inner in item)
    return isinstance(item, dict) and "id" in item and isinstance(item.get("property"), str)


def _check_router(viewer: Viewer, inputs: list[Any]) -> Answer:
    """Dash reads path and query by position. A path that is not the viewer's is drawn as the missing page."""
    if len(inputs) < 2 or not all(isinstance(item, dict) for item in inputs):
        return _refuse(400, "malformed")
    path, query = inputs[0].get("value"), inputs[1].get("value", "")
    if not isinstance(path, str) or not isinstance(query, str | None):
        return _refuse(400, "malformed")
    inputs[1]["value"] = query or ""
    wanted = landing(viewer) if path in {"", "/"} else path
    g.page_is_missing = not (wanted.startswith("/") and may_open(viewer, wanted, inputs[1]["value"]))
    # Werkzeug hands the same parsed object to Dash, so what is written here is what the router draws.
    inputs[0]["value"] = MISSING if g.page_is_missing else wanted
    return None


def _ask_to_sign_in() -> Answer:
    if request.path.startswith("/_") or request.method not in {"GET", "HEAD"}:
        return _refuse(401, "sign_in")
    return redirect(sign_in_url(request.full_path if request.query_string else request.path))


def _refuse(status: int, code: str) -> tuple[Response, int]:
    return jsonify(error=code), status


def _is_local() -> bool:
    """A scraper on this machine that calls it so; what a proxy on this machine passes on is not local.

    A proxy may forget to say for whom it asks; then it still passes on the public name that was asked for.
    """
    is_passed_on = request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded")
    asked_name = urlsplit(f"//{request.host}").hostname
    return request.remote_addr in LOOPBACK and not is_passed_on and asked_name in OWN_NAMES
