"""The portal as a stranger with a script sees it: every page, route and callback, called without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import dash
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from auth.callbacks import ROUTER, policy_of
from pages._application import PortalDash
from tests.web.gate import csrf_of

DISPATCH = "/_dash-update-component"
REFERENCE = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}")  # of the log line; every answer has its own
Values = Mapping[str, Any]  # what a browser would hold, by `id.property`


def pages() -> list[dict[str, Any]]:
    """Every declared page; the one for missing addresses is none."""
    return [page for page in dash.page_registry.values() if not page["module"].endswith("not_found_404")]


def roles_of_page(page: Mapping[str, Any]) -> set[str]:
    return {str(role) for role in page.get("roles") or {"customer"}}


def address_of(page: Mapping[str, Any]) -> str:
    return str(page.get("path_template") or page["path"])


def server_callbacks(app: PortalDash) -> list[str]:
    """Outputs of what runs on the server, without Dash's own router."""
    return [output for output in app.callback_map if policy_of(app, output) is not None]


def envelope(app: PortalDash, output: str, values: Values) -> dict[str, Any]:
    """The request of one callback as the browser makes it."""
    entry = app.callback_map[output]
    inputs, state = ([_sent(item, values) for item in entry[part]] for part in ("inputs", "state"))
    places = [_place(name) for name in output.strip(".").split("...")]
    return {
        "output": output, "outputs": places if output.startswith("..") else places[0], "inputs": inputs, "state": state,
        "changedPropIds": [_key(item) for item in entry["inputs"][:1]],
    }  # fmt: skip


def _sent(item: Mapping[str, str], values: Values) -> Any:
    """A dependency with its value; one that matches several ids matches none where nothing is held."""
    return values.get(_key(item), []) if item["id"].startswith("{") else {**item, "value": values.get(_key(item))}


def _key(item: Mapping[str, str]) -> str:
    return f"{item['id']}.{item['property']}"


def _place(name: str) -> dict[str, str]:
    identifier, _, prop = name.rpartition(".")
    return {"id": identifier, "property": prop}


def call(client: FlaskClient, app: PortalDash, output: str, values: Values | None = None) -> TestResponse:
    body = envelope(app, output, values or {})
    return client.post(DISPATCH, json=body, headers={"X-CSRF-Token": csrf_of(client)})


def draw(client: FlaskClient, path: str, query: str = "") -> TestResponse:
    """What the router draws for an address."""
    inputs = [{"id": "_pages_location", "property": "pathname", "value": path},
              {"id": "_pages_location", "property": "search", "value": query}]  # fmt: skip
    outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
    body = {"output": ROUTER, "outputs": outputs, "inputs": inputs, "changedPropIds": ["_pages_location.pathname"]}
    return client.post(DISPATCH, json=body, headers={"X-CSRF-Token": csrf_of(client)})


def components(tree: Any) -> Iterator[dict[str, Any]]:
    """Every component of a drawn tree of plain JSON."""
    if isinstance(tree, dict):
        if "type" in tree and isinstance(tree.get("props"), dict):
            yield tree
        for value in tree.values():
            yield from components(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from components(item)


def held_by(drawn: TestResponse) -> dict[str, Any]:
    """What the browser holds after a page was drawn: stores, fields and clocks, by `id.property`."""
    held = {}
    for component in components(drawn.get_json()):
        for prop, value in component["props"].items():
            if prop in {"data", "value", "n_intervals"} and isinstance(component["props"].get("id"), str):
                held[f"{component['props']['id']}.{prop}"] = value
    return held


def callbacks_of(app: PortalDash, held: Values) -> list[str]:
    """The callbacks whose states a drawn page holds, so those it may call."""
    return [
        output
        for output in server_callbacks(app)
        if app.callback_map[output]["state"] and all(_key(item) in held for item in app.callback_map[output]["state"])
    ]


def seen(app: PortalDash, output: str, held: Values) -> dict[str, Any]:
    """The held values, with the callback's inputs as if its chart came into view or its clock ticked."""
    ticks = {
        _key(item): 1 if item["property"].startswith("n_") else "light" for item in app.callback_map[output]["inputs"]
    }
    return {**held, **ticks}


def text_of(answer: TestResponse) -> str:
    """The answer without what differs each time by design."""
    return REFERENCE.sub("0000-0000", answer.get_data(as_text=True))
