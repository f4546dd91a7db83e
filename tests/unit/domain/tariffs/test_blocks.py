from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tariffs.blocks import BandRate, Block, block_issues, chronological, proportional, rate_issues, split_total


def block(price: str, up_to: str | None = None) -> Block:
    return Block(price=Decimal(price), up_to=Decimal(up_to) if up_to else None)


def test_850_over_250_and_750_is_250_500_100():
    assert split_total(Fraction(850), [Fraction(250), Fraction(750)]) == [250, 500, 100]
    assert split_total(Fraction(100), [Fraction(250), Fraction(750)]) == [100, 0, 0]
    assert split_total(Fraction(100), []) == [100]


def test_proportional_bands_share_the_blocks():
    # 400 of 1000 Wh are in block 1, so 40 % of each band are.
    assert proportional([300, 700], [Fraction(400)]) == [[120, 180], [280, 420]]
    assert proportional([0, 0], [Fraction(400)]) == [[0, 0], [0, 0]]


def test_chronological_intervals_fill_the_blocks_and_may_be_split():
    energy = np.array([300, 300, 400], dtype=np.int64)
    early = np.array([True, True, False])
    # Block 1 takes 300 and the first 100 of the second interval; all the rest is block 2.
    assert chronological(energy, [early, ~early], [Fraction(400)]) == [[400, 200], [0, 400]]


def test_a_limit_may_be_a_fraction_of_a_watt_hour():
    found = chronological(np.array([10], dtype=np.int64), [np.array([True])], [Fraction(7, 3)])
    assert found == [[Fraction(7, 3), Fraction(23, 3)]]


energies = st.lists(st.integers(0, 10**6), min_size=1, max_size=30)
limits = st.lists(st.integers(1, 10**7), max_size=3, unique=True).map(
    lambda found: [Fraction(n) for n in sorted(found)]
)


@settings(deadline=None)
@given(energies, limits, st.integers(0, 2**30))
def test_both_conventions_price_each_watt_hour_once_and_fill_the_blocks_alike(found, edges, seed):
    energy = np.array(found, dtype=np.int64)
    mask = np.array([bool(seed >> n & 1) for n in range(len(found))])
    by_time = chronological(energy, [mask, ~mask], edges)
    by_share = proportional([int(energy[mask].sum()), int(energy[~mask].sum())], edges)
    for tiers in (by_time, by_share):
        assert [sum(band) for band in tiers] == [int(energy[mask].sum()), int(energy[~mask].sum())]
        assert [a + b for a, b in zip(*tiers, strict=True)] == split_total(Fraction(int(energy.sum())), edges)


@settings(deadline=None)
@given(energies, limits, st.permutations(range(30)))
def test_blocks_are_order_free(found, edges, order):
    energy = np.array(found, dtype=np.int64)
    shuffled = energy[[place for place in order if place < len(energy)]]
    everything = [np.ones(len(energy), dtype=bool)]
    assert chronological(energy, everything, edges) == chronological(shuffled, everything, edges)


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((), [("rates", "empty")]),
        ((BandRate(band="x", price=Decimal(1)),), [("rates[0].band", "unknown_band")]),
        (
            (BandRate(band="a", price=Decimal(1)), BandRate(band="a", price=Decimal(1))),
            [("rates[1].band", "band_twice")],
        ),
        ((BandRate(band="a", price=Decimal(1)), BandRate(price=Decimal(1))), [("rates[1].band", "band_twice")]),
        ((BandRate(),), [("rates[0]", "price_or_blocks")]),
        ((BandRate(price=Decimal(1), blocks=(block("1"),)),), [("rates[0]", "price_or_blocks")]),
        ((BandRate(blocks=(block("1"), block("2"))),), [("rates[0].blocks[0].up_to", "last_block_open")]),
        ((BandRate(band="a", price=Decimal(1)), BandRate(band="b", price=Decimal(1))), []),
    ],
)
def test_wrong_rates_name_their_field(rates, expected):
    assert [(issue.field, issue.code) for issue in rate_issues(rates, ("a", "b"))] == expected


def test_limits_rise_and_the_last_block_is_open():
    found = block_issues((block("1", "5"), block("2", "5"), block("3", "9")), "blocks")
    assert [(issue.field, issue.code) for issue in found] == [
        ("blocks[1].up_to", "limits_must_rise"),
        ("blocks[2].up_to", "last_block_open"),
    ]
    assert block_issues((block("1", "5"), block("2")), "blocks") == []
