"""The tax report of a year as PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from adapters.documents import formats
from adapters.documents.report import Part, Report, report_pdf
from domain.billing.invoice import Brand, Party
from domain.billing.tax_report import RateSum, TaxDocument
from domain.text import gettext as _
from domain.text import ngettext, use_locale


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
    names = dict(paper.sites)
    with use_locale(paper.language):
        sums = [_("What"), _("Net"), _("VAT"), _("With VAT")]
        parts = [
            Part(names.get(site) or _("Without a site"), sums, [sum_row(one) for one in paper.sums if one.site == site])
            for site, _name in paper.sites
            if any(one.site == site for one in paper.sums)
        ]
        head = [_("Document"), _("Issued"), _("Site"), _("Net"), _("VAT"), _("With VAT")]
        parts.append(Part(_("Documents"), head, [_document_row(one, names) for one in paper.documents]))
        return report_pdf(
            Report(
                title=_("VAT of {year}", year=str(paper.year)), lead=", ".join(paper.holders),
                box=tie(paper.difference_minor, len(paper.documents), _currency(paper)), parts=parts, note=note(),
                retailer=paper.retailer, brand=paper.brand, issued=paper.issued,
            )
        )  # fmt: skip


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
