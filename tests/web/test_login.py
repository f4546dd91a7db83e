"""The sign-in page, its form, and what the browser gets back."""

from __future__ import annotations

import re

import pytest

from services import identity
from tests.factories.people import People, people
from tests.factories.settings import PRODUCTION
from tests.web.gate import csrf_of, form_token, make_gate, sign_in


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with people(tmp_path_factory.mktemp("login")) as made:
        yield made


@pytest.fixture(scope="module")
def server(world: People):
    return make_gate(world)[0]


@pytest.fixture
def client(server):
    return server.test_client()


@pytest.fixture(autouse=True)
def _later(world: People):
    """Failures of one test are out of the throttle's window in the next."""
    world.wait(minutes=6)


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def test_a_customer_lands_on_the_dashboard_and_staff_on_their_own_page(server):
    landings = {name: sign_in(server.test_client(), name) for name in ("consumer", "agent", "admin", "analyst")}
    assert {name: (answer.status_code, answer.location) for name, answer in landings.items()} == {
        "consumer": (303, "/dashboard"), "agent": (303, "/admin"), "admin": (303, "/admin"), "analyst": (303, "/admin"),
    }  # fmt: skip


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client):
    cookies = sign_in(client, "consumer").headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("portal_session="))
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert "Max-Age=43200" in session  # 12 h
    csrf = next(cookie for cookie in cookies if cookie.startswith("portal_csrf="))
    assert "HttpOnly" not in csrf  # Dash's script copies it into a header


