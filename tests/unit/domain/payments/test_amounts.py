"""Amounts that may be paid or given back, and the sentence's facts where they may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Issue
from domain.payments.amounts import entered_minor, payment_issues, refund_issues
from domain.payments.facts import Fact, FactKind, Payment, known

PAID = known(8_450, [Fact(FactKind.CAPTURED, "ch_1", 8_450)])


@pytest.mark.parametrize(
    ("amount_minor", "open_minor", "issues"),
    [
        (8_450, 8_450, []),
        (1, 8_450, []),  # in part
        (0, 8_450, [Issue("amount", "amount_zero", {"most_minor": 8_450})]),
        (-100, 8_450, [Issue("amount", "amount_negative", {"most_minor": 8_450})]),
        (8_451, 8_450, [Issue("amount", "amount_above_open", {"most_minor": 8_450})]),
        (100, 0, [Issue("amount", "nothing_open")]),
        (100, -2_000, [Issue("amount", "nothing_open")]),  # a credit of the customer
    ],
)
def test_what_can_be_paid(amount_minor, open_minor, issues):
    assert payment_issues(amount_minor, open_minor) == issues


@pytest.mark.parametrize(
    ("amount_minor", "asked_minor", "code"),
    [
        (8_450, 0, None),
        (8_451, 0, "refund_above_captured"),
        (4_451, 4_000, "refund_above_captured"),  # 84.50 - 40.00 asked for already = 44.50
        (4_450, 4_000, None),
        (1, 8_450, "nothing_to_refund"),
        (0, 0, "amount_zero"),
        (-1, 0, "amount_negative"),
    ],
)
def test_what_can_be_given_back(amount_minor, asked_minor, code):
    assert [issue.code for issue in refund_issues(amount_minor, PAID, asked_minor)] == ([code] if code else [])


def test_nothing_is_given_back_of_what_never_came():
    assert refund_issues(100, Payment(8_450)) == [Issue("amount", "nothing_to_refund")]


@given(st.lists(st.integers(1, 5_000), max_size=12))
def test_law_11_refunds_never_exceed_the_capture(wishes):
    payment = PAID
    for number, amount in enumerate(wishes):
        if not refund_issues(amount, payment):
            payment = payment.knowing(Fact(FactKind.REFUNDED, f"re_{number}", amount))
    assert payment.refunded_minor <= payment.captured_minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("84,50", "EUR", 8_450), (" 84.5 ", "EUR", 8_450), ("84", "EUR", 8_400), ("1.234,50", "EUR", 123_450),
        ("1,234.50", "EUR", 123_450), ("1 234,50", "EUR", 123_450), ("1.234", "EUR", 123_400), ("1,234,567.89", "EUR", 123_456_789),
        ("-3", "EUR", -300), ("\u22125,00", "EUR", -500), ("0,00", "EUR", 0), ("84", "JPY", 84), ("1.234", "KWD", 1_234),
        ("abc", "EUR", None), ("", "EUR", None), ("1,2345", "EUR", None), ("1.2.3", "EUR", None), ("12.34,5", "EUR", None),
        ("0,5", "JPY", None), ("123456789012345678901", "EUR", None),
    ],
)  # fmt: skip
def test_what_somebody_typed(text, currency, minor):
    assert entered_minor(text, currency) == minor
