"""The gate on its own: callbacks and routes with, without and with the wrong policy."""

from __future__ import annotations

import pytest

from auth.callbacks import unprotected
from tests.factories.people import People, people
from tests.web.gate import OUTPUTS, call, csrf_of, make_gate, sign_in


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with people(tmp_path_factory.mktemp("guard")) as made:
        yield made


@pytest.fixture(scope="module")
def gate(world: People):
    return make_gate(world)


@pytest.fixture
def browser(gate):
    def as_person(name: str = ""):
        client = gate[0].test_client()
        if name:
            assert sign_in(client, name).status_code == 303
        return client

    return as_person


def test_a_callback_registered_without_the_wrapper_is_named_and_refused(gate, browser):
    assert unprotected(gate[1]) == ["bare-out.children"]
    assert call(browser("consumer"), "bare-out.children").status_code == 403


@pytest.mark.parametrize(
    ("person", "output", "status"),
    [
        ("", "customer", 401), ("consumer", "customer", 200), ("agent", "customer", 403), ("admin", "customer", 403),
        ("consumer", "admin", 403), ("agent", "admin", 403), ("admin", "admin", 200), ("consumer", "write", 200),
    ],
)  # fmt: skip
def test_callbacks_answer_their_roles_only(browser, person, output, status):
    answer = call(browser(person), OUTPUTS[output])
    assert answer.status_code == status
    assert ("saw" in answer.get_data(as_text=True) or "wrote" in answer.get_data(as_text=True)) == (status == 200)


def test_staff_on_a_visit_read_and_do_not_write(world, browser):
    agent = browser("agent")
    form = {"account": world.ids.accounts["consumer"], "reason": "ticket 20418", "csrf_token": csrf_of(agent)}
    assert agent.post("/admin/view-as", data=form).location == "/dashboard"
    assert call(agent, OUTPUTS["customer"]).status_code == 200
    assert call(agent, OUTPUTS["write"]).status_code == 403
    assert agent.get("/file").status_code == 200
    assert agent.post("/change", data={"csrf_token": csrf_of(agent)}).status_code == 403
    assert agent.post("/admin/view-as", data=form).status_code == 403  # one visit at a time
    world.wait(minutes=30)
    assert call(agent, OUTPUTS["customer"]).status_code == 403
    assert agent.post("/change", data={"csrf_token": csrf_of(agent)}).get_data(as_text=True) == "changed"


def test_a_route_without_a_policy_is_closed_to_everybody(browser):
    assert [browser(name).get("/forgotten").status_code for name in ("consumer", "agent", "admin")] == [403, 403, 403]
    assert browser().get("/forgotten").location == "/login?next=%2Fforgotten"


def test_a_route_without_roles_is_for_those_who_see_customer_pages(browser):
    assert [browser(name).get("/file").status_code for name in ("consumer", "agent", "analyst")] == [200, 403, 403]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
def test_every_changing_method_needs_the_token(browser, method):
    client = browser("consumer")
    assert getattr(client, method)("/file").status_code == 403
    assert getattr(client, method)("/file", headers={"X-CSRF-Token": csrf_of(client)}).status_code == 405


def test_another_persons_token_is_no_token(browser):
    consumer, agent = browser("consumer"), browser("agent")
    assert consumer.post("/change", data={"csrf_token": csrf_of(agent)}).status_code == 403
    assert consumer.post("/change", data={"csrf_token": csrf_of(consumer)}).status_code == 200


def test_our_own_origin_passes(browser):
    client = browser("consumer")
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/change", data={"csrf_token": csrf_of(client)}, headers=headers).status_code == 200


def test_strangers_may_not_even_ask_which_methods_exist(browser):
    assert browser().options("/file").status_code == 401
    assert browser().post("/file").status_code == 401


def test_a_disabled_person_is_out_at_once(world, browser):
    from services import identity

    client = browser("neighbour")
    assert client.get("/file").status_code == 200
    identity.disable_user("neighbour@demo.example")
    assert client.get("/file").status_code == 302
    assert call(client, OUTPUTS["customer"]).status_code == 401
