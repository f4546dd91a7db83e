from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import Period, PeriodKind
from domain.energy.quality import Quality
from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.base import Market
from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.charges.levy import Levy
from domain.tariffs.charges.minimum import Minimum
from domain.tariffs.charges.percent import Percent
from domain.tariffs.charges.spot import Spot
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import Term, inputs_digest, rate, rate_months
from domain.tariffs.slots import Use
from domain.tariffs.taxes import LevyRate, TaxRule, TaxTable
from tests.factories.tariffs import (
    BERLIN,
    DAY_NIGHT,
    amounts,
    days,
    grid,
    make_energy,
    make_fixed,
    make_prices,
    make_tariff,
    make_use,
    month,
    readings,
    year,
)


def d(text: str) -> Decimal:
    return Decimal(text)


def reason(*arguments) -> str:
    with pytest.raises(RatingRefusedError) as caught:
        rate(*arguments)
    return caught.value.reason


# Golden examples -----------------------------------------------------------------------------------------------------


def test_a_flat_month_by_hand():
    # June 2026 at 1 kW: 30 x 24 = 720 kWh x 0.30 = 216.00, and 12.50 for the month.
    result = rate(make_tariff(), month("2026-06"), make_use("2026-06-01", "2026-07-01"))
    assert amounts(result) == {"energy": 21_600, "fixed": 1_250}
    assert (result.net_minor, result.tax_minor, result.gross_minor) == (22_850, 0, 22_850)
    assert result.is_complete


@pytest.mark.parametrize(("text", "hours"), [("2026-03", 743), ("2026-10", 745), ("2028-02", 696)])
def test_march_october_and_a_leap_february_have_their_own_hours(text, hours):
    # 1 kW at 1.00 a kWh: as many euros as the month has hours.
    end = str(month(text).end)
    result = rate(make_tariff(make_energy("1")), month(text), make_use(f"{text}-01", end))
    assert result.net_minor == hours * 100


@pytest.mark.parametrize(("day", "day_hours", "night_hours"), [("2026-03-29", 16, 7), ("2026-10-25", 16, 9)])
def test_the_night_of_the_clock_change_is_an_hour_shorter_or_longer(day, day_hours, night_hours):
    rates = (BandRate(band="day", price=d("0.30")), BandRate(band="night", price=d("0.20")))
    tariff = make_tariff(make_energy(None, rates=rates), calendar=DAY_NIGHT)
    following = str(date.fromordinal(date.fromisoformat(day).toordinal() + 1))
    result = rate(tariff, days(day, following), make_use(day, following))
    assert amounts(result) == {"energy day": day_hours * 30, "energy night": night_hours * 20}


def test_the_reference_load_of_a_year_at_a_flat_price():
    """NREL's Utilityrate5 bills this load with 2385.033 (0.30 per kWh, 12.50 a month; its year has no clock change)."""
    hour = np.arange(8760)
    day, clock = hour // 24, hour % 24
    winter = np.array([30, 26, 18, 8, 2, 0, 4, 3, 1, 8, 18, 28])
    months = (grid("2018-01-01", "2019-01-01", "UTC", 3600).astype("datetime64[M]").astype(int)) % 12
    load = 250 + 40 * ((7 * clock + 3 * day) % 11) + 900 * ((clock >= 17) & (clock <= 21))
    load += 350 * ((day % 7 < 5) & (clock >= 6) & (clock <= 8)) + 15 * winter[months]
    assert int(load.sum()) == 7_450_110
    result = rate(make_tariff(), year(2018), make_use("2018-01-01", "2019-01-01", load, zone="UTC", interval_s=3600))
    assert result.amount == Fraction(2_385_033, 1000)  # 7450.110 x 0.30 + 12 x 12.50
    assert result.net_minor == 238_503
    assert len(result.months()) == 12
    assert sum(found.amount for found in result.months()) == result.amount


