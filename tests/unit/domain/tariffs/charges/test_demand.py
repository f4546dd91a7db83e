from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import Period, PeriodKind
from domain.tariffs.base import Market
from domain.tariffs.blocks import Block
from domain.tariffs.charges.demand import Demand, Ratchet
from domain.tariffs.charges.percent import Percent
from domain.tariffs.rate import Term, rate
from domain.tariffs.slots import Use
from domain.tariffs.taxes import TaxRule, TaxTable
from tests.factories.tariffs import (
    BERLIN,
    DAY_NIGHT,
    amounts,
    days,
    grid,
    make_fixed,
    make_tariff,
    make_use,
    month,
    readings,
)  # fmt: skip


def demand(**changes: object) -> Demand:
    wanted = {"code": "kw", "label": "Demand", "cost_group": "network", "price": Decimal("18.50")}
    return Demand(**(wanted | changes))


def spiked(first: str, end: str, spikes: dict[int, int], base: int = 250, interval_s: int = 900) -> Use:
    """1 kW everywhere, and some intervals by their place. [Wh]"""
    energy = np.full(len(grid(first, end, interval_s=interval_s)), base)
    for place, energy_wh in spikes.items():
        energy[place] = energy_wh
    return make_use(first, end, energy, interval_s=interval_s)


JUNE = ("2026-06-01", "2026-07-01")


def test_the_highest_quarter_hour_is_billed():
    """920 kW x 18.50 = 17 020 (mfgcalcs.com)."""
    result = rate(make_tariff(demand()), month("2026-06"), spiked(*JUNE, {100: 230_000}))
    (line,) = result.lines
    assert (line.quantity, line.unit, line.amount_minor) == (920, "kW_month", 1_702_000)
    assert line.intervals.energy_wh.tolist() == [230_000]


def test_the_published_demand_bill_with_its_surcharge():
    """mfgcalcs.com: 920 kW x 18.50 + 450 = 17 470; with the demand at 110 %, 17 020 x 1.1 + 450 = 19 172."""
    charges = (
        demand(),
        make_fixed("450"),
        Percent(code="more", label="Surcharge", cost_group="network", share=Decimal("0.10"), codes=("kw",)),
    )
    result = rate(make_tariff(*charges), month("2026-06"), spiked(*JUNE, {100: 230_000}))
    assert amounts(result) == {"kw": 1_702_000, "fixed": 45_000, "more": 170_200}
    assert result.net_minor == 1_917_200


def test_a_window_is_the_mean_of_its_intervals():
    # One quarter-hour of 9 kW beside three of 1 kW: the hour's mean is 3 kW.
    use = spiked(*JUNE, {100: 2250})
    hour = rate(make_tariff(demand(window_min=60)), month("2026-06"), use).lines[0]
    half = rate(make_tariff(demand(window_min=30)), month("2026-06"), use).lines[0]
    assert (hour.quantity, half.quantity, len(hour.intervals)) == (3, 5, 4)


def test_a_window_with_a_gap_is_no_window():
    starts = np.delete(grid(*JUNE), [101])
    energy = np.full(len(starts), 250)
    energy[100] = 5000
    use = Use(BERLIN, {"import": readings(starts, energy)})
    assert rate(make_tariff(demand(window_min=30)), month("2026-06"), use).lines[0].quantity == 1


def test_readings_coarser_than_the_window_are_used_and_said():
    result = rate(make_tariff(demand()), month("2026-06"), spiked(*JUNE, {5: 7000}, 1000, 3600))
    assert result.lines[0].quantity == 7
    assert [(notice.code, notice.params) for notice in result.notices] == [
        ("other_window", {"found_min": 60, "asked_min": 15})
    ]


def test_only_some_bands_and_months_count():
    use = spiked(*JUNE, {8: 2500, 48: 500})  # 02:00 night 10 kW, 12:00 day 2 kW
    tariff = make_tariff(demand(when=("day",)), demand(code="july", months=(7,)), calendar=DAY_NIGHT)
    assert amounts(rate(tariff, month("2026-06"), use)) == {"kw day": 3_700}
    both = make_tariff(demand(when=("day", "night")), calendar=DAY_NIGHT)
    assert amounts(rate(both, month("2026-06"), use)) == {"kw day, night": 18_500}


def test_a_band_of_another_season_is_no_line():
    from domain.tariffs.bands import Calendar, Rule

    seasons = Calendar(rules=(Rule(band="summer", months=(7,)), Rule(band="rest")))
    tariff = make_tariff(demand(when=("summer",)), calendar=seasons)
    assert rate(tariff, month("2026-06"), make_use(*JUNE)).lines == ()


def test_steps_by_kilowatt():
    # 12 kW: 10 at 5.00 and 2 at 8.00.
    steps = (Block(price=Decimal(5), up_to=Decimal(10)), Block(price=Decimal(8)))
    tariff = make_tariff(demand(price=None, blocks=steps))
    assert amounts(rate(tariff, month("2026-06"), spiked(*JUNE, {100: 3000}))) == {"kw 1": 5_000, "kw 2": 1_600}
    assert amounts(rate(tariff, month("2026-06"), make_use(*JUNE))) == {"kw 1": 500}


