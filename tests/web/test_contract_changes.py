"""Ending and changing a contract over HTTP: the form, its refusals, and who may."""

from __future__ import annotations

import pytest

from components import formats
from services import change_requests, contract_details, portal
from tests.web.gate import csrf_of
from tests.web.test_switching import asked, page

PAGE = "/contracts/change"


@pytest.fixture
def contract(world, viewer_in):
    """The consumer's gas contract."""
    with portal.using(world):
        every = contract_details.every(viewer_in("consumer"))
    return next(one for one in every if one.contract.commodity == "gas").contract.public_id


@pytest.fixture
def found(world, viewer_in, contract):
    def ask():
        with portal.using(world):
            return change_requests.changes_of(viewer_in("consumer"), contract)

    return ask


def post(client, action, **data):
    return client.post(f"{PAGE}/{action}", data={**data, "csrf_token": csrf_of(client)})


def test_the_page_has_a_form_for_each_kind_with_its_first_day(sign_in, contract, found):
    said = page(sign_in("consumer"), f"{PAGE}?contract={contract}")
    for kind in ("cancel", "move_out", "move_in", "correct"):
        assert f"change-{kind}-send" in said
    first = found().earliest
    for kind in ("cancel", "move_out", "move_in"):
        assert f"The first possible day is {formats.day_medium(first[kind])}." in said
    assert "What you ask for appears here with its answer." in said


@pytest.mark.parametrize(("kind", "day", "text", "sentence"), [
    ("cancel", "", "", "Day: enter a date, such as {first}."),
    ("cancel", "2026-11-30", "", "Day: the first possible one is {first}."),
    ("cancel", "2029-01-01", "", "Day: at most a year ahead, until 20 Nov 2027."),
    ("move_out", "2026-12-31", "", "Details: write what we need to know."),
    ("correct", "", "x" * 700, "Details: 600 letters at most."),
])  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(sign_in, contract, found, kind, day, text, sentence):
    client = sign_in("consumer")
    answer = post(client, "ask", contract=contract, kind=kind, day=day, text=text, key=f"wrong-{kind}-{day}")
    assert asked(answer).get("day", "") == day
    said = page(client, answer.location)
    assert sentence.replace("{first}", formats.day_medium(found().earliest["cancel"])) in said
    assert found().requests == ()


def test_a_foreign_contract_is_missing_a_member_may_not_and_the_token_is_needed(sign_in, contract, found):
    ends = {"contract": contract, "kind": "cancel", "day": "2026-12-31", "key": "foreign"}
    assert post(sign_in("prosumer"), "ask", **ends).status_code == 404
    assert sign_in("consumer").post(f"{PAGE}/ask", data=ends).status_code == 403
    assert "No contract chosen" in page(sign_in("prosumer"), f"{PAGE}?contract={contract}")
    assert found().requests == ()


def test_a_member_reads_and_does_not_ask(sign_in, world, viewer_in):
    with portal.using(world):
        own = contract_details.every(viewer_in("accountant"))[0].contract.public_id
    said = page(sign_in("accountant"), f"{PAGE}?contract={own}")
    assert "Only owners of the account can end or change it." in said
    answer = post(sign_in("accountant"), "ask", contract=own, kind="cancel", day="2026-12-31", key="member")
    assert answer.status_code == 403


def test_a_correction_waits_and_is_withdrawn(sign_in, contract, found):
    client = sign_in("consumer")
    answer = post(client, "ask", contract=contract, kind="correct", text="It is Ida.", key="correct-1")
    said = page(client, answer.location)
    assert "we have received it and answer within two working days." in said
    (row,) = found().requests
    assert (row.kind, row.state, row.text) == ("correct", "asked", "It is Ida.")
    answer = post(client, "withdraw", contract=contract, request=row.public_id)
    assert "is withdrawn." in page(client, answer.location)
    assert found().requests[0].state == "withdrawn"
    assert post(sign_in("prosumer"), "withdraw", request=row.public_id).status_code == 404
