from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.billing.tax_report import Difference, RateSum, TaxDocument, Taxed, differences, own_taxes, summed

STANDARD, REDUCED = Decimal("0.19"), Decimal("0.16")


def document(number="R1", kind="invoice", takes_back="", site="home", **rates):
    taxes = rates.get("taxes", {("S", "0.19"): (10_000, 1_900)})
    return TaxDocument(f"doc-{number}", number, kind, takes_back, site, date(2026, 7, 3), "EUR", taxes)


def test_an_invoice_counts_less_the_instalments_it_settles():
    rows = [
        Taxed("S", STANDARD, 60_000, 11_400), Taxed("S", Decimal("0.160"), 50_000, 8_000),
        Taxed("S", STANDARD, 50_000, 9_500, is_advance=True), Taxed("S", REDUCED, 50_000, 8_000, is_advance=True),
    ]  # fmt: skip
    # 600.00 - 500.00 and 114.00 - 95.00 at 19 %; at 16 % nothing is left
    assert own_taxes(rows) == {("S", "0.19"): (10_000, 1_900)}
    assert own_taxes([]) == {}


def test_sums_are_by_site_side_and_rate():
    both = {("S", "0.16"): (5_000, 800), ("S", "0.19"): (10_000, 1_900)}
    found = summed(
        [document(), document("R2", taxes=both), document("E1", "feed_in_credit"), document("R3", site="shop")]
    )
    assert found == [
        RateSum("home", "supply", "EUR", "S", REDUCED, 5_000, 800),
        RateSum("home", "supply", "EUR", "S", STANDARD, 20_000, 3_800),
        RateSum("home", "feed_in", "EUR", "S", STANDARD, 10_000, 1_900),
        RateSum("shop", "supply", "EUR", "S", STANDARD, 10_000, 1_900),
    ]
    assert found[1].gross_minor == 23_800


def test_a_note_and_what_it_takes_back_are_nothing_together():
    note = document("G1", "credit_note", "invoice", taxes={("S", "0.19"): (-10_000, -1_900)})
    assert summed([document(), note]) == [RateSum("home", "supply", "EUR", "S", STANDARD, 0, 0)]
    assert document("G2", "credit_note", "feed_in_credit").side == "feed_in"


def test_what_the_ledger_booked_alike_is_no_difference():
    sale = [("receivable:C-1", 11_900), ("revenue:energy", -9_000), ("revenue:service", -1_000), ("vat:S:0.19", -1_900)]
    assert differences(document(), sale) == []
    # An instalment of 119.00 waits on the account of advances; its year's invoice takes 80.00 of it and leaves 20.00.
    assert differences(document(kind="instalment"), [("advance:S:0.19", -10_000), ("vat:S:0.19", -1_900)]) == []
    left = document(taxes={("S", "0.19"): (2_000, 380)})
    year = [("revenue:energy", -10_000), ("advance:S:0.19", 8_000), ("vat:S:0.19", -380), ("receivable:C-1", 2_380)]
    assert differences(left, year) == []
    credit = [("feed_in", 10_000), ("feed_in_payable:C-1", -11_900), ("vat_in:S:0.19", 1_900)]
    assert differences(document("E1", "feed_in_credit"), credit) == []


def test_what_the_ledger_booked_otherwise_is_named():
    wrong = [("revenue:energy", -9_999), ("vat:S:0.19", -1_900), ("vat:S:0.16", -1)]
    assert differences(document(), wrong) == [
        Difference("R1", "net", 10_000, 9_999), Difference("R1", "vat:S:0.16", 0, 1),
    ]  # fmt: skip
    assert differences(document(), []) == [
        Difference("R1", "net", 10_000, 0), Difference("R1", "vat:S:0.19", 1_900, 0),
    ]  # fmt: skip
    assert (document().net_minor, document().tax_minor, document().gross_minor) == (10_000, 1_900, 11_900)