def test_the_mean_of_three_peaks_on_three_days():
    # Two peaks on 1 June (12 and 11 kW), one each on the 2nd (9) and 3rd (6): (12 + 9 + 6)/3 = 9; any days: (12 + 11 + 9)/3.
    use = spiked(*JUNE, {10: 3000, 20: 2750, 100: 2250, 200: 1500})
    nordic = rate(make_tariff(demand(peaks=3)), month("2026-06"), use).lines[0]
    plain = rate(make_tariff(demand(peaks=3, distinct_days=False)), month("2026-06"), use).lines[0]
    assert (nordic.quantity, plain.quantity) == (9, Fraction(32, 3))


def test_a_ratchet_bills_a_share_of_an_earlier_peak():
    # 10 kW in January; 80 % of it is 8 kW in June, more than June's 1 kW.
    use = spiked("2026-01-01", "2026-07-01", {100: 2500})
    ratchet = Ratchet(share=Decimal("0.8"), lookback_months=5)
    result = rate(make_tariff(demand(ratchet=ratchet)), month("2026-06"), use)
    assert (result.lines[0].quantity, result.notices) == (8, ())
    short = rate(make_tariff(demand(ratchet=Ratchet(share=Decimal("0.8"), lookback_months=4))), month("2026-06"), use)
    assert short.lines[0].quantity == 1


def test_a_ratchet_may_look_at_chosen_months_only():
    # 10 kW in January and 6 kW in April: of April to September only April lies before June; 80 % of 6 is 4.8.
    use = spiked("2026-01-01", "2026-07-01", {100: 2500, 90 * 96 + 50: 1500})
    ratchet = Ratchet(share=Decimal("0.8"), lookback_months=5, months=(4, 5, 6, 7, 8, 9))
    result = rate(make_tariff(demand(ratchet=ratchet)), month("2026-06"), use)
    assert result.lines[0].quantity == Fraction("4.8")
    none = Ratchet(share=Decimal("0.8"), lookback_months=5, months=(10,))
    assert rate(make_tariff(demand(ratchet=none)), month("2026-06"), use).lines[0].quantity == 1


def test_a_ratchet_says_how_far_readings_go():
    ratchet = Ratchet(share=Decimal("0.8"), min_kw=Decimal(4))
    result = rate(make_tariff(demand(ratchet=ratchet)), month("2026-06"), make_use(*JUNE))
    assert result.lines[0].quantity == 4  # the agreed minimum
    assert result.notices[0].params == {"needed_from": date(2025, 7, 1), "known_from": date(2026, 6, 1)}
    nothing = Use(BERLIN, {"import": readings(grid("2026-06-01", "2026-06-01"))})
    assert rate(make_tariff(demand(ratchet=ratchet)), month("2026-06"), nothing).lines[0].quantity == 4


def test_months_of_a_longer_bill_have_their_own_peaks():
    result = rate(
        make_tariff(demand()), days("2026-06-01", "2026-08-01"), spiked("2026-06-01", "2026-08-01", {5: 1000})
    )
    assert [(str(line.first), line.quantity) for line in result.lines] == [("2026-06-01", 4), ("2026-07-01", 1)]


def test_a_part_of_a_month_pays_its_peak_in_full():
    (line,) = rate(make_tariff(demand()), days("2026-06-21", "2026-07-01"), make_use(*JUNE)).lines
    assert (line.quantity, line.amount_minor) == (1, 1_850)


def test_two_prices_in_a_month_share_its_one_peak_by_days():
    # 4 kW on the 1st: 15 days at 18.50 and 15 at 20.00, not 4 kW twice.
    terms = [
        Term(make_tariff(demand()), date(2026, 1, 1), date(2026, 6, 16)),
        Term(make_tariff(demand(price=Decimal(20)), version=2), date(2026, 6, 16), date(2027, 1, 1)),
    ]
    result = rate(terms, month("2026-06"), spiked(*JUNE, {5: 1000}))
    assert [(line.quantity, line.amount_minor) for line in result.lines] == [(2, 3_700), (2, 4_000)]


def test_a_tax_change_does_not_bill_the_peak_twice():
    rules = (
        TaxRule(vat_code="s", rate=Decimal("0.19"), valid_to=date(2026, 6, 11)),
        TaxRule(vat_code="s", rate=Decimal("0.16"), valid_from=date(2026, 6, 11)),
    )
    market = Market(taxes=TaxTable(rules))
    result = rate(
        make_tariff(demand(vat_code="s", price=Decimal(30))), month("2026-06"), make_use(*JUNE), market=market
    )
    assert [line.amount_minor for line in result.lines] == [1_000, 2_000]


