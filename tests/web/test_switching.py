"""Ordering another tariff over HTTP: the form, its refusals, the confirmation, and the way back."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.errors import InvalidInputError
from services import contract_details, contract_switching, portal, tariff_comparison
from tests.web.gate import csrf_of
from tests.web.test_app import route

EARLIEST = "2026-12-20"  # 20 November and 30 days of notice
CONSENTS = {"consent_terms": "1", "consent_withdrawal": "1"}


def page(client, address):
    parts = urlsplit(address)
    answer = route(client, parts.path, f"?{parts.query}")
    assert answer.status_code == 200
    said = json.dumps(answer.get_json(), ensure_ascii=False)
    assert "Something went wrong" not in said
    return said


@pytest.fixture
def wish(world, viewer_in):
    """The consumer's electricity contract and another tariff for it, as the form holds them."""
    with portal.using(world):
        viewer = viewer_in("consumer")
        view = next(one for one in contract_details.every(viewer) if one.contract.commodity == "electricity")
        offered = next(one for one in tariff_comparison.eligible(view) if one.code == "natur")
    return {"contract": view.contract.public_id, "tariff": offered.public_id, "start": EARLIEST, "key": "one-form"}


def post(client, action, data):
    return client.post(f"/contracts/{action}", data={**data, "csrf_token": csrf_of(client)})


def asked(answer):
    assert answer.status_code == 303
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def orders(world, viewer_in, wish):
    with portal.using(world):
        return contract_switching.orders(viewer_in("consumer"), wish["contract"])


def test_the_form_says_what_changes_and_what_is_lost(sign_in, wish):
    said = page(sign_in("consumer"), f"/contracts/switch?contract={wish['contract']}&tariff={wish['tariff']}")
    for words in ("Switch to Rheintal Natur", "Exit fee of €45.00, without VAT", "Your price guarantee ends",
                  "The first possible day is Sunday, 20 December 2026.", "Order with obligation to pay"):  # fmt: skip
        assert words in said, words


@pytest.mark.parametrize(("change", "field", "problem", "sentence"), [
    ({"start": "soon"}, "start", "no_date", "First day: enter a date, such as 20 Dec 2026."),
    ({"start": "2026-11-01"}, "start", "start_not_ahead", "First day: it must lie ahead; the first possible one is 20 Dec 2026."),
    ({"start": "2026-12-01"}, "start", "start_too_early", "the first possible one is 20 Dec 2026."),
    ({"start": "2028-01-01"}, "start", "start_too_late", "First day: prices are known until 20 Nov 2027"),
    ({"consent_terms": ""}, "consents", "missing", "Consent: tick both boxes"),
    ({"tariff": "tariff-0000000000"}, "tariff", "not_on_offer", "this one is not on offer for a contract of yours."),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_ordered(
    sign_in, world, viewer_in, wish, change, field, problem, sentence
):
    client, before = sign_in("consumer"), len(orders(world, viewer_in, wish))
    answer = post(client, "switch/confirm", {**wish, **CONSENTS, **change})
    told = asked(answer)
    assert (told["field"], told["problem"]) == (field, problem)
    assert sentence in page(client, answer.location)
    assert len(orders(world, viewer_in, wish)) == before


def test_only_owners_order_and_only_for_their_own(sign_in, wish):
    assert post(sign_in("prosumer"), "switch/confirm", {**wish, **CONSENTS}).status_code == 404
    nothing = page(sign_in("prosumer"), f"/contracts/switch?contract={wish['contract']}&tariff={wish['tariff']}")
    assert "Nothing to switch to" in nothing
    assert "There is no such order" in page(
        sign_in("prosumer"), f"/contracts/order?contract={wish['contract']}&order=x"
    )


def test_an_order_is_confirmed_once_announced_and_taken_back(sign_in, world, viewer_in, wish, monkeypatch):
    client = sign_in("consumer")
    first = post(client, "switch/confirm", {**wish, **CONSENTS})
    again = post(client, "switch/confirm", {**wish, **CONSENTS})
    assert asked(first)["order"] == asked(again)["order"]  # one form is one order
    (order,) = orders(world, viewer_in, wish)
    said = page(client, first.location)
    assert f"Order {order.number}" in said
    assert "Rheintal Natur begins on Sunday, 20 December 2026." in said
    assert "Withdraw the order" in said
    assert "From 20 Dec 2026 on you have Rheintal Natur." in page(client, f"/contracts/{wish['contract']}")
    pending = post(client, "switch/confirm", {**wish, **CONSENTS, "key": "another-form"})
    assert asked(pending)["problem"] == "change_pending"
    assert "another change is ordered for 20 Dec 2026 already" in page(client, pending.location)
    held = {"contract": wish["contract"], "order": order.public_id}
    with monkeypatch.context() as late:
        over = InvalidInputError("order", "withdrawal_over", until=date(2026, 12, 4))
        late.setattr(contract_switching, "withdraw", lambda *_args: (_ for _ in ()).throw(over))
        refused = post(client, "order/withdraw", held)
    assert "The time to withdraw is over." in page(client, refused.location)
    back = post(client, "order/withdraw", held)
    assert "This order is withdrawn." in page(client, back.location)
    assert "Withdrawn" in page(client, f"/contracts/{wish['contract']}")
    assert [one.state for one in orders(world, viewer_in, wish)] == ["withdrawn"]


def test_a_member_reads_why_not(sign_in, world, viewer_in):
    with portal.using(world):
        viewer = viewer_in("accountant")
        view = next(one for one in contract_details.every(viewer) if one.contract.direction == "supply")
        offered = next(one for one in tariff_comparison.eligible(view) if one.code != view.offered.code)
    said = page(
        sign_in("accountant"), f"/contracts/switch?contract={view.contract.public_id}&tariff={offered.public_id}"
    )
    assert "Only owners of the account can switch." in said
    data = {
        "contract": view.contract.public_id,
        "tariff": offered.public_id,
        "start": EARLIEST,
        "key": "members",
        **CONSENTS,
    }
    assert post(sign_in("accountant"), "switch/confirm", data).status_code == 403
