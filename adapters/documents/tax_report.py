"""The tax report of a year as PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import typst

from adapters.brand import shades
from adapters.documents import formats, words
from adapters.documents.pdf import logo_of
from domain.billing.invoice import Brand, Party
from domain.billing.tax_report import RateSum, TaxDocument
from domain.text import current_locale, ngettext, use_locale
from domain.text import gettext as _

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "tax_report.typ"


@dataclass(frozen=True)
class Paper:
    """What stands on it. issued : the day of its newest document, so that the same report is the same file."""

    year: int
    language: str
    retailer: Party
    brand: Brand
    holders: tuple[str, ...]
    sites: tuple[tuple[str, str], ...]
    documents: tuple[TaxDocument, ...]
    sums: tuple[RateSum, ...]
    difference_minor: int
    issued: date


def tax_report_pdf(paper: Paper) -> bytes:
    """The PDF in the paper's language; the same bytes for the same paper."""
    with use_locale(paper.language):
        payload = _payload(paper)
    return typst.compile(
        str(TEMPLATE),
        root=str(HERE),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,  # what is installed here would change the bytes
        format="pdf",
        sys_inputs={"data": json.dumps(payload, ensure_ascii=False)},
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(datetime.combine(paper.issued, time(), UTC).timestamp()),
    )


def _payload(paper: Paper) -> dict[str, Any]:
    look, seller = shades(paper.brand.accent, dark=False), paper.retailer
    names = dict(paper.sites)
    return {
        "language": current_locale(),
        "title": _("VAT of {year}", year=str(paper.year)),
        "lead": ", ".join(paper.holders),
        "author": seller.name,
        "issued": [paper.issued.year, paper.issued.month, paper.issued.day],
        "brand": {"name": paper.brand.name, "soft": look.soft, "line": look.line, "text": look.text},
        "logo": logo_of(paper.brand),
        "tie": tie(paper.difference_minor, len(paper.documents), _currency(paper)),
        "sites": [
            {"name": names.get(site) or _("Without a site"), "sums": [sum_row(one) for one in paper.sums if one.site == site]}
            for site, _name in paper.sites
            if any(one.site == site for one in paper.sums)
        ],
        "documents": [_document_row(one, names) for one in paper.documents],
        "foot": " · ".join(part for part in (*words.address(seller), seller.phone, seller.email, seller.vat_id) if part),
        "say": {
            "sum_head": [_("What"), _("Net"), _("VAT"), _("With VAT")],
            "document_head": [_("Document"), _("Issued"), _("Site"), _("Net"), _("VAT"), _("With VAT")],
            "documents": _("Documents"),
            "note": note(),
            "logo": _("Logo of {name}", name=paper.brand.name),
            "page": _("Page {page} of {pages}", page="{page}", pages="{pages}"),
        },
    }  # fmt: skip


def _currency(paper: Paper) -> str:
    return paper.documents[0].currency if paper.documents else "EUR"


def tie(difference_minor: int, documents: int, currency: str) -> str:
    """Whether documents and ledger agree, in a sentence."""
    amount = formats.amount(difference_minor, currency)
    if difference_minor:
        return _("The ledger and these documents differ by {amount}.", amount=amount)
    return ngettext(
        "Ties to the ledger: {n} document, difference {amount}.", "Ties to the ledger: {n} documents, difference {amount}.",
        documents, amount=amount,
    )  # fmt: skip


def note() -> str:
    return _(
        "Supply is what you paid us for, feed-in what we paid you. By the day of issue. An invoice counts less the instalments it settles, which count when they are issued;"
        " what a credit note takes back counts as negative."
    )


def sum_row(one: RateSum) -> list[str]:
    amounts = [formats.amount(minor, one.currency) for minor in (one.net_minor, one.tax_minor, one.gross_minor)]
    rate = formats.percent(one.rate, 1 if one.rate * 100 % 1 else 0)
    return [_("Feed-in, {rate}", rate=rate) if one.side == "feed_in" else _("Supply, {rate}", rate=rate), *amounts]


def _document_row(one: TaxDocument, names: dict[str, str]) -> list[str]:
    amounts = [formats.amount(minor, one.currency) for minor in (one.net_minor, one.tax_minor, one.gross_minor)]
    return [one.number, formats.day_short(one.issued_on), names.get(one.site, ""), *amounts]
