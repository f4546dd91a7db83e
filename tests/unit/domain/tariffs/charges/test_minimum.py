from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tariffs.charges.minimum import Minimum
from domain.tariffs.charges.percent import Percent
from domain.tariffs.rate import RatingResult, Term, rate, rate_months
from domain.tariffs.slots import Use
from domain.tariffs.tariff import Tariff
from tests.factories.tariffs import amounts, days, grid, make_energy, make_fixed, make_tariff, make_use, month, year

JUNE = ("2026-06-01", "2026-07-01")


def minimum(amount: str, **changes: object) -> Minimum:
    return Minimum(
        **({"code": "min", "label": "Minimum", "cost_group": "service", "amount": Decimal(amount)} | changes)
    )


def test_what_is_missing_to_the_minimum_is_its_own_line():
    # 216.00 + 12.50 = 228.50, so 21.50 are missing to 250.
    tariff = make_tariff(make_energy(), make_fixed(), minimum("250"))
    assert amounts(rate(tariff, month("2026-06"), make_use(*JUNE)))["min"] == 2_150


def test_a_bill_above_the_minimum_has_no_such_line():
    tariff = make_tariff(make_energy(), minimum("200"))
    assert amounts(rate(tariff, month("2026-06"), make_use(*JUNE))) == {"energy": 21_600}


def test_only_some_cost_groups_may_count():
    tariff = make_tariff(make_energy(), make_fixed(), minimum("250", cost_groups=("energy",)))
    assert amounts(rate(tariff, month("2026-06"), make_use(*JUNE)))["min"] == 3_400


def test_part_of_a_month_has_part_of_the_minimum():
    # 10 days: 72.00 of energy; the minimum is 300 x 10/30 = 100.
    tariff = make_tariff(make_energy(), minimum("300"))
    assert amounts(rate(tariff, days("2026-06-01", "2026-06-11"), make_use(*JUNE)))["min"] == 2_800


def test_each_month_of_a_longer_bill_is_topped_up_alone():
    # June 216.00 is 4.00 short of 220, July 223.20 is not; July's surplus does not help June.
    tariff = make_tariff(make_energy(), minimum("220"))
    result = rate(tariff, days("2026-06-01", "2026-08-01"), make_use("2026-06-01", "2026-08-01"))
    assert [part.amount for part in result.lines[-1].parts] == [4, 0]


def test_a_yearly_minimum_is_compared_once_and_falls_into_the_last_month():
    # 8760 kWh x 0.20 = 1752.00: 248.00 are missing to 2000.
    tariff = make_tariff(make_energy("0.20"), minimum("2000", per="year"))
    result = rate(tariff, year(2026), make_use("2026-01-01", "2027-01-01"))
    assert amounts(result)["min"] == 24_800
    assert [part.amount for part in result.lines[-1].parts] == [0] * 11 + [248]


def bills(tariff: Tariff | list[Term], cuts: list[str], use: Use) -> list[RatingResult]:
    return [rate(tariff, days(*pair), use) for pair in pairwise(cuts)]


def test_a_yearly_minimum_of_monthly_bills_is_settled_in_december():
    # 1 kW at 0.20: 8760 kWh are 1752.00, 248.00 short of 2000; January alone would have been 2000 x 31/365 - 148.80 short.
    tariff = make_tariff(make_energy("0.20"), minimum("2000", per="year"))
    use = make_use("2026-01-01", "2027-01-01")
    found = rate_months(tariff, year(2026), use)
    assert [amounts(bill).get("min", 0) for bill in found] == [0] * 11 + [24_800]
    assert sum(bill.amount for bill in found) == rate(tariff, year(2026), use).amount == 2000


def test_dear_months_help_the_cheap_ones_of_their_year():
    # 10 kW in the first half (181 days), nothing then: 43440 kWh x 0.20 (with the hour of March) are above 2000.
    starts = grid("2026-01-01", "2027-01-01")
    use = make_use("2026-01-01", "2027-01-01", np.where(np.arange(len(starts)) < 181 * 96, 2500, 0))
    tariff = make_tariff(make_energy("0.20"), minimum("2000", per="year"))
    assert [amounts(bill).get("min", 0) for bill in rate_months(tariff, year(2026), use)] == [0] * 12


def test_a_contract_that_ends_settles_its_part_of_the_year():
    # 1 July to 30 September: 92 days of 24 kWh x 0.20 = 441.60; 3650 x 92/365 = 920.
    terms = [Term(make_tariff(make_energy("0.20"), minimum("3650", per="year")), date(2026, 7, 1), date(2026, 10, 1))]
    found = bills(terms, ["2026-07-01", "2026-08-01", "2026-09-01", "2026-10-01"], make_use("2026-01-01", "2027-01-01"))
    assert [amounts(bill).get("min", 0) for bill in found] == [0, 0, 47_840]


def test_the_year_counts_from_the_first_reading_on_and_says_so():
    # December alone: 744 kWh x 0.20 = 148.80; 3650 x 31/365 = 310.
    tariff = make_tariff(make_energy("0.20"), minimum("3650", per="year"))
    result = rate(tariff, month("2026-12"), make_use("2026-12-01", "2027-01-01"))
    assert (amounts(result)["min"], result.notices[0].code) == (16_120, "history_missing")


def test_only_what_comes_before_it_counts():
    # 100 a year, and a discount before and a levy after the minimum: 87.60 - 8.76 = 78.84 are 21.16 short.
    def share(code: str, value: str) -> Percent:
        return Percent(code=code, label=code, cost_group="discount", share=Decimal(value), codes=("energy",))

    charges = (make_energy("0.01"), share("bonus", "-0.10"), minimum("100", per="year"), share("levy", "0.50"))
    found = rate_months(make_tariff(*charges), year(2026), make_use("2026-01-01", "2027-01-01"))
    assert sum(bill.amount for bill in found) == 100 + Fraction("43.8")
    assert amounts(found[-1])["min"] == 2_116


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 364), max_size=5, unique=True), st.integers(0, 3_000))
def test_law_a_yearly_minimum_is_the_same_however_the_year_is_cut(cuts, amount):
    use = make_use("2026-01-01", "2027-01-01", interval_s=3600)
    tariff = make_tariff(make_energy("0.40"), make_fixed(), minimum(str(amount), per="year"))
    edges = [date(2026, 1, 1), *(date(2026, 1, 1) + timedelta(days=cut) for cut in sorted(cuts)), date(2027, 1, 1)]
    found = bills(tariff, [str(edge) for edge in edges], use)
    assert sum(bill.amount for bill in found) == rate(tariff, year(2026), use).amount
