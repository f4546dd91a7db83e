from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.waterfall import Bill, Priced, Step, Weather, explain
from domain.errors import InvalidInputError


def priced(quantity: int, amount_minor: int) -> Priced:
    return Priced(Fraction(quantity), Fraction(amount_minor))


JUNE = Bill(30, {"energy": priced(300, 9_000), "standing": priced(30, 1_500)}, 10_500, 1_995)
# 31 days, 403 kWh at 0.32 instead of 300 at 0.30, standing charge as before at 0.50 a day.
JULY = Bill(31, {"energy": priced(403, 12_896), "standing": priced(31, 1_550)}, 14_446, 2_745, -200, -1_000)


def test_each_cause_is_changed_after_the_other():
    assert explain(JUNE, JULY) == (
        Step("days", 350),  # a day more: 10 kWh x 0.30 + 0.50
        Step("usage", 2_790),  # 403 - 310 = 93 kWh x 0.30
        Step("prices", 806),  # 403 kWh x 0.02
        Step("taxes", 750),
        Step("corrections", -200),
        Step("feed_in", -1_000),
    )


def test_known_weather_takes_its_share_of_the_usage():
    steps = explain(JUNE, JULY, Weather(Fraction(11, 10), frozenset({"energy"})))
    # 310 kWh x 1.1 = 341: 31 kWh x 0.30 by the weather, 62 kWh x 0.30 by use.
    assert [(step.cause, step.change_minor) for step in steps[:4]] == [
        ("days", 350), ("weather", 930), ("usage", 1_860), ("prices", 806),
    ]  # fmt: skip


def test_what_is_new_on_a_bill_is_usage():
    after = Bill(30, {**JUNE.use, "wallbox": priced(10, 250)}, 10_750, 1_995)
    changed = {step.cause: step.change_minor for step in explain(JUNE, after) if step.change_minor}
    assert changed == {"usage": 250}


def test_a_fee_without_a_quantity_is_usage_too():
    after = Bill(30, {**JUNE.use, "fee": priced(0, 500)}, 11_000, 1_995)
    changed = {step.cause: step.change_minor for step in explain(JUNE, after) if step.change_minor}
    assert changed == {"usage": 500}


def test_the_same_bill_has_no_causes():
    assert {step.change_minor for step in explain(JUNE, JUNE)} == {0}


def test_a_bill_has_days():
    with pytest.raises(InvalidInputError, match="days"):
        explain(JUNE, Bill(0, {}, 0))


names = st.sampled_from(["energy", "standing", "network", "levy"])
exact = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)
minor = st.integers(-(10**6), 10**6)
bills = st.builds(
    Bill, st.integers(1, 366), st.dictionaries(names, st.builds(Priced, exact, exact)), minor, minor, minor, minor
)
weathers = st.none() | st.builds(Weather, st.fractions(0, 3, max_denominator=100), st.frozensets(names))


@given(bills, bills, weathers)
def test_law_the_causes_sum_to_the_difference_exactly(before, after, weather):
    assert sum(step.change_minor for step in explain(before, after, weather)) == after.total_minor - before.total_minor