def test_vat_is_rounded_once_per_rate_on_the_sum_of_rounded_lines():
    # Two lines of 0.335 round to 0.34 each; 19 % of 0.68 is 0.1292, so 0.13. Line by line it would be 0.06 + 0.06.
    taxes = TaxTable((TaxRule(vat_code="std", rate=d("0.19")), TaxRule(vat_code="low", rate=d("0.07"))))
    charges = [
        make_fixed("0.335", code=name, vat_code=code) for name, code in (("a", "std"), ("b", "std"), ("c", "low"))
    ]
    use = make_use("2026-06-01", "2026-07-01")
    result = rate(make_tariff(*charges), month("2026-06"), use, market=Market(taxes=taxes))
    assert [(str(tax.rate), tax.net_minor, tax.tax_minor) for tax in result.taxes] == [
        ("0.07", 34, 2),
        ("0.19", 68, 13),
    ]
    assert (result.net_minor, result.tax_minor, result.gross_minor) == (102, 15, 117)


def test_a_vat_change_inside_the_period_makes_two_lines():
    # Germany, 2020: 19 % to the end of June, then 16 %. 1 kW at 0.25: 720 kWh in June, 744 kWh in July.
    rules = (
        TaxRule(vat_code="std", rate=d("0.19"), valid_to=date(2020, 7, 1)),
        TaxRule(vat_code="std", rate=d("0.16"), valid_from=date(2020, 7, 1)),
    )
    tariff = make_tariff(make_energy("0.25", vat_code="std"))
    market = Market(taxes=TaxTable(rules))
    result = rate(tariff, days("2020-06-01", "2020-08-01"), make_use("2020-06-01", "2020-08-01"), market=market)
    assert [(line.amount_minor, str(line.tax.rate)) for line in result.lines] == [(18_000, "0.19"), (18_600, "0.16")]
    assert result.tax_minor == 3_420 + 2_976
    assert [(str(line.first), str(line.end)) for line in result.lines] == [
        ("2020-06-01", "2020-07-01"),
        ("2020-07-01", "2020-08-01"),
    ]


def test_a_tariff_change_in_mid_month_shows_both_prices():
    # 14 days at 0.30 and 16 at 0.40, 24 kWh each; standing charge 30.00 x 14/30 and 15.00 x 16/30.
    old = make_tariff(make_energy("0.30"), make_fixed("30"))
    new = make_tariff(make_energy("0.40"), make_fixed("15"), version=2)
    terms = [Term(new, date(2026, 6, 15), date(2026, 7, 1)), Term(old, date(2026, 1, 1), date(2026, 6, 15))]
    result = rate(terms, month("2026-06"), make_use("2026-06-01", "2026-07-01"))
    assert [(line.code, line.amount_minor) for line in result.lines] == [
        ("energy", 10_080),  # 14 x 24 x 0.30
        ("fixed", 1_400),
        ("energy", 15_360),  # 16 x 24 x 0.40
        ("fixed", 800),
    ]


def test_a_price_that_changes_within_a_tariff_splits_its_line():
    charges = (make_energy("0.30", valid_to=date(2026, 6, 11)), make_energy("0.40", valid_from=date(2026, 6, 11)))
    result = rate(make_tariff(*charges), month("2026-06"), make_use("2026-06-01", "2026-07-01"))
    assert [line.amount_minor for line in result.lines] == [7_200, 19_200]  # 10 x 24 x 0.30 and 20 x 24 x 0.40


# What is not known ---------------------------------------------------------------------------------------------------


def test_a_gap_is_counted_and_not_priced_as_zero():
    starts = np.delete(grid("2026-06-01", "2026-07-01"), range(100, 110))
    use = Use(BERLIN, {"import": readings(starts, 250, Quality.ESTIMATED)})
    result = rate(make_tariff(), month("2026-06"), use)
    (found,) = result.coverage
    assert (found.expected, found.missing, found.estimated) == (2880, 10, 2870)
    assert not result.is_complete
    (energy, _fixed) = result.lines
    assert (energy.intervals.missing, energy.intervals.estimated) == (10, 2870)


