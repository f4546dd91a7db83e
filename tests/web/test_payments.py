"""Paying through the browser's forms, the provider's page and its signed messages, as routes."""

from __future__ import annotations

import re
import secrets

import pytest

from data.queries import billing as queries
from services import accounts, billing_issue, payment_methods, payments
from services import portal as portals
from services.payment_providers import sandbox
from tests.factories.billing import make_document, make_line
from tests.web.gate import csrf_of

PAGE = "/billing/payments"


@pytest.fixture
def owner(world, viewer_in):
    with portals.using(world):
        yield viewer_in("consumer")


@pytest.fixture
def account(owner) -> str:
    (found,) = accounts.accounts_of(owner)
    return found.account_public_id


@pytest.fixture
def document(owner) -> str:
    """A new invoice of 119.00."""
    (found,) = accounts.accounts_of(owner)
    return billing_issue.issue(make_document(make_line(10_000), party=found.number), secrets.token_hex(8)).public_id


@pytest.fixture
def browser(sign_in):
    return sign_in("consumer")


def post(client, path: str, **form: str):
    return client.post(path, data={"csrf_token": csrf_of(client), **form})


def left(world, account_id: int, public_id: str) -> int:
    with world.records.reading() as db:
        row = queries.document_row(db, public_id)
        return sum(one.open_minor for one in queries.open_documents(db, [account_id]) if one.id == row.id)


def begin(browser, account: str, document: str, amount: str = "119,00"):
    form = {"account": account, "document": document, "amount": amount, "key": secrets.token_hex(8)}
    return post(browser, f"{PAGE}/pay", **form)


def test_an_invoice_is_paid_on_the_providers_page_and_back(world, browser, owner, account, document):
    page = begin(browser, account, document).location
    assert re.fullmatch(r"/sandbox/pay/spi_\d{6}", page)
    shown = browser.get(page).get_data(as_text=True)
    assert "Pay €119.00" in shown
    assert not re.search(r'<input(?! type="hidden")', shown)  # nothing is typed here, no card number above all
    back = post(browser, page, choice="approve").location
    assert re.fullmatch(rf"{PAGE}/return/pay-\w{{10}}", back)
    assert browser.get(back).location == f"{PAGE}?payment={back.rpartition('/')[2]}"
    assert left(world, owner.memberships[0][0], document) == 0
    assert "over" in post(browser, page, choice="decline").location  # it takes no more choices
    assert "This payment is over" in browser.get(f"{page}?over=1").get_data(as_text=True)


def test_a_bank_that_asks_is_answered_on_the_same_page(browser, account, document):
    page = begin(browser, account, document).location
    assert post(browser, page, choice="authenticate").location == page
    shown = browser.get(page).get_data(as_text=True)
    assert ["Your bank asks you to confirm" in shown, "Direct debit" in shown] == [True, False]
    assert post(browser, page, choice="decline").location.startswith(f"{PAGE}/return/")


@pytest.mark.parametrize(
    ("amount", "problem"),
    [
        ("0", "amount_zero"),
        ("-5", "amount_negative"),
        ("119,01", "amount_above_open"),
        ("all of it", "no_amount"),
        ("", "no_amount"),
    ],
)
def test_an_amount_that_cannot_be_paid_comes_back_with_its_problem(browser, owner, account, document, amount, problem):
    before = len(payments.payments(owner, account))
    answer = begin(browser, account, document, amount)
    assert answer.status_code == 303
    assert f"problem={problem}&field=amount" in answer.location
    assert len(payments.payments(owner, account)) == before


def test_what_is_somebody_elses_is_missing(sign_in, account, document, browser):
    page = begin(browser, account, document).location
    stranger = sign_in("consumer2")
    assert begin(stranger, account, document).status_code == 404
    assert stranger.get(page).status_code == 404
    assert post(stranger, page, choice="approve").status_code == 404
    assert post(stranger, f"{PAGE}/card", account=account).status_code == 404


def test_a_form_without_its_token_pays_nothing(browser, account, document):
    form = {"account": account, "document": document, "amount": "1", "key": "k", "csrf_token": "wrong"}
    assert browser.post(f"{PAGE}/pay", data=form).status_code == 403


