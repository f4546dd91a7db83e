from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pikepdf
import pypdf
import pytest
from facturx import get_xml_from_pdf

from adapters import catalogs
from adapters.documents import duties, formats
from adapters.documents.einvoice import einvoice
from adapters.documents.pdf import invoice_pdf
from config import ROOT
from domain import text
from domain.errors import InvalidInputError
from domain.text import use_locale
from tests.factories.invoices import (
    make_business,
    make_credit_note,
    make_feed_in,
    make_invoice,
    make_line,
    make_two_rates,
)

ALL = [make_invoice, make_business, make_credit_note, make_feed_in, make_two_rates]


@pytest.fixture(autouse=True, scope="module")
def _languages():
    text.install(catalogs.load())


def words(made: bytes) -> str:
    pages = pypdf.PdfReader(BytesIO(made)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def figures(pdf: pikepdf.Pdf) -> list[str]:
    """The alternative texts of all pictures."""
    found = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
    return [str(one.get("/Alt", "")) for one in found]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_the_text_holds_every_amount(make, language):
    document = replace(make(), language=language)
    said = words(invoice_pdf(document))
    sums = document.totals
    with use_locale(language):
        amounts = [formats.amount(line.net_minor, "EUR") for line in document.lines]
        amounts += [formats.amount(row.tax_minor, "EUR") for row in sums.taxes]
        amounts += [formats.amount(minor, "EUR") for minor in (sums.net_minor, sums.gross_minor, sums.balance_minor)]
    assert [one for one in amounts if re.sub(r"\s+", " ", one) not in said] == []
    assert document.number in said


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_it_says_that_it_is_pdf_a_3a_and_pdf_ua_1_tagged_titled_and_in_a_language(make):
    document = make()
    with pikepdf.open(BytesIO(invoice_pdf(document))) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.MarkInfo.Marked is True
        assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
        kinds = {
            str(one.S)
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"
        }
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= kinds
        assert figures(pdf)
        assert all(figures(pdf))
        with pdf.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"], told["pdfuaid:part"]) == ("3", "A", "1")
            assert document.number in told["dc:title"]


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_the_e_invoice_is_attached_and_named(make):
    made = invoice_pdf(make())
    assert get_xml_from_pdf(BytesIO(made), check_xsd=True) == ("factur-x.xml", einvoice(make()))
    with pikepdf.open(BytesIO(made)) as pdf:
        assert str(pdf.Root.AF[0].AFRelationship) == "/Alternative"
        told = pdf.Root.Metadata.read_bytes().decode()
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in re.sub(r">\s+<", "><", told)


def test_the_same_document_gives_the_same_bytes_in_another_process():
    code = (
        "import sys, hashlib; from adapters.documents.pdf import invoice_pdf;"
        "from tests.factories.invoices import make_invoice; print(hashlib.sha256(invoice_pdf(make_invoice())).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == sha256(invoice_pdf(make_invoice())).hexdigest()


@pytest.mark.parametrize(("make", "pages"), [(make_invoice, 2), (make_credit_note, 1), (make_feed_in, 1)])
def test_it_takes_no_more_pages_than_it_needs(make, pages):
    assert len(pypdf.PdfReader(BytesIO(invoice_pdf(make()))).pages) == pages


def test_many_lines_go_on_over_pages():
    lines = tuple(make_line(f"Energy {at}", net_minor=3_000 + at) for at in range(120))
    made = invoice_pdf(make_invoice(lines=lines))
    said = words(made)
    # 120 x 30.00 + (0 + ... + 119) cents = 3 600.00 + 71.40
    assert "€3,671.40" in said
    assert [at for at in range(120) if f"Energy {at} " not in said] == []
    assert len(pypdf.PdfReader(BytesIO(made)).pages) >= 4


def test_what_a_bill_owes_its_reader_is_on_it():
    said = words(invoice_pdf(make_invoice()))
    for fact in (
        "Due on 1 October 2026", "197.923 kWh", "Flex Day/Night", "31 March 2027", "50998877665", "+49 761 555 0100",
        "hello@demo.example", "Schlichtungsstelle Energie e. V.", "Bundesnetzagentur", "www.vergleich.demo.example",
        "www.demo.example/wechseln", "www.verbraucherzentrale.de", "8 % more than a year before (183.5 kWh)",
        "An average customer of your kind used 214.0 kWh", "Energy and supply", "Grid and metering", "Taxes and levies",
        "1EMH 0081 7742", "8,214.077", "8,412.000", "CO₂", "Radioactive waste", "DE123456788", "may also benefit",
    ):  # fmt: skip
        assert fact in said, fact


def test_less_than_a_year_before_and_estimates_are_said():
    document = make_invoice()
    last = replace(document.history[-1], year_before_wh=395_846)
    estimated = replace(document.readings[0], end_kind="estimated")
    said = words(invoice_pdf(replace(document, history=(*document.history[:-1], last), readings=(estimated,))))
    assert "50 % less than a year before (395.8 kWh)" in said
    assert "A reading marked as estimated" in said


def test_how_to_pay_is_said():
    collected = words(invoice_pdf(make_business()))
    assert "under the mandate M-2024-55" in collected
    assert "DE02120300000000202051" not in collected  # only the end of a customer's account is printed
    assert "IBAN DE89 3704 0044 0532 0130 00" in words(invoice_pdf(make_invoice()))
    assert "We transfer the amount by 1 October 2026" in words(invoice_pdf(make_feed_in()))


def test_the_code_is_there_where_something_is_to_be_transferred():
    def has_code(document):
        with pikepdf.open(BytesIO(invoice_pdf(document))) as pdf:
            return any("QR code" in alt for alt in figures(pdf))

    assert has_code(make_invoice())
    assert not has_code(make_business())  # collected
    assert not has_code(make_credit_note())
    assert not has_code(make_feed_in())
    assert not has_code(make_invoice(currency="CHF"))


def test_an_account_with_a_wrong_checksum_is_refused_with_its_field():
    document = make_invoice()
    wrong = replace(document.payment, iban="DE88370400440532013000")
    with pytest.raises(InvalidInputError) as refused:
        invoice_pdf(replace(document, payment=wrong))
    assert refused.value.params == {"field": "payment.iban", "remedy": "check_iban"}


@pytest.mark.parametrize("logo", ["<nosvg", "<svg/>", "not XML"])
def test_a_logo_that_is_no_svg_is_refused_with_its_field(logo):
    document = make_invoice()
    with pytest.raises(InvalidInputError) as refused:
        invoice_pdf(replace(document, brand=replace(document.brand, logo=logo)))
    assert refused.value.params["field"] == "brand.logo"


def test_a_language_without_catalogue_is_english_and_says_so():
    with pikepdf.open(BytesIO(invoice_pdf(make_invoice(language="pl")))) as pdf:
        assert str(pdf.Root.Lang) == "en"


def test_strangers_words_are_set_as_they_are():
    hostile = '#panic("x") *b* $x$ #read("invoice.typ")'
    document = make_invoice()
    said = words(invoice_pdf(replace(document, buyer=replace(document.buyer, name=hostile))))
    assert hostile in said.replace("\u201c", '"').replace("\u201d", '"')


@pytest.mark.parametrize(("commodity", "name"), [("electricity", "Electricity"), ("gas", "Gas"), ("heat", "Heat")])
def test_a_bill_is_named_by_what_is_supplied(commodity, name):
    document = make_invoice()
    said = words(invoice_pdf(replace(document, supply=replace(document.supply, commodity=commodity), mix=None)))
    assert f"{name} invoice for August 2026" in said
    assert ("Sources of energy" in said) is (commodity == "electricity")  # owed with electricity alone
    assert ("levies named here" in said) is (commodity == "electricity")


@pytest.mark.parametrize("sign", [1, -1])
def test_a_part_of_a_year_is_told_by_its_days(sign):
    # 31 / 365 = 0.084932 of 46.00 a year is 3.91
    line = make_line("Network standing charge", f"{sign * 0.084932:.6f}", "46.00", sign * 391, unit="ANN")
    said = words(invoice_pdf(make_invoice(lines=(line,))))
    assert ("-31 days 46.0000 a year" if sign < 0 else " 31 days 46.0000 a year") in said.replace("\u2212", "-")
    half = replace(line, quantity=line.quantity * 6)  # as much as 186 days are not in August
    assert "0.509592 years" in words(invoice_pdf(make_invoice(lines=(half,))))


@pytest.mark.parametrize(("before_wh", "says"), [
    (617_100, "614.6 kWh, about as much as a year before (617.1 kWh)"),  # 0.4 % less
    (620_000, "614.6 kWh, 1 % less than a year before (620.0 kWh)"),
    (600_000, "614.6 kWh, 2 % more than a year before (600.0 kWh)"),
    (None, "no whole readings to compare with"),
])  # fmt: skip
def test_a_year_before_is_compared_in_words_that_fit(before_wh, says):
    document = make_invoice()
    last = replace(document.history[-1], energy_wh=614_640, year_before_wh=before_wh)
    assert says in words(invoice_pdf(replace(document, history=(*document.history[:-1], last))))


def test_a_month_without_readings_a_year_before_has_no_bar_there():
    months = duties.history(make_invoice())["months"]
    assert months[5]["before"] == 290_700 / 331_100  # of the highest, a year before January
    assert months[6]["before"] is None