def test_days_without_a_tariff_are_counted():
    terms = [Term(make_tariff(), date(2026, 6, 11), date(2027, 1, 1))]
    result = rate(terms, month("2026-06"), make_use("2026-06-01", "2026-07-01"))
    assert (result.uncovered_days, result.is_complete) == (10, False)
    assert amounts(result)["fixed"] == 833  # 12.50 x 20/30


def test_a_term_outside_the_period_prices_nothing():
    terms = [Term(make_tariff(), date(2027, 1, 1), date(2028, 1, 1))]
    result = rate(terms, month("2026-06"), make_use("2026-06-01", "2026-07-01"))
    assert (result.lines, result.coverage, result.uncovered_days) == ((), (), 30)


def test_what_cannot_be_rated_is_refused():
    use = make_use("2026-06-01", "2026-07-01")
    tariff = make_tariff()
    june = (date(2026, 6, 1), date(2026, 7, 1))
    assert reason(tariff, days("2026-06-01", "2026-06-01"), use) == "period_empty"
    with pytest.raises(RatingRefusedError):
        rate_months(tariff, days("2026-06-01", "2026-06-01"), use)
    assert reason([Term(tariff, *june), Term(tariff, *june)], month("2026-06"), use) == "contracts_overlap"
    dollars = Term(make_tariff(currency="USD"), june[1], date(2026, 8, 1))
    assert reason([Term(tariff, *june), dollars], month("2026-06"), use) == "currencies_differ"
    assert reason(make_tariff(make_energy(vat_code="std")), month("2026-06"), use) == "tax_rule_missing"
    assert reason(make_tariff(make_energy(flow="export")), month("2026-06"), use) == "flow_missing"
    assert reason(make_tariff(TOU), month("2026-06"), use) == "tariff_unsound"  # bands without a calendar


def test_a_charge_of_another_time_is_no_line():
    tariff = make_tariff(make_energy(valid_to=date(2026, 1, 1)), make_fixed())
    assert amounts(rate(tariff, month("2026-06"), make_use("2026-06-01", "2026-07-01"))) == {"fixed": 1_250}


def test_a_band_of_another_season_is_no_line():
    seasons = Calendar(rules=(Rule(band="july", months=(7,)), Rule(band="rest")))
    rates = (BandRate(band="july", price=d("1")), BandRate(band="rest", price=d("0.5")))
    tariff = make_tariff(make_energy(None, rates=rates), calendar=seasons)
    assert amounts(rate(tariff, month("2026-06"), make_use("2026-06-01", "2026-07-01"))) == {"energy rest": 36_000}


def test_the_digest_of_the_inputs_changes_with_any_reading():
    use, other = make_use("2026-06-01", "2026-07-01", 250), make_use("2026-06-01", "2026-07-01", 251)
    terms = [Term(make_tariff(), date(2026, 1, 1), date(2027, 1, 1))]
    assert inputs_digest(terms, month("2026-06"), use) == inputs_digest(terms, month("2026-06"), use)
    assert inputs_digest(terms, month("2026-06"), use) != inputs_digest(terms, month("2026-06"), other)
    assert inputs_digest(terms, month("2026-06"), use) != inputs_digest(terms, month("2026-07"), use)


# Laws ----------------------------------------------------------------------------------------------------------------

PEAK = Calendar(
    rules=(
        Rule(band="peak", weekdays=(1, 2, 3, 4, 5), from_min=17 * 60, to_min=21 * 60),
        Rule(band="night", from_min=22 * 60, to_min=6 * 60),
        Rule(band="rest"),
    )
)
RATES = tuple(
    BandRate(band=band, price=d(price)) for band, price in (("peak", "0.4123"), ("night", "0.19"), ("rest", "0.3"))
)
TOU = make_energy(None, rates=RATES)
SPOT = Spot(
    code="spot", label="Spot", cost_group="energy", series="spot", multiplier=d("1.07"), adder=d("0.0213"), cap=d("1.5")
)
LEVY = Levy(code="levy", label="Levy", cost_group="tax_levy", levy="tax")
FIRST, END = date(2026, 3, 20), date(2026, 5, 3)
COUNT = len(grid(str(FIRST), str(END)))


