"""The payments page: what it says in each state, and that every form on it has its token."""

from __future__ import annotations

import secrets

import pytest

from data.repositories import accounts as repository
from data.repositories import identity
from services import accounts, billing_issue, passwords, payment_methods
from services import portal as portals
from services.payment_methods import DebitWish, Evidence
from tests.factories.billing import make_document, make_line
from tests.factories.server import components, words
from tests.factories.world import PASSWORD
from tests.web.walk import draw

PAGE = "/billing/payments"


def page(client, search: str = ""):
    answer = draw(client, PAGE, search)
    assert answer.status_code == 200
    return answer.get_json()["response"]["_pages_content"]["children"]


@pytest.fixture
def bea(world, viewer_in):
    """A new customer whose account has nothing yet."""
    name = f"bea-{secrets.token_hex(4)}"
    now = world.clock.now()
    with portals.using(world):
        with world.records.transaction() as tx:
            new = identity.NewUser(
                f"{name}@demo.example", "Bea Example", passwords.hash_password(PASSWORD), is_demo=True
            )
            user = identity.add_user(tx, new, now=now)
            customer = repository.add_customer(tx, kind="residential", name="Bea Example", email=new.email, now=now)
            account = repository.add_account(tx, customer_id=customer.id, number=f"C-{name}")
            repository.add_membership(tx, user_id=user.id, account_id=account.id)
        yield viewer_in(name)


def test_an_account_without_anything_says_so_in_sentences(sign_in, bea):
    said = words(page(sign_in(bea.email.partition("@")[0])))
    for sentence in (
        "All invoices of this account are paid.", "Off. Invoices wait until you pay them.", "Add a way to pay first.",
        "the direct debit mandate you sign is shown here",
    ):  # fmt: skip
        assert sentence in said


def test_what_is_open_can_be_paid_in_whole_or_by_document(sign_in, bea):
    (account,) = accounts.accounts_of(bea)
    issued = billing_issue.issue(make_document(make_line(10_000), party=account.number), secrets.token_hex(8))
    payment_methods.add_debit(
        bea, account.account_public_id, DebitWish("Bea", "DE89370400440532013000", True), Evidence("127.0.0.1", "")
    )
    client = sign_in(bea.email.partition("@")[0])
    tree = page(client, f"?document={issued.public_id}")
    said = words(tree)
    assert issued.number in said
    assert f"Pay {issued.number}" in said
    assert "Commerzbank ···· 3000" in said
    forms = components(tree, "Form")
    names = [[one["name"] for one in components(form, "Input") if one.get("name")] for form in forms]
    assert len(forms) >= 4
    assert all("csrf_token" in each and "account" in each for each in names)
    (amount,) = [one["value"] for one in components(tree, "Input") if one.get("name") == "amount"]
    assert amount == "119.00"


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        ("?problem=checksum&field=iban&form=debit", "IBAN: the check digits do not fit."),
        ("?problem=amount_above_open&field=amount&most_minor=11900&currency=EUR", "no more than €119.00 is open"),
        ("?problem=amount_above_open&field=amount&most_minor=x", "no more than – is open"),
        ("?problem=<b>&field=x", "This did not work, and nothing was changed."),
        ("?done=autopay_on", "Automatic payment is on."),
    ],
)
def test_what_a_form_led_to_is_said(sign_in, bea, search, sentence):
    assert sentence in words(page(sign_in(bea.email.partition("@")[0]), search))


def test_somebody_elses_payment_and_account_are_not_shown(sign_in, bea):
    said = words(page(sign_in("consumer"), "?payment=pay-0000000000&account=account-0000000000"))
    assert "C-" in said  # their own account instead
