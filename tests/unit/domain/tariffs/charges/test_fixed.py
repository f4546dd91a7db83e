from __future__ import annotations

from fractions import Fraction

import pytest

from domain.tariffs.rate import rate
from tests.factories.tariffs import days, make_fixed, make_tariff, make_use


@pytest.mark.parametrize(
    ("per", "first", "end", "quantity", "minor"),
    [
        ("day", "2026-03-29", "2026-03-30", Fraction(1), 1000),  # once, though the day has 23 hours
        ("month", "2026-02-01", "2026-03-01", Fraction(1), 1000),
        ("month", "2026-04-16", "2026-05-01", Fraction(15, 30), 500),
        ("month", "2026-01-20", "2026-03-02", Fraction(12, 31) + 1 + Fraction(1, 31), 1419),  # 10 x 1.41935
        ("year", "2026-01-01", "2027-01-01", Fraction(1), 1000),
        ("year", "2028-02-01", "2028-03-01", Fraction(29, 366), 79),  # 10 x 0.07923
    ],
)
def test_a_standing_charge_is_due_by_calendar_days(per, first, end, quantity, minor):
    (line,) = rate(make_tariff(make_fixed("10", per=per)), days(first, end), make_use(first, end)).lines
    assert (line.quantity, line.amount_minor, line.unit) == (quantity, minor, per)
    assert line.quantity * Fraction(line.unit_price) == line.amount
