from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.rate import rate
from tests.factories.tariffs import DAY_NIGHT, amounts, days, make_energy, make_tariff, make_use, month

BLOCKS = (Block(price=Decimal("0.20"), up_to=Decimal(300)), Block(price=Decimal("0.30")))
BY_BAND = (
    BandRate(band="day", blocks=BLOCKS),
    BandRate(band="night", blocks=(Block(price=Decimal("0.10"), up_to=Decimal(300)), Block(price=Decimal("0.15")))),
)


def june(**changes: object) -> dict[str, int]:
    """June at 1 kW: 480 kWh by day, 240 by night."""
    tariff = make_tariff(make_energy(None, **changes), calendar=DAY_NIGHT)
    return amounts(rate(tariff, month("2026-06"), make_use("2026-06-01", "2026-07-01")))


def test_blocks_of_a_month():
    assert june(blocks=BLOCKS) == {"energy 1": 6_000, "energy 2": 12_600}  # 300 x 0.20, 420 x 0.30


def test_a_block_nobody_reached_is_no_line():
    high = (Block(price=Decimal("0.20"), up_to=Decimal(1000)), Block(price=Decimal("0.30")))
    assert june(blocks=high) == {"energy 1": 14_400}  # 720 x 0.20


@pytest.mark.parametrize(
    ("per", "up_to", "expected"),
    [
        ("day", 10, {"energy 1": 6_000, "energy 2": 12_600}),  # 10 x 30 days = 300
        ("year", 3650, {"energy 1": 6_000, "energy 2": 12_600}),  # 3650 x 30/365 = 300
        ("kw", 300, {"energy 1": 6_000, "energy 2": 12_600}),  # the highest interval is 1 kW
    ],
)
def test_limits_count_over_days_years_and_kilowatts(per, up_to, expected):
    blocks = (Block(price=Decimal("0.20"), up_to=Decimal(up_to)), Block(price=Decimal("0.30")))
    assert june(blocks=blocks, limit_per=per) == expected


def test_bands_share_the_blocks_in_proportion():
    # 300 of 720 kWh are in block 1: 480 x 300/720 = 200 by day, 100 by night; 280 and 140 in block 2.
    assert june(rates=BY_BAND) == {
        "energy day 1": 4_000, "energy day 2": 8_400, "energy night 1": 1_000, "energy night 2": 2_100,
    }  # fmt: skip


def test_one_band_may_have_blocks_of_its_own_and_the_other_one_price():
    flat_night = (BY_BAND[0], BandRate(band="night", price=Decimal("0.10")))
    # By day 300 x 0.20 and 180 x 0.30; by night 240 x 0.10.
    assert june(rates=flat_night, block_scope="band") == {
        "energy day 1": 6_000, "energy day 2": 5_400, "energy night": 2_400,
    }  # fmt: skip


def test_bands_fill_the_blocks_as_the_month_goes():
    # 300 kWh are 12.5 days: 12 whole days (192 by day, 96 by night), 6 hours of night and 6 of day.
    # By day 192 + 6 = 198 in block 1 and 282 in block 2; by night 96 + 6 = 102 and 138.
    assert june(rates=BY_BAND, block_mode="chronological") == {
        "energy day 1": 3_960, "energy day 2": 8_460, "energy night 1": 1_020, "energy night 2": 2_070,
    }  # fmt: skip


@pytest.mark.parametrize("mode", ["proportional", "chronological"])
def test_each_band_may_count_on_its_own(mode):
    # 480 by day: 300 and 180; 240 by night stay in block 1.
    assert june(rates=BY_BAND, block_scope="band", block_mode=mode) == {
        "energy day 1": 6_000, "energy day 2": 5_400, "energy night 1": 2_400,
    }  # fmt: skip


def test_block_limits_follow_the_days_of_a_part_of_a_month():
    # 10 of 30 days: 300 x 10/30 = 100 kWh in block 1 of 240.
    tariff = make_tariff(make_energy(None, blocks=BLOCKS))
    result = rate(tariff, days("2026-06-01", "2026-06-11"), make_use("2026-06-01", "2026-06-11"))
    assert amounts(result) == {"energy 1": 2_000, "energy 2": 4_200}


