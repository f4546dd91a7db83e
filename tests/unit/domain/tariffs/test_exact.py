from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tariffs.exact import decimals, dot, plain, scaled

whole = st.integers(-(2**62), 2**62)


@settings(deadline=None)
@given(st.lists(st.tuples(whole, whole), max_size=20))
def test_the_sum_of_products_never_wraps_around(pairs):
    one, other = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    assert dot(one, other) == sum(a * b for a, b in pairs)


def test_a_small_sum_of_products():
    assert dot(np.array([1, 2, 3]), np.array([10, -20, 30])) == 60  # 10 - 40 + 90


def test_decimals_are_those_that_matter():
    assert decimals(Decimal("0.0305"), Decimal(2), None) == 4
    assert decimals(Decimal("0.30")) == 1
    assert decimals(Decimal(100)) == decimals() == 0


def test_scaling_is_exact_or_refused():
    assert scaled(Decimal("0.0305"), 10_000) == 305
    with pytest.raises(ValueError, match="whole number"):
        scaled(Decimal("0.0305"), 100)


def test_fractions_are_shown_as_decimals():
    assert str(plain(Fraction(1, 4))) == "0.25"
    assert str(plain(Fraction(-2, 3), 3)) == "-0.667"
    assert str(plain(Fraction(1200))) == "1200"
