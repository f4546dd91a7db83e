from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import money


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2.345", "2.35"), ("-2.345", "-2.35"), ("2.3449", "2.34"), ("0", "0.00"), ("-0.004", "0.00")],
)
def test_halves_go_away_from_zero(value, expected):
    assert money.round_half_away(Decimal(value), 2) == Decimal(expected)


def test_minor_units_follow_the_currency():
    assert money.to_minor(Decimal("12.345"), "EUR") == 1235
    assert money.to_minor(Decimal("12.5"), "JPY") == 13
    assert money.to_minor(Fraction(1, 3), "KWD") == 333
    assert money.from_minor(1235, "EUR") == Decimal("12.35")
    assert money.from_minor(13, "JPY") == Decimal(13)


def test_rounding_is_exact_where_a_context_would_run_out_of_digits():
    # 30 digits: the default decimal context has 28.
    assert money.round_half_away(Decimal("123456789012345678901234567890.125"), 2) == Decimal(
        "123456789012345678901234567890.13"
    )


def test_1250_over_14_and_16_days_is_583_and_667():
    # 1250 x 14/30 = 583.33, x 16/30 = 666.67: the cent left over goes to the larger remainder.
    assert money.largest_remainder(1250, [14, 16]) == [583, 667]
    assert money.largest_remainder(-1250, [14, 16]) == [-583, -667]
    assert money.largest_remainder(1, [1, 1]) == [1, 0]


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_law_the_parts_of_a_split_sum_to_the_whole(minor, weights):
    parts = money.largest_remainder(minor, weights)
    assert sum(parts) == minor
    assert all(
        abs(part * sum(weights) - minor * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize("weights", [[0, 0], [3, -1]])
def test_weights_that_cannot_be_split_by_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        money.largest_remainder(10, weights)
