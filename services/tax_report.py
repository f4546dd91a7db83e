"""What a viewer's documents of a year carried in VAT, per site: on the page, as CSV and as PDF; tied to the ledger."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from adapters.documents.tax_report import Paper, tax_report_pdf
from data.queries import billing as billing_queries
from data.queries import billing_runs as run_queries
from data.queries import contracts as contract_queries
from data.queries import tax_report as queries
from domain.access import Permission, Viewer, require_account
from domain.billing.tax_report import Difference, RateSum, TaxDocument, Taxed, differences, own_taxes, summed
from domain.errors import NotFoundError
from domain.exports import neutral_text
from domain.money import from_minor
from domain.text import current_locale
from services import accounts as account_names
from services import portal, retailer

COLUMNS = ("issued_on", "number", "kind", "takes_back", "site", "side", "vat_category", "vat_rate", "currency", "net", "vat",
           "with_vat")  # fmt: skip


@dataclass(frozen=True)
class TaxReport:
    """The documents issued in a year, at one site or at all.

    sites : public id and name of those with a document, by name; "" stands for what belongs to no site
    sums : per site (its public id) and rate; documents : in the order of their issue
    differences : where the ledger booked something else; must be empty
    """

    year: int
    years: tuple[int, ...]
    site: str
    sites: tuple[tuple[str, str], ...]
    documents: tuple[TaxDocument, ...]
    sums: tuple[RateSum, ...]
    differences: tuple[Difference, ...]

    @property
    def difference_minor(self) -> int:
        """By how much documents and ledger disagree, summed without sign. [minor units]"""
        return sum(abs(one.shown_minor - one.booked_minor) for one in self.differences)

    def name_of(self, site: str) -> str:
        return dict(self.sites).get(site, "")


def report(viewer: Viewer, year: int | None = None, site_public_id: str = "") -> TaxReport:
    """The newest year with a document unless one is named; a site without any of the viewer's documents is missing."""
    accounts = _accounts(viewer)
    with portal.current().records.reading() as db:
        years = tuple(sorted({row.issued_on.year for row in billing_queries.documents(db, accounts)}, reverse=True))
        chosen = year if year is not None else (years[0] if years else portal.current().clock.now().year)
        span = (date(chosen, 1, 1), date(chosen + 1, 1, 1))
        rows = queries.tax_rows(db, accounts, *span)
        booked = queries.booked_for(db, accounts, *span)
        own = {row.id: row for row in contract_queries.contracts_of(db, accounts)}
        about = {row.document_public_id: own[row.contract_id] for row in run_queries.bases_of(db, own)}
    names = {row.site_public_id: row.site_name for row in about.values()}
    if site_public_id and site_public_id not in names:
        raise NotFoundError(what="site")
    at = {public_id: contract.site_public_id for public_id, contract in about.items()}
    everything = _documents(rows, at)
    kept = {number: one for number, one in everything.items() if site_public_id in ("", one.site)}
    postings: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for number, account, amount_minor in booked:
        postings[number].append((account, amount_minor))
    listed = tuple(kept.values())
    seen = {one.site for one in everything.values()}
    return TaxReport(
        year=chosen, years=years, site=site_public_id,
        sites=tuple(sorted(((site, names.get(site, "")) for site in seen), key=lambda pair: pair[1])),
        documents=listed, sums=tuple(summed(listed)),
        differences=tuple(one for number, made in kept.items() for one in differences(made, postings[number])),
    )  # fmt: skip


def _accounts(viewer: Viewer) -> list[int]:
    if not viewer.sees_customer_pages:
        raise NotFoundError(what="account")
    for account_id in viewer.account_ids:
        require_account(viewer, Permission.VIEW_BILLING, account_id)
    return list(viewer.account_ids)


def _documents(rows: Sequence[queries.TaxRow], at: dict[str, str]) -> dict[int, TaxDocument]:
    """By row of the document; `at` names the site of a document."""
    found = {}
    for number, group in groupby(rows, key=lambda row: row.document_id):
        parts = list(group)
        row = parts[0]
        taxes = own_taxes(
            Taxed(part.tax_category, Decimal(part.tax_rate), part.net_minor, part.tax_minor, part.is_advance)
            for part in parts
        )
        found[number] = TaxDocument(
            row.public_id, row.number_text, row.kind, row.takes_back or "", at.get(row.public_id, ""), row.issued_on,
            row.currency, taxes,
        )  # fmt: skip
    return found


def as_csv(viewer: Viewer, year: int | None = None, site_public_id: str = "") -> str:
    """A row per document and VAT rate; a credit note has negative amounts. The columns do not change with the language."""
    made = report(viewer, year, site_public_id)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in made.documents:
        for (category, rate), (net, tax) in one.taxes.items():
            amounts = [from_minor(minor, one.currency) for minor in (net, tax, net + tax)]
            writer.writerow(
                [one.issued_on, one.number, one.kind, one.takes_back, neutral_text(made.name_of(one.site)), one.side, category,
                 rate, one.currency, *amounts]
            )  # fmt: skip
    return out.getvalue()


def as_pdf(viewer: Viewer, year: int | None = None, site_public_id: str = "") -> bytes:
    """The report on the retailer's paper, in the language of the reader; the same bytes for the same report."""
    made = report(viewer, year, site_public_id)
    config = portal.current().config
    seller = retailer.retailer(config)
    paper = Paper(
        year=made.year, language=current_locale(), retailer=seller.party, brand=retailer.brand(config),
        holders=tuple(f"{one.customer_name}, {one.number}" for one in account_names.accounts_of(viewer)), sites=made.sites,
        documents=made.documents, sums=made.sums, difference_minor=made.difference_minor,
        issued=_last_day(made),
    )  # fmt: skip
    return tax_report_pdf(paper)


def _last_day(made: TaxReport) -> date:
    """The day of its newest document: a report of the same documents is the same file."""
    return max((one.issued_on for one in made.documents), default=date(made.year, 1, 1))
