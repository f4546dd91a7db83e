"""A billing document as PDF for people and machines: PDF/A-3a and PDF/UA-1, with its e-invoice attached."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import typst
from lxml import etree

from adapters.brand import shades
from adapters.documents import duties, words
from adapters.documents.einvoice import FILE_NAME, einvoice
from adapters.documents.transfer_code import transfer_code
from config import ROOT
from domain.billing.invoice import BY_CUSTOMER, TAKES_BACK, Brand, InvoiceDocument
from domain.errors import InvalidInputError
from domain.text import current_locale, use_locale
from domain.text import gettext as _

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "invoice.typ"
DEFAULT_LOGO = ROOT / "assets" / "icon.svg"
SPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
SVG = "{http://www.w3.org/2000/svg}svg"
FACTS = {
    "DocumentType": ("INVOICE", "The type of the document"),
    "DocumentFileName": (FILE_NAME, "The name of the attached XML"),
    "Version": ("1.0", "The version of the standard"),
    "ConformanceLevel": ("EN 16931", "The profile of the attached XML"),
}


def invoice_pdf(document: InvoiceDocument) -> bytes:
    """The PDF in the document's language; the same bytes for the same document.

    Raises InvalidInputError naming the field where the document cannot be issued.
    """
    xml = einvoice(document)
    with use_locale(document.language):
        payload = {**_payload(document), "xml": xml.decode()}
    made = typst.compile(
        str(TEMPLATE),
        root=str(HERE),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,  # what is installed here would change the bytes
        format="pdf",
        sys_inputs={"data": json.dumps(payload, ensure_ascii=False)},
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(datetime.combine(document.issued, time(), UTC).timestamp()),
    )
    return _named_facturx(made)


def _payload(document: InvoiceDocument) -> dict[str, Any]:
    """Everything that the template sets, as text and numbers."""
    look, seller = shades(document.brand.accent, dark=False), document.retailer
    stand = (seller.registration, seller.vat_id, document.brand.website)
    return {
        "language": current_locale(),  # English where a language has no catalogue: what is said and what is declared agree
        "title": words.title(document),
        "lead": words.lead(document),
        "number": document.number,
        "author": seller.name,
        "issued": [document.issued.year, document.issued.month, document.issued.day],
        "brand": {
            "name": document.brand.name,
            "fill": look.fill,
            "soft": look.soft,
            "line": look.line,
            "text": look.text,
        },
        "logo": logo_of(document.brand),
        "sender": ", ".join(words.address(seller)),
        "address": words.address(document.customer),
        "facts": words.facts(document),
        "due": words.due(document),
        "code": transfer_code(document).decode(),
        "lines": words.line_rows(document),
        "totals": words.total_rows(document),
        "components": words.components(document),
        "readings": words.reading_rows(document),
        "has_estimate": any(row.is_estimated for row in document.readings),
        "history": duties.history(document),
        "contract": duties.contract_rows(document),
        "mix": duties.mix(document),
        "instalments": duties.instalment_rows(document),
        "notices": duties.notices(document),
        "exemption": document.exemption,
        "foot": " · ".join(part for part in (*words.address(seller), seller.phone, seller.email, *stand) if part),
        "say": _headings(document),
    }


def logo_of(brand: Brand) -> str:
    """The brand's logo as SVG; InvalidInputError where it is none."""
    logo = brand.logo or DEFAULT_LOGO.read_text(encoding="utf-8")
    try:
        root = etree.fromstring(logo.encode(), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise InvalidInputError("brand.logo", "no_svg") from error
    if root.tag != SVG:
        raise InvalidInputError("brand.logo", "no_svg")
    return logo


def _headings(document: InvoiceDocument) -> dict[str, Any]:
    is_fed_in = document.kind in BY_CUSTOMER
    return {
        "line_head": [_("Line"), _("Quantity"), _("Price"), _("VAT"), _("Amount")],
        "lines": _("What you fed in") if is_fed_in else _("What the amount is made of"),
        "net_note": _("Prices in {currency} per unit, without VAT.", currency=document.currency),
        "components": _("The price in three parts, without VAT"),
        "readings": _("Meter readings"),
        "reading_head": [_("Meter and register"), _("Start (kWh)"), _("End (kWh)"), _("Energy")],
        "estimate": _("A reading marked as estimated was not read; it is corrected with the next reading."),
        "contract": _("Your contract"),
        "instalments": _("Your next instalments"),
        "instalment_head": [_("Due"), _("Amount with VAT")],
        "notices": _("Good to know"),
        "code": _("QR code of the bank transfer: account, amount and reference"),
        "code_note": _("Scan with your banking app"),
        "account": _account(document),
        "logo": _("Logo of {name}", name=document.brand.name),
        "attached": _("The invoice as data (Factur-X, EN 16931)"),
        "page": _("Page {page} of {pages}", page="{page}", pages="{pages}"),
    }


def _account(document: InvoiceDocument) -> str:
    iban = document.payment.iban
    is_asked = bool(iban) and document.kind not in TAKES_BACK | BY_CUSTOMER and document.totals.balance_minor > 0
    if not is_asked:
        return ""
    parts = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
    return f"IBAN {parts}"


def _named_facturx(made: bytes) -> bytes:
    """The metadata say that the attachment is Factur-X; conformity to PDF/A and PDF/UA stays as it is."""
    with pikepdf.open(BytesIO(made)) as pdf:
        told = pdf.Root.Metadata.read_bytes().decode()
        pdf.Root.Metadata = pdf.make_indirect(_metadata(pdf, _with_facts(told)))
        file = BytesIO()
        pdf.save(file, deterministic_id=True, compress_streams=True)
    return file.getvalue()


def _metadata(pdf: pikepdf.Pdf, told: str) -> pikepdf.Stream:
    stream = pikepdf.Stream(pdf, told.encode())
    stream.Type, stream.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
    return stream


def _with_facts(told: str) -> str:
    rows = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{text}</pdfaProperty:description></rdf:li>"
        for name, (_value, text) in FACTS.items()
    )
    schema = (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{SPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{rows}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _text) in FACTS.items())
    described = f'<rdf:Description rdf:about="" xmlns:fx="{SPACE}">{values}</rdf:Description>'
    before, bag, after = told.partition("<pdfaExtension:schemas><rdf:Bag>")
    if not bag:
        raise ValueError("the metadata carry no extension schema to add to")
    return (before + bag + schema + after).replace("</rdf:RDF>", described + "</rdf:RDF>", 1)