def market(seed: int) -> Market:
    prices = np.random.default_rng(seed).integers(-20_000, 90_000, COUNT // 4)
    taxes = TaxTable(levies=(LevyRate(levy="tax", price=d("0.0205")),))
    return Market(prices={"spot": make_prices(str(FIRST), str(END), prices)}, taxes=taxes)


def random_use(seed: int, share: float = 1.0) -> Use:
    """Readings of six weeks around the clock change, of which a share is there."""
    rng = np.random.default_rng(seed)
    starts = grid(str(FIRST), str(END))
    keep = np.sort(rng.permutation(COUNT)[: int(COUNT * share)])
    return Use(BERLIN, {"import": readings(starts[keep], rng.integers(0, 5_000, len(keep)))})


def period(first: date, end: date) -> Period:
    return Period(PeriodKind.CUSTOM, first, end)


seeds = st.integers(0, 2**32 - 1)
cuts = st.integers(FIRST.toordinal() + 1, END.toordinal() - 1).map(date.fromordinal)
linear = st.lists(
    st.sampled_from([TOU, SPOT, LEVY, make_fixed(), make_fixed(code="y", per="year")]), min_size=1, unique=True
)


@settings(max_examples=40, deadline=None)
@given(seeds, cuts, linear, st.sampled_from([1.0, 0.9]))
def test_law_two_parts_cost_what_the_whole_costs(seed, cut, charges, share):
    tariff = make_tariff(*charges, calendar=PEAK)
    use, outside = random_use(seed, share), market(seed)
    whole = rate(tariff, period(FIRST, END), use, market=outside)
    parts = [rate(tariff, period(*pair), use, market=outside) for pair in ((FIRST, cut), (cut, END))]
    assert sum(part.amount for part in parts) == whole.amount
    assert sum(part.missing for part in parts) == whole.missing
    # Rounded, each line may differ by half a cent in the whole and in both parts.
    lines = len(whole.lines) + sum(len(part.lines) for part in parts)
    assert abs(sum(part.net_minor for part in parts) - whole.net_minor) * 2 <= lines


@settings(max_examples=20, deadline=None)
@given(seeds, linear)
def test_law_months_add_up_to_the_period(seed, charges):
    tariff = make_tariff(*charges, calendar=PEAK)
    use, outside = random_use(seed), market(seed)
    whole = rate(tariff, period(FIRST, END), use, market=outside)
    months = rate_months(tariff, period(FIRST, END), use, market=outside)
    assert [found.amount for found in whole.months()] == [found.amount for found in months]


@settings(max_examples=20, deadline=None)
@given(seeds, st.permutations([TOU, SPOT, LEVY, make_fixed()]))
def test_law_the_order_of_charges_changes_nothing(seed, charges):
    use, outside = random_use(seed), market(seed)
    derived = (
        Percent(code="p", label="P", cost_group="discount", share=d("-0.05")),
        Minimum(code="m", label="M", cost_group="service", amount=d("100")),
    )
    one = rate(
        make_tariff(TOU, SPOT, LEVY, make_fixed(), *derived, calendar=PEAK), period(FIRST, END), use, market=outside
    )
    # A derived charge comes after all others wherever it is listed; among themselves the order is the rule.
    other = rate(make_tariff(*derived, *charges, calendar=PEAK), period(FIRST, END), use, market=outside)
    assert (one.amount, one.net_minor) == (other.amount, other.net_minor)


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(1, 1000))
def test_law_scaling_all_rates_scales_the_bill(seed, factor):
    use = random_use(seed)
    scaled = tuple(BandRate(band=row.band, price=row.price * factor) for row in RATES)
    one = rate(make_tariff(TOU, make_fixed("7.5"), calendar=PEAK), period(FIRST, END), use)
    other = rate(
        make_tariff(make_energy(None, rates=scaled), make_fixed(str(d("7.5") * factor)), calendar=PEAK),
        period(FIRST, END),
        use,
    )
    assert other.amount == one.amount * factor


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_law_a_zero_rate_or_bands_of_one_price_change_nothing(seed):
    use = random_use(seed)
    flat = rate(make_tariff(make_energy("0.3")), period(FIRST, END), use)
    same = tuple(BandRate(band=band, price=d("0.3")) for band in PEAK.bands)
    split = rate(
        make_tariff(make_energy(None, rates=same), make_energy("0", code="zero"), calendar=PEAK),
        period(FIRST, END),
        use,
    )
    assert split.amount == flat.amount


