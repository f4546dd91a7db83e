"""Every callback of the portal, found by walking, asked by everybody: who may, who may not, and with what."""

from __future__ import annotations

import hashlib

import dash
import pytest
from dash import Input, Output
from sqlalchemy import select

from app import create_app
from auth.callbacks import ROUTER, policy_of, unprotected
from data.tables.base import Base
from domain.access import Role, Viewer
from services import portal as portals
from tests.factories.world import PASSWORD
from tests.web.gate import csrf_of, form_token
from tests.web.test_access import things_of, visit
from tests.web.walk import (
    DISPATCH,
    address_of,
    call,
    callbacks_of,
    draw,
    held_by,
    pages,
    roles_of_page,
    seen,
    server_callbacks,
    text_of,
)

PEOPLE = {
    "customer": "consumer", "member": "accountant", "agent": "agent", "admin": "admin", "analyst": "analyst",
    "visitor": "agent",
}  # fmt: skip
VIEWERS = {
    "customer": Viewer(1, "", "", Role.CUSTOMER), "member": Viewer(1, "", "", Role.CUSTOMER),
    "agent": Viewer(1, "", "", Role.AGENT), "admin": Viewer(1, "", "", Role.ADMIN),
    "analyst": Viewer(1, "", "", Role.ANALYST), "visitor": Viewer(1, "", "", Role.AGENT, acting_for_account_id=1),
}  # fmt: skip


@pytest.fixture(scope="module")
def clients(app, world):
    """A signed-in browser per kind of person; the visitor is an agent who looks at the consumer's pages."""
    browsers = {}
    for kind, name in PEOPLE.items():
        client = app.server.test_client()
        form = {"email": f"{name}@demo.example", "password": PASSWORD, "csrf_token": form_token(client)}
        assert client.post("/login", data=form).status_code == 303
        browsers[kind] = client
    assert visit(browsers["visitor"], world).status_code == 303
    return browsers


