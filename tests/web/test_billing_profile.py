"""Billing details over HTTP: who may change them, what is refused at its field, and that lists follow them."""

from __future__ import annotations

import pytest

from services import accounts, billing_profile, portal
from tests.web.test_switching import page
from tests.web.walk import call, text_of

PAGE = "/billing/profile"
FIELDS = ("legal_name", "street", "postcode", "city", "country", "vat_id", "order_number", "email")


@pytest.fixture
def own(world, viewer_in):
    """Account and billing details of somebody."""

    def ask(name):
        with portal.using(world):
            viewer = viewer_in(name)
            account = accounts.accounts_of(viewer)[0].account_public_id
            return account, billing_profile.profile(viewer, account)

    return ask


def save(client, app, account, found, **changes):
    output = next(name for name in app.callback_map if "profile-told" in name)
    values = {f"profile-{name}.value": changes.get(name, getattr(found, name)) for name in FIELDS}
    values |= {
        "profile-account.data": account,
        "profile-amounts.value": changes.get("amounts", found.amounts),
        "profile-save.n_clicks": 1,
    }
    return call(client, app, output, values)


def test_an_owner_sees_the_form_and_a_member_what_it_says(sign_in, own):
    _account, found = own("business")
    said = page(sign_in("business"), PAGE)
    assert found.vat_id in said
    assert "profile-save" in said
    told = page(sign_in("accountant"), PAGE)
    assert found.vat_id in told
    assert "profile-save" not in told
    assert "Only owners of the account can change this." in told


@pytest.mark.parametrize(("field", "typed", "sentence"), [
    ("vat_id", "DE136695977", "The check digit of this VAT id does not fit"),
    ("vat_id", "DE13", "This VAT id has not the form of its country"),
    ("vat_id", "123", "Begin the VAT id with the two letters of its country, as in DE136695976."),
    ("legal_name", "", "This is needed on a bill"),
    ("country", "Germany", "Write the country as two letters"),
    ("email", "nobody", "This is no e-mail address"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(app, sign_in, own, field, typed, sentence):
    account, before = own("business")
    answer = save(sign_in("business"), app, account, before, **{field: typed}).get_json()["response"]
    assert sentence in answer[f"profile-{field}-problem"]["children"]
    assert [name for name in FIELDS if answer[f"profile-{name}"]["invalid"]] == [field]
    assert own("business") == (account, before)


def test_members_and_strangers_change_nothing(app, sign_in, own):
    account, before = own("business")
    assert save(sign_in("accountant"), app, account, before, city="Basel").status_code == 403
    assert save(sign_in("consumer"), app, account, before, city="Basel").status_code == 404
    assert own("business") == (account, before)


def test_a_change_is_stored_and_the_list_follows_it(app, sign_in, own):
    account, before = own("business")
    client = sign_in("business")
    assert before.amounts == "net"
    assert "Amount without VAT" in page(client, "/billing")
    answer = save(client, app, account, before, amounts="gross", vat_id="de 136 695 976")
    assert "Saved. It counts for bills issued from now on." in text_of(answer)
    assert (own("business")[1].amounts, own("business")[1].vat_id) == ("gross", "DE136695976")
    assert "Amount with VAT" in page(client, "/billing")
    assert "Amount without VAT" in page(client, "/billing?vat=net")  # the address wins
    save(client, app, account, before)  # the world is shared
    assert own("business") == (account, before)
