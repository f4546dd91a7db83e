"""Billing documents for tests: a home, a business, a credit note, two VAT rates, a feed-in credit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.billing.invoice import (
    Brand,
    DocumentKind,
    EnergyMix,
    Instalment,
    InvoiceDocument,
    InvoiceLine,
    MonthUse,
    Notices,
    Party,
    Payment,
    RegisterReading,
    SourceShare,
    Supply,
)
from domain.billing.totals import Advance

FULL, REDUCED, NONE = Decimal("0.19"), Decimal("0.07"), Decimal(0)
RETAILER = Party(
    name="Demo Energy GmbH", street="Marktplatz 1", post_code="79098", city="Freiburg", email="hello@demo.example",
    phone="+49 761 555 0100", vat_id="DE123456788", registration="HRB 700123",
)  # fmt: skip
HOME = Party(name="Jana Vogt", street="Lindenweg 14", post_code="79104", city="Freiburg", email="jana@demo.example")
BAKERY = Party(
    name="Bäckerei Kern & Söhne KG", street="Hauptstraße 3", post_code="79312", city="Emmendingen",
    email="kern@demo.example", vat_id="DE136695976",
)  # fmt: skip
NOTICES = Notices(
    hotline="+49 761 555 0100", email="hello@demo.example",
    dispute_body="Schlichtungsstelle Energie e. V., Friedrichstraße 133, 10117 Berlin",
    contact_point="Bundesnetzagentur, Verbraucherservice, Postfach 8001, 53105 Bonn",
    advice="www.bfee-online.de, www.verbraucherzentrale.de",
    comparison_tool="www.vergleich.demo.example", switching="www.demo.example/wechseln",
)  # fmt: skip
MIX = EnergyMix(
    year=2025,
    shares=(
        SourceShare(source="wind", product_permille=620, supplier_permille=410),
        SourceShare(source="solar", product_permille=280, supplier_permille=225),
        SourceShare(source="hydro", product_permille=100, supplier_permille=65),
        SourceShare(source="gas", product_permille=0, supplier_permille=300),
    ),
    product_co2_g_per_kwh=0, supplier_co2_g_per_kwh=121, product_waste_ug_per_kwh=0, supplier_waste_ug_per_kwh=0,
)  # fmt: skip


def make_line(label="Energy", quantity="100", price="0.30", net_minor=3_000, **change) -> InvoiceLine:
    facts = {"unit": "KWH", "tax_rate": FULL, "first": date(2026, 8, 1), "last": date(2026, 8, 31)} | change
    return InvoiceLine(label=label, quantity=Decimal(quantity), unit_price=Decimal(price), net_minor=net_minor, **facts)


AUGUST = (  # the invoice of the mock-up: 26.451 x 0.1490 = 3.9412, 171.472 x 0.1090 = 18.6904, ...
    make_line("Energy, day rate", "26.451", "0.1490", 394, detail="06:00 to 22:00"),
    make_line("Energy, night rate", "171.472", "0.1090", 1_869, detail="22:00 to 06:00"),
    make_line("Grid fee", "197.923", "0.0835", 1_653, group="network"),
    make_line("Levies and electricity tax", "197.923", "0.0467", 924, group="tax_levy"),
    make_line("Standing charge", "31", "0.3926", 1_217, unit="DAY"),
    make_line("Metering", "31", "0.0548", 170, unit="DAY", group="network"),
)
HISTORY = tuple(
    MonthUse(month=date(2025 + (8 + at) // 12, (8 + at) % 12 + 1, 1), energy_wh=wh, year_before_wh=before)
    for at, (wh, before) in enumerate(
        [
            (182_000, 195_000), (214_300, 231_000), (263_100, 270_400), (301_700, 288_000), (322_400, 331_100),
            (281_900, 290_700), (240_200, None), (201_800, 214_000), (176_300, 188_900), (160_100, 171_400),
            (151_200, 166_000), (197_923, 183_500),
        ]
    )
)  # fmt: skip
READING = RegisterReading(
    meter="1EMH 0081 7742", register="1.8.0", first=date(2026, 8, 1), last=date(2026, 8, 31),
    start_wh=8_214_077, end_wh=8_412_000,
)  # fmt: skip


def make_invoice(**change) -> InvoiceDocument:
    """The home's invoice for August 2026: net 62.27, VAT 11.83, gross 74.10."""
    facts = {
        "kind": DocumentKind.INVOICE, "number": "2026-0810417", "issued": date(2026, 9, 3), "due": date(2026, 10, 1),
        "first": date(2026, 8, 1), "last": date(2026, 8, 31), "currency": "EUR", "language": "en",
        "seller": RETAILER, "buyer": HOME, "customer_number": "104417", "lines": AUGUST, "notices": NOTICES,
        "supply": Supply(
            address="Lindenweg 14, 79104 Freiburg", supply_point="50998877665", contract="C-2024-1187",
            tariff="Flex Day/Night", network_operator="Netze Süd", ends_on=date(2027, 3, 31), notice="6 weeks",
        ),
        "brand": Brand(name="Demo Energy", website="www.demo.example"), "readings": (READING,), "history": HISTORY,
        "benchmark_wh": 214_000, "mix": MIX, "payment": Payment(iban="DE89370400440532013000", bic="COBADEFFXXX"),
    } | change  # fmt: skip
    return InvoiceDocument(**facts)


