from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.base import Market
from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.charges.demand import Demand
from domain.tariffs.charges.spot import Spot
from domain.tariffs.daily import by_day
from domain.tariffs.rate import rate
from domain.tariffs.slots import Use
from domain.tariffs.taxes import TaxRule, TaxTable
from tests.factories.tariffs import (
    BERLIN,
    DAY_NIGHT,
    days,
    grid,
    make_energy,
    make_fixed,
    make_prices,
    make_tariff,
    make_use,
    month,
    readings,
)  # fmt: skip

JUNE = ("2026-06-01", "2026-07-01")
SPOT = Spot(code="spot", label="Spot", cost_group="energy", series="spot")
RATES = (BandRate(band="day", price=Decimal("0.30")), BandRate(band="night", price=Decimal("0.20")))


def test_a_day_costs_its_energy_and_its_share_of_the_month():
    # 1 kW: 16 h x 0.30 + 8 h x 0.20 = 6.40, and 15.00/30 of standing charge.
    tariff = make_tariff(make_energy(None, rates=RATES), make_fixed("15"), calendar=DAY_NIGHT)
    found = by_day(rate(tariff, month("2026-06"), make_use(*JUNE)))
    assert len(found) == 30
    assert set(found.values()) == {Fraction("6.90")}


def test_gross_days_have_their_own_tax():
    market = Market(taxes=TaxTable((TaxRule(vat_code="std", rate=Decimal("0.19")),)))
    tariff = make_tariff(make_energy("0.30", vat_code="std"), make_fixed("15"))
    result = rate(tariff, month("2026-06"), make_use(*JUNE), market=market)
    assert by_day(result, is_gross=True)[date(2026, 6, 1)] == Fraction("7.2") * Fraction("1.19") + Fraction("0.5")


def test_a_day_of_market_prices_costs_its_own_hours():
    prices = np.repeat(np.arange(1, 31) * 1000, 24)  # 0.01 on the first day, 0.30 on the last
    result = rate(
        make_tariff(SPOT), month("2026-06"), make_use(*JUNE), market=Market(prices={"spot": make_prices(*JUNE, prices)})
    )
    found = by_day(result)
    assert (found[date(2026, 6, 1)], found[date(2026, 6, 30)]) == (Fraction("0.24"), Fraction("7.2"))


def test_a_peak_is_laid_on_all_days_of_its_month():
    charge = Demand(code="kw", label="Demand", cost_group="network", price=Decimal(30))
    assert set(by_day(rate(make_tariff(charge), month("2026-06"), make_use(*JUNE))).values()) == {1}


@pytest.mark.parametrize("energy_wh", [0, 250])
def test_no_use_costs_only_the_standing_charge(energy_wh):
    use = Use(BERLIN, {"import": readings(grid("2026-06-01", "2026-06-01"))}) if energy_wh else make_use(*JUNE, 0)
    found = by_day(rate(make_tariff(), month("2026-06"), use))
    assert set(found.values()) == {Fraction(Decimal("12.5")) / 30}


def test_a_band_of_one_season_costs_nothing_in_the_other():
    seasons = Calendar(rules=(Rule(band="june", months=(6,)), Rule(band="rest")))
    rates = (BandRate(band="june", price=Decimal(1)), BandRate(band="rest", price=Decimal(2)))
    tariff = make_tariff(make_energy(None, rates=rates), calendar=seasons)
    found = by_day(rate(tariff, days("2026-06-01", "2026-08-01"), make_use("2026-06-01", "2026-08-01")))
    assert [found[date(2026, number, 5)] for number in (6, 7)] == [24, 48]


def test_large_plants_do_not_wrap_around():
    # 1 GWh an hour at 0.10 x 1.0001 + 0.000001: 2.4 million euros a day and some.
    charge = replace(SPOT, multiplier=Decimal("1.0001"), adder=Decimal("0.000001"))
    use = Use(BERLIN, {"import": readings(grid(*JUNE, interval_s=3600), 10**9, interval_s=3600)})
    market = Market(prices={"spot": make_prices(*JUNE, 10_000)})
    result = rate(make_tariff(charge), month("2026-06"), use, market=market)
    assert set(by_day(result).values()) == {Fraction("0.100011") * 24 * 10**6}
    assert result.amount == Fraction("0.100011") * 720 * 10**6


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_law_the_days_sum_to_the_lines(seed):
    rng = np.random.default_rng(seed)
    starts = grid("2026-03-20", "2026-05-03")
    keep = np.sort(rng.permutation(len(starts))[: len(starts) * 9 // 10])
    use = Use(BERLIN, {"import": readings(starts[keep], rng.integers(0, 5_000, len(keep)))})
    market = Market(
        prices={"spot": make_prices("2026-03-20", "2026-05-03", rng.integers(-9000, 90_000, len(starts) // 4))}
    )
    blocks = (Block(price=Decimal("0.2"), up_to=Decimal(900)), Block(price=Decimal("0.3")))
    charges = (make_energy(None, rates=RATES), SPOT, make_energy(None, code="blocks", blocks=blocks), make_fixed())
    result = rate(make_tariff(*charges, calendar=DAY_NIGHT), days("2026-03-20", "2026-05-03"), use, market=market)
    assert sum(by_day(result).values()) == result.amount
