from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from domain.tariffs.base import Market
from domain.tariffs.charges.percent import Percent
from domain.tariffs.rate import rate
from domain.tariffs.taxes import TaxRule, TaxTable
from tests.factories.tariffs import amounts, make_energy, make_fixed, make_tariff, make_use, month

JUNE = ("2026-06-01", "2026-07-01")
GST = Market(taxes=TaxTable((TaxRule(vat_code="gst", rate=Decimal("0.10")),)))


def percent(share: str, **changes: object) -> Percent:
    wanted = {"code": "bonus", "label": "Bonus", "cost_group": "discount", "share": Decimal(share)}
    return Percent(**(wanted | changes))


@pytest.mark.parametrize(
    ("changes", "minor"),
    [
        ({}, -1_143),  # 5 % of 216.00 + 12.50 is 11.425, and halves go away from zero
        ({"cost_groups": ("energy",)}, -1_080),
        ({"codes": ("fixed",)}, -63),  # 0.625
        ({"codes": ("nothing",)}, 0),
    ],
)
def test_a_discount_takes_its_share_of_the_chosen_lines(changes, minor):
    result = rate(
        make_tariff(make_energy(), make_fixed(), percent("-0.05", **changes)), month("2026-06"), make_use(*JUNE)
    )
    assert amounts(result)["bonus"] == minor


def test_discounts_build_on_each_other_in_their_order():
    # 216.00 - 10 % = 194.40; 5 % of that is 9.72.
    first, second = percent("-0.10", code="a"), percent("-0.05", code="b")
    result = rate(make_tariff(make_energy(), first, second), month("2026-06"), make_use(*JUNE))
    assert amounts(result) == {"energy": 21_600, "a": -2_160, "b": -972}


def test_gst_comes_before_feed_in_credits_and_a_concession_may_come_after_it():
    """diamondenergy.com.au: GST on charges before feed-in credits; concessions after GST in NSW, before it in Victoria."""
    charges = (
        make_energy("0.30", vat_code="gst"),  # 720 kWh: 216.00 + 21.60 GST
        make_energy(
            "0.05", code="credit", flow="export", is_credit=True, cost_group="feed_in"
        ),  # 360 kWh: -18.00, no GST
    )
    use = make_use(*JUNE, export=125)
    after = percent("-0.10", cost_groups=("energy",), basis="gross")
    result = rate(make_tariff(*charges, after), month("2026-06"), use, market=GST)
    assert amounts(result) == {"energy": 21_600, "credit": -1_800, "bonus": -2_376}  # 10 % of 237.60
    assert (result.tax_minor, result.gross_minor) == (2_160, 21_600 - 1_800 - 2_376 + 2_160)
    before = percent("-0.10", cost_groups=("energy",), vat_code="gst")
    result = rate(make_tariff(*charges, before), month("2026-06"), use, market=GST)
    assert (amounts(result)["bonus"], result.tax_minor) == (-2_160, 1_944)  # GST on 194.40


def test_a_discount_of_part_of_a_month_counts_by_days():
    late = percent("-0.10", codes=("fixed",), valid_from=date(2026, 6, 16))
    result = rate(make_tariff(make_fixed("30"), late), month("2026-06"), make_use(*JUNE))
    assert amounts(result)["bonus"] == -150  # 10 % of 30.00 x 15/30
    line = result.lines[-1]
    assert (line.quantity, line.unit) == (Fraction(15), "EUR")


def test_a_share_is_a_share():
    assert [issue.code for issue in percent("-5").issues(())] == ["out_of_range"]
    assert percent("0.05").issues(()) == []
