"""What is another's and what does not exist, as a browser shows it: one page, one sentence, the status 404."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from data.session import Records
from data.tables.accounts import Membership
from data.tables.identity import User
from tests.browser.driver import THEMES, Browser
from tests.web.test_access import things_of

TITLE = "There is no such page"
SENTENCE = "This does not exist, or it is not yours to see."
# What a click on a dcc.Link does.
FOLLOW = "history.pushState({}, '', arguments[0]); dispatchEvent(new CustomEvent('_dashprivate_pushstate'))"
ORDER = """
const done = arguments[arguments.length - 1];
const token = document.cookie.match(/portal_csrf=([^;]+)/)[1];
const asked = {site: arguments[0], resolution: 'interval', format: 'csv', first: '2026-02-01', last: '2026-11-20',
               csrf_token: decodeURIComponent(token)};
fetch('/consumption/export/download', {method: 'POST', body: new URLSearchParams(asked)}).then(r => done(r.url));
"""


class World:
    """The records behind the server, seen without it."""

    def __init__(self, database_url: str) -> None:
        self.records = Records(database_url)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.records.dispose()


@pytest.fixture
def lost(world: World) -> Iterator[Any]:
    """A function that takes the consumer out of every account; they are back after the test."""
    with world.records.reading() as db:
        user = db.scalar(select(User.id).where(User.email == "consumer@demo.example"))
        rows = [
            dict(row) for row in db.execute(select(Membership.__table__).where(Membership.user_id == user)).mappings()
        ]

    def lose() -> None:
        with world.records.transaction() as tx:
            tx.execute(delete(Membership).where(Membership.user_id == user))

    yield lose
    with world.records.transaction() as tx:
        tx.execute(delete(Membership).where(Membership.user_id == user))
        tx.execute(insert(Membership), rows)


def answers(browser: Browser) -> list[tuple[str, int]]:
    """Kind and status of what was answered since the last call, static files aside."""
    found = []
    for entry in browser.driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.responseReceived":
            response, kind = message["params"]["response"], message["params"]["type"]
            if kind == "Document" or "/_dash-update-component" in response["url"]:
                found.append((kind, int(response["status"])))
    return found


def shown(browser: Browser) -> str:
    return str(browser.driver.execute_script("return document.querySelector('main').innerHTML"))


def other_than_404(browser: Browser) -> list[str]:
    return [line for line in browser.console_errors() if "status of 404" not in line]


def addresses(world: World) -> dict[str, str]:
    own, foreign = (things_of(world, f"{name}@demo.example") for name in ("consumer", "business"))
    assert not set(own["site"]) & set(foreign["site"])
    return {
        "unknown": "/no-such-page",
        "missing site": "/dashboard/site-0000000000",
        "foreign site": f"/dashboard/{foreign['site'][0]}",
        "missing meter": "/consumption/meter-0000000000",
        "foreign meter": f"/consumption/{foreign['meter'][0]}",
        "missing site asked": "/consumption?site=site-0000000000",
        "foreign site asked": f"/consumption?site={foreign['site'][0]}",
        "export of a foreign site": f"/consumption/export?site={foreign['site'][0]}",
        "missing customer": "/admin/customers/customer-0000000000",
        "foreign customer": f"/admin/customers/{foreign['customer'][0]}",
        "one's own customer record": f"/admin/customers/{own['customer'][0]}",
        "staff page": "/admin",
    }


@pytest.mark.usefixtures("compressed")
def test_every_such_address_is_the_same_page_with_the_status_404(browser: Browser, world: World):
    browser.sign_in("consumer")
    pages = set()
    for name, path in addresses(world).items():
        answers(browser)
        browser.get(path)
        assert answers(browser)[0] == ("Document", 404), name
        assert other_than_404(browser) == [], name
        pages.add((browser.driver.title, shown(browser)))
    assert len(pages) == 1
    assert browser.text("main h1") == TITLE


@pytest.mark.usefixtures("compressed")
def test_a_link_to_it_is_answered_alike_without_a_new_document(browser: Browser, world: World):
    browser.sign_in("consumer")
    pages = set()
    for name, path in addresses(world).items():
        browser.get("/consumption/export")
        answers(browser)
        browser.console_errors()
        browser.driver.execute_script(FOLLOW, path)
        browser.wait(lambda: browser.text("main h1") == TITLE, f"the missing page of {name}")
        browser.settle()
        assert answers(browser) == [("Fetch", 404)], name
        assert other_than_404(browser) == [], name
        assert browser.driver.switch_to.active_element.text == TITLE, name  # a screen reader hears it
        pages.add((browser.driver.title, shown(browser)))
        browser.driver.back()
        browser.wait(lambda: browser.text("main h1") == "Export", f"the page before {name}")
    assert len(pages) == 1


@pytest.mark.usefixtures("compressed")
def test_the_file_of_another_is_a_plain_page_as_a_missing_one(browser: Browser, world: World):
    browser.sign_in("business")
    site = things_of(world, "business@demo.example")["site"][0]
    ordered = browser.driver.execute_async_script(ORDER, site).rpartition("ordered=")[2]
    assert ordered.startswith("job-")
    browser.get("/consumption/export")
    link = f"/consumption/export/file/{ordered}"
    browser.wait(lambda: browser.driver.find_elements("css selector", f"a[href='{link}']"), "the file to be made")
    browser.fresh()
    browser.sign_in("consumer")
    texts = set()
    for path in (link, "/consumption/export/file/job-0000000000"):
        for theme in THEMES:
            browser.theme(theme)
            browser.size(360)
            answers(browser)
            browser.get(path)
            assert answers(browser) == [("Document", 404)]
            assert browser.axe() == []
            texts.add(browser.text("main").rpartition("Reference")[0])
    assert len(texts) == 1
    assert TITLE in texts.pop()


@pytest.mark.usefixtures("compressed")
@pytest.mark.parametrize("path", ["/dashboard", "/consumption?period=month&date=2026-10-15", "/consumption"])
def test_a_page_left_open_says_so_when_its_site_is_lost(browser: Browser, lost: Any, path: str):
    """The chart's callback is answered with 404; the browser draws the sentence in the chart's place."""
    browser.sign_in("consumer")
    browser.get(path)
    lost()
    answers(browser)
    browser.console_errors()
    browser.find("#shell-theme").click()
    browser.wait(lambda: SENTENCE in browser.text("main"), "the sentence in place of the chart")
    browser.settle()
    assert set(answers(browser)) == {("Fetch", 404)}
    assert other_than_404(browser) == []
    assert "reference" not in browser.text("main").lower()  # a refusal is not an accident
    for width in (1280, 360):
        browser.size(width)
        assert browser.axe() == []
        assert browser.driver.execute_script("return document.documentElement.scrollWidth - innerWidth") <= 0
        browser.screenshot(f"lost-{'dashboard' if 'dash' in path else 'consumption'}-{width}")


@pytest.mark.usefixtures("compressed")
def test_a_tab_from_before_a_release_loads_itself_anew_once(browser: Browser):
    """Its callbacks are gone (404, unknown): the page is loaded again, and only once."""
    browser.sign_in("consumer")
    browser.get("/consumption/export")
    ask = """
    const done = arguments[arguments.length - 1];
    const token = decodeURIComponent(document.cookie.match(/portal_csrf=([^;]+)/)[1]);
    addEventListener('pagehide', () => done('reloads'));
    fetch('/_dash-update-component', {method: 'POST', body: JSON.stringify({output: 'gone.children', inputs: []}),
          headers: {'Content-Type': 'application/json', 'X-CSRF-Token': token}}).then(r => done(r.status));
    """
    remembered = "return sessionStorage.getItem('portal-reloaded')"
    answers(browser)
    browser.driver.execute_script("sessionStorage.removeItem('portal-reloaded')")
    browser.driver.execute_script(ask.replace("const done = arguments[arguments.length - 1];", "const done = () => 0;"))
    browser.wait(lambda: ("Document", 200) in answers(browser), "the page to be loaded anew")
    browser.settle()
    browser.driver.execute_script("sessionStorage.setItem('portal-reloaded', '1')")
    assert browser.driver.execute_script(remembered) == "1"
    answers(browser)
    assert browser.driver.execute_async_script(ask) == 404
    assert ("Document", 200) not in answers(browser)
