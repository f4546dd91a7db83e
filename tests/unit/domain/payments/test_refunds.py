from __future__ import annotations

from dataclasses import replace

import pytest

from domain.payments.refunds import AlreadyDecidedError, OwnRequestError, RefundAsk, check_decision

ASK = RefundAsk(5_000, "EUR", "Moved out", iban="DE89370400440532013000", holder="Ada Example")


def codes(ask: RefundAsk, most_minor: int = 5_000) -> list[tuple[str, str]]:
    return [(issue.field, issue.code) for issue in ask.issues(most_minor)]


def test_all_of_the_credit_can_be_asked_for():
    assert codes(ASK) == []


@pytest.mark.parametrize(
    ("change", "most", "found"),
    [
        ({"amount_minor": 5_001}, 5_000, [("amount", "above_credit")]),
        ({"amount_minor": 0}, 5_000, [("amount", "amount_zero")]),
        ({"amount_minor": -1}, 5_000, [("amount", "amount_negative")]),
        ({}, 0, [("amount", "nothing_to_refund")]),
        ({"reason": "ab"}, 5_000, [("reason", "length")]),
        ({"reason": "x" * 201}, 5_000, [("reason", "length")]),
        ({"iban": "", "holder": ""}, 5_000, [("iban", "missing"), ("holder", "missing")]),
        ({"iban": "", "holder": "", "route": "sandbox"}, 5_000, []),  # the provider knows where it came from
    ],
)
def test_every_problem_names_its_field(change, most, found):
    assert codes(replace(ASK, **change), most) == found


def test_the_most_that_can_be_asked_for_is_told():
    assert replace(ASK, amount_minor=5_001).issues(5_000)[0].params == {"most_minor": 5_000, "currency": "EUR"}


def test_somebody_else_decides_and_only_once():
    check_decision("asked", asked_by=1, decided_by=2)
    with pytest.raises(OwnRequestError):
        check_decision("asked", asked_by=1, decided_by=1)
    for state in ("approved", "declined", "done"):
        with pytest.raises(AlreadyDecidedError, match=state):
            check_decision(state, asked_by=1, decided_by=2)
