from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.billing.invoice import Brand, Metered
from domain.billing.totals import Advance
from domain.errors import Issue
from tests.factories.invoices import (
    AUGUST,
    BAKERY,
    FULL,
    HOME,
    NONE,
    READING,
    RETAILER,
    make_business,
    make_credit_note,
    make_feed_in,
    make_invoice,
    make_line,
    make_two_rates,
)


def test_the_invoice_of_the_design_adds_up_to_the_cent():
    # 3.94 + 18.69 + 16.53 + 9.24 + 12.17 + 1.70 = 62.27; 19 % of it is 11.8313.
    found = make_invoice().totals
    assert (found.net_minor, found.tax_minor, found.gross_minor, found.balance_minor) == (6_227, 1_183, 7_410, 7_410)


def test_what_was_paid_before_is_taken_off_with_the_vat_it_showed():
    # 776.96 + 374.40 - 25.00 = 1 126.36; VAT 214.0084; 1 340.37 - 595.00 = 745.37.
    found = make_business().totals
    assert (found.net_minor, found.gross_minor, found.balance_minor) == (112_636, 134_037, 74_537)


def test_a_credit_note_is_the_invoice_with_the_other_sign():
    note = make_credit_note()
    assert note.totals.gross_minor == -7_410
    assert note.totals.gross_minor + make_invoice().totals.gross_minor == 0
    assert (note.sign, make_invoice().sign) == (-1, 1)


def test_two_vat_rates_are_two_rows():
    # 24.61 x 0.16 = 3.9376; 29.44 x 0.19 = 5.5936.
    assert [(row.net_minor, row.tax_minor) for row in make_two_rates().totals.taxes] == [(2_461, 394), (2_944, 559)]


def test_in_a_feed_in_credit_the_customer_sells():
    document = make_feed_in()
    assert (document.customer.name, document.retailer) == (HOME.name, RETAILER)
    assert (make_invoice().customer, make_invoice().retailer) == (HOME, RETAILER)
    assert document.totals.balance_minor == 1_623


def test_the_price_falls_into_three_components():
    # energy 3.94 + 18.69 + 12.17, network 16.53 + 1.70, levies 9.24
    assert make_invoice().group_minor == {"energy": 3_480, "network": 1_823, "tax_levy": 924}
    assert make_feed_in().group_minor == {"energy": 1_623}


def test_billed_energy_is_the_difference_of_the_readings_times_the_factor():
    assert make_invoice().billed_wh == 197_923
    exchanged = replace(READING, start_wh=0, end_wh=1_500, factor=Decimal(40), end_kind="estimated")
    assert make_invoice(readings=(READING, exchanged)).billed_wh == 197_923 + 60_000
    assert (READING.is_estimated, exchanged.is_estimated) == (False, True)
    assert make_invoice(readings=()).billed_wh == 0


@pytest.mark.parametrize("make", [make_invoice, make_business, make_credit_note, make_two_rates, make_feed_in])
def test_complete_documents_have_no_issue(make):
    assert make().issues() == []


@pytest.mark.parametrize(
    ("change", "issue"),
    [
        ({"number": ""}, Issue("number", "missing")),
        ({"lines": ()}, Issue("lines", "missing")),
        ({"due": None}, Issue("due", "missing")),
        ({"due": date(2026, 9, 2)}, Issue("due", "before_issue")),
        ({"last": date(2026, 7, 31)}, Issue("last", "before_first")),
        ({"currency": "euro"}, Issue("currency", "no_code")),
        ({"seller": replace(RETAILER, country="Germany")}, Issue("seller.country", "no_code")),
        ({"buyer": replace(HOME, country="")}, Issue("buyer.country", "no_code")),
        ({"brand": Brand(name="Demo", accent="red")}, Issue("brand.accent", "no_code")),
        ({"kind": make_credit_note().kind}, Issue("corrects", "missing")),
        ({"seller": replace(RETAILER, vat_id="")}, Issue("seller.vat_id", "missing")),
        ({"lines": (make_line(tax_rate=NONE),)}, Issue("lines.tax_rate", "unlike_category")),
        ({"lines": (make_line(tax_category="Z"),)}, Issue("lines.tax_rate", "unlike_category")),
        ({"lines": (make_line(tax_category="E", tax_rate=NONE),)}, Issue("exemption", "missing")),
        (
            {"lines": (*AUGUST, make_line(tax_category="O", tax_rate=NONE)), "exemption": "outside the scope"},
            Issue("lines.tax_category", "outside_scope_stands_alone"),
        ),
    ],
)
def test_what_keeps_a_document_from_being_issued_is_named(change, issue):
    assert make_invoice(**change).issues() == [issue]


def test_nothing_left_to_pay_needs_no_due_date():
    assert make_invoice(due=None, advances=(Advance(6_227, 1_183, FULL),)).issues() == []


def test_a_supply_point_has_its_code():
    document = make_invoice(buyer=BAKERY)
    nameless = replace(document, supply=replace(document.supply, supply_point=""))
    assert nameless.issues() == [Issue("supply.supply_point", "missing")]


def test_energy_sent_by_interval_counts_where_no_counter_is_kept():
    metered = Metered(meters=("1EMH",), energy_wh=123_456, intervals=2_880)
    assert make_invoice(readings=(), metered=metered).billed_wh == 123_456
    assert make_invoice(metered=metered).billed_wh == READING.used_wh
