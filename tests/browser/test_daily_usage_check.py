"""SPEC 4.2, the daily usage check: once on a phone by touch, once at a desk by keyboard alone."""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys

from tests.browser.driver import Browser


def _tap(browser: Browser, selector: str) -> None:
    """A finger on the middle of an element, as touch events."""
    element = browser.find(selector)
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    box = browser.driver.execute_script(
        "const r = arguments[0].getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]", element
    )
    point = [{"x": box[0], "y": box[1]}]
    browser.cdp("Input.dispatchTouchEvent", type="touchStart", touchPoints=point)
    browser.cdp("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])


def _tab_to(browser: Browser, text: str, limit: int = 60) -> None:
    """Press Tab until the focused element shows this text."""
    for _ in range(limit):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        focused = browser.driver.execute_script(
            "return document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || ''"
        )
        if text in focused:
            outline = browser.driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"focus on {text!r} is not visible"
            return
    raise AssertionError(f"{text!r} is not reached with {limit} Tab presses on {browser.driver.current_url}")


def test_on_a_phone_with_touch(browser: Browser):
    browser.size(360, 740, touch=True)
    browser.sign_in("consumer")
    assert browser.driver.current_url.endswith("/dashboard")
    assert "kWh" in browser.text("main")
    _tap(browser, ".tabbar a[href^='/consumption']")
    browser.wait(lambda: "/consumption" in browser.driver.current_url, "the consumption page")
    browser.settle()
    assert browser.text("h1") == "Consumption"
    headline = browser.text(".headline")
    assert "kWh" in headline
    browser.size(1280)


def test_at_a_desk_with_the_keyboard(browser: Browser):
    browser.fresh()
    browser.get("/login")
    browser.find("[name=email]").clear()
    browser.find("[name=email]").send_keys("consumer@demo.example", Keys.TAB)
    browser.find("[name=password]").clear()
    browser.find("[name=password]").send_keys("demo-portal-2026", Keys.ENTER)
    browser.wait(lambda: "/dashboard" in browser.driver.current_url, "the dashboard")
    browser.settle()
    browser.driver.execute_script("document.activeElement.blur()")
    browser.find("body").send_keys(Keys.TAB)
    assert "Skip to content" in browser.driver.execute_script("return document.activeElement.innerText")
    _tab_to(browser, "Consumption")
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    browser.wait(lambda: "/consumption" in browser.driver.current_url, "the consumption page")
    browser.settle()
    _tab_to(browser, "Day")
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    browser.wait(lambda: "period=day" in browser.driver.current_url, "the day view")
    browser.settle()
    assert "kWh" in browser.text(".headline")
