"""A server with nothing but the gate, the sign-in and two callbacks, for what does not need the whole portal."""

from __future__ import annotations

import re
from typing import Any

from dash import Dash, Input, Output, State, html
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from auth import guard, views
from auth.callbacks import EVERYONE, portal_callback
from auth.policies import route_policy
from domain.access import Role
from services import portal
from tests.factories.people import PASSWORD, People

OUTPUTS = {"customer": "customer-out.children", "admin": "admin-out.children", "write": "write-out.children"}


def make_gate(people: People) -> tuple[Flask, Dash]:
    server = Flask("gate", static_folder=None)
    server.config["TESTING"] = True
    server.before_request(lambda: portal.use(people.portal))
    app = Dash(
        "gate", server=server, use_pages=False, use_async=False, suppress_callback_exceptions=True,
        csrf_token_name="portal_csrf", csrf_header_name="X-CSRF-Token",
    )  # fmt: skip
    app.layout = html.Div(id="root")
    views.install(server)
    guard.install(server, app)
    _add_routes(server)
    _add_callbacks(app)
    server.test_client().get("/healthz")
    return server, app


def _add_routes(server: Flask) -> None:
    server.add_url_rule("/healthz", "healthz", lambda: "ok")
    server.add_url_rule("/metrics", "metrics", lambda: "metrics")
    server.add_url_rule("/forgotten", "forgotten", lambda: "nobody said who may see this")
    server.add_url_rule("/file", "file", route_policy()(lambda: "a customer's file"))
    server.add_url_rule("/change", "change", route_policy(roles=EVERYONE, writes=True)(_changed), methods=["POST"])


def _changed() -> str:
    return "changed"


def _add_callbacks(app: Dash) -> None:
    @portal_callback(Output("customer-out", "children"), Input("in", "value"), State("s", "data"), app=app)
    def customer(value: Any, _data: Any) -> str:
        return f"customer saw {value}"

    @portal_callback(Output("admin-out", "children"), Input("in", "value"), roles=frozenset({Role.ADMIN}), app=app)
    def admin(value: Any) -> str:
        return f"admin saw {value}"

    @portal_callback(Output("write-out", "children"), Input("in", "value"), writes=True, app=app)
    def write(value: Any) -> str:
        return f"wrote {value}"

    app.callback(Output("bare-out", "children"), Input("in", "value"))(lambda value: f"bare {value}")


def form_token(client: FlaskClient) -> str:
    page = client.get("/login").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:300]
    return found.group(1)


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **fields: str) -> TestResponse:
    form = {"email": f"{name}@demo.example", "password": password, "csrf_token": form_token(client), **fields}
    return client.post("/login", data=form)


def csrf_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("portal_csrf")
    return cookie.value if cookie else ""


def call(client: FlaskClient, output: str, value: Any = 1, **changes: Any) -> TestResponse:
    """A callback request as the browser sends it; `changes` replace keys of the envelope."""
    identifier, _, prop = output.partition(".")
    body = {
        "output": output,
        "outputs": {"id": identifier, "property": prop},
        "inputs": [{"id": "in", "property": "value", "value": value}],
        "changedPropIds": ["in.value"],
        **changes,
    }
    if output == OUTPUTS["customer"]:
        body.setdefault("state", [{"id": "s", "property": "data", "value": None}])
    return client.post("/_dash-update-component", json=body, headers={"X-CSRF-Token": csrf_of(client)})
