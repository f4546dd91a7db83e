"""A year of a household with solar, billed by NREL PySAM 7.1.1.post1 (Utilityrate5): its annual bills, to the last digit.

The load is made of whole Wh by a formula. PySAM's year has 8,760 hours and no change of clocks: 2018 in UTC, which begins on a
Monday as its does.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.charges.demand import Demand, Ratchet
from domain.tariffs.charges.minimum import Minimum
from domain.tariffs.charges.netting import Netting
from domain.tariffs.rate import rate, rate_months
from domain.tariffs.slots import Use
from tests.factories.tariffs import grid, make_energy, make_fixed, make_tariff, readings, year

HOUR = np.arange(8760)
DAY, CLOCK = HOUR // 24, HOUR % 24
STARTS = grid("2018-01-01", "2019-01-01", "UTC", 3600)
MONTH = STARTS.astype("datetime64[M]").astype(int) % 12
WINTER = np.array([30, 26, 18, 8, 2, 0, 4, 3, 1, 8, 18, 28])
SUN = np.array([4, 7, 12, 17, 20, 22, 22, 19, 14, 9, 5, 3])
LOAD = (
    250
    + 40 * ((7 * CLOCK + 3 * DAY) % 11)
    + 900 * ((CLOCK >= 17) & (CLOCK <= 21))
    + 350 * ((DAY % 7 < 5) & (CLOCK >= 6) & (CLOCK <= 8))
    + 15 * WINTER[MONTH]
)
SOLAR = SUN[MONTH] * np.maximum(0, 36 - (CLOCK - 12) ** 2) * (10 - DAY * DAY % 7) // 2


def use(load: np.ndarray = LOAD) -> Use:
    flows = {
        "use": load,
        "production": SOLAR,
        "import": np.maximum(load - SOLAR, 0),
        "export": np.maximum(SOLAR - load, 0),
    }
    return Use("UTC", {name: readings(STARTS, energy, interval_s=3600) for name, energy in flows.items()})


def netting(mode: str, **changes: object) -> Netting:
    buy = (BandRate(price=Decimal("0.30")),)
    return Netting(code="net", label="Energy", cost_group="energy", mode=mode, buy=buy, **changes)


def energy(price: str | None = "0.30", **changes: object):
    return make_energy(price, flow="use", **changes)


DEMAND = Demand(
    code="kw", label="Demand", cost_group="network", flow="use", price=Decimal(10), window_min=60,
    ratchet=Ratchet(share=Decimal("0.8"), lookback_months=11),
)  # fmt: skip
DAILY = (Block(price=Decimal("0.20"), up_to=Decimal("22.2")), Block(price=Decimal("0.35")))
SOLD = (BandRate(price=Decimal("0.082")),)
CASES = {
    "flat": ((energy(), make_fixed("12.50")), "2385.033"),  # 7450.110 x 0.30 + 150
    "monthly minimum": (
        # June costs 481.050 x 0.30 + 5 = 149.315, so 0.685 is added to 2295.033.
        (energy(), make_fixed("5"), Minimum(code="min", label="Minimum", cost_group="service", amount=Decimal(150))),
        "2295.718",
    ),
    "daily blocks times days": ((energy(None, blocks=DAILY, limit_per="day"),), "1546.473"),
    "ratchet": ((energy("0.10"), DEMAND), "954.011"),  # 745.011 + 10 x 20.9 kW
    "buy all, sell all": (
        (netting("buy_all_sell_all", sell=SOLD), make_fixed("10")),
        "1914.441096",  # 7450.110 x 0.30 + 120 - 5373.072 x 0.082
    ),
    "net metering with a year-end price": (
        (netting("period_kwh", year_end_price=Decimal("0.04")), make_fixed("10")),
        "743.1114",
    ),
}


def test_the_load_is_the_one_that_was_billed():
    assert (int(LOAD.sum()), int(SOLAR.sum())) == (7_450_110, 5_373_072)


@pytest.mark.parametrize("name", CASES)
def test_the_annual_bill_is_equal(name):
    charges, expected = CASES[name]
    assert rate(make_tariff(*charges), year(2018), use()).amount == Fraction(expected)


@pytest.mark.parametrize("name", CASES)
def test_monthly_bills_sum_to_the_annual_one(name):
    # Each month finds its ratchet and its bank in the readings before it.
    charges, expected = CASES[name]
    assert sum(bill.amount for bill in rate_months(make_tariff(*charges), year(2018), use())) == Fraction(expected)


def test_a_spike_in_january_binds_the_ratchet_of_the_year():
    # 6 kW in an hour of 1.1 kW: 4.9 kWh more at 0.10, and 10 x (6 + 11 x 4.8) kW.
    load = LOAD.copy()
    load[3] = 6000
    assert LOAD[3] == 1100
    assert rate(make_tariff(energy("0.10"), DEMAND), year(2018), use(load)).amount == Fraction("1333.501")