def test_production_cookies_are_tied_to_the_host_and_to_https(tmp_path):
    from data.repositories.identity import NewUser

    with people(tmp_path, **PRODUCTION) as real:
        identity.create_user(NewUser("a@example.com", "A", ""), "a long password")
        client = make_gate(real)[0].test_client()
        page = client.get("/login", base_url="https://portal.example.com").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        answer = client.post(
            "/login",
            data={"email": "a@example.com", "password": "a long password", "csrf_token": token},
            base_url="https://portal.example.com",
            headers={"Origin": "https://portal.example.com"},
        )
        cookies = answer.headers.getlist("Set-Cookie")
        assert [c.split("=")[0] for c in cookies] == ["__Host-portal_session", "portal_csrf"]
        assert all("Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie for cookie in cookies)
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert "demo.example" not in page.replace(real.portal.config.brand_contact, "")
        assert client.get("/login", base_url="https://evil.example").status_code == 400
        assert client.get("/login", base_url="https://portal.example.com.evil.example").status_code == 400
        assert client.get("/healthz", base_url="http://10.0.0.7:8050").status_code == 200


def test_wrong_password_and_unknown_person_read_the_same(client):
    wrong = sign_in(client, "neighbour", "not this one")
    unknown = sign_in(client, "nobody", "not this one")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert text_of(wrong).replace("neighbour@", "nobody@") == text_of(unknown)
    assert "E-mail address and password do not match." in text_of(wrong)
    assert 'aria-describedby="problem"' in text_of(wrong)


def test_the_throttle_says_how_long_to_wait(client):
    answers = [sign_in(client, "consumer", "not this one") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert "Too many attempts. Try again in 5 minutes." in text_of(answers[-1])
    assert [answer.headers.get("Retry-After") for answer in answers[-2:]] == [None, "300"]


def test_empty_fields_are_asked_for(client):
    answer = client.post("/login", data={"email": " ", "password": "", "csrf_token": form_token(client)})
    assert answer.status_code == 400
    assert "Enter your e-mail address and your password." in text_of(answer)


@pytest.mark.parametrize("token", ["", "made.up", "x" * 5000])
def test_a_form_without_our_token_signs_nobody_in(client, token):
    form_token(client)
    answer = client.post(
        "/login", data={"email": "consumer@demo.example", "password": "demo-portal-2026", "csrf_token": token}
    )
    assert answer.status_code == 403
    assert "This form was open for too long. Try again." in text_of(answer)
    assert client.get_cookie("portal_session") is None


def test_a_planted_cookie_with_the_same_value_is_no_token(client):
    client.set_cookie("portal_signin", "evil.evil")
    form = {"email": "consumer@demo.example", "password": "demo-portal-2026", "csrf_token": "evil.evil"}
    assert client.post("/login", data=form).status_code == 403


@pytest.mark.parametrize(
    "header", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
               {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_a_form_from_another_site_is_refused(client, header):
    form = {"email": "consumer@demo.example", "password": "demo-portal-2026", "csrf_token": form_token(client)}
    assert client.post("/login", data=form, headers=header).status_code == 403


def test_two_open_sign_in_tabs_both_work(client):
    first, second = form_token(client), form_token(client)
    assert first == second


def test_signing_in_again_gives_a_new_session_and_ends_the_old_one(client):
    sign_in(client, "consumer")
    first = client.get_cookie("portal_session").value
    form = {"email": "agent@demo.example", "password": "demo-portal-2026", "csrf_token": csrf_of(client)}
    assert client.post("/login", data=form).status_code == 303
    second = client.get_cookie("portal_session").value
    assert first != second
    assert identity.caller(first) is None
    assert identity.caller(second).viewer.email == "agent@demo.example"


def test_a_failed_sign_in_leaves_an_open_session_as_it_is(client):
    token = form_token(client)
    sign_in(client, "consumer")
    before = csrf_of(client)
    stale = {"email": "agent@demo.example", "password": "not this one", "csrf_token": token}
    assert client.post("/login", data=stale).status_code == 401
    assert csrf_of(client) == before
    assert client.get("/file").status_code == 200


def test_signing_out_ends_the_session_on_the_server(client):
    sign_in(client, "consumer")
    token = client.get_cookie("portal_session").value
    answer = client.post("/logout", data={"csrf_token": csrf_of(client)})
    assert (answer.status_code, answer.location) == (303, "/login?ended=here")
    assert "You are signed out." in client.get(answer.location).get_data(as_text=True)
    assert client.get_cookie("portal_session") is None
    assert "Your session has ended" not in client.get("/login").get_data(as_text=True)
    client.set_cookie("portal_session", token)  # a copy of the cookie is worth nothing
    assert client.get("/file").status_code == 302


def test_signing_out_needs_our_token_and_a_post(client):
    sign_in(client, "consumer")
    assert client.post("/logout").status_code == 403
    assert client.get("/logout").status_code in {404, 405}
    assert client.get("/file").status_code == 200


def test_an_expired_session_is_asked_to_sign_in_again(client, world):
    sign_in(client, "consumer")
    world.wait(hours=8, minutes=1)
    answer = client.get("/file?a=1")
    assert (answer.status_code, answer.location) == (302, "/login?next=%2Ffile%3Fa%3D1")
    assert "Your session has ended. Sign in to go on where you were." in client.get(answer.location).get_data(
        as_text=True
    )


def test_the_form_brings_people_where_they_wanted_to_go(client):
    assert sign_in(client, "consumer", next="/consumption?view=peaks").location == "/consumption?view=peaks"


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", "/login"]
)
def test_the_form_never_leads_to_another_site(client, wanted):
    assert sign_in(client, "consumer", next=wanted).location == "/dashboard"


def test_somebody_signed_in_does_not_see_the_form(client):
    sign_in(client, "consumer")
    answer = client.get("/login")
    assert (answer.status_code, answer.location) == (302, "/dashboard")


def test_the_page_needs_no_script_and_shows_the_demo_people(client):
    page = text_of(client.get("/login?as=consumer"))
    assert page.count("<script") == 1  # which shows the password; without it its button stays hidden
    assert re.search(r'<button id="show-password" type="button" hidden ', page)
    assert 'value="consumer@demo.example"' in page
    assert 'value="demo-portal-2026"' in page
    for name in ("consumer", "agent", "admin", "analyst"):
        assert f"{name}@demo.example" in page
    assert "neighbour@demo.example" not in page  # not one of the published ones


def test_without_a_choice_the_form_is_empty_and_follows_the_system_theme(client):
    page = text_of(client.get("/login"))
    assert 'value="demo-portal-2026"' not in page
    assert "data-bs-theme" not in page.split("<head>")[0]
    assert "prefers-color-scheme:dark" in page


def test_a_chosen_theme_is_served_without_a_flash(client):
    client.set_cookie("portal_theme", "dark")
    assert '<html lang="en" data-bs-theme="dark">' in text_of(client.get("/login"))
    client.set_cookie("portal_theme", '"><script>')
    assert text_of(client.get("/login")).count("<script") == 1  # the page's own


def test_what_people_typed_is_shown_as_text(client):
    form = {"email": '"><script>alert(1)</script>', "password": "x", "csrf_token": form_token(client)}
    assert text_of(client.post("/login", data=form)).count("<script") == 1  # the page's own


def test_a_long_or_odd_language_changes_nothing(client):
    assert client.get("/login?lang=xx").status_code == 200
    assert client.get("/login?lang=" + "x" * 2000).status_code == 200


def test_every_answer_carries_the_security_headers(client):
    headers = client.get("/login").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
