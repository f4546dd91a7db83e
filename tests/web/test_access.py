"""The access matrix: every route, page and callback, asked by everybody who may not have it."""

from __future__ import annotations

import json

import dash
import pytest
from sqlalchemy import func, select

from auth.callbacks import ROUTER, policy_of
from auth.page_access import OBJECTS, roles_of
from auth.public import PUBLIC_PATHS, is_public
from data.tables.accounts import Account, Customer, Membership, Tenancy
from data.tables.billing import BillingDocument
from data.tables.contracts import Contract
from data.tables.identity import User
from data.tables.operations import AuditEvent
from data.tables.sites import Meter, MeterInstallation, Register, Site, SupplyPoint
from domain.access import Role, Viewer
from tests.web.gate import csrf_of
from tests.web.walk import draw

PEOPLE = {"customer": "consumer", "agent": "agent", "admin": "admin", "analyst": "analyst"}
# Who may open which page; every page that is not named here is a customer's.
STAFF_PAGES = {
    "/admin": {"agent", "admin", "analyst"},
    "/admin/customers": {"agent", "admin"},
    "/admin/customers/<customer>": {"agent", "admin"},
}
# Who may call which plain route; pages, Dash's own addresses and the public ones are tested below.
ROUTES = {
    ("POST", "/logout"): {"customer", "agent", "admin", "analyst"},
    ("POST", "/language"): {"customer", "agent", "admin", "analyst"},
    ("POST", "/admin/view-as"): {"agent", "admin"},
    ("POST", "/admin/view-as/end"): {"agent", "admin", "analyst"},
    ("GET", "/metrics"): {"admin"},
}
CUSTOMER_ROUTES = {"customer"}
SIGNED = "/webhooks/payments/<provider>"  # see test_payments
DASH_RULES = {"/", "/<path:path>", "/_dash-layout", "/_dash-dependencies", "/_dash-update-component", "/_reload-hash"}


@pytest.fixture(scope="module")
def clients(app, world):
    """A signed-in browser per role, shared by the tests that only ask."""
    from tests.factories.world import PASSWORD
    from tests.web.gate import form_token

    browsers = {}
    for role, name in PEOPLE.items():
        client = app.server.test_client()
        form = {"email": f"{name}@demo.example", "password": PASSWORD, "csrf_token": form_token(client)}
        assert client.post("/login", data=form).status_code == 303
        browsers[role] = client
    return browsers


def dispatch(client, output: str, **changes):
    body = {"output": output, "outputs": [], "inputs": [], "changedPropIds": [], **changes}
    return client.post("/_dash-update-component", json=body, headers={"X-CSRF-Token": csrf_of(client)})


def a_path(rule: str) -> str:
    """The rule with something in its gaps."""
    return "/".join("site-0000000000" if part.startswith("<") else part for part in rule.split("/"))


