from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from domain.tariffs.base import Facts
from domain.tariffs.charges.capacity import Capacity
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import rate
from tests.factories.tariffs import days, make_tariff, make_use, month

AMPERE = Capacity(code="cap", label="Capacity", cost_group="network", price=Decimal("8.00"), unit="A")


def test_40_ampere_at_8_a_month_are_320():
    facts = Facts(capacities={"A": Decimal(40)})
    (line,) = rate(make_tariff(AMPERE), month("2026-06"), make_use("2026-06-01", "2026-07-01"), facts).lines
    assert (line.quantity, line.unit, line.amount_minor) == (40, "A_month", 32_000)


def test_half_a_month_is_half_the_price():
    charge = Capacity(code="cap", label="C", cost_group="network", price=Decimal(9), unit="kVA", size=Decimal(6))
    (line,) = rate(make_tariff(charge), days("2026-06-01", "2026-06-16"), make_use("2026-06-01", "2026-06-16")).lines
    assert line.quantity == 6 * Fraction(15, 30)
    assert line.amount_minor == 2_700


def test_a_contract_without_the_size_is_refused():
    with pytest.raises(RatingRefusedError) as caught:
        rate(make_tariff(AMPERE), month("2026-06"), make_use("2026-06-01", "2026-07-01"))
    assert caught.value.params == {"reason": "fact_missing", "charge": "cap", "fact": "A"}
