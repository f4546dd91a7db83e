"""Error pages and headers: what strangers, scripts and browsers get when something is refused."""

import re

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError

from auth import errors
from auth.policies import EVERYONE, route_policy


@pytest.fixture(scope="module")
def failing(app):
    """The application with routes that fail in every way."""

    def view(kind):
        if kind == "accident":
            raise ZeroDivisionError("secret detail")
        if kind == "records":
            raise OperationalError("select 1", {}, Exception("connection refused"))
        abort(int(kind))

    app.server._got_first_request = False
    app.server.add_url_rule("/test-fail/<kind>", "test-fail", route_policy(roles=EVERYONE)(view))
    app.server._got_first_request = True
    return app


@pytest.mark.parametrize(
    ("kind", "status"),
    [("accident", 500), ("records", 503), ("403", 403), ("404", 404), ("413", 413), ("503", 503), ("418", 418)],
)
def test_error_pages_are_plain_pages_with_a_reference(failing, sign_in, kind, status):
    answer = sign_in("consumer").get(f"/test-fail/{kind}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert answer.headers["X-Request-ID"] in page
    assert "secret detail" not in page
    assert "<script" not in page.replace('<script src="/assets/theme.js', "")
    assert len(re.findall("<h1", page)) == 1


def test_a_restart_of_the_records_says_when_to_come_back(failing, sign_in):
    assert sign_in("consumer").get("/test-fail/records").headers["Retry-After"] == "5"


def test_a_body_above_the_limit_is_refused(sign_in):
    client = sign_in("consumer")
    token = client.get_cookie("portal_csrf").value
    headers = {"X-CSRF-Token": token, "Content-Type": "application/json"}
    answer = client.post("/_dash-update-component", data=b"x" * (2 * 2**20 + 1), headers=headers)
    assert answer.status_code in {400, 413}


def test_scripts_get_a_code_instead_of_a_page(app):
    with app.server.test_request_context("/_dash-update-component"):
        assert errors.answer(503).get_json()["error"] == "unavailable"


def test_signed_in_pages_are_never_kept(sign_in):
    assert sign_in("consumer").get("/_dash-layout").headers["Cache-Control"] == "no-store"


def test_the_language_is_kept_with_the_person(sign_in, world):
    client = sign_in("prosumer")
    token = client.get_cookie("portal_csrf").value
    sent = {"locale": "de", "next": "/dashboard?site=x", "csrf_token": token}
    answer = client.post("/language", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dashboard?site=x")
    assert '<html lang="de"' in client.get("/not-there").get_data(as_text=True)
    client.post("/language", data={**sent, "locale": "en"})


def test_the_language_form_does_not_lead_away(sign_in):
    client = sign_in("consumer")
    token = client.get_cookie("portal_csrf").value
    answer = client.post("/language", data={"locale": "xx", "next": "//evil.example", "csrf_token": token})
    assert answer.headers["Location"] == "/"
    assert "portal_locale" not in answer.headers.get("Set-Cookie", "")
