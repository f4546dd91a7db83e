from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.instalments import (
    ForecastMonth,
    ends_between,
    equal_amount,
    even_amount,
    forecast,
    settle,
    shared_amounts,
)
from domain.errors import InvalidInputError


def test_twelve_whole_euros_that_pay_the_year():
    assert equal_amount(102_905) == 8_600  # 1 029.05 / 12 = 85.75..., to the next euro
    assert equal_amount(102_905, step_minor=1) == 8_576
    assert equal_amount(120_000) == 10_000
    assert (equal_amount(0), equal_amount(-5_000)) == (0, 0)  # who is owed money pays nothing ahead


def test_a_plan_needs_months_and_a_step():
    with pytest.raises(InvalidInputError, match="months"):
        equal_amount(100, 0)
    with pytest.raises(InvalidInputError, match="step"):
        equal_amount(100, 12, 0)
    with pytest.raises(InvalidInputError, match="amount"):
        forecast([100], [-1])


def test_winter_is_owed_and_summer_pays_it_back():
    found = forecast([15_000, 12_000, 4_000], [10_000] * 3, opening_minor=-500)
    # -500 + 100.00 - 150.00 = -55.00; + 100.00 - 120.00 = -75.00; + 100.00 - 40.00 = -15.00
    assert found == [
        ForecastMonth(15_000, 10_000, -5_500), ForecastMonth(12_000, 10_000, -7_500), ForecastMonth(4_000, 10_000, -1_500),
    ]  # fmt: skip


def test_the_other_months_may_differ_as_the_known_ones_did():
    # 110 where 100 were expected: the 200 of the others may be 200 or 220
    assert ends_between([6_000, 5_000, None, None], [5_000, 5_000, 12_000, 8_000]) == (31_000, 33_000)
    # 90 where 100 were expected: 180 or 200; which months are known does not matter
    assert ends_between([4_000, None, 5_000, None], [5_000, 12_000, 5_000, 8_000]) == (27_000, 29_000)
    assert ends_between([None, None], [5_000, 5_000]) == (10_000, 10_000)  # nothing is known to say how far
    assert ends_between([-100, None], [0, 700]) == (600, 600)


def test_an_amount_that_leaves_nothing_over():
    # 1,441.93 less 363.00 paid in three months: 1,078.93 in nine is 119.88, to the next euro
    assert even_amount(144_193, 36_300, 9) == 12_000
    assert even_amount(30_000, 36_300, 9) == 0


def test_the_published_settlement_of_rostock():
    """Stadtwerke Rostock, sample bill 2014/15: 1 029.05 less 1 197.00 paid is a credit of 167.95."""
    assert settle(102_905, [119_700]).due_minor == -16_795


@given(st.integers(1, 10**9), st.integers(1, 24), st.integers(1, 1000))
def test_law_equal_amounts_pay_the_cost_and_never_a_step_more(expected, months, step):
    amount = equal_amount(expected, months, step)
    assert amount % step == 0
    assert expected <= amount * months < expected + months * step


@given(st.integers(0, 10**9), st.integers(1, 24))
def test_law_shared_amounts_sum_to_the_cost_exactly(expected, months):
    found = shared_amounts(expected, months)
    assert sum(found) == expected
    assert max(found) - min(found) <= 1


@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=12), st.integers(0, 10**6), st.integers(-(10**6), 10**6)
)
def test_law_the_last_balance_is_what_the_settlement_gives_back(costs, amount, opening):
    found = forecast(costs, [amount] * len(costs), opening)
    assert found[-1].balance_minor == opening - settle(sum(costs), [amount] * len(costs)).due_minor
