"""The VAT of a year: per site and rate, document by document, tied to the ledger, and as a file."""

from __future__ import annotations

from typing import Any

import dash
from dash import dcc, html

from auth.session import current_viewer
from components import formats, states
from components.frame import card, page_head
from components.icons import icon
from components.links import href
from components.period_bar import segmented
from components.tables import Column, data_table
from domain.billing.tax_report import RateSum, TaxDocument
from domain.text import gettext as _
from domain.text import lazy, ngettext
from pages.billing import _words as words
from services import tax_report
from services.tax_report import TaxReport

PATH = "/billing/tax"

dash.register_page(
    __name__,
    path=PATH,
    title=lazy("VAT of a year"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=False,
    order=34,
)


def layout(year: str = "", site: str = "", **_query: str) -> html.Div:
    asked = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None
    made = tax_report.report(current_viewer(), asked, site)
    title = _("VAT of {year}", year=str(made.year))
    if not made.documents:
        text = _("No document was issued in {year}.", year=str(made.year))
        action = (_("Newest year"), PATH) if made.years else None
        nothing = states.empty("none_here", _("Nothing in this year"), text, action=action)
        return html.Div([page_head(title), _choices(made), nothing])
    sites = _sites(made)
    width = "c6" if len(sites) > 1 else "c12"
    lead = ngettext(
        "{n} document, by the day of its issue.", "{n} documents, by the day of their issue.", len(made.documents)
    )
    return html.Div(
        [
            page_head(title, lead=lead, actions=_files(made)),
            _choices(made),
            _tie(made),
            html.Div([html.Div(_site_card(made, key), className=width) for key in sites], className="g"),
            html.Div(html.Div(_documents_card(made), className="c12"), className="g"),
        ]
    )  # fmt: skip


def _sites(made: TaxReport) -> list[str]:
    present = {one.site for one in made.sums}
    return [key for key, _name in made.sites if key in present]


def _files(made: TaxReport) -> list[Any]:
    query = {"year": str(made.year), **({"site": made.site} if made.site else {})}
    return [
        html.A([icon("arrow-down-tray"), kind.upper()], href=href(f"{PATH}.{kind}", **query), className="btn btn-secondary",
               **{"aria-label": _("The report as {kind}", kind=kind.upper())})
        for kind in ("csv", "pdf")
    ]  # fmt: skip


def _choices(made: TaxReport) -> html.Div:
    here = {"year": str(made.year), "site": made.site}
    years = [(str(one), href(PATH, here, year=str(one)), one == made.year) for one in made.years]
    named = [(key, name) for key, name in made.sites if key]
    sites = [(_("All"), href(PATH, here, site=None), not made.site)]
    sites += [(name, href(PATH, here, site=key), key == made.site) for key, name in named]
    shown = [segmented(years, label=_("Year"), class_name="wraps")] if len(years) > 1 else []
    shown += [segmented(sites, label=_("Site"), class_name="wraps")] if len(named) > 1 else []
    return html.Div(shown, className="filters")


def _tie(made: TaxReport) -> html.Div:
    """Whether the ledger booked the same, and where it did not."""
    currency = made.documents[0].currency
    if not made.differences:
        said = ngettext(
            "Ties to the ledger: {n} document, difference {amount}.", "Ties to the ledger: {n} documents, difference {amount}.",
            len(made.documents), amount=formats.money(0, currency),
        )  # fmt: skip
        return html.Div([icon("check-circle"), html.Span(said)], className="notice ok", id="tax-tie")
    numbers = ", ".join(dict.fromkeys(one.number for one in made.differences))
    said = _("The ledger booked something else for {numbers}: {amount} in all. Please tell us, so that we can look at it.",
             numbers=numbers, amount=formats.money(made.difference_minor, currency))  # fmt: skip
    return html.Div([icon("exclamation-circle"), html.Span(said)], className="notice bad", id="tax-tie", role="alert")


def _site_card(made: TaxReport, key: str) -> html.Section:
    title = made.name_of(key) or _("Without a site")
    own = [one for one in made.sums if one.site == key]
    columns = [
        Column(_("What")), Column(_("Net"), numeric=True), Column(_("VAT"), numeric=True),
        Column(_("With VAT"), numeric=True, low=True),
    ]  # fmt: skip
    table = data_table(title, columns, [_sum_row(one) for one in own], caption_hidden=True)
    return card(card_id=f"tax-{key or 'none'}", title=title, body=[table])


def _sum_row(one: RateSum) -> list[Any]:
    amounts = [formats.money(minor, one.currency) for minor in (one.net_minor, one.tax_minor, one.gross_minor)]
    rate = formats.percent(float(one.rate), 1 if one.rate * 100 % 1 else 0)
    return [_("Feed-in, {rate}", rate=rate) if one.side == "feed_in" else _("Supply, {rate}", rate=rate), *amounts]


def _documents_card(made: TaxReport) -> html.Section:
    title = _("Documents")
    has_many = len([key for key, _name in made.sites if key]) > 1
    columns = [
        Column(_("Number")), Column(_("Issued"), low=True), Column(_("Kind"), low=True),
        *([Column(_("Site"), low=True)] if has_many else []),
        Column(_("Net"), numeric=True), Column(_("VAT"), numeric=True), Column(_("With VAT"), numeric=True, low=True),
    ]  # fmt: skip
    rows = [_document_row(made, one, has_many=has_many) for one in made.documents]
    note = _(
        "Supply is what you paid us for, feed-in what we paid you. By the day of issue. An invoice counts less the instalments it settles, which count when they are issued;"
        " what a credit note takes back counts as negative."
    )
    table = data_table(title, columns, rows, caption_hidden=True)
    return card(card_id="tax-documents", title=title, body=[table, html.P(note, className="quiet small card-note")])


def _document_row(made: TaxReport, one: TaxDocument, *, has_many: bool) -> list[Any]:
    amounts = [formats.money(minor, one.currency) for minor in (one.net_minor, one.tax_minor, one.gross_minor)]
    return [
        dcc.Link(one.number, href=f"/billing/{one.public_id}", className="num"),
        html.Span(formats.day_medium(one.issued_on), className="nowrap"),
        words.kind_name(one.kind),
        *([made.name_of(one.site)] if has_many else []),
        *amounts,
    ]
