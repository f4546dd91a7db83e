from __future__ import annotations

from decimal import Decimal

from domain.tariffs.charges.minimum import Minimum
from domain.tariffs.rate import rate
from tests.factories.tariffs import amounts, days, make_energy, make_fixed, make_tariff, make_use, month, year

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
