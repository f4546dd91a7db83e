"""Documents from ratings: the same lines to the cent, credits with their signs turned, instalments with their VAT."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.billing.drafts import Dates, bill, billed_lines, gross_minor, instalment_line
from domain.tariffs.base import Facts, Market
from domain.tariffs.blocks import Block
from domain.tariffs.charges.feed_in import FeedIn, Vintage
from domain.tariffs.rate import rate
from domain.tariffs.taxes import TaxRule, TaxTable
from tests.factories.tariffs import make_energy, make_fixed, make_tariff, make_use, month

JUNE = month("2026-06")
FULL = TaxRule(vat_code="std", rate=Decimal("0.19"))
ON = Dates(date(2026, 7, 3))


def test_an_invoice_has_the_lines_of_the_rating_and_its_days():
    tariff = make_tariff(make_energy(vat_code="std"), make_fixed(vat_code="std"))
    result = rate(tariff, JUNE, make_use("2026-06-01", "2026-07-01"), market=Market(taxes=TaxTable((FULL,))))
    lines = billed_lines(result, "invoice")
    # 720 kWh x 0.30 = 216.00 and 12.50: 228.50 + 19 % = 271.92
    assert ([line.net_minor for line in lines], gross_minor(lines)) == ([21_600, 1_250], 27_192)
    document = bill(lines, "invoice", "C-1", "EUR", JUNE, ON)
    assert (document.first, document.end, document.due_on) == (JUNE.first, JUNE.end, date(2026, 7, 17))
    assert document.totals.gross_minor == result.gross_minor == 27_192


def test_a_feed_in_credit_says_what_is_paid():
    vintage = Vintage(tiers=(Block(price=Decimal("0.08")),))
    charge = FeedIn(code="feed_in", label="Feed-in", cost_group="feed_in", vintages=(vintage,))
    facts = Facts(commissioning_date=date(2024, 1, 1), installed_kw=Decimal(5))
    result = rate(make_tariff(charge), JUNE, make_use("2026-06-01", "2026-07-01", export=100), facts)
    (line,) = billed_lines(result, "feed_in_credit")
    # 288 kWh x 0.08 = 23.04
    assert (line.quantity, line.unit_price, line.net_minor) == (Decimal(288), Decimal("0.08"), 2_304)
    assert result.net_minor == -2_304


def test_an_instalment_of_85_euros_holds_13_57_of_vat():
    line = instalment_line(8_500, "EUR", JUNE, FULL)
    assert (line.net_minor, gross_minor([line])) == (7_143, 8_500)  # 71.43 + 13.57
    assert line.unit_price == Decimal("71.43")


@given(st.integers(0, 10**7), st.sampled_from(["0", "0.05", "0.16", "0.19", "0.255"]))
def test_law_an_instalment_is_within_a_cent_of_its_plan(amount, rate):
    line = instalment_line(amount, "EUR", JUNE, TaxRule(vat_code="std", rate=Decimal(rate)))
    assert abs(gross_minor([line]) - amount) <= 1
