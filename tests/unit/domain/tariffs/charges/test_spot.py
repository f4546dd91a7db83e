from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from domain.tariffs.base import Market
from domain.tariffs.charges.spot import BandAdder, Spot
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import rate
from domain.tariffs.slots import Use
from tests.factories.tariffs import (
    BERLIN,
    DAY_NIGHT,
    days,
    grid,
    make_prices,
    make_tariff,
    make_use,
    readings,
)  # fmt: skip

DAY = ("2026-06-01", "2026-06-02")


def spot(**changes: object) -> Spot:
    return Spot(**({"code": "spot", "label": "Spot", "cost_group": "energy", "series": "spot"} | changes))


def bill(charge: Spot, price: object, energy_wh: object = 250, *, price_s: int = 3600, reading_s: int = 900):
    """One day in June; prices in 1/100,000 EUR per kWh."""
    use = make_use(*DAY, energy_wh, interval_s=reading_s)
    market = Market(prices={"spot": make_prices(*DAY, price, interval_s=price_s)})
    return rate(make_tariff(charge, calendar=DAY_NIGHT), days(*DAY), use, market=market)


def test_each_hour_at_its_own_price():
    # 1 kWh an hour at 0.01, 0.02 ... 0.24: 0.01 x 300 = 3.00.
    result = bill(spot(), np.arange(1, 25) * 1000)
    (line,) = result.lines
    assert line.amount_minor == 300
    assert (line.unit_price, line.is_mean_price) == (Decimal("0.125"), True)  # 3.00 / 24 kWh


def test_multiplier_adder_band_adder():
    """Octopus, "Shape Shifters": 5 + 15 x 1.2 = 23 in the expensive band and 3 + 8 x 1 = 11 outside (pence)."""
    dear = spot(multiplier=Decimal("1.2"), adder=Decimal("0.05"))
    assert bill(dear, 15_000).lines[0].unit_price == Decimal("0.23")
    cheap = spot(band_adders=(BandAdder(band="day", adder=Decimal("0.12")),), adder=Decimal("0.03"))
    result = bill(cheap, 8_000)
    # 8 h of night at 0.11, 16 h of day at 0.23: 0.88 + 3.68.
    assert result.net_minor == 456


@pytest.mark.parametrize(
    ("changes", "price", "minor"),
    [
        ({}, -10_000, -240),  # 24 kWh x -0.10: the customer is paid
        ({"mode": "zero_if_negative"}, -10_000, 0),
        ({"mode": "zero_if_negative", "adder": Decimal("0.05")}, -10_000, 120),
        ({"cap": Decimal("0.50")}, 90_000, 1_200),
        ({"floor": Decimal("0.02")}, -10_000, 48),
        ({"is_credit": True, "adder": Decimal("-0.015"), "floor": Decimal(0)}, 10_000, -204),  # 24 x (0.10 - 0.015)
        ({"is_credit": True, "adder": Decimal("-0.015"), "floor": Decimal(0)}, 1_000, 0),
    ],
)
def test_caps_floors_and_negative_prices(changes, price, minor):
    assert bill(spot(**changes), price).net_minor == minor


def test_a_contract_settled_by_the_hour_pays_the_mean_of_its_quarters():
    # All energy in the first quarter, which costs 0.40; the hour's mean is 0.10.
    quarters, energy = [40_000, 0, 0, 0] * 24, [1000, 0, 0, 0] * 24
    assert bill(spot(resolution_min=60), quarters, energy, price_s=900).net_minor == 240
    assert bill(spot(resolution_min=15), quarters, energy, price_s=900).net_minor == 960


def test_hourly_readings_of_a_quarter_hour_contract_are_settled_by_the_hour_and_say_so():
    result = bill(spot(resolution_min=15), [40_000, 0, 0, 0] * 24, 1000, price_s=900, reading_s=3600)
    assert result.net_minor == 240
    assert [(notice.code, notice.params) for notice in result.notices] == [
        ("coarser_settlement", {"found_min": 60, "asked_min": 15})
    ]
    assert bill(spot(resolution_min=60), 1_000).notices == ()


def test_a_missing_reading_needs_no_price_but_a_reading_does():
    starts, prices = grid(*DAY), make_prices(*DAY, 10_000)
    holed = type(prices)("spot", "EUR", 3600, 100_000, prices.start_utc[1:], prices.price[1:])
    tariff, market = make_tariff(spot()), Market(prices={"spot": holed})
    without = Use(BERLIN, {"import": readings(starts[4:])})
    assert rate(tariff, days(*DAY), without, market=market).net_minor == 230  # 23 h x 0.10
    with pytest.raises(RatingRefusedError) as caught:
        rate(tariff, days(*DAY), Use(BERLIN, {"import": readings(starts)}), market=market)
    assert caught.value.reason == "price_missing"


def test_the_intervals_prove_the_amount():
    rng = np.random.default_rng(5)
    result = bill(spot(adder=Decimal("0.0213")), rng.integers(-9000, 90_000, 24), rng.integers(0, 900, 96))
    (line,) = result.lines
    proof = sum(int(e) * int(p) for e, p in zip(line.intervals.energy_wh, line.intervals.price, strict=True))
    assert Fraction(proof, line.intervals.price_scale * 1000) == line.amount


def test_nothing_used_has_no_mean_price():
    assert bill(spot(), 10_000, 0).lines[0].unit_price == 0


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"band_adders": (BandAdder(band="x", adder=Decimal(1)),)}, "band_adders[0].band", "unknown_band"),
        ({"multiplier": Decimal("1.00001")}, "multiplier", "too_many_decimals"),
        ({"adder": Decimal("0.0000001")}, "adder", "too_many_decimals"),
        ({"cap": Decimal(0), "floor": Decimal(1)}, "cap", "below_floor"),
    ],
)
def test_a_wrong_charge_names_its_field(changes, field, code):
    assert [(issue.field, issue.code) for issue in spot(**changes).issues(("day",))] == [(field, code)]
    assert spot().issues(()) == []