def rules(app):
    return [
        (method, rule.rule, rule.endpoint)
        for rule in app.server.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def plain_routes(app):
    return [item for item in rules(app) if item[1] not in {*DASH_RULES, SIGNED} and not is_public(a_path(item[1]))]


# Strangers


def test_public_addresses_are_these_and_no_others(app):
    public = {rule for _method, rule, _endpoint in rules(app) if is_public(rule)}
    assert public <= PUBLIC_PATHS | {
        "/assets/<path:filename>", "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    }  # fmt: skip


def test_strangers_are_refused_everywhere_else(app, stranger):
    answers = {}
    for method, rule, _endpoint in rules(app):
        if not is_public(rule) and rule != SIGNED:
            answer = stranger.open(a_path(rule), method=method, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
            signed_out = answer.status_code == 401 or (answer.location or "").startswith("/login")
            answers[method, rule] = signed_out
    assert [key for key, refused in answers.items() if not refused] == []
    assert len(answers) >= len(DASH_RULES)


def test_strangers_get_no_page_and_no_callback(app, stranger):
    for page in dash.page_registry.values():
        assert stranger.get(page["path"]).status_code == 302
        assert draw(stranger, page["path"]).status_code == 401
    for output in app.callback_map:
        assert dispatch(stranger, output).status_code == 401


def test_a_stranger_learns_nothing_from_an_unknown_address(stranger):
    assert stranger.get("/admin/customers").location == "/login?next=%2Fadmin%2Fcustomers"
    assert stranger.get("/no/such/page").location == "/login?next=%2Fno%2Fsuch%2Fpage"


# Routes and pages by role


def test_every_plain_route_says_who_may_call_it(app):
    without = [
        rule
        for _method, rule, endpoint in plain_routes(app)
        if rule != "/metrics" and getattr(app.server.view_functions[endpoint], "__policy__", None) is None
    ]
    assert without == []


def test_wrong_roles_are_refused_by_every_plain_route(app, clients):
    wrong = []
    for method, rule, _endpoint in plain_routes(app):
        for role in set(PEOPLE) - ROUTES.get((method, rule), CUSTOMER_ROUTES):
            headers = {"X-CSRF-Token": csrf_of(clients[role])}
            path = a_path(rule)
            answer = clients[role].open(
                path, method=method, headers=headers, environ_overrides={"REMOTE_ADDR": "192.0.2.1"}
            )
            if answer.status_code != 403:
                wrong.append((role, method, rule, answer.status_code))
    assert wrong == []


def test_the_pages_have_the_roles_of_the_matrix():
    shown = {
        page.get("path_template") or page["path"]: {str(role) for role in page.get("roles") or {"customer"}}
        for page in dash.page_registry.values()
        if not page["module"].endswith("not_found_404")
    }
    assert shown == {path: STAFF_PAGES.get(path, {"customer"}) for path in shown}
    assert set(STAFF_PAGES) <= set(shown)


def test_a_page_of_another_role_is_a_missing_page(clients):
    for page in dash.page_registry.values():
        path = page["path"]
        allowed = STAFF_PAGES.get(page.get("path_template") or path, {"customer"})
        for role in set(PEOPLE) - allowed:
            missing = draw(clients[role], "/no/such/page")
            assert clients[role].get(path).status_code == 404, (role, path)
            assert draw(clients[role], path).get_data() == missing.get_data(), (role, path)


def test_pages_without_ids_open_for_their_roles(clients):
    for page in dash.page_registry.values():
        if page.get("path_template") or page["module"].endswith("not_found_404"):
            continue
        for role in STAFF_PAGES.get(page["path"], {"customer"}):
            assert clients[role].get(page["path"]).status_code == 200, (role, page["path"])
            drawn = draw(clients[role], page["path"])
            assert drawn.status_code == 200
            for problem in ("There is no such page", "Something went wrong", "This cannot be shown"):
                assert problem not in drawn.get_data(as_text=True), (role, page["path"])


def test_every_id_in_an_address_is_looked_up_for_the_viewer():
    names = {
        part.strip("<>")
        for page in dash.page_registry.values()
        for part in (page.get("path_template") or "").split("/")
        if part.startswith("<")
    }
    assert names <= set(OBJECTS)


# The router


@pytest.mark.parametrize("path", ["/admin", "admin", "//admin", "/admin/", "/ADMIN", "/admin/../admin", "/admin?x=1"])
def test_no_spelling_of_a_path_opens_a_page_of_another_role(clients, path):
    missing = draw(clients["customer"], "/no/such/page")
    assert draw(clients["customer"], path).get_data() == missing.get_data()


def test_the_router_decides_by_position_not_by_name(clients):
    # Dash passes inputs by position: an address in the place of the path counts, whatever it calls itself.
    inputs = [{"id": "_pages_location", "property": "search", "value": "/admin"},
              {"id": "_pages_location", "property": "pathname", "value": "/dashboard"}]  # fmt: skip
    outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
    answer = dispatch(clients["customer"], ROUTER, inputs=inputs, outputs=outputs)
    assert "admin-search" not in answer.get_data(as_text=True)
    assert "fleet" not in answer.get_data(as_text=True)


# Requests from elsewhere


def test_a_callback_needs_our_token(clients):
    client = clients["customer"]
    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": csrf_of(clients["agent"])}):
        assert client.post("/_dash-update-component", json={"output": ROUTER}, headers=headers).status_code == 403


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_callback_from_another_site_is_refused(clients, header):
    headers = {"X-CSRF-Token": csrf_of(clients["customer"]), **header}
    answer = clients["customer"].post("/_dash-update-component", json={"output": ROUTER}, headers=headers)
    assert answer.status_code == 403


def test_metrics_are_for_this_machine_and_for_admins(stranger, clients):
    assert stranger.get("/metrics").status_code == 200  # the test client comes from 127.0.0.1
    assert stranger.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 302
    # A proxy on this machine that names no client passes on the name that the visitor asked for.
    assert stranger.get("/metrics", headers={"Host": "portal.example.com"}).status_code == 302
    away = {"REMOTE_ADDR": "192.0.2.1"}
    assert stranger.get("/metrics", environ_overrides=away).status_code == 302
    assert clients["admin"].get("/metrics", environ_overrides=away).status_code == 200


# Other people's things


def things_of(world, email: str) -> dict[str, list[str]]:
    """Public ids of a person's sites, meters, registers, customers and bills."""
    with world.records.reading() as db:
        user_id = db.scalar(select(User.id).where(User.email == email))
        accounts = select(Membership.account_id).where(Membership.user_id == user_id)
        site_ids = select(Tenancy.site_id).where(Tenancy.account_id.in_(accounts))
        meters = (
            select(Meter.public_id)
            .join(MeterInstallation, MeterInstallation.meter_id == Meter.id)
            .join(SupplyPoint, SupplyPoint.id == MeterInstallation.supply_point_id)
            .where(SupplyPoint.site_id.in_(site_ids))
        )
        customers = select(Customer.public_id).join(Account).where(Account.id.in_(accounts))
        registers = select(Register.public_id).join(SupplyPoint).where(SupplyPoint.site_id.in_(site_ids))
        found = {
            "register": registers, "meter": meters, "customer": customers,
            "site": select(Site.public_id).where(Site.id.in_(site_ids)),
            "invoice": select(BillingDocument.public_id).where(BillingDocument.account_id.in_(accounts)),
            "contract": select(Contract.public_id).where(Contract.account_id.in_(accounts)),
        }  # fmt: skip
        return {kind: list(db.scalars(query)) for kind, query in found.items()}


def templated_pages() -> list[tuple[str, str]]:
    pages = [page["path_template"] for page in dash.page_registry.values() if page.get("path_template")]
    return [(path, path.partition("<")[2].partition(">")[0]) for path in pages]


def test_foreign_and_missing_things_in_an_address_are_the_same_404(clients, world):
    foreign = things_of(world, "business@demo.example")
    client = clients["customer"]
    asked = 0
    for template, name in templated_pages():
        missing = draw(client, template.replace(f"<{name}>", f"{name}-0000000000"))
        for public_id in foreign[name]:
            path = template.replace(f"<{name}>", public_id)
            assert client.get(path).status_code == 404, path
            assert draw(client, path).get_data() == missing.get_data(), path
            asked += 1
    assert asked >= 1


def test_ones_own_things_open(clients, world):
    own = things_of(world, "consumer@demo.example")
    for template, name in templated_pages():
        if STAFF_PAGES.get(template):
            continue
        for public_id in own[name]:
            path = template.replace(f"<{name}>", public_id)
            assert clients["customer"].get(path).status_code == 200, path


@pytest.mark.parametrize("query", ["?site={}", "?site={}&view=meter"])
def test_a_foreign_site_in_the_query_is_like_a_missing_one(clients, world, query):
    foreign = things_of(world, "business@demo.example")["site"][0]
    pages = [page for page in dash.page_registry.values() if not page.get("roles") or Role.CUSTOMER in page["roles"]]
    for page in pages:
        if page.get("path_template"):
            continue
        answers = [
            draw(clients["customer"], page["path"], query.format(public_id)).get_data(as_text=True)
            for public_id in (foreign, "site-0000000000")
        ]
        assert clients["customer"].get(page["path"] + query.format(foreign)).status_code == 404, page["path"]
        assert answers[0].replace(foreign, "site-0000000000") == answers[1], page["path"]


# The read-only visit


def visit(client, world, email: str = "consumer@demo.example", reason: str = "ticket 20418"):
    with world.records.reading() as db:
        user_id = db.scalar(select(User.id).where(User.email == email))
        account = db.scalar(select(Account.public_id).join(Membership).where(Membership.user_id == user_id))
    form = {"account": account, "reason": reason, "csrf_token": csrf_of(client), "back": "/admin/customers"}
    return client.post("/admin/view-as", data=form)


def test_staff_see_a_customer_only_in_a_visit_with_a_reason(sign_in, world):
    agent = sign_in("agent")
    assert visit(agent, world, reason="hi").location == "/admin/customers?problem=reason"  # 2 characters, 5 needed
    assert agent.get("/").location == "/admin"
    answer = visit(agent, world)
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    assert agent.get("/").location == "/dashboard"
    layout = agent.get("/_dash-layout").get_data(as_text=True)
    assert "ticket 20418" in layout
    assert agent.post("/admin/view-as/end", data={"csrf_token": csrf_of(agent)}).location == "/admin/customers"
    assert "ticket 20418" not in agent.get("/_dash-layout").get_data(as_text=True)


def test_a_visit_changes_nothing(app, sign_in, world):
    agent = sign_in("agent")
    visit(agent, world)
    writing = [
        (method, rule)
        for method, rule, endpoint in plain_routes(app)
        if getattr(getattr(app.server.view_functions[endpoint], "__policy__", None), "writes", False)
    ]
    assert ("POST", "/admin/view-as") in writing
    for method, rule in writing:
        answer = agent.open(a_path(rule), method=method, headers={"X-CSRF-Token": csrf_of(agent)})
        assert answer.status_code == 403, rule
    for output in app.callback_map:
        policy = policy_of(app, output)
        if policy is not None and policy.writes:
            assert dispatch(agent, output).status_code == 403, output


def test_customers_and_analysts_cannot_visit(sign_in, world):
    for name in ("consumer", "analyst"):
        assert visit(sign_in(name), world, "business@demo.example").status_code == 403


def test_visits_searches_and_opened_customers_are_in_the_audit_trail(sign_in, world):
    def counted() -> dict[str, int]:
        with world.records.reading() as db:
            rows = db.execute(select(AuditEvent.action, func.count()).group_by(AuditEvent.action))
            return {row[0]: row[1] for row in rows}

    before = counted()
    agent = sign_in("agent")
    public_id = things_of(world, "consumer@demo.example")["customer"][0]
    assert draw(agent, "/admin/customers", "?q=exa").status_code == 200
    assert draw(agent, f"/admin/customers/{public_id}").status_code == 200
    visit(agent, world)
    agent.post("/admin/view-as/end", data={"csrf_token": csrf_of(agent)})
    agent.post("/logout", data={"csrf_token": csrf_of(agent)})
    after = counted()
    new = {action: after[action] - before.get(action, 0) for action in after if after[action] != before.get(action)}
    assert new == {
        "session:signed_in": 1, "customers:searched": 1, "customer:opened": 1,
        "view_as:started": 1, "view_as:ended": 1, "session:signed_out": 1,
    }  # fmt: skip


# What the finder shows


def finder(client, text: str) -> str:
    return json.dumps(draw(client, "/admin/customers", f"?q={text}").get_json())


def test_the_finder_finds_by_name_address_number_and_meter(clients, world):
    with world.records.reading() as db:
        user_id = db.scalar(select(User.id).where(User.email == "consumer@demo.example"))
        number = db.scalar(select(Account.number).join(Membership).where(Membership.user_id == user_id))
        name = db.scalar(select(Customer.name).join(Account).where(Account.number == number))
    things = things_of(world, "consumer@demo.example")
    with world.records.reading() as db:
        serial = db.scalar(select(Meter.serial).where(Meter.public_id == things["meter"][0]))
    public_id = things["customer"][0]
    for text in (name, name.upper(), "consumer@demo", number, serial.replace(" ", ""), things["meter"][0]):
        assert public_id in finder(clients["agent"], text), text


@pytest.mark.parametrize("text", ["%25%25", "__", "x'%3B--"])
def test_wildcards_and_quotes_are_only_characters(clients, text):
    assert "Nobody found" in finder(clients["agent"], text)


@pytest.mark.parametrize("text", ["e", "%00%00%00", "\ud800x", "%20e%20"])
def test_less_than_two_characters_are_not_searched(clients, text):
    assert "Type at least two characters." in finder(clients["agent"], text)


def test_roles_of_a_visitor_include_the_customers():
    agent = Viewer(1, "", "", Role.AGENT)
    assert roles_of(agent) == {Role.AGENT}
    assert roles_of(Viewer(1, "", "", Role.AGENT, acting_for_account_id=3)) == {Role.AGENT, Role.CUSTOMER}