def test_a_card_is_added_made_the_default_and_removed(browser, owner, account):
    page = post(browser, f"{PAGE}/card", account=account).location
    assert "Visa ···· 4242" in browser.get(page).get_data(as_text=True)
    back = post(browser, page, choice="card-good").location
    assert browser.get(back).location == f"{PAGE}?done=method"
    public_id = back.rpartition("/")[2]
    assert post(browser, f"{PAGE}/default", account=account, method=public_id).location.endswith("done=default")
    assert payment_methods.methods(owner, account)[0].public_id == public_id
    assert post(browser, f"{PAGE}/remove", account=account, method=public_id).location.endswith("done=removed")
    assert public_id not in {view.public_id for view in payment_methods.methods(owner, account)}


def test_an_expired_card_and_no_card_are_not_kept(browser, owner, account):
    before = payment_methods.methods(owner, account)
    for choice, words in (("card-expired", "problem=card_expired&field=method"), ("cancel", "done=no_method")):
        page = post(browser, f"{PAGE}/card", account=account).location
        assert words in browser.get(post(browser, page, choice=choice).location).location
    assert payment_methods.methods(owner, account) == before


def test_a_wrong_account_number_is_named_and_does_not_stand_in_the_address(browser, owner, account):
    form = {"account": account, "holder": "Ada", "iban": "DE89370400440532013001", "agreed": "1"}
    answer = post(browser, f"{PAGE}/debit", **form)
    assert "problem=checksum&field=iban" in answer.location
    assert "0532013001" not in answer.location
    assert post(browser, f"{PAGE}/debit", **{**form, "iban": "DE89 3704 0044 0532 0130 00"}).location.endswith(
        "done=method"
    )
    (mandate,) = [one for one in payment_methods.mandates(owner, account) if one.is_active]
    assert (mandate.last4, mandate.bank_name) == ("3000", "Commerzbank")


def test_automatic_payment_is_switched_on_with_consent_and_off(browser, owner, account):
    method = payment_methods.methods(owner, account) or post(
        browser, f"{PAGE}/debit", account=account, holder="Ada", iban="DE89370400440532013000", agreed="1"
    )
    assert method
    on = {"account": account, "on": "1", "cap": "200,00", "preferred_day": "15", "agreed": "1"}
    for wrong, words in (
        ({"agreed": ""}, "agreed"),
        ({"cap": "much"}, "field=cap"),
        ({"preferred_day": "x"}, "no_day"),
        ({"preferred_day": "32"}, "no_day"),
    ):
        assert words in post(browser, f"{PAGE}/autopay", **{**on, **wrong}).location
    assert not payment_methods.autopay(owner, account).is_on
    assert post(browser, f"{PAGE}/autopay", **on).location.endswith("done=autopay_on")
    rule = payment_methods.autopay(owner, account)
    assert (rule.is_on, rule.cap_minor, rule.preferred_day) == (True, 20_000, 15)
    assert post(browser, f"{PAGE}/autopay", account=account, on="0").location.endswith("done=autopay_off")


def test_a_signed_message_needs_no_session_and_an_unsigned_one_is_refused(stranger, browser, owner, account, document):
    page = begin(browser, account, document).location
    sandbox().choose(page.rpartition("/")[2], "approve")
    messages = sandbox().messages()
    assert messages
    for _number, message in messages:
        good = {"X-Payment-Signature": message.signature}
        for body, headers in ((message.body, {}), (message.body + b" ", good)):
            assert stranger.post("/webhooks/payments/sandbox", data=body, headers=headers).status_code == 400
        assert stranger.post("/webhooks/payments/nobody", data=message.body, headers=good).status_code == 404
        for _again in range(2):
            answer = stranger.post("/webhooks/payments/sandbox", data=message.body, headers=good)
            assert (answer.status_code, answer.get_json()) == (200, {"received": True})
    assert payments.payments(owner, account)[0].status == "succeeded"
    assert stranger.get("/webhooks/payments/sandbox").location.startswith("/login")  # only what is posted is signed