def test_a_yearly_price_takes_the_peak_of_the_year_by_days():
    # 10 kW in January at 73.00 a year: 10 x 73 x 365/365 over the months of the year.
    use = spiked("2026-01-01", "2027-01-01", {100: 2500})
    result = rate(make_tariff(demand(per="year", price=Decimal(73))), Period.of(PeriodKind.YEAR, date(2026, 1, 1)), use)
    assert result.amount == 730
    assert {line.unit for line in result.lines} == {"kW_year"}
    assert result.lines[0].quantity == Fraction(10 * 31, 365)


def test_a_higher_peak_is_billed_for_the_days_of_the_year_before_it_too():
    # 1 kW until 10 kW on 2 May. At 73.00 a year: April 1 x 73 x 30/365 = 6.00; May 10 x 73 x 151/365 - 73 x 120/365 = 278.00.
    use = spiked("2026-01-01", "2027-01-01", {121 * 96 + 5: 2500})
    tariff = make_tariff(demand(per="year", price=Decimal(73)))
    assert [rate(tariff, month(text), use).amount for text in ("2026-04", "2026-05", "2026-06")] == [6, 278, 60]
    late = Use(BERLIN, {"import": readings(grid("2026-05-01", "2026-06-01"))})  # 1 kW, and nothing known from before
    result = rate(tariff, month("2026-05"), late)
    assert (result.amount, result.notices[0].code) == (Fraction("6.2"), "history_missing")


def test_a_new_price_or_contract_has_peaks_of_its_own():
    # 10 kW in January, then 1 kW. From July: 184 days of 1 kW at 36.50 a year.
    use = spiked("2026-01-01", "2027-01-01", {100: 2500})
    later = demand(per="year", price=Decimal("36.5"), valid_from=date(2026, 7, 1))
    assert rate(make_tariff(later), Period.of(PeriodKind.YEAR, date(2026, 1, 1)), use).amount == Fraction("18.4")
    terms = [Term(make_tariff(replace(later, valid_from=None)), date(2026, 7, 1), date(2027, 1, 1))]
    assert rate(terms, days("2026-07-01", "2027-01-01"), use).amount == Fraction("18.4")


def test_a_yearly_ratchet_looks_at_the_year_before():
    # 10 kW in November 2025; 80 % of it is 8 kW all through 2026: 8 x 365 x 30/365 in June.
    use = spiked("2025-11-01", "2026-07-01", {100: 2500})
    charge = demand(per="year", price=Decimal(365), ratchet=Ratchet(share=Decimal("0.8"), lookback_months=2))
    assert rate(make_tariff(charge), month("2026-06"), use).amount == 240


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 364), min_size=1, max_size=5, unique=True))
def test_law_bills_of_a_year_add_up_to_its_peak(seed, cuts):
    rng = np.random.default_rng(seed)
    starts = grid("2026-01-01", "2027-01-01", interval_s=3600)
    use = Use(BERLIN, {"import": readings(starts, rng.integers(0, 20_000, len(starts)), interval_s=3600)})
    steps = (Block(price=Decimal(73), up_to=Decimal(8)), Block(price=Decimal("36.5")))
    tariff = make_tariff(demand(per="year", price=None, blocks=steps, window_min=60))
    edges = [date(2026, 1, 1), *(date(2026, 1, 1) + timedelta(days=cut) for cut in sorted(cuts)), date(2027, 1, 1)]
    bills = [rate(tariff, Period(PeriodKind.CUSTOM, *pair), use).amount for pair in pairwise(edges)]
    peak = Fraction(int(use.flows["import"].energy_wh.max()), 1000)
    assert sum(bills) == min(peak, 8) * 73 + max(peak - 8, 0) * Fraction("36.5")
    assert min(bills) >= 0


def test_law_demand_combines_by_the_maximum_never_the_sum():
    use = spiked(*JUNE, {5: 1000, 2000: 3000})
    parts = [
        rate(make_tariff(demand()), days(*pair), use).amount
        for pair in ((JUNE[0], "2026-06-11"), ("2026-06-11", JUNE[1]))
    ]
    assert rate(make_tariff(demand()), month("2026-06"), use).amount == max(parts)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"price": None}, [("price", "price_or_blocks")]),
        ({"blocks": (Block(price=Decimal(1)),)}, [("price", "price_or_blocks")]),
        ({"when": ("x",)}, [("when[0]", "unknown_band")]),
        ({"peaks": 0}, [("peaks", "not_positive")]),
        ({"ratchet": Ratchet(share=Decimal(2))}, [("ratchet", "out_of_range")]),
        ({"ratchet": Ratchet(share=Decimal(1))}, []),
        ({"months": (1, 13)}, [("months[1]", "not_a_month")]),
        ({"ratchet": Ratchet(months=(0,))}, [("ratchet.months[0]", "not_a_month")]),
    ],
)
def test_a_wrong_charge_names_its_field(changes, expected):
    assert [(issue.field, issue.code) for issue in demand(**changes).issues(("day",))] == expected
