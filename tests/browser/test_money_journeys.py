"""SPEC 4.3, the monthly bill review, and SPEC 4.4, tariff comparison and switch: on a phone and at a desk, clicks counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pypdf
import pytest
from selenium.webdriver.common.keys import Keys
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from config import Config
from data.tables.accounts import Account
from data.tables.billing import BillingDocument
from data.tables.contract_requests import ContractRequest
from data.tables.payments import AutopayRow
from tests.browser.driver import Browser

MOST_CLICKS = 6
PHONE, DESK = 360, 1280


class Hand:
    """A hand that counts what it presses; typing and consent boxes are not counted."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.clicks = browser, 0

    def press(self, selector: str) -> None:
        self._click(selector)
        self.clicks += 1

    def agree(self, selector: str) -> None:
        self._click(selector)

    def _click(self, selector: str) -> None:
        shown = [one for one in self.browser.wait(lambda: self.browser.driver.find_elements("css selector", selector), selector)
                 if one.is_displayed()]  # fmt: skip
        self.browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", shown[0])
        shown[0].click()
        self.browser.settle()


def text(browser: Browser) -> str:
    return browser.text("main").replace("\u00a0", " ")


def went_to(browser: Browser, path: str) -> None:
    browser.wait(lambda: path in browser.driver.current_url, path)
    browser.settle()


@pytest.fixture
def records(database_url: str) -> Callable[[object], list]:
    """`records(select(...))`: rows of the records behind the server."""
    engine = create_engine(database_url)

    def find(query: object) -> list:
        with Session(engine) as db:
            return list(db.scalars(query))

    yield find
    engine.dispose()


@pytest.fixture
def downloads(browser: Browser, tmp_path: Path) -> Path:
    browser.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    return tmp_path


def with_bank_account(browser: Browser) -> None:
    """A way to pay, as somebody has it who was here before."""
    browser.sign_in("prosumer")
    browser.get("/billing/payments")
    if "Direct debit" not in browser.text("#payments-methods"):
        browser.find("#payments-methods details > summary").click()
        browser.find("#pay-holder").send_keys("Felix Hartmann")
        browser.find("#pay-iban").send_keys("DE02 1203 0000 0000 2020 51")
        browser.find("#pay-debit-agreed").click()
        browser.find("form[action$='/debit'] button").click()
        went_to(browser, "done=method")
    browser.fresh()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_monthly_bill_review(browser: Browser, downloads: Path, records: Callable[[object], list], width: int):
    with_bank_account(browser)
    browser.size(width, 800)
    browser.sign_in("prosumer")
    hand = Hand(browser)
    hand.press("a[href='/billing']")
    went_to(browser, "/billing")
    hand.press("#billing-list tbody a[href^='/billing/doc-']")
    went_to(browser, "/billing/doc-")
    public_id = browser.driver.current_url.rsplit("/", 1)[-1]
    (bill,) = records(select(BillingDocument).where(BillingDocument.public_id == public_id))
    (account,) = records(select(Account).where(Account.id == bill.account_id))
    hand.press("a[href$='/pdf']")
    (path,) = browser.wait(lambda: list(downloads.glob("*.pdf")), "the PDF")
    said = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages))
    euros = f"{abs(bill.gross_minor) / 100:,.2f}"
    assert bill.number_text in said
    assert euros in said
    hand.press("summary.bill-line")
    assert browser.driver.find_elements("css selector", "details[open] .bill-proof tbody tr")
    assert "Computed again just now: the same to the cent." in text(browser)
    assert euros in text(browser)
    assert browser.driver.find_elements("css selector", "main .pill")  # what has become of it
    hand.press("a[href='/billing/payments']")
    went_to(browser, "/billing/payments")
    hand.agree("#pay-autopay-agreed")
    hand.press("form[action$='/autopay'] button.btn-primary")
    went_to(browser, "done=autopay_on")
    assert "Automatic payment is on." in text(browser)
    assert hand.clicks <= MOST_CLICKS
    (rule,) = records(select(AutopayRow).where(AutopayRow.account_id == account.id))
    assert rule.is_on
    assert browser.axe() == []
    assert browser.console_errors() == []
    browser.screenshot(f"journey-bill-{width}")


def to_contracts(hand: Hand, width: int) -> None:
    if width == PHONE:
        hand.press("details.more > summary")
    hand.press("a[href='/contracts']")
    went_to(hand.browser, "/contracts")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_comparing_tariffs_and_switching(
    browser: Browser, records: Callable[[object], list], _world: tuple[Config, Path], width: int
):
    browser.size(width, 800)
    browser.sign_in("consumer")
    known = {one.id for one in records(select(ContractRequest))}
    hand = Hand(browser)
    to_contracts(hand, width)
    assert "Rheintal Fix 12" in text(browser)
    hand.press("a[href^='/contracts/compare']")
    went_to(browser, "/contracts/compare")
    saving = re.search(r"(\S+(?: \S+)*) would have cost you €(\d+) less", text(browser))
    assert saving, text(browser)[:400]
    hand.press("#contracts-before a[href^='/contracts/switch']")
    went_to(browser, "/contracts/switch")
    assert browser.text("h1") == f"Switch to {saving[1].splitlines()[-1]}"
    assert "Exit fee of €45.00, without VAT" in text(browser)
    assert "For 14 days" in text(browser)
    assert browser.axe() == []
    hand.agree("#switch-terms")
    hand.agree("#switch-withdrawal")
    hand.press("#switch-confirm")
    went_to(browser, "/contracts/order")
    (row,) = [one for one in records(select(ContractRequest)) if one.id not in known]
    assert browser.text("h1") == f"Order W-{row.id:07d}"
    assert "Thank you." in text(browser)
    assert hand.clicks <= MOST_CLICKS
    assert browser.axe() == []
    mail = browser.wait(lambda: _mail(Path(_world[0].files) / "mail", f"W-{row.id:07d}"), "the confirmation", 60)
    assert saving[1].splitlines()[-1] in mail
    browser.screenshot(f"journey-switch-{width}")
    hand.agree("main details > summary")
    hand.agree("#order-withdraw")
    browser.wait(lambda: "This order is withdrawn." in text(browser), "the withdrawal")
    assert browser.console_errors() == []


def _mail(folder: Path, number: str) -> str:
    """The plain text of the mail that names the order; empty while it is on its way."""
    for path in sorted(folder.glob("*.eml")):
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
        said = str(letter.get_body(("plain",)).get_content())
        if number in said:
            return said
    return ""


def test_a_wrong_day_and_a_missing_consent_are_said_at_their_field_and_nothing_is_ordered(
    browser: Browser, records: Callable[[object], list]
):
    browser.sign_in("consumer")
    browser.get("/contracts/compare")
    browser.get(browser.find("#contracts-before a").get_attribute("href").removeprefix(browser.base_url))
    before = len(records(select(ContractRequest)))
    browser.find("#switch-confirm").click()
    went_to(browser, "problem=missing")
    assert "Consent: tick both boxes" in browser.text("[role=alert]")
    browser.driver.execute_script("document.querySelector('#switch-start').value = '2026-11-01'")
    for box in ("#switch-terms", "#switch-withdrawal"):
        browser.find(box).send_keys(Keys.SPACE)
    browser.find("#switch-confirm").click()
    went_to(browser, "problem=start_not_ahead")
    assert "First day: it must lie ahead" in browser.text("[role=alert]")
    assert browser.find("#switch-terms").is_selected()
    assert browser.find("#switch-start").get_attribute("value") == "2026-11-01"
    assert len(records(select(ContractRequest))) == before
    assert browser.axe() == []
