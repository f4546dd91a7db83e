"""Every page, every width, both themes: accessible, quiet console, nothing cut off, nothing jumping."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.driver import THEMES, WIDTHS, Browser

NARROW_AND_WIDE = (360, 1280)

CUSTOMER_PAGES = {
    "dashboard": "/dashboard",
    "consumption-month": "/consumption?period=month&date=2026-10-15",
    "consumption-day-25h": "/consumption?period=day&date=2026-10-25",
    "consumption-week": "/consumption?period=week&date=2026-10-20",
    "consumption-year": "/consumption?period=year&date=2026-06-15",
    "consumption-meter": "/consumption?view=meter&period=month&date=2026-10-15",
    "consumption-phase": "/consumption?view=phase&period=month&date=2026-10-15",
    "consumption-appliance": "/consumption?view=appliance&period=month&date=2026-10-15",
    "consumption-compare": "/consumption?view=compare&period=month&date=2026-10-15&compare=previous",
    "export": "/consumption/export",
    "billing": "/billing",
    "billing-history": "/billing/history",
    "payments": "/billing/payments",
    "instalments": "/billing/instalments",
    "tax": "/billing/tax?year=2026",
    "billing-help": "/billing/help",
    "billing-details": "/billing/profile",
    "contracts": "/contracts",
    "contracts-compare": "/contracts/compare",
    "contracts-switch-none": "/contracts/switch",
    "contracts-renew-none": "/contracts/renew",
    "contracts-change-none": "/contracts/change",
    "contracts-order-none": "/contracts/order",
    "contracts-calculator": "/contracts/calculator?people=3&area=120&pv=6&battery=5",
    "contracts-calculator-wrong": "/contracts/calculator?people=0&area=900",
    "not-found": "/no-such-page",
}
STAFF_PAGES = {
    "admin": "/admin",
    "admin-customers": "/admin/customers?q=demo",
    "admin-customers-none": "/admin/customers?q=nobody-at-all",
}
# Opened below through a link to somebody's own thing.
WITH_IDS = {
    "/dashboard/<site>", "/consumption/<meter>", "/admin/customers/<customer>", "/billing/<invoice>", "/contracts/<contract>",
}  # fmt: skip
MISSING = ("not-found", "foreign-site")
LAYOUT_SHIFT = """
return new Promise(done => { let sum = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 50); });
"""
OVERFLOW = "return document.documentElement.scrollWidth - innerWidth"


def _look(browser: Browser, name: str, path: str, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Open one page at the widths, by turns in either theme, and change to the other; what is wrong with it, in words."""
    wrong: list[str] = []
    for number, width in enumerate(widths):
        browser.size(width, 800)
        first, second = THEMES[:: -1 if number % 2 else 1]
        browser.theme(first)
        browser.get(path)
        shift = browser.driver.execute_script(LAYOUT_SHIFT)
        if shift >= 0.005:
            wrong.append(f"{name} {width} {first}: layout shift {shift:.3f}")
        wrong += _seen(browser, name, width, first)
        browser.change_theme(second)
        wrong += _seen(browser, name, width, second)
    return wrong


def _seen(browser: Browser, name: str, width: int, theme: str) -> list[str]:
    """What is wrong with the open page in the theme, which is photographed."""
    where = f"{name} {width} {theme}"
    wrong = []
    if (shown := browser.driver.execute_script("return document.documentElement.dataset.bsTheme")) != theme:
        wrong.append(f"{where}: is {shown}")
    if browser.driver.execute_script(OVERFLOW) > 0:
        wrong.append(f"{where}: wider than the window")
    if width in NARROW_AND_WIDE:
        wrong += [f"{where}: {violation}" for violation in browser.axe()]
    headings = browser.driver.execute_script("return document.querySelectorAll('h1').length")
    if headings != 1:
        wrong.append(f"{where}: {headings} h1")
    browser.screenshot(f"{name}-{width}-{theme}")
    allowed = "404" if name in MISSING else "\0"
    return wrong + [f"{where}: console {line}" for line in browser.console_errors() if allowed not in line]


