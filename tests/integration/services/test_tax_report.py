"""The VAT of a year on both databases: what the documents say, less instalments and notes, and what the ledger booked."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pypdf
import pytest
from sqlalchemy import text

from data.queries import billing as billing_queries
from domain.access import NOBODY
from domain.errors import NotFoundError
from services import billing_run, rebilling, tax_report
from services.billing_drafts import Policy
from tests.factories.billing_world import AGENT, at, billing_world, expected_gross, owner, read
from tests.factories.databases import BOTH, current_database
from tests.factories.tariffs import month

AT_ONCE = Policy(grace_days=0)
LATER = datetime(2026, 7, 10, tzinfo=UTC)


@pytest.fixture(params=BOTH)
def world(request, tmp_path):
    """Three homes; June 2026 billed, and the bill of the first one taken back and issued again after a correction."""
    with current_database(request.param, tmp_path) as url:
        made = billing_world(tmp_path, 3, database_url=url)
        with at(made, "2026-07-03T08:00"):
            billing_run.run(month("2026-06"), AT_ONCE)
        read(made, [1], "2026-06-10T00:00", "2026-06-10T10:00", known_at=LATER, extra_wh=400)
        with at(made, "2026-07-12T08:00"):
            assert rebilling.find() == 1
            (found,) = rebilling.proposals(AGENT)
            rebilling.approve(AGENT, found.public_id)
            yield made
        made.readings.close()
        made.records.dispose()


def test_a_corrected_bill_counts_once_and_ties_to_the_ledger(world):
    made = tax_report.report(owner(1), 2026)
    assert [one.number for one in made.documents] == ["R2026-000001", "G2026-000001", "R2026-000004"]
    (total,) = made.sums
    # 92.06 + 12.50 = 104.56 net and 19.87 VAT, as corrected: the first bill and its note are nothing together.
    assert (total.net_minor, total.tax_minor, total.gross_minor) == (10_456, 1_987, expected_gross(1) + 572)
    assert (total.side, total.category, total.rate) == ("supply", "S", Decimal("0.19"))
    assert (made.differences, made.difference_minor) == ((), 0)
    with world.records.reading() as db:
        booked = billing_queries.ledger_sums(db)["vat:S:0.19", "EUR"]
    assert -booked == sum(one.tax_minor for home in (1, 2, 3) for one in tax_report.report(owner(home), 2026).sums)


def test_a_booking_that_the_document_does_not_explain_is_shown(world):
    with world.records.transaction() as tx:
        document = tx.scalar(text("select id from billing_document where number_text = 'R2026-000001'"))
        posting = text(
            "insert into ledger_posting (transaction_key, account_code, currency, amount_minor) values ('stray', :code, 'EUR', :amount)"
        )
        for code, amount in (("vat:S:0.19", -7), ("receivable:C-1", 7)):
            tx.execute(posting, {"code": code, "amount": amount})
        transaction = text(
            "insert into ledger_transaction (key, booked_on, document_id, created_at) values ('stray', '2026-07-12', :document, :at)"
        )
        tx.execute(transaction, {"document": document, "at": "2026-07-12 08:00:00"})
    made = tax_report.report(owner(1), 2026)
    (found,) = made.differences
    assert (found.number, found.what, found.booked_minor - found.shown_minor) == ("R2026-000001", "vat:S:0.19", 7)
    assert made.difference_minor == 7


def test_instalments_count_when_issued_and_the_settlement_less_them(tmp_path):
    spans = (("2025-12-31T23:00", "2026-12-31T23:00"),)
    made = billing_world(tmp_path, 1, cycle="yearly", spans=spans)
    for number in range(1, 13):
        with at(made, f"2026-{number:02d}-02T08:00"):
            billing_run.run(month(f"2026-{number:02d}"), AT_ONCE)
    with at(made, "2027-01-04T08:00"):
        assert billing_run.run(month("2026-12"), AT_ONCE).issued == 1
        before, settled = tax_report.report(owner(1), 2026), tax_report.report(owner(1), 2027)
    assert [one.kind for one in before.documents] == ["instalment"] * 12
    assert sum(one.gross_minor for one in before.sums) == 12 * 12_000
    (year,) = settled.documents
    with made.records.reading() as db:
        row = next(one for one in billing_queries.documents(db, [1]) if one.kind == "invoice")
    assert year.gross_minor == row.balance_minor
    # What all documents carried together is what the year cost: nothing is counted twice.
    whole = sum(one.gross_minor for one in (*before.sums, *settled.sums))
    assert whole == row.gross_minor
    assert before.differences == settled.differences == ()


def test_the_file_has_a_row_per_document_and_rate(world):
    rows = list(csv.DictReader(io.StringIO(tax_report.as_csv(owner(1), 2026))))
    assert [(row["number"], row["kind"], row["takes_back"], row["with_vat"]) for row in rows] == [
        ("R2026-000001", "invoice", "", "118.71"),
        ("G2026-000001", "credit_note", "invoice", "-118.71"),
        ("R2026-000004", "invoice", "", "124.43"),
    ]
    made = tax_report.report(owner(1), 2026)
    assert sum(Decimal(row["vat"]) for row in rows) * 100 == made.sums[0].tax_minor
    assert {row["site"] for row in rows} == {"Home 1"}


def test_the_paper_is_the_same_bytes_twice_and_says_every_amount(world):
    first = tax_report.as_pdf(owner(1), 2026)
    assert first == tax_report.as_pdf(owner(1), 2026)
    paper = pypdf.PdfReader(io.BytesIO(first))
    said = " ".join(page.extract_text() for page in paper.pages).replace("\u00a0", " ").replace("\u2212", "-")
    for words in (
        "VAT of 2026",
        "€104.56",
        "€19.87",
        "€124.43",
        "-€118.71",
        "Ties to the ledger: 3 documents, difference €0.00.",
    ):
        assert words in said, words
    root = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert paper.metadata.title == "VAT of 2026"


def test_what_is_somebody_elses_is_missing(world):
    own = tax_report.report(owner(1), 2026)
    assert [name for _site, name in own.sites] == ["Home 1"]
    site = own.documents[0].site
    assert tax_report.report(owner(1), 2026, site).documents == own.documents
    for stranger in (NOBODY, AGENT):
        with pytest.raises(NotFoundError):
            tax_report.report(stranger, 2026)
    for ask in (tax_report.report, tax_report.as_csv, tax_report.as_pdf):
        with pytest.raises(NotFoundError):
            ask(owner(2), 2026, site)


def test_the_newest_year_is_shown_and_an_empty_one_is_empty(world):
    assert tax_report.report(owner(1)).year == 2026
    empty = tax_report.report(owner(1), 2024)
    assert (empty.documents, empty.sums, empty.differences, empty.years) == ((), (), (), (2026,))
