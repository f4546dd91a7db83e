from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tariffs.base import Market
from domain.tariffs.charges.percent import Percent
from domain.tariffs.compare import YearCost, compare, running, switch
from domain.tariffs.rate import rate
from domain.tariffs.slots import Use
from domain.tariffs.taxes import TaxRule, TaxTable
from tests.factories.tariffs import BERLIN, days, grid, make_energy, make_fixed, make_tariff, make_use, readings, year

TODAY = date(2026, 11, 20)
VAT = Market(taxes=TaxTable((TaxRule(vat_code="std", rate=Decimal("0.19")),)))
USE = make_use("2025-01-01", "2026-01-01", 100)  # 0.4 kW, 3504 kWh a year


def offer(name: str, price: str, amount: str, *more: object):
    charges = (make_energy(price, vat_code="std"), make_fixed(amount, vat_code="std"), *more)
    return make_tariff(*charges, id=name)


CHEAP_BASE, CHEAP_ENERGY = offer("base", "0.32", "5"), offer("energy", "0.28", "15")


def test_a_year_as_lived_is_what_the_bill_of_that_year_would_say():
    # 3504 x 0.32 + 60 = 1181.28, with 19 % 1405.72; 3504 x 0.28 + 180 = 1161.12, with 19 % 1381.73.
    found = compare([CHEAP_BASE, CHEAP_ENERGY], year(2025), USE, TODAY, market=VAT)
    assert [(cost.tariff.id, cost.gross_minor) for cost in found] == [("energy", 138_173), ("base", 140_572)]
    cheapest = found[0]
    assert cheapest.gross_minor == rate(CHEAP_ENERGY, year(2025), USE, market=VAT).gross_minor
    assert (cheapest.standing_minor, cheapest.energy_wh, cheapest.missing_share) == (21_420, 3_504_000, 0)  # 180 x 1.19


def test_the_months_sum_to_the_year_and_the_dearest_is_named():
    energy = np.full(len(grid("2025-01-01", "2026-01-01")), 100)
    energy[:2976] = 300  # January
    (cost,) = compare([CHEAP_BASE], year(2025), make_use("2025-01-01", "2026-01-01", energy), TODAY, market=VAT)
    assert sum(month.gross_minor for month in cost.months) == cost.gross_minor
    assert cost.worst_month.first == date(2025, 1, 1)
    assert cost.worst_month.gross_minor == 34_593  # (2976 x 0.3 x 0.32 + 5) x 1.19 = 345.9306


def test_prices_are_those_of_the_day_and_not_of_the_past():
    old, new = make_energy("0.20", valid_to=TODAY), make_energy("0.30", valid_from=TODAY)
    (cost,) = compare([make_tariff(old, new)], year(2025), USE, TODAY)
    assert cost.gross_minor == 105_120  # 3504 x 0.30


def test_a_bonus_is_in_the_cost_and_told():
    bonus = Percent(code="b", label="Bonus", cost_group="discount", share=Decimal("-0.1"), codes=("energy",))
    (cost,) = compare([offer("x", "0.30", "5", bonus)], year(2025), USE, TODAY, market=VAT)
    assert cost.discount_minor == -10_512  # 10 % of 1051.20, no VAT on it
    assert cost.without_discount_minor == cost.gross_minor + 10_512


def test_a_tariff_that_cannot_be_priced_comes_last_and_says_why():
    found = compare([make_tariff(make_energy(flow="export")), CHEAP_BASE], year(2025), USE, TODAY, market=VAT)
    assert [cost.refusal.reason if cost.refusal else "" for cost in found] == ["", "flow_missing"]


def test_missing_readings_are_told():
    starts = grid("2025-01-01", "2026-01-01")
    use = Use(BERLIN, {"import": readings(starts[: len(starts) * 3 // 4], 100)})
    (cost,) = compare([CHEAP_BASE], year(2025), use, TODAY, market=VAT)
    assert cost.missing_share == Fraction(1, 4)
    assert YearCost(CHEAP_BASE).missing_share == 0


def test_a_switch_has_a_saving_a_fee_and_a_break_even():
    energy, base = compare([CHEAP_BASE, CHEAP_ENERGY], year(2025), USE, TODAY, market=VAT)
    found = switch(base, energy, Decimal(20))
    # Saves 23.99 a year: a fee of 20.00 is paid back in 10.004 months, so in the 11th.
    assert (found.saving_minor, found.exit_fee_minor, found.months_to_recover) == (2_399, 2_000, 11)
    # 5 x 12 + 0.32 e = 15 x 12 + 0.28 e at e = 120/0.04 = 3000 kWh.
    assert found.break_even_kwh == 3_000


def test_a_switch_to_a_dearer_tariff_never_pays():
    energy, base = compare([CHEAP_BASE, CHEAP_ENERGY], year(2025), USE, TODAY, market=VAT)
    found = switch(energy, base, Decimal(20))
    assert (found.saving_minor, found.months_to_recover, found.break_even_kwh) == (-2_399, None, 3_000)
    assert switch(energy, base).months_to_recover is None
    assert switch(base, energy).months_to_recover == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (offer("a", "0.30", "5"), offer("b", "0.30", "9")),  # parallel
        (offer("a", "0.30", "5"), offer("b", "0.32", "9")),  # dearer at any use
    ],
)
def test_some_tariffs_never_meet(one, other):
    first, second = compare([one, other], year(2025), USE, TODAY, market=VAT)
    assert switch(first, second).break_even_kwh is None


def test_without_use_there_is_no_break_even():
    nothing = make_use("2025-01-01", "2026-01-01", 0)
    first, second = compare([CHEAP_BASE, CHEAP_ENERGY], year(2025), nothing, TODAY, market=VAT)
    assert switch(first, second).break_even_kwh is None


def test_half_a_year_is_scaled_to_the_year():
    # The same break-even: the fixed parts of six months over the energy of six months, twice.
    use = make_use("2025-01-01", "2025-07-01", 100)
    first, second = compare([CHEAP_BASE, CHEAP_ENERGY], days("2025-01-01", "2025-07-01"), use, TODAY, market=VAT)
    assert switch(first, second).break_even_kwh == pytest.approx(3_000, abs=2)  # the two sums are whole cents


@settings(deadline=None)
@given(st.lists(st.fractions(-1000, 1000, max_denominator=10**6), min_size=1, max_size=12), st.integers(-3, 3))
def test_rounded_parts_sum_to_the_total(amounts, drift):
    total = round(sum(amounts) * 100) + drift
    found = running(amounts, total, "EUR")
    assert sum(found) == total
    assert all(abs(minor - amount * 100) <= 1 for minor, amount in zip(found[:-1], amounts[:-1], strict=True))