def test_the_months_of_a_longer_bill_each_have_their_blocks():
    tariff = make_tariff(make_energy(None, blocks=BLOCKS))
    result = rate(tariff, days("2026-06-01", "2026-08-01"), make_use("2026-06-01", "2026-08-01"))
    first, second = result.lines
    assert [part.quantity for part in first.parts] == [300, 300]
    assert [part.quantity for part in second.parts] == [420, 444]  # 720 and 744 kWh


def test_a_band_that_is_not_priced_costs_nothing_here():
    tariff = make_tariff(make_energy(None, rates=(BandRate(band="day", price=Decimal("0.05")),)), calendar=DAY_NIGHT)
    (line,) = rate(tariff, month("2026-06"), make_use("2026-06-01", "2026-07-01")).lines
    assert (line.quantity, line.amount_minor) == (480, 2_400)


def test_a_credit_pays_the_customer():
    tariff = make_tariff(make_energy("0.08", flow="export", is_credit=True, cost_group="feed_in"))
    result = rate(tariff, month("2026-06"), make_use("2026-06-01", "2026-07-01", export=125))
    (line,) = result.lines
    assert (line.quantity, line.unit_price, line.amount_minor) == (360, Decimal("-0.08"), -2_880)
    assert line.quantity * Fraction(line.unit_price) == line.amount


def test_negative_prices_are_legal():
    tariff = make_tariff(make_energy("-0.10"))
    assert rate(tariff, days("2026-06-01", "2026-06-02"), make_use("2026-06-01", "2026-06-02")).net_minor == -240


def test_blocks_follow_the_season():
    """Summer has its own limits: two charges, each sees only its own months."""
    seasons = Calendar(rules=(Rule(band="summer", months=(7, 8)), Rule(band="winter")))
    summer = (Block(price=Decimal("0.2"), up_to=Decimal(500)), Block(price=Decimal("0.4")))
    tariff = make_tariff(
        make_energy(None, code="s", rates=(BandRate(band="summer", blocks=summer),)),
        make_energy(None, code="w", rates=(BandRate(band="winter", blocks=BLOCKS),)),
        calendar=seasons,
    )
    result = rate(tariff, days("2026-06-01", "2026-08-01"), make_use("2026-06-01", "2026-08-01"))
    # July: 500 x 0.2 + 244 x 0.4; June: 300 x 0.2 + 420 x 0.3.
    assert amounts(result) == {"s summer 1": 10_000, "s summer 2": 9_760, "w winter 1": 6_000, "w winter 2": 12_600}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [("price", "one_of_price_blocks_rates")]),
        ({"price": Decimal(1), "blocks": BLOCKS}, [("price", "one_of_price_blocks_rates")]),
        ({"blocks": BLOCKS[::-1]}, [("blocks[0].up_to", "last_block_open"), ("blocks[1].up_to", "last_block_open")]),
        ({"rates": (BandRate(band="x", price=Decimal(1)),)}, [("rates[0].band", "unknown_band")]),
        ({"rates": (BY_BAND[0], BandRate(band="night", price=Decimal(1)))}, [("rates", "shared_blocks_differ")]),
        ({"rates": (BY_BAND[0], BandRate(band="night", price=Decimal(1))), "block_scope": "band"}, []),
        ({"rates": BY_BAND}, []),
    ],
)
def test_a_wrong_charge_names_its_field(changes, expected):
    found = make_energy(**({"price": None} | changes)).issues(("day", "night"))
    assert [(issue.field, issue.code) for issue in found] == expected


def test_an_empty_month_has_no_energy_in_any_block():
    tariff = make_tariff(make_energy(None, blocks=BLOCKS, block_mode="chronological"))
    use = make_use("2026-05-01", "2026-06-01", np.zeros(31 * 96, dtype=np.int64))
    assert amounts(rate(tariff, month("2026-05"), use)) == {"energy 1": 0}


def test_blocks_of_a_band_of_another_season_are_no_line():
    seasons = Calendar(rules=(Rule(band="summer", months=(7, 8)), Rule(band="winter")))
    rates = (BandRate(band="summer", blocks=BLOCKS), BandRate(band="winter", blocks=BLOCKS))
    tariff = make_tariff(make_energy(None, rates=rates), calendar=seasons)
    result = rate(tariff, month("2026-06"), make_use("2026-06-01", "2026-07-01"))
    assert amounts(result) == {"energy winter 1": 6_000, "energy winter 2": 12_600}  # 300 x 0.20, 420 x 0.30
