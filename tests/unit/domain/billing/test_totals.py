from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.billing.totals import Advance, Entry, entries, totals
from domain.tariffs.base import Market
from domain.tariffs.rate import rate
from domain.tariffs.taxes import TaxRule, TaxTable, TaxTotal
from tests.factories.tariffs import make_energy, make_fixed, make_tariff, make_use, month

FULL, REDUCED = Decimal("0.19"), Decimal("0.07")


def test_the_published_bill_of_wittenberg():
    """Stadtwerke Wittenberg, sample invoice of 31.12.2008: two VAT rates, instalments, a credit of 393.18."""
    lines = [Entry(42_867, FULL), Entry(169_943, FULL), Entry(23_680, REDUCED)]
    found = totals(lines, [Advance(267_344, 50_556)])  # printed as one sum for both rates
    # 2 128.10 x 0.19 = 404.339 (printed by line: 81.45 + 322.89); 236.80 x 0.07 = 16.576.
    assert found.taxes == (TaxTotal("S", REDUCED, 23_680, 1_658), TaxTotal("S", FULL, 212_810, 40_434))
    assert 8_145 + 32_289 == 40_434
    assert (found.net_minor, found.tax_minor, found.gross_minor) == (236_490, 42_092, 278_582)
    assert (found.advance_minor, found.balance_minor) == (317_900, -39_318)


def test_the_published_bill_of_rostock():
    """Stadtwerke Rostock, sample bill 2014/15: the VAT of the instalments is what they showed, a credit of 167.95."""
    found = totals([Entry(86_475, FULL)], [Advance(100_591, 19_109, FULL)])
    assert (found.tax_minor, found.gross_minor) == (16_430, 102_905)  # 164.3025
    assert (found.advance_minor, found.balance_minor) == (119_700, -16_795)
    # 1 005.91 x 0.19 is 191.12: computed anew, the credit would be 3 cents larger than what was paid.
    assert round(Fraction(100_591) * Fraction(FULL)) == 19_112
    assert (found.advance_tax_minor, found.tax_left_minor) == (19_109, 16_430 - 19_109)


def test_instalments_of_one_rate_are_one_row():
    paid = [Advance(8_403, 1_597, FULL)] * 11 + [Advance(2_804, 196, REDUCED), Advance(50, 0, None)]
    found = totals([], paid)
    assert found.advances == (
        Advance(2_804, 196, REDUCED), Advance(92_433, 17_567, FULL), Advance(50, 0, None),
    )  # fmt: skip
    assert found.advance_minor == 11 * 10_000 + 3_000 + 50
    assert (found.taxes, found.gross_minor, found.balance_minor) == ((), 0, -113_050)


def test_categories_of_the_same_rate_stay_apart():
    none = Decimal(0)
    found = totals([Entry(100, none, "E"), Entry(250, none, "O"), Entry(1, none, "E")])
    assert found.taxes == (TaxTotal("E", none, 101, 0), TaxTotal("O", none, 250, 0))


def test_the_lines_of_a_rating_become_those_of_a_document():
    market = Market(taxes=TaxTable((TaxRule(vat_code="std", rate=FULL),)))
    tariff = make_tariff(make_energy(vat_code="std"), make_fixed())
    result = rate(tariff, month("2026-06"), make_use("2026-06-01", "2026-07-01"), market=market)
    found = totals(entries(result.lines))
    # 720 kWh x 0.30 = 216.00 and 19 % of it; 12.50 outside the scope.
    assert found.taxes == result.taxes == (TaxTotal("O", Decimal(0), 1_250, 0), TaxTotal("S", FULL, 21_600, 4_104))
    assert found.gross_minor == result.gross_minor == 26_954


rates = st.sampled_from([FULL, REDUCED, Decimal("0.055"), Decimal(0)])
rows = st.lists(st.builds(Entry, st.integers(-(10**12), 10**12), rates), max_size=20)
paid = st.lists(st.builds(Advance, st.integers(0, 10**9), st.integers(0, 10**8), st.none() | rates), max_size=20)


@given(rows, paid)
def test_law_lines_sum_to_net_and_net_with_vat_to_gross(lines, advances):
    found = totals(lines, advances)
    assert found.net_minor == sum(line.net_minor for line in lines)
    assert found.gross_minor == found.net_minor + sum(row.tax_minor for row in found.taxes)
    assert found.balance_minor == found.gross_minor - sum(one.net_minor + one.tax_minor for one in advances)
    assert found.tax_left_minor == found.tax_minor - sum(one.tax_minor for one in advances)
    for row in found.taxes:  # never further from the exact VAT than half a unit
        assert abs(Fraction(row.rate) * row.net_minor - row.tax_minor) <= Fraction(1, 2)


@given(rows)
def test_law_a_document_and_its_negative_cancel_in_every_rate(lines):
    found, back = totals(lines), totals([Entry(-line.net_minor, line.rate, line.category) for line in lines])
    assert [(row.rate, -row.net_minor, -row.tax_minor) for row in back.taxes] == [
        (row.rate, row.net_minor, row.tax_minor) for row in found.taxes
    ]


@given(rows, st.randoms())
def test_law_the_order_of_lines_changes_no_total(lines, dice):
    mixed = list(lines)
    dice.shuffle(mixed)
    assert totals(mixed) == totals(lines)
