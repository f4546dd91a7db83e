"""The day rule, against exact decimal arithmetic."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.ingest import rounding

MICRO = rounding.MICRO_PER_UNIT


def days(*groups):
    amounts = np.array([amount for group in groups for amount in group], dtype=np.int64)
    starts = np.array([index == 0 for group in groups for index in range(len(group))], dtype=bool)
    return amounts, starts


def test_a_day_of_one_and_a_half_wh_becomes_two():
    # 0.4 + 0.4 + 0.4 + 0.3 = 1.5 -> 2; running sums 0.4, 0.8, 1.2, 1.5 round to 0, 1, 1, 2.
    amounts, starts = days([400_000, 400_000, 400_000, 300_000])
    assert rounding.round_days(amounts, MICRO, starts).tolist() == [0, 1, 0, 1]


def test_the_remainder_ends_with_the_day():
    # 0.4 Wh on each of two days: both days round to 0, together too.
    amounts, starts = days([400_000], [400_000])
    assert rounding.round_days(amounts, MICRO, starts).tolist() == [0, 0]


def test_whole_watt_hours_stay_as_they_are():
    amounts, starts = days([7 * MICRO, 0, 3 * MICRO])
    assert rounding.round_days(amounts, MICRO, starts).tolist() == [7, 0, 3]


def test_halves_round_away_from_zero_on_both_sides():
    assert rounding.divide_half_away(np.array([3, -3, 1, -1, 5]), 2).tolist() == [2, -2, 1, -1, 3]


def test_five_minutes_of_one_watt_are_exact_in_twelfths():
    # 1 W for 5 min = 1/12 Wh; six of them are exactly 0.5 Wh and round to 1.
    assert (rounding.power_numerator(300), rounding.power_denominator(300)) == (1, 12)
    amounts, starts = days([MICRO] * 6)
    assert rounding.round_days(amounts, 12 * MICRO, starts).sum() == 1
    assert (rounding.power_numerator(86_400), rounding.power_denominator(86_400)) == (24, 1)


def test_no_readings_are_no_readings():
    assert rounding.round_days(np.array([], dtype=np.int64), MICRO, np.array([], dtype=bool)).tolist() == []


@given(st.integers(0, 999_999_999_999))
def test_published_kwh_become_exactly_their_micro_wh(micro):
    # A decimal with six digits below 1 Wh, written as kWh, comes back exactly through its nearest double.
    kwh = float(Decimal(micro) / 10**9)
    assert rounding.micro_amounts(np.array([kwh]), 1000).tolist() == [micro]


@given(st.lists(st.lists(st.integers(0, 5_000_000), min_size=1, max_size=100), min_size=1, max_size=5))
def test_each_day_sums_to_its_exact_sum_rounded_once(groups):
    amounts, starts = days(*groups)
    rounded = rounding.round_days(amounts, MICRO, starts)
    place = 0
    for group in groups:
        exact = Decimal(sum(group)) / MICRO
        assert rounded[place : place + len(group)].sum() == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        place += len(group)


@given(st.lists(st.integers(0, 5_000_000), min_size=1, max_size=300))
def test_no_interval_is_a_whole_unit_off_or_negative(group):
    amounts, starts = days(group)
    rounded = rounding.round_days(amounts, MICRO, starts)
    assert (rounded >= 0).all()
    assert (np.abs(rounded * MICRO - amounts) < MICRO + 1).all()


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=50))
def test_signed_days_round_away_from_zero_too(group):
    amounts, starts = days(group)
    exact = Decimal(sum(group)) / MICRO
    assert rounding.round_days(amounts, MICRO, starts).sum() == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def test_millions_of_days_do_not_overflow():
    # The sum over all days wraps around in int64; each day is still exact.
    amounts = np.full(40, 9 * 10**17, dtype=np.int64)
    rounded = rounding.round_days(amounts, MICRO, np.ones(40, dtype=bool))
    assert set(rounded.tolist()) == {9 * 10**11}
