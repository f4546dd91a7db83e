from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.billing.documents import credit_note
from domain.billing.invoice import DocumentKind, Payment
from domain.billing.paper import (
    Surroundings,
    energy_mix,
    invoice_document,
    product_mix,
    unit_of,
    usual_wh,
)
from tests.factories.billing import make_document, make_line
from tests.factories.invoices import HOME, NOTICES, RETAILER, make_invoice

NONE = Decimal(0)


def around(**change) -> Surroundings:
    invoice = make_invoice()
    facts = {
        "number": "R2026-000001", "language": "en", "retailer": RETAILER, "customer": HOME, "customer_number": "C-1",
        "supply": invoice.supply, "notices": NOTICES, "brand": invoice.brand, "payment": invoice.payment,
        "exemptions": {"E": "Exempt.", "O": "Not registered."},
    }  # fmt: skip
    return Surroundings(**(facts | change))


FED_IN = make_document(replace(make_line(1_623, "feed_in", NONE), category="E"), kind="feed_in_credit")


@pytest.mark.parametrize(
    ("document", "takes_back", "kind"),
    [
        (make_document(make_line(100)), "", DocumentKind.INVOICE),
        (make_document(make_line(100), kind="instalment"), "", DocumentKind.INSTALMENT),
        (FED_IN, "", DocumentKind.SELF_BILLED),
        (credit_note(make_document(make_line(100)), "R1", date(2026, 7, 9)), "invoice", DocumentKind.CREDIT_NOTE),
        (credit_note(FED_IN, "E1", date(2026, 7, 9)), "feed_in_credit", DocumentKind.SELF_BILLED_CREDIT),
    ],
)
def test_every_kind_of_the_ledger_has_its_code_and_no_amount_changes(document, takes_back, kind):
    paper = invoice_document(document, around(takes_back=takes_back))
    assert paper.kind is kind
    assert paper.issues() == []
    assert [line.net_minor for line in paper.lines] == [line.net_minor for line in document.lines]
    assert (paper.totals.gross_minor, paper.totals.balance_minor) == (
        document.totals.gross_minor, document.totals.balance_minor,
    )  # fmt: skip


def test_who_feeds_in_sells_and_is_paid_without_our_account_on_the_paper():
    paper = invoice_document(FED_IN, around())
    assert (paper.seller, paper.buyer, paper.customer, paper.payment) == (HOME, RETAILER, HOME, Payment())
    back = invoice_document(credit_note(FED_IN, "E1", date(2026, 7, 9)), around(takes_back="feed_in_credit"))
    assert (back.seller, back.retailer, back.sign, back.corrects) == (HOME, RETAILER, -1, "E1")


def test_an_exemption_needs_a_seller_whom_the_tax_office_knows():
    known = invoice_document(FED_IN, around(customer=replace(HOME, vat_id="DE136695976")))
    assert (known.lines[0].tax_category, known.exemption) == ("E", "Exempt.")
    unknown = invoice_document(FED_IN, around())
    assert (unknown.lines[0].tax_category, unknown.exemption) == ("O", "Not registered.")


def test_lines_keep_their_days_band_and_part_of_the_price():
    line = replace(make_line(100, "service"), band="night", unit="kW_month")
    (found,) = invoice_document(make_document(line), around()).lines
    assert (found.first, found.last, found.detail) == (date(2026, 6, 1), date(2026, 6, 30), "night")
    assert (found.group, found.unit, found.tax_category) == ("energy", "KWT", "S")


def test_units_have_codes_and_others_are_pieces():
    assert [unit_of(unit) for unit in ("kWh", "month", "day", "year", "kVA_month", "share")] == [
        "KWH", "MON", "DAY", "ANN", "KVA", "C62",
    ]  # fmt: skip


def test_a_products_sources_follow_from_its_green_share():
    supplier, green = {"wind": 400, "gas": 400, "coal": 200}, {"wind": 700, "solar": 300}
    assert product_mix(supplier, green, 100) == {"wind": 700, "solar": 300, "gas": 0, "coal": 0}
    # Half of it green: 350 and 150; the other half as the supplier's own: 2/3 gas 333, 1/3 coal 166, and 1 left over.
    assert product_mix(supplier, green, 50) == {"wind": 351, "solar": 150, "gas": 333, "coal": 166}
    assert product_mix({"wind": 1000}, green, 50) == green


def test_sources_stand_side_by_side_and_a_usual_use_is_by_the_day():
    mix = energy_mix(2025, {"gas": 1000}, {"wind": 1000}, (0, 300), (0, 5))
    assert [(row.source, row.product_permille, row.supplier_permille) for row in mix.shares] == [
        ("gas", 0, 1000), ("wind", 1000, 0),
    ]  # fmt: skip
    assert usual_wh(3_650_000, date(2026, 6, 1), date(2026, 7, 1)) == 300_000