def make_business() -> InvoiceDocument:
    """A bakery with demand, an order number, a direct debit and instalments paid before."""
    lines = (
        make_line("Energy", "4210.500", "0.18453", 77_696, first=None, last=None),
        make_line("Demand", "38.4", "9.75", 37_440, unit="KWT", group="network"),
        make_line("Loyalty discount", "1", "-25.00", -2_500, unit="C62"),
    )
    return make_invoice(
        number="2026-0810418", buyer=BAKERY, order_number="PO-7781", lines=lines, advances=(Advance(50_000, 9_500, FULL),),
        payment=Payment(mandate="M-2024-55", creditor="DE98ZZZ09999999999", debited="DE02120300000000202051"),
        instalments=(Instalment(due=date(2026, 10, 1), gross_minor=60_000),),
    )  # fmt: skip


def make_credit_note() -> InvoiceDocument:
    """It takes back the home's invoice, line by line."""
    lines = tuple(replace(line, quantity=-line.quantity, net_minor=-line.net_minor) for line in AUGUST)
    return make_invoice(
        kind=DocumentKind.CREDIT_NOTE, number="2026-0810502", issued=date(2026, 9, 20), due=None, lines=lines,
        corrects="2026-0810417", corrects_issued=date(2026, 9, 3),
    )  # fmt: skip


def make_two_rates() -> InvoiceDocument:
    """A VAT change in mid-month: 16 % until the 15th, 19 % from the 16th."""
    return make_invoice(
        number="2026-0810419",
        lines=(
            make_line("Energy", "90.111", "0.2731", 2_461, tax_rate=Decimal("0.16"), last=date(2026, 8, 15)),
            make_line("Energy", "107.812", "0.2731", 2_944, first=date(2026, 8, 16)),
        ),
    )


def make_feed_in() -> InvoiceDocument:
    """The home sells 202.091 kWh at 8.03 ct to the retailer: 16.23, exempt from VAT."""
    line = make_line("Electricity fed in", "202.091", "0.0803", 1_623, tax_rate=NONE, tax_category="E")
    reading = replace(READING, register="2.8.0", start_wh=3_104_909, end_wh=3_307_000)
    return make_invoice(
        kind=DocumentKind.SELF_BILLED, number="G-2026-00311", seller=replace(HOME, tax_number="06123/45678"),
        buyer=RETAILER, lines=(line,), readings=(reading,), history=(), benchmark_wh=None, mix=None,
        exemption="Small business, section 19 UStG", payment=Payment(iban="DE02120300000000202051"),
    )  # fmt: skip
