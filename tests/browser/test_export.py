"""A customer takes readings away: sees what the file holds, orders a large one, watches it and fetches it."""

from __future__ import annotations

from tests.browser.driver import Browser

PATH = "/consumption/export"
SET_VALUE = """
const field = document.querySelector(arguments[0]);
Object.getOwnPropertyDescriptor(field.constructor.prototype, 'value').set.call(field, arguments[1]);
field.dispatchEvent(new Event('input', {bubbles: true})); field.dispatchEvent(new Event('change', {bubbles: true}));
"""


def _choose(browser: Browser, field: str, value: str) -> None:
    """As a date picker or a list does it."""
    browser.driver.execute_script(SET_VALUE, f"#export-{field}", value)


def test_the_outline_follows_the_form(browser: Browser):
    browser.sign_in("consumer")
    browser.get(f"{PATH}?first=2026-10-01&last=2026-10-31&resolution=day")
    browser.wait(lambda: "1 Oct – 31 Oct 2026" in browser.text("#export-outline"), "the days")
    assert "The download starts at once." in browser.text("#export-outline")
    _choose(browser, "last", "2026-09-30")
    browser.wait(lambda: "The last day is before the first" in browser.text("#export-outline"), "the problem")
    _choose(browser, "first", "2026-02-01")
    _choose(browser, "resolution", "interval")
    browser.wait(lambda: "made in the background" in browser.text("#export-outline"), "the larger plan")
    assert browser.console_errors() == []


def test_a_large_export_is_watched_and_fetched(browser: Browser):
    browser.sign_in("consumer")
    browser.get(f"{PATH}?first=2026-02-01&last=2026-11-19&resolution=interval&format=parquet")
    assert "made in the background" in browser.text("#export-outline")
    browser.find("#export-choose button[type=submit]").click()
    browser.wait(lambda: "parquet" in browser.text("#export-list"), "the ordered file")
    browser.wait(
        lambda: browser.driver.find_elements("css selector", "#export-list a[download]"), "the file to be ready", 60
    )
    assert "Ready" in browser.text("#export-list")
    assert "Your export is ready" in browser.text("#shell-toasts")
    link = browser.find("#export-list a[download]").get_attribute("href")
    size = browser.driver.execute_async_script(
        "const done = arguments[1]; fetch(arguments[0]).then(r => r.arrayBuffer()).then(b => done(b.byteLength));", link
    )
    assert size > 20_000
    assert browser.axe() == []
    assert browser.console_errors() == []


def test_who_left_the_page_is_told_once(browser: Browser):
    browser.sign_in("consumer")
    browser.get(f"{PATH}?first=2026-02-01&last=2026-11-18&resolution=interval&format=csv")
    browser.find("#export-choose button[type=submit]").click()
    browser.wait(lambda: "2026-11-18" in browser.text("#export-list"), "the ordered file")

    def told() -> str:
        browser.get("/dashboard")
        return browser.text("#shell-toasts")

    text = browser.wait(told, "the notice on another page", 60)
    assert "readings-2026-02-15-2026-11-18-interval.csv" in text  # readings begin on 15 February
    assert browser.axe() == []
    link = str(browser.find("#shell-toasts a").get_attribute("href"))
    assert f"{PATH}/file/" in link
    browser.find("#shell-toasts .toast-close").click()
    browser.wait(lambda: browser.text("#shell-toasts") == "", "the toast to close")
    assert told() == ""
    assert browser.console_errors() == []


def test_a_cancelled_export_says_so(browser: Browser):
    browser.sign_in("consumer")
    browser.get(f"{PATH}?first=2026-02-01&last=2026-11-17&resolution=interval&format=xlsx")
    browser.find("#export-choose button[type=submit]").click()
    browser.find("#export-list button").click()
    browser.wait(
        lambda: "You cancelled this file." in browser.text("#export-list li:first-child"), "the cancelled file"
    )
    assert browser.console_errors() == []
