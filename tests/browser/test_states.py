"""Moments of the frame: a session that ended, signing out, too many attempts, an announcement, a notice, a refusal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from selenium.webdriver.common.keys import Keys
from sqlalchemy import delete, select, update

from data.session import Records
from data.tables.identity import LoginAttempt, LoginSession, User
from data.tables.operations import Announcement, Notice
from tests.browser.driver import THEMES, Browser
from tests.factories.world import NOW

WIDER = "return document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def records(database_url: str) -> Iterator[Records]:
    """The records behind the server."""
    made = Records(database_url)
    yield made
    made.dispose()


def look(browser: Browser, name: str) -> list[str]:
    """What is wrong with the page that is open, at both ends of the widths and in both themes."""
    wrong = []
    for theme in THEMES:
        browser.driver.execute_script("document.documentElement.dataset.bsTheme = arguments[0]", theme)
        for width in (360, 1280):
            browser.size(width, 800)
            wrong += [f"{theme} {width}: {violation}" for violation in browser.axe()]
            if browser.driver.execute_script(WIDER) > 0:
                wrong.append(f"{theme} {width}: wider than the window")
            browser.screenshot(f"{name}-{width}-{theme}")
    return wrong


def others_than(browser: Browser, status: int) -> list[str]:
    return [line for line in browser.console_errors() if f"status of {status}" not in line]


def test_a_session_that_ended_leads_to_the_sign_in_and_back(browser: Browser, records: Records):
    browser.sign_in("consumer")
    browser.get("/consumption?period=month&date=2026-10-15")
    with records.transaction() as tx:
        tx.execute(update(LoginSession).where(LoginSession.revoked_at.is_(None)).values(revoked_at=NOW))
    browser.find("#shell-theme").click()  # its charts are asked for again
    browser.wait(lambda: "/login" in browser.driver.current_url, "the way to the sign-in")
    assert browser.text("#why") == "Your session has ended. Sign in to go on where you were."
    assert others_than(browser, 401) == []
    assert look(browser, "sign-in-expired") == []
    browser.find("[name=email]").send_keys("consumer@demo.example")
    browser.find("[name=password]").send_keys("demo-portal-2026")
    browser.find("form button[type=submit]").click()
    browser.wait(lambda: "/consumption?period=month&date=2026-10-15" in browser.driver.current_url, "the way back")


def test_signing_out_says_so(browser: Browser):
    browser.sign_in("consumer")
    browser.find("details.user > summary").click()
    browser.find("form[action='/logout'] button").click()
    browser.wait(lambda: "/login" in browser.driver.current_url, "the sign-in page")
    assert browser.text("#why") == "You are signed out."
    assert look(browser, "signed-out") == []
    assert browser.console_errors() == []


def test_the_password_can_be_read_before_it_is_sent_and_is_hidden_when_sent(browser: Browser):
    browser.get("/login")
    password, eye = browser.find("#password"), browser.find("#show-password")
    password.send_keys("a wrong one")
    assert (password.get_attribute("type"), eye.get_attribute("aria-pressed")) == ("password", "false")
    eye.send_keys(Keys.SPACE)
    assert (password.get_attribute("type"), eye.get_attribute("aria-pressed")) == ("text", "true")
    assert password.get_property("value") == "a wrong one"
    assert look(browser, "sign-in-password-shown") == []
    browser.find("[name=email]").send_keys("consumer@demo.example" + Keys.ENTER)
    browser.wait(lambda: browser.driver.find_elements("id", "problem"), "the refusal")
    assert browser.find("#password").get_attribute("type") == "password"


def test_too_many_attempts_are_told_with_the_time_to_wait(browser: Browser, records: Records):
    email = "tired@demo.example"
    key = f"user:{hashlib.sha256(email.encode()).hexdigest()[:32]}"
    with records.transaction() as tx:
        tx.add_all([LoginAttempt(key=key, at=NOW - timedelta(minutes=1)) for _ in range(100)])
    browser.get("/login")
    browser.find("[name=email]").send_keys(email)
    browser.find("[name=password]").send_keys("not this one")
    browser.find("form button[type=submit]").click()
    assert "minutes" in browser.text("#problem")
    assert others_than(browser, 429) == []
    assert look(browser, "sign-in-throttled") == []
    with records.transaction() as tx:
        tx.execute(delete(LoginAttempt).where(LoginAttempt.key == key))


def test_an_announcement_stands_above_the_page(browser: Browser, records: Records):
    texts = {"en": "On Sunday night the portal rests from 02:00 to 04:00.", "de": "Sonntagnacht ruht das Portal."}
    row = Announcement(
        level="warn", texts=json.dumps(texts), first_at=NOW - timedelta(hours=1), end_at=NOW + timedelta(hours=1)
    )
    with records.transaction() as tx:
        tx.add(row)
    try:
        browser.sign_in("consumer")
        assert texts["en"] in browser.text("#shell-banners")
        assert look(browser, "announcement") == []
        assert browser.console_errors() == []
    finally:
        with records.transaction() as tx:
            tx.execute(delete(Announcement))


def test_a_notice_is_shown_once_as_a_toast(browser: Browser, records: Records):
    with records.transaction() as tx:
        user = tx.scalar(select(User.id).where(User.email == "consumer@demo.example"))
        tx.add(Notice(user_id=user, at=NOW, kind="export_failed", params=json.dumps({"name": "readings.csv"})))
    browser.sign_in("consumer")
    browser.wait(lambda: "readings.csv" in browser.text("#shell-toasts, #shell-alerts"), "the toast")
    assert browser.axe() == []
    browser.screenshot("toast-1280-light")
    with records.reading() as db:
        assert db.scalar(select(Notice.id).where(Notice.user_id == user, Notice.seen_at.is_(None))) is None


def test_a_refused_address_shows_a_sentence_and_a_reference(browser: Browser):
    browser.sign_in("consumer")
    browser.driver.get(f"{browser.base_url}/consumption/export/file/job-0000000000")  # a file, so no page around it
    assert browser.text("h1") == "There is no such page"
    assert "Reference " in browser.text("main")
    assert others_than(browser, 404) == []
    assert look(browser, "refused") == []
