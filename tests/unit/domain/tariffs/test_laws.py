"""Laws of rating that hold across kinds of charges; those of one kind stand beside its own tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.base import Facts, Market
from domain.tariffs.blocks import BandRate, Block, split_total
from domain.tariffs.charges.capacity import Capacity
from domain.tariffs.charges.demand import Demand, Ratchet
from domain.tariffs.charges.feed_in import FeedIn, Vintage
from domain.tariffs.charges.minimum import Minimum
from domain.tariffs.charges.netting import Netting
from domain.tariffs.charges.spot import BandAdder, Spot
from domain.tariffs.compare import compare
from domain.tariffs.holidays import Holidays
from domain.tariffs.rate import rate, rate_months
from domain.tariffs.slots import Use, band_codes, slots
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
    readings,
    year,
)  # fmt: skip

d = Decimal
FIRST, END = "2026-03-20", "2026-05-03"  # six weeks around the clock change
STARTS = grid(FIRST, END)
MARCH = grid("2026-03-01", "2026-04-01")
RISING = (Block(price=d("0.2"), up_to=d(300)), Block(price=d("0.3"), up_to=d(700)), Block(price=d("0.5")))
seeds = st.integers(0, 2**32 - 1)


def random_use(seed: int, starts: np.ndarray = STARTS) -> Use:
    dice = np.random.default_rng(seed)
    load, made = dice.integers(0, 2_000, (2, len(starts)))
    flows = {
        "use": load,
        "production": made,
        "import": np.maximum(load - made, 0),
        "export": np.maximum(made - load, 0),
    }
    return Use(BERLIN, {name: readings(starts, energy) for name, energy in flows.items()})


def charges(k: int) -> tuple:
    """One of each kind that is priced in money, every price k times."""

    def rates(**prices: str) -> tuple[BandRate, ...]:
        return tuple(BandRate(band=band, price=k * d(price)) for band, price in prices.items())

    def rows(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(replace(block, price=k * block.price) for block in blocks)

    common = {"label": "x", "cost_group": "energy"}
    return (
        make_energy(None, code="a", rates=rates(day="0.31", night="0.22")),
        make_energy(None, code="b", blocks=rows(RISING)),
        Spot(code="c", series="spot", multiplier=d(k), adder=k * d("0.01"), cap=k * d("0.4"), floor=k * d("-0.1"),
             band_adders=(BandAdder(band="day", adder=k * d("0.02")),), **common),
        Demand(code="d", blocks=rows(RISING), ratchet=Ratchet(share=d("0.8"), lookback_months=2), **common),
        Demand(code="e", price=d(36 * k), per="year", window_min=30, **common),
        Capacity(code="f", price=k * d("1.7"), unit="kVA", **common),
        Netting(code="g", mode="interval", buy=rates(day="0.3", night="0.2"), sell=rates(day="0.1"), surplus="carried", **common),
        Netting(code="h", mode="period_kwh", buy=rates(day="0.3", night="0.2"), year_end_price=k * d("0.04"), **common),
        FeedIn(code="i", vintages=(Vintage(tiers=rows(RISING)),), **common),
        make_fixed(str(k * d("12.5")), code="j"),
        Minimum(code="k", amount=d(900 * k), codes=("a", "j"), **common),
    )  # fmt: skip


def market(seed: int) -> Market:
    prices = np.random.default_rng(seed).integers(-20_000, 60_000, len(STARTS) // 4)
    return Market(prices={"spot": make_prices(FIRST, END, prices)})


FACTS = Facts(commissioning_date=date(2020, 1, 1), installed_kw=d(400), capacities={"kVA": d(30)})


@settings(max_examples=15, deadline=None)
@given(seeds, st.integers(2, 1000))
def test_law_scaling_every_price_scales_every_line(seed, k):
    use, outside = random_use(seed), market(seed)
    one, many = (
        rate(make_tariff(*charges(factor), calendar=DAY_NIGHT), days(FIRST, END), use, FACTS, outside)
        for factor in (1, k)
    )
    assert [line.amount * k for line in one.lines] == [line.amount for line in many.lines]
    assert {line.code for line in one.lines} >= set("abcdefghij")


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_law_amounts_are_quantities_times_their_unit_price(seed):
    result = rate(make_tariff(*charges(1), calendar=DAY_NIGHT), days(FIRST, END), random_use(seed), FACTS, market(seed))
    for line in result.lines:
        if not line.is_mean_price:
            assert line.amount == line.quantity * Fraction(line.unit_price)


totals = st.fractions(0, 5_000, max_denominator=1000)


@given(totals, totals)
def test_law_splitting_never_raises_a_bill_of_rising_blocks_with_whole_limits(one, other):
    # Each part has all limits for itself, so cheap blocks are used twice.
    def cost(total: Fraction) -> Fraction:
        tiers = split_total(total, [Fraction(300), Fraction(700)])
        return sum((tier * Fraction(block.price) for tier, block in zip(tiers, RISING, strict=True)), Fraction(0))

    assert cost(one) + cost(other) <= cost(one + other)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_law_blocks_do_not_ask_when_and_bands_do(seed):
    dice = np.random.default_rng(seed)
    energy = dice.integers(0, 2_000, len(MARCH))
    mixed = dice.permutation(energy)

    def cost(values: np.ndarray, *priced: object) -> Fraction:
        use = Use(BERLIN, {"import": readings(MARCH, values)})
        return rate(make_tariff(*priced, calendar=DAY_NIGHT), days("2026-03-01", "2026-04-01"), use).amount

    assert cost(mixed, make_energy(None, blocks=RISING)) == cost(energy, make_energy(None, blocks=RISING))
    bands = make_energy(None, rates=(BandRate(band="day", price=d("0.3")), BandRate(band="night", price=d("0.2"))))
    late = energy.copy()
    late[[0, 48]] += [1000, -1000]  # 1 kWh from noon to midnight
    assert cost(energy, bands) - cost(late, bands) == Fraction("0.1")


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(2, 30))
def test_law_demand_of_a_month_is_the_highest_of_its_parts_never_their_sum(seed, day):
    charge = Demand(code="kw", label="kW", cost_group="network", price=d("18.5"), window_min=30)
    use = random_use(seed, MARCH)
    edges = ("2026-03-01", f"2026-03-{day:02d}", "2026-04-01")
    parts = [rate(make_tariff(charge), days(*pair), use).amount for pair in (edges[:2], edges[1:])]
    assert rate(make_tariff(charge), days(edges[0], edges[2]), use).amount == max(parts)


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from(["interval", "month", "period_kwh"]))
def test_law_netting_sees_load_less_generation_and_import_less_export_as_the_same(seed, mode):
    use = random_use(seed)
    sell = () if mode == "period_kwh" else (BandRate(price=d("0.08")),)
    charge = Netting(code="n", label="N", cost_group="energy", mode=mode, buy=(BandRate(price=d("0.3")),), sell=sell)
    behind = replace(charge, taken="use", given="production")
    found = [rate(make_tariff(one), days(FIRST, END), use).amount for one in (charge, behind)]
    assert found[0] == found[1]


edges = st.tuples(st.integers(0, 95), st.integers(0, 95)).filter(lambda pair: pair[0] != pair[1])
rules = st.builds(
    lambda band, months, weekdays, holiday, span: Rule(
        band=band,
        months=tuple(months),
        weekdays=tuple(weekdays),
        holiday=holiday,
        from_min=span[0] * 15,
        to_min=span[1] * 15,
    ),
    st.sampled_from("abc"),
    st.lists(st.integers(1, 12), max_size=3),
    st.lists(st.integers(1, 7), max_size=3),
    st.sampled_from(["any", "yes", "no"]),
    edges,
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(rules, max_size=5), st.sampled_from([2024, 2026, 2028]), st.sampled_from([BERLIN, "Australia/Lord_Howe"])
)
def test_law_every_instant_of_a_year_has_exactly_one_band(found, number, zone):
    """With the days of 92 and 100 quarter-hours (94 and 98 on Lord Howe Island), holidays and 29 February."""
    calendar = Calendar(rules=(*found, Rule(band="rest")), holidays="DE")
    holidays = Holidays("DE", number, number, (date(number, 1, 1), date(number, 12, 25)))
    first, end = date(number, 1, 1), date(number + 1, 1, 1)
    laid = slots(zone, first, end, 900, 0)
    codes = band_codes(laid, calendar, holidays)
    assert len(codes) == 96 * (end - first).days
    assert set(codes.tolist()) <= set(range(len(calendar.bands)))
    rates = tuple(BandRate(band=band, price=d(1)) for band in calendar.bands)
    use = Use(zone, {"import": readings(laid.start_s.astype("datetime64[s]"), 1)})
    result = rate(
        make_tariff(make_energy(None, rates=rates), calendar=calendar), year(number), use,
        market=Market(holidays={"DE": holidays}),
    )  # fmt: skip
    assert sum(line.quantity for line in result.lines) * 1000 == len(codes)  # each interval priced once
    assert sum(len(line.intervals) for line in result.lines) == len(codes)


VAT = Market(taxes=TaxTable((TaxRule(vat_code="std", rate=d("0.19")),)))


@settings(max_examples=15, deadline=None)
@given(seeds, st.integers(1, 5_000), st.integers(0, 3_000))
def test_law_last_year_under_the_present_tariff_costs_what_was_invoiced(seed, price, standing):
    starts = grid("2025-01-01", "2026-01-01", interval_s=3600)
    energy = np.random.default_rng(seed).integers(0, 2_000, len(starts))
    use = Use(BERLIN, {"import": readings(starts, energy, interval_s=3600)})
    rates = (BandRate(band="day", price=d(price) / 10_000), BandRate(band="night", price=d("0.2113")))
    tariff = make_tariff(
        make_energy(None, rates=rates, vat_code="std"),
        make_fixed(str(d(standing) / 100), vat_code="std"),
        calendar=DAY_NIGHT,
    )
    bills = rate_months(tariff, year(2025), use, market=VAT)
    (compared,) = compare([tariff], year(2025), use, date(2026, 1, 1), market=VAT)
    # Half a cent for each rounded line and its VAT, and for the VAT of each bill; the compared year has 3 lines and one VAT.
    lines = sum(len(bill.lines) for bill in bills) + 3
    tolerance = Fraction(1, 2) * (lines * Fraction("1.19") + len(bills) + 1)
    assert abs(sum(bill.gross_minor for bill in bills) - compared.gross_minor) <= tolerance
    assert sum(bill.amount for bill in bills) == rate(tariff, year(2025), use, market=VAT).amount
