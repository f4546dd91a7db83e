"""The composed application: warmed, slim, and honest when something fails."""

import ast
import json
import logging
import re
from pathlib import Path

import dash
import dash_bootstrap_components as dbc
import orjson
import plotly.offline
import pytest
from dash import dcc, html, no_update

import config
from auth.callbacks import ROUTER, unprotected
from components.light import light
from domain.errors import DamagedSegmentError, NotFoundError
from pages import _application, _errors

ROOT = Path(config.__file__).parent


def route(client, path, search=""):
    """What the router draws for an address."""
    body = {
        "output": ROUTER,
        "outputs": [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": search},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }
    token = client.get_cookie("portal_csrf")
    return client.post("/_dash-update-component", json=body, headers={"X-CSRF-Token": token.value})


def test_importing_the_composition_runs_nothing():
    tree = ast.parse((ROOT / "app.py").read_text())
    allowed = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.If, ast.Expr, ast.Assign)
    assert all(isinstance(node, allowed) for node in tree.body)
    calls = [node for top in tree.body if isinstance(top, ast.Assign | ast.Expr) for node in ast.walk(top)]
    assert not any(isinstance(node, ast.Call) for node in calls)


def test_every_server_callback_has_a_policy(app):
    assert unprotected(app) == []


def test_the_application_is_warm_before_its_first_visitor(app):
    # Dash registers its router at the first request; that request was ours.
    assert ROUTER in app.callback_map
    assert all(app._got_first_request.values())


def test_no_page_is_drawn_by_an_event_loop_or_offered_to_machines(app):
    assert app._use_async is False
    assert not any(rule.rule.startswith("/_mcp") for rule in app.server.url_map.iter_rules())


def test_the_browser_is_not_told_the_interpreter(app):
    with app.server.test_request_context("/"):
        assert "python_version" not in app._config()


def test_polyfill_and_data_table_stay_at_home(app):
    files = {f"{package}/{name}" for package, names in app.registered_paths.items() for name in names}
    assert any("react@" in name for name in files)
    assert not [name for name in files if "polyfill" in name or "dash_table/bundle" in name]


def test_the_vendored_plotly_is_exactly_plotlys_own():
    head = (ROOT / "assets" / "vendor" / "plotly-basic.min.js").read_text()[:200]
    assert re.search(r"plotly\.js \(basic - minified\) v(\S+)", head)[1] == plotly.offline.get_plotlyjs_version()


def test_every_trace_is_of_a_kind_that_the_slim_plotly_draws():
    known = {"scatter", "bar", "pie"} | {"linear", "category", "date", "log"} | {"rect", "line", "circle", "path"}
    sources = [*(ROOT / "components").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    used = {kind for source in sources for kind in re.findall(r'"type": "(\w+)"', source.read_text())}
    assert {"scatter", "bar"} <= used <= known  # traces, axes and shapes


def test_the_document_speaks_the_readers_language_and_theme(sign_in):
    client = sign_in("consumer")
    client.set_cookie("portal_theme", "dark")
    page = client.get("/not-there").get_data(as_text=True)
    assert re.search(r'<html lang="(en|de)" data-bs-theme="dark">', page)
    assert 'href="/_dash-layout" as="fetch" crossorigin="anonymous"' in page
    assert "page-sk" in page


def test_a_theme_that_nobody_offered_is_not_written_into_the_document(sign_in):
    client = sign_in("consumer")
    client.set_cookie("portal_theme", '"><script>')
    assert "data-bs-theme" not in client.get("/not-there").get_data(as_text=True).split("<head>")[0]


def test_every_inline_script_of_the_document_is_allowed_by_its_hash(sign_in):
    answer = sign_in("consumer").get("/not-there")
    page, policy = answer.get_data(as_text=True), answer.headers["Content-Security-Policy"]
    inline = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>(.*?)</script>", page, re.DOTALL)
    assert inline
    import base64
    import hashlib

    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_unknown_addresses_are_drawn_as_missing_with_the_status_404(sign_in):
    client = sign_in("consumer")
    assert client.get("/nothing-here").status_code == 404
    assert "There is no such page" in route(client, "/nothing-here").get_data(as_text=True)


def test_the_frame_follows_the_address_in_the_same_answer(sign_in):
    drawn = route(sign_in("consumer"), "/nothing-here").get_json()
    assert {"shell-nav", "shell-crumbs", "shell-tabs", "shell-site"} <= set(drawn["sideUpdate"])


def test_the_frame_is_drawn_for_nobody(app, world):
    # Dash validates the layout before the first visitor.
    with app.server.test_request_context("/"):
        from services import portal

        portal.use(world)
        assert app.layout().children


def failing(app, error, *, prop="children"):
    """Run the error handler as Dash does: inside a callback of one output."""
    from dash._callback_context import context_value
    from dash._utils import AttributeDict

    context = AttributeDict(
        outputs_list={"id": "x", "property": prop}, updated_props={}, triggered_inputs=[], args_grouping=None
    )
    token = context_value.set(context)
    try:
        with app.server.test_request_context("/"):
            from flask import g

            g.reference = "8F3A-21C9"
            return _errors.callback_failure(error), context.updated_props
    finally:
        context_value.reset(token)


def test_an_accident_in_a_callback_shows_its_reference_in_place(app, caplog):
    with caplog.at_level(logging.ERROR, logger="portal.errors"):
        shown, _updates = failing(app, ZeroDivisionError("secret detail"))
    text = json.dumps(shown.to_plotly_json(), default=lambda item: item.to_plotly_json())
    assert "8F3A-21C9" in text
    assert "secret detail" not in text
    assert "secret detail" in caplog.text


def test_a_refusal_is_a_sentence_without_a_reference(app):
    shown, _updates = failing(app, DamagedSegmentError())
    text = json.dumps(shown.to_plotly_json(), default=lambda item: item.to_plotly_json())
    assert "Some readings cannot be read" in text
    assert "8F3A" not in text


def test_where_there_is_no_place_a_message_appears_in_the_corner(app):
    shown, updates = failing(app, ZeroDivisionError(), prop="data")
    assert shown is no_update
    assert "shell-alerts" in updates
    shown, updates = failing(app, NotFoundError(what="site"), prop="data")
    assert "shell-toasts" in updates


def test_a_page_that_fails_leaves_the_frame_standing(app, caplog):
    with app.server.test_request_context("/"), caplog.at_level(logging.ERROR, logger="portal.errors"):
        missing = _errors.page_failure(NotFoundError(what="site"))
    assert "There is no such page" in str(missing)


def test_ids_come_from_the_path_and_not_from_the_query():
    dash.page_registry["test_meter"] = {
        "module": "test_meter", "path_template": "/test-meter/<meter>", "path": "/test-meter/none",
        "relative_path": "/test-meter/none", "title": "t", "name": "t", "redirect_from": None, "layout": None,
    }  # fmt: skip
    try:
        assert _application._variables("/test-meter/m1") == {"meter": "m1"}
    finally:
        del dash.page_registry["test_meter"]


@pytest.mark.parametrize("name", ["consumer", "business", "agent", "admin", "analyst"])
def test_every_navigation_entry_opens(sign_in, name):
    client = sign_in(name)
    layout = client.get("/_dash-layout").get_data(as_text=True)
    places = set(re.findall(r'"href":"(/[a-z/-]+)[^"]*","title"', layout)) - {"/"}
    for place in places:
        assert client.get(place).status_code == 200, place


def test_a_page_is_written_as_dash_would_write_it():
    """Every kind of component with properties, wildcards and children of ours and Dash's."""
    tree = html.Div(
        [
            html.Span("a", className="x", **{"aria-hidden": "true", "data-chart": "c"}),
            dcc.Store(id="s", data={"n": 1.5, "none": None}),
            dcc.Link("there", href="/consumption"),
            dbc.Button([html.I(className="i"), "go"], id={"type": "b", "index": 1}, n_clicks=0),
            light(html.Td, light(html.Span, "text"), title="cell"),
            None,
        ],
        id="root",
    )
    plain = orjson.loads(orjson.dumps(tree, default=lambda node: node.to_plotly_json()))
    assert orjson.loads(orjson.dumps(_application.written(tree))) == plain


def test_what_is_no_component_cannot_be_written():
    with pytest.raises(TypeError, match="not JSON serializable: set"):
        _application.written(html.Div({1, 2}))