def test_sign_in_page(browser: Browser):
    assert _look(browser, "sign-in", "/login") == []


@pytest.mark.parametrize("name", CUSTOMER_PAGES)
def test_customer_page(browser: Browser, name: str):
    browser.enter("consumer")
    assert _look(browser, name, CUSTOMER_PAGES[name]) == []


@pytest.mark.parametrize("who", ["prosumer", "business"])
def test_other_customers_dashboards(browser: Browser, who: str):
    browser.enter(who)
    assert _look(browser, f"dashboard-{who}", "/dashboard") == []


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_staff_page(browser: Browser, name: str):
    browser.enter("agent")
    assert _look(browser, name, STAFF_PAGES[name]) == []


def test_the_analysts_page(browser: Browser):
    browser.enter("analyst")
    assert _look(browser, "admin-analyst", "/admin", NARROW_AND_WIDE) == []


def _first_link(browser: Browser, page: str, selector: str) -> str:
    browser.get(page)
    return str(browser.find(selector).get_attribute("href")).removeprefix(browser.base_url)


def test_the_page_of_one_bill(browser: Browser):
    browser.enter("consumer")
    address = _first_link(browser, "/billing", "#billing-list tbody a")
    assert _look(browser, "bill", address) == []


def test_a_line_of_a_bill_opens_to_its_intervals(browser: Browser):
    browser.sign_in("consumer")
    address = _first_link(browser, "/billing", "#billing-list tbody a")
    for width in NARROW_AND_WIDE:
        browser.size(width, 800)
        browser.get(address)
        line = browser.find("summary.bill-line")
        browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", line)
        line.click()
        browser.wait(
            lambda: browser.driver.find_elements("css selector", "details[open] .bill-proof tbody tr"), "the intervals"
        )
        assert browser.axe() == []
        assert browser.driver.execute_script(OVERFLOW) <= 0
        browser.screenshot(f"bill-line-{width}")


@pytest.mark.parametrize("who", ["consumer", "prosumer"])
def test_the_page_of_one_contract(browser: Browser, who: str):
    browser.enter(who)
    address = _first_link(browser, "/contracts", ".contract-list h2 a")
    contract = address.rpartition("/")[2]
    wrong = _look(browser, f"contract-{who}", address)
    for page in ("renew", "change"):
        wrong += _look(browser, f"contract-{page}-{who}", f"/contracts/{page}?contract={contract}", NARROW_AND_WIDE)
    assert wrong == []


CUT_TABLES = """
return [...document.querySelectorAll('main .table-scroll')].filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
    .map(e => e.querySelector('caption').textContent + ': ' + (e.scrollWidth - e.clientWidth) + ' px');
"""


@pytest.mark.parametrize("name", ["billing", "billing/tax", "contracts"])
def test_the_bills_and_contracts_of_a_business(browser: Browser, name: str):
    browser.enter("business")
    assert _look(browser, f"{name.replace('/', '-')}-business", f"/{name}", NARROW_AND_WIDE) == []
    for width in (360, 768, 1024, 1280):
        browser.size(width)
        browser.get(f"/{name}")
        assert (width, browser.driver.execute_script(CUT_TABLES)) == (width, [])


def test_the_page_of_one_site_and_of_one_meter(browser: Browser):
    browser.sign_in("business")
    site = _first_link(browser, "/dashboard", "main tbody th a")
    assert _look(browser, "dashboard-site", site, NARROW_AND_WIDE) == []
    assert browser.text(".site-switch b") != "All sites"
    meter = _first_link(browser, "/consumption?view=meter", "main a[href^='/consumption/']:not([href*='export'])")
    assert _look(browser, "consumption-one-meter", meter, NARROW_AND_WIDE) == []


GAP_BELOW_CHART = """
const card = document.querySelector('#dashboard-month-card'), box = selector => card.querySelector(selector).getBoundingClientRect();
return box('.table-toggle').top - box('.chart-graph svg.main-svg').bottom;
"""