def tables(world) -> dict[str, str]:
    """A digest of every table's rows, but for the trail of who did what and the clock of sessions."""
    found = {}
    with world.records.reading() as db:
        for table in Base.metadata.sorted_tables:
            if table.name not in {"audit_event", "login_session", "login_attempt"}:
                rows = db.execute(select(table).order_by(*table.primary_key.columns)).all()
                found[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


# Policies


def test_every_callback_has_a_policy(app):
    assert unprotected(app) == []
    assert len(server_callbacks(app)) >= 8


def test_without_one_policy_the_walk_fails_and_the_callback_is_closed(app, clients):
    for output in server_callbacks(app):
        callback = app.callback_map[output]["callback"]
        policy = callback.__policy__
        del callback.__policy__
        try:
            with pytest.raises(AssertionError):
                test_every_callback_has_a_policy(app)
            for kind, client in clients.items():
                assert call(client, app, output).status_code == 403, (kind, output)
        finally:
            callback.__policy__ = policy


def test_a_portal_with_a_forgotten_callback_does_not_start(world):
    dash.callback(Output("forgotten", "children"), Input("anything", "value"))(lambda value: value)
    with portals.using(world), pytest.raises(RuntimeError, match=r"forgotten\.children"):
        create_app(world.config, world)


def test_a_callback_is_for_nobody_who_may_not_open_its_page(app):
    by_folder = {page["module"].rpartition(".")[0]: set() for page in pages()}
    for page in pages():
        by_folder[page["module"].rpartition(".")[0]] |= roles_of_page(page)
    for output in server_callbacks(app):
        policy = policy_of(app, output)
        folder = app.callback_map[output]["callback"].__module__.rpartition(".")[0]
        allowed = {str(role) for role in policy.roles or {Role.CUSTOMER}}
        assert allowed <= by_folder.get(folder, {str(role) for role in Role}), output  # the frame is everybody's


@pytest.mark.parametrize("kind", [*PEOPLE, "stranger"])
def test_everybody_by_every_callback(app, clients, stranger, kind):
    client = clients.get(kind, stranger)
    for output in server_callbacks(app):
        status = call(client, app, output).status_code
        if kind == "stranger":
            assert status == 401, output
        else:
            refused = not policy_of(app, output).allows(VIEWERS[kind])
            assert (status == 403) is refused, (output, status)


# What a request may carry


@pytest.mark.parametrize(
    "body",
    [None, [], "x", 7, {}, {"output": 7}, {"output": ROUTER}, {"output": ROUTER, "inputs": "x"},
     {"output": ROUTER, "inputs": []}, {"output": ROUTER, "inputs": [1, 2]},
     {"output": ROUTER, "inputs": [{"id": "a", "property": "b", "value": 7}, {"id": "a", "property": "b"}]},
     {"output": ROUTER, "inputs": [{"id": "a", "property": "b", "value": "/"}, {"id": "a", "property": "b", "value": []}]},
     {"output": "x.y", "inputs": [], "state": {}}, {"output": "x.y", "inputs": [], "changedPropIds": [7]}],
)  # fmt: skip
def test_a_malformed_envelope_is_refused_as_such(clients, body):
    client = clients["customer"]
    answer = client.post(DISPATCH, json=body, headers={"X-CSRF-Token": csrf_of(client)})
    assert answer.status_code == 400


def test_an_unknown_output_and_a_background_job_are_refused(clients):
    client = clients["customer"]
    headers = {"X-CSRF-Token": csrf_of(client)}
    unknown = client.post(DISPATCH, json={"output": "no-such.output", "inputs": []}, headers=headers)
    assert (unknown.status_code, unknown.get_json()["error"]) == (404, "unknown_callback")
    job = client.post(f"{DISPATCH}?cacheKey=x&job=1", json={"output": ROUTER, "inputs": []}, headers=headers)
    assert job.status_code == 400


@pytest.mark.parametrize(
    "value", [None, 0, -1, 1e300, "", "x" * 10_000, "\x00\ud800", [], [[]], {}, {"site": []}, {"site": "'--"}]
)
def test_no_value_breaks_the_server(app, clients, value):
    for output in server_callbacks(app):
        entry = app.callback_map[output]
        values = {f"{item['id']}.{item['property']}": value for item in [*entry["inputs"], *entry["state"]]}
        assert call(clients["customer"], app, output, values).status_code < 500, output


# Other people's things


def customer_pages(own: dict[str, list[str]]) -> list[str]:
    """Addresses of all customer pages with ids of one's own."""
    names = [address_of(page) for page in pages() if "customer" in roles_of_page(page)]
    return [name.replace("<site>", own["site"][0]).replace("<meter>", own["meter"][0]) for name in names]


@pytest.mark.parametrize("kind", ["site", "meter", "register", "customer"])
def test_a_foreign_id_in_any_query_reads_as_a_missing_one(clients, world, kind):
    own, foreign = (things_of(world, f"{name}@demo.example") for name in ("consumer", "business"))
    for path in customer_pages(own):
        for public_id in foreign[kind][:1]:
            missing = f"{kind}-{'0' * (len(public_id) - len(kind) - 1)}"
            answers = [draw(clients["customer"], path, f"?{kind}={asked}") for asked in (public_id, missing)]
            texts = [
                text_of(answer).replace(asked, "ID")
                for answer, asked in zip(answers, (public_id, missing), strict=True)
            ]
            assert texts[0] == texts[1], path
            statuses = {clients["customer"].get(f"{path}?{kind}={asked}").status_code for asked in (public_id, missing)}
            assert statuses in ({404}, {200}), path
            assert kind != "site" or own["site"][0] in path or statuses == {404}, path


def test_a_foreign_id_in_the_state_of_any_callback_is_a_404(app, clients, world):
    own, foreign = (things_of(world, f"{name}@demo.example") for name in ("consumer", "business"))
    swapped = 0
    for path in customer_pages(own):
        held = held_by(draw(clients["customer"], path, f"?site={own['site'][0]}"))
        for output in callbacks_of(app, held):
            for key, data in held.items():
                names = [name for name in ("site", "meter") if isinstance(data, dict) and name in data]
                if not names or key not in {
                    f"{item['id']}.{item['property']}" for item in app.callback_map[output]["state"]
                }:
                    continue
                # A meter's page is found by the meter alone; its site is the meter's.
                name = names[-1]
                answers = []
                for public_id in (foreign[name][0], f"{name}-0000000000"):
                    values = {**seen(app, output, held), key: {**data, name: public_id}}
                    answers.append(call(clients["customer"], app, output, values))
                assert [answer.status_code for answer in answers] == [404, 404], (path, output)
                assert answers[0].get_data() == answers[1].get_data(), (path, output)
                swapped += 1
    assert swapped >= 5


# Reading changes nothing


@pytest.mark.parametrize("kind", ["customer", "visitor", "admin"])
def test_looking_at_everything_writes_nothing_but_the_trail(app, clients, world, kind):
    own = things_of(world, "consumer@demo.example")
    before = tables(world)
    for path in [*customer_pages(own), "/admin", "/admin/customers", f"/admin/customers/{own['customer'][0]}"]:
        clients[kind].get(path)
        held = held_by(draw(clients[kind], path, "?q=consumer"))
        for output in callbacks_of(app, held):
            call(clients[kind], app, output, seen(app, output, held))
    for rule in app.server.url_map.iter_rules():
        if "GET" in rule.methods and "<" not in rule.rule:
            clients[kind].get(rule.rule)
    after = tables(world)
    assert [name for name in before if before[name] != after[name]] == []


def test_a_visitor_is_refused_every_change(app, clients, world):
    before = tables(world)
    for output in server_callbacks(app):
        if policy_of(app, output).writes:
            assert call(clients["visitor"], app, output).status_code == 403, output
    refused = []
    for rule in app.server.url_map.iter_rules():
        policy = getattr(app.server.view_functions[rule.endpoint], "__policy__", None)
        if policy is not None and policy.writes:
            method = "POST" if "POST" in rule.methods else "GET"
            path = rule.rule.replace("<public_id>", "job-0000000000")
            assert (
                clients["visitor"]
                .open(path, method=method, data={"csrf_token": csrf_of(clients["visitor"])})
                .status_code
                == 403
            )
            refused.append(rule.rule)
    assert "/consumption/export/download" in refused
    assert tables(world) == before
