"""Help with paying over HTTP: a later day, parts, credit paid out; what is refused at its field, and who may ask."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from components import formats
from domain.errors import ForbiddenError
from services import accounts, billing_issue, payments, plans, portal, refund_run, refunds
from tests.web.gate import csrf_of
from tests.web.test_switching import asked, page

PAGE = "/billing/help"
IBAN = "DE89370400440532013000"


@pytest.fixture
def own(world, viewer_in):
    """Account, payable documents, and what was asked, of somebody."""

    def ask(name):
        with portal.using(world):
            viewer = viewer_in(name)
            account = accounts.accounts_of(viewer)[0].account_public_id
            told = (plans.extensions(viewer, account), plans.plans(viewer, account), refunds.refunds(viewer, account))
            return account, payments.payable(viewer, account), told

    return ask


def post(client, action, **data):
    return client.post(f"{PAGE}/{action}", data={**data, "csrf_token": csrf_of(client)})


def test_the_page_offers_each_open_bill_and_says_the_rules(sign_in, own):
    _account, found, _told = own("consumer")
    said = page(sign_in("consumer"), PAGE)
    for one in found.documents:
        assert one.public_id in said
    assert "Up to 14 days later is granted at once, 2 times a year." in said
    assert "up to 6 months of at least \u20ac20.00, up to \u20ac1,000.00 in all, are agreed at once." in said
    assert "No credit" in said


@pytest.mark.parametrize(("action", "typed", "sentence"), [
    ("extension", {"until": ""}, "Until: Enter a day."),
    ("extension", {"until": "2026-11-01"}, "Until: Choose from 3 December 2026 to 31 January 2027."),
    ("extension", {"until": "2027-06-01"}, "Until: Choose from 3 December 2026 to 31 January 2027."),
    ("plan", {"months": "1", "first_due": "2026-12-01"}, "Months: Choose from 2 to 24."),
    ("plan", {"months": "many", "first_due": "2026-12-01"}, "Months: Choose from 2 to 24."),
    ("plan", {"months": "3", "first_due": "2026-11-20"}, "First payment on: Choose from 21 November 2026 to 21 December 2026."),
    ("plan", {"months": "3", "first_due": "soon"}, "First payment on: Enter a day."),
    ("refund", {"amount": "x", "holder": "Ada", "reason": "Paid twice", "iban": IBAN}, "Amount: Enter a number such as \u20ac84.50."),
    ("refund", {"amount": "5", "holder": "Ada", "reason": "Paid twice", "iban": IBAN}, "Amount: There is nothing to be given back."),
    ("refund", {"amount": "5", "holder": "Ada", "reason": "Paid twice", "iban": "DE12"}, "IBAN: "),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_asked(sign_in, own, action, typed, sentence):
    client = sign_in("consumer")
    account, found, before = own("consumer")
    newest = max(found.documents, key=lambda one: one.due_on)
    answer = post(client, action, account=account, document=newest.public_id, **typed)
    assert "iban" not in asked(answer)
    said = page(client, answer.location)
    assert sentence in said
    assert own("consumer")[2] == before


def test_an_address_that_says_something_else_is_not_repeated(sign_in):
    said = page(sign_in("consumer"), f"{PAGE}?problem=call-0900-now&field=amount&form=refund")
    assert "This did not work, and nothing was changed." in said
    assert "call-0900-now" not in said.replace("?problem=call-0900-now", "")
    assert "This did not work" in page(sign_in("consumer"), f"{PAGE}?problem=out_of_range&field=months")


def test_others_and_members_ask_for_nothing(sign_in, own):
    account, found, before = own("consumer")
    wish = {"account": account, "document": found.documents[0].public_id, "until": "2026-12-10", "months": "3", "first_due": "2026-12-01",
            "amount": "5", "holder": "Ada", "reason": "Paid twice", "iban": IBAN}  # fmt: skip
    for action in ("extension", "plan", "refund"):
        assert post(sign_in("prosumer"), action, **wish).status_code == 404
        assert sign_in("consumer").post(f"{PAGE}/{action}", data=wish).status_code == 403
    theirs, shown, _ = own("accountant")
    held = {"account": theirs, "document": shown.documents[0].public_id}
    for action in ("extension", "plan", "refund"):
        assert post(sign_in("accountant"), action, **{**wish, **held}).status_code == 403
    assert "Only owners of the account can ask." in page(sign_in("accountant"), PAGE)
    assert own("consumer")[2] == before


def test_a_later_day_is_granted_and_stands_there(sign_in, own):
    client = sign_in("consumer")
    account, found, _before = own("consumer")
    newest = max(found.documents, key=lambda one: one.due_on)
    answer = post(client, "extension", account=account, document=newest.public_id, until="2026-12-10")
    said = page(client, answer.location)
    assert "The bill can be paid later. No reminder comes before that day." in said
    (row, *_rest) = own("consumer")[2][0]
    assert (row.document, row.state, str(row.until)) == (newest.number, "granted", "2026-12-10")
    assert formats.day_medium(row.until) in said


def test_what_is_overdue_is_paid_in_parts(sign_in, own):
    client = sign_in("consumer")
    account, found, _before = own("consumer")
    answer = post(client, "plan", account=account, months="3", first_due="2026-12-01")
    assert "The plan is agreed. No reminder comes while you keep it." in page(client, answer.location)
    (row, *_rest) = own("consumer")[2][1]
    assert sum(part.amount_minor for part in row.parts) == row.total_minor
    assert [str(part.due_on) for part in row.parts] == ["2026-12-01", "2027-01-01", "2027-02-01"]
    again = post(client, "plan", account=account, months="3", first_due="2026-12-01")
    assert "One is running already." in page(client, again.location)
    assert found.documents


def test_what_the_parts_would_be_stands_there_before_anybody_agrees(sign_in, own, world, viewer_in):
    said = page(sign_in("consumer"), PAGE)
    account, _found, _told = own("consumer")
    with portal.using(world):
        first = portal.today() + timedelta(days=14)
        offers = {months: plans.plan_offer(viewer_in("consumer"), account, months, first) for months in range(2, 7)}
    assert "What the parts would be" in said
    for offer in offers.values():
        assert sum(part.amount_minor for part in offer.parts) == offer.total_minor
        assert formats.money(offer.parts[0].amount_minor, "EUR") in said
        assert formats.day_medium(offer.parts[-1].due_on) in said


def test_what_is_wrong_stands_at_its_field_too(sign_in, own):
    client = sign_in("consumer")
    account, found, _told = own("consumer")
    newest = max(found.documents, key=lambda one: one.due_on)
    answer = post(client, "extension", account=account, document=newest.public_id, until="")
    said = page(client, answer.location)
    assert '"id": "help-extension-until-problem"' in said
    assert '"aria-describedby": "help-extension-until-problem"' in said
    assert "help-extension-document-problem" not in said


def test_credit_is_asked_back_decided_by_two_and_sent_once(sign_in, own, world, viewer_in):
    """37.50 rupees too much: asked for by its owner, approved by an admin, sent; the history tells it."""
    client, (account, found, _told) = sign_in("consumer2"), own("consumer2")
    with portal.using(world):
        number = accounts.accounts_of(viewer_in("consumer2"))[0].number
        billing_issue.book_payment(
            number, found.payable_minor + 3_750, found.currency, "web-too-much", date(2026, 11, 20)
        )
    said = page(client, PAGE)
    most = formats.money(3_750, found.currency)
    assert f"{most} can be paid out to you." in said
    wish = {
        "account": account,
        "currency": found.currency,
        "amount": "37.50",
        "holder": "Ada",
        "reason": "Paid twice",
        "iban": IBAN,
    }
    above = post(client, "refund", **{**wish, "amount": "37.51"})
    assert re.search(r"Amount: No more than NPR.{0,6}37\.50 can be paid out\.", page(client, above.location))
    said = page(client, post(client, "refund", **wish).location)
    assert "We have your request. Two of us look at it, then the money is sent." in said
    (row, *_rest) = own("consumer2")[2][2]
    assert (row.amount_minor, row.state, row.iban_end, row.reason) == (3_750, "asked", "3000", "Paid twice")
    with portal.using(world):
        with pytest.raises(ForbiddenError):
            refunds.approve_refund(viewer_in("consumer2"), row.public_id)
        refunds.approve_refund(viewer_in("admin"), row.public_id)
        assert [sent.state for sent in refund_run.run_refunds()] == ["done"]
    said = page(client, PAGE)
    assert "Paid out" in said
    assert "No credit" in said