@pytest.mark.parametrize("width", [1280, 1500])
def test_a_chart_beside_taller_cards_leaves_no_empty_band(browser: Browser, width: int):
    browser.enter("consumer")
    browser.size(width, 2000)
    browser.get("/dashboard")
    gap = browser.wait(lambda: browser.driver.execute_script(GAP_BELOW_CHART), "the month to be drawn")
    assert 0 < gap <= 24  # the margin above the table's line is 16 px
    browser.find("#dashboard-month-card .table-toggle > summary").click()
    assert browser.driver.execute_script(GAP_BELOW_CHART) <= 24


def test_a_foreign_site_looks_like_a_missing_page(browser: Browser):
    browser.sign_in("business")
    site = _first_link(browser, "/dashboard", "main tbody th a")
    browser.fresh()
    browser.sign_in("consumer")
    assert _look(browser, "foreign-site", site, NARROW_AND_WIDE) == []
    assert browser.text("h1") == "There is no such page"


def test_a_customer_and_the_read_only_visit(browser: Browser):
    browser.sign_in("agent")
    customer = _first_link(browser, "/admin/customers?q=consumer", "main tbody th a")
    assert _look(browser, "admin-customer", customer, NARROW_AND_WIDE) == []
    browser.find("[name=reason]").send_keys("Ticket 4711")
    browser.find(".admin-visit button").click()
    browser.wait(lambda: "/dashboard" in browser.driver.current_url, "the visit to begin")
    browser.settle()
    assert _look(browser, "visit", "/dashboard", NARROW_AND_WIDE) == []
    assert "Ticket 4711" in browser.text(".notice.acting")


def test_every_page_speaks_german(browser: Browser):
    browser.cdp("Network.setCookie", name="portal_locale", value="de", url=browser.base_url)
    browser.sign_in("consumer")
    for name in (
        "dashboard",
        "consumption-month",
        "export",
        "billing",
        "billing-history",
        "payments",
        "instalments",
        "tax",
        "billing-help",
        "billing-details",
        "contracts",
        "contracts-compare",
        "contracts-calculator",
    ):
        assert _look(browser, f"de-{name}", CUSTOMER_PAGES[name], (360,)) == []
        assert browser.driver.execute_script("return document.documentElement.lang") == "de"
    assert "Verbrauch" in browser.text(".tabbar")


def test_a_wrong_password_is_said_beside_the_fields(browser: Browser):
    browser.get("/login")
    browser.find("[name=email]").send_keys("nobody@demo.example")
    browser.find("[name=password]").send_keys("not this one")
    browser.find("form button[type=submit]").click()
    assert browser.text("#problem") == "E-mail address and password do not match."
    assert browser.axe() == []
    browser.screenshot("sign-in-wrong")


@pytest.mark.parametrize("menu", [".user", ".more"])
def test_menus_open_with_enter_and_close_with_escape(browser: Browser, menu: str):
    browser.size(360)
    browser.sign_in("consumer")
    summary = browser.find(f"details{menu} > summary")
    browser.driver.execute_script("arguments[0].focus()", summary)
    summary.send_keys(Keys.ENTER)
    assert summary.find_element("xpath", "..").get_attribute("open")
    assert browser.axe() == []
    summary.send_keys(Keys.ESCAPE)
    assert not summary.find_element("xpath", "..").get_attribute("open")
    assert browser.driver.switch_to.active_element == summary


def test_the_floating_button_offers_the_quick_actions_on_phones_only(browser: Browser):
    browser.size(360, touch=True)
    browser.sign_in("consumer")
    browser.find(".fab").click()
    assert [link.is_displayed() for link in browser.driver.find_elements("css selector", ".fab-menu a")] == [True] * 4
    box = browser.driver.execute_script("return document.querySelector('.fab-menu').getBoundingClientRect().toJSON()")
    assert 0 < box["top"] < box["bottom"] < browser.find(".fab").rect["y"]  # in sight, above the button
    browser.size(1280)
    assert not browser.find(".fab").is_displayed()
