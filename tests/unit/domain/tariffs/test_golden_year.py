"""Years as NREL PySAM 7.1.1.post1 (Utilityrate5) billed them, month by month; `tests/oracle` says how they are made."""

from __future__ import annotations

from fractions import Fraction

import pytest

from domain.tariffs.rate import rate, rate_months
from tests.factories.tariffs import year
from tests.oracle import golden, years
from tests.oracle.cases import STRUCTURES

BILLS = golden.kept()
# Annual bills that can be checked by hand, to the last digit.
EXACT = {
    "flat": "2385.033",  # 7450.110 x 0.30 + 150
    # June costs 481.050 x 0.30 + 5 = 149.315, so 0.685 is added to 2295.033.
    "flat, monthly minimum": "2295.718",
    "flat, yearly minimum": "2600",
    "daily blocks": "1546.473",
    "ratchet": "954.011",  # 745.011 + 10 x 20.9 kW
    # 6 kW in an hour of 1.1 kW: 4.9 kWh more at 0.10, and 10 x (6 + 11 x 4.8) kW.
    "ratchet that binds": "1333.501",
    "buy all, sell all": "1914.441096",  # 7450.110 x 0.30 + 120 - 5373.072 x 0.082
    "net metering, paid at the end of the year": "743.1114",
}


def test_the_loads_are_the_ones_that_were_billed():
    assert {name: int(made().sum()) for name, made in years.LOADS.items()} == {
        "household": 7_450_110,
        "spiked": 7_455_010,
        "bakery": 72_881_780,
        "workshop": 48_791_942,
        "restless": 43_790_020,
    }
    assert int(years.solar().sum()) == 5_373_072


@pytest.mark.parametrize("load", years.LOADS)
def test_quarter_hours_add_up_to_their_hour(load):
    hourly = years.LOADS[load]()
    quarters = years.quarters(hourly).reshape(-1, 4)
    assert (quarters.sum(axis=1) == hourly).all()
    assert quarters.min() >= 0


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_bill_of_each_month_is_equal(name):
    made = STRUCTURES[name]
    result = rate(made.tariff, year(2018), years.use_of(*made.flows()), market=made.market)
    assert [float(month.amount) for month in result.months()] == pytest.approx(BILLS[name], rel=0, abs=1e-6)


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_bill_of_one_month_is_that_month_of_the_year(name):
    # Each month finds its ratchet and its bank in the readings before it.
    made = STRUCTURES[name]
    use = years.use_of(*made.flows())
    whole = rate(made.tariff, year(2018), use, market=made.market)
    bills = rate_months(made.tariff, year(2018), use, market=made.market)
    assert [bill.amount for bill in bills] == [month.amount for month in whole.months()]


@pytest.mark.parametrize("name", EXACT)
def test_the_annual_bill_is_equal_to_the_last_digit(name):
    made = STRUCTURES[name]
    assert rate(made.tariff, year(2018), years.use_of(*made.flows())).amount == Fraction(EXACT[name])