@settings(max_examples=20, deadline=None)
@given(seeds, cuts)
def test_law_splitting_never_lowers_a_bill_of_rising_blocks_with_limits_by_days(seed, cut):
    rising = (Block(price=d("0.2"), up_to=d("2000")), Block(price=d("0.3"), up_to=d("4000")), Block(price=d("0.5")))
    use = random_use(seed)
    tariff = make_tariff(make_energy(None, blocks=rising))
    # Each part gets its days' share of the limits, so what one leaves unused is lost: parts cost at least the whole.
    whole = rate(tariff, period(FIRST, END), use).amount
    parts = sum(rate(tariff, period(*pair), use).amount for pair in ((FIRST, cut), (cut, END)))
    assert parts >= whole


@settings(max_examples=20, deadline=None)
@given(seeds, cuts)
def test_law_splitting_never_lowers_a_minimum_bill(seed, cut):
    use = random_use(seed)
    tariff = make_tariff(
        make_energy("0.01"), Minimum(code="m", label="M", cost_group="service", amount=d("40")), calendar=PEAK
    )
    whole = rate(tariff, period(FIRST, END), use).amount
    assert sum(rate(tariff, period(*pair), use).amount for pair in ((FIRST, cut), (cut, END))) >= whole


@settings(max_examples=20, deadline=None)
@given(st.lists(cuts, max_size=4, unique=True))
def test_law_standing_charge_days_are_the_days_of_the_contract(found):
    edges = [FIRST, *sorted(found), END]
    use = make_use(str(FIRST), str(END))
    tariff = make_tariff(make_fixed("1", per="day"))
    bills = [rate(tariff, period(*pair), use) for pair in pairwise(edges)]
    assert sum(bill.net_minor for bill in bills) == (END - FIRST).days * 100


def test_law_no_energy_costs_only_the_fixed_parts():
    tariff = make_tariff(TOU, SPOT, LEVY, make_fixed(), calendar=PEAK)
    result = rate(tariff, period(FIRST, END), make_use(str(FIRST), str(END), 0), market=market(1))
    assert {line.code: line.amount for line in result.lines if line.amount} == {
        "fixed": Fraction(25, 2) * (Fraction(12, 31) + 1 + Fraction(2, 31))  # 12 days of March, April, 2 of May
    }


def test_law_each_interval_is_priced_once_by_the_bands():
    result = rate(make_tariff(TOU, calendar=PEAK), period(FIRST, END), random_use(3))
    places = np.concatenate([line.intervals.places for line in result.lines])
    assert sorted(places.tolist()) == list(range(COUNT))


ELSEWHERE = """
from tests.unit.domain.tariffs.test_rate import *
result = rate(make_tariff(TOU, SPOT, LEVY, make_fixed(), calendar=PEAK), period(FIRST, END), random_use(7), market=market(7))
print(result.net_minor, result.amount, *(line.amount for line in result.lines))
"""


def test_law_the_clock_of_the_machine_changes_nothing():
    root = Path(__file__).resolve().parents[4]
    said = {
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            cwd=root, env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True,
        ).stdout
        for zone in ("UTC", "America/Los_Angeles", "Pacific/Apia")
    }  # fmt: skip
    assert len(said) == 1
    assert len(said.pop().split()) == 8  # the total, rounded and exact, and six lines
