"""Every page, every width, both themes: accessible, quiet console, nothing cut off, nothing jumping."""

from __future__ import annotations

import pytest

from tests.browser.driver import THEMES, WIDTHS, Browser

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
    "not-found": "/no-such-page",
}
STAFF_PAGES = {"admin": "/admin", "admin-customers": "/admin/customers?q=demo"}
LAYOUT_SHIFT = """
return new Promise(done => { let sum = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 50); });
"""
OVERFLOW = "return document.documentElement.scrollWidth - innerWidth"


def _look(browser: Browser, name: str, path: str) -> list[str]:
    """Open one page at all widths and themes; what is wrong with it, in words."""
    wrong: list[str] = []
    for width in WIDTHS:
        browser.size(width, 800)
        for theme in THEMES:
            browser.theme(theme)
            browser.get(path)
            where = f"{name} {width} {theme}"
            shift = browser.driver.execute_script(LAYOUT_SHIFT)
            if shift >= 0.02:
                wrong.append(f"{where}: layout shift {shift:.3f}")
            if browser.driver.execute_script(OVERFLOW) > 0:
                wrong.append(f"{where}: wider than the window")
            if width in (360, 1280):
                wrong += [f"{where}: {violation}" for violation in browser.axe()]
            allowed = "404" if name == "not-found" else "\0"
            wrong += [f"{where}: console {line}" for line in browser.console_errors() if allowed not in line]
            headings = browser.driver.execute_script("return document.querySelectorAll('h1').length")
            if headings != 1:
                wrong.append(f"{where}: {headings} h1")
            browser.screenshot(f"{name}-{width}-{theme}")
    return wrong


def test_sign_in_page(browser: Browser):
    assert _look(browser, "sign-in", "/login") == []


@pytest.mark.parametrize("name", CUSTOMER_PAGES)
def test_customer_page(browser: Browser, name: str):
    browser.sign_in("consumer")
    assert _look(browser, name, CUSTOMER_PAGES[name]) == []


@pytest.mark.parametrize("who", ["prosumer", "business"])
def test_other_customers_dashboards(browser: Browser, who: str):
    browser.sign_in(who)
    assert _look(browser, f"dashboard-{who}", "/dashboard") == []


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_staff_page(browser: Browser, name: str):
    browser.sign_in("agent")
    assert _look(browser, name, STAFF_PAGES[name]) == []
