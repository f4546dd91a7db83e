"""The VAT of a year over HTTP: the page, its files, and who gets them."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from components import formats
from services import portal, tax_report
from tests.web.test_switching import page


@pytest.fixture
def made(world, viewer_in):
    def ask(name, site=""):
        with portal.using(world):
            return tax_report.report(viewer_in(name), 2026, site)

    return ask


@pytest.mark.parametrize("name", ["business", "accountant", "prosumer"])
def test_the_page_says_every_sum_and_that_it_ties(sign_in, made, name):
    found, said = made(name), page(sign_in(name), "/billing/tax?year=2026")
    assert found.documents
    for one in found.sums:
        for minor in (one.net_minor, one.tax_minor, one.gross_minor):
            assert formats.money(minor, one.currency) in said
    for one in found.documents:
        assert f"/billing/{one.public_id}" in said
    assert f"Ties to the ledger: {len(found.documents)} documents, difference \u20ac0.00." in said


def test_one_site_alone(sign_in, made):
    site, name = next(pair for pair in made("business").sites if pair[0])
    found = made("business", site)
    assert 0 < len(found.documents) < len(made("business").documents)
    rows = list(
        csv.DictReader(io.StringIO(file(sign_in("business"), f"csv?year=2026&site={site}").decode("utf-8-sig")))
    )
    assert {row["site"] for row in rows} == {name}
    # Feed-in is what was paid to them, supply what they paid: apart, never netted.
    for side in ("supply", "feed_in"):
        vat = sum((Decimal(row["vat"]) for row in rows if row["side"] == side), Decimal(0)) * 100
        assert vat == sum(one.tax_minor for one in found.sums if one.side == side)


def file(client, name):
    answer = client.get(f"/billing/tax.{name}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_data()


def test_the_paper_is_a_private_file(sign_in):
    client = sign_in("business")
    first = file(client, "pdf?year=2026")
    assert first.startswith(b"%PDF-1.7")
    assert first == file(client, "pdf?year=2026")


@pytest.mark.parametrize("kind", ["csv", "pdf"])
def test_files_of_others_and_of_no_year_are_missing(sign_in, stranger, made, kind):
    site = next(key for key, _name in made("business").sites if key)
    for query in (f"year=2026&site={site}", "year=soon", "year=", "year=0000", "year=99999"):
        assert sign_in("consumer").get(f"/billing/tax.{kind}?{query}").status_code == 404
    assert sign_in("agent").get(f"/billing/tax.{kind}?year=2026").status_code in {403, 404}
    assert stranger.get(f"/billing/tax.{kind}?year=2026").status_code in {302, 401}


def test_a_year_without_documents_says_so(sign_in):
    assert "No document was issued in 2019." in page(sign_in("business"), "/billing/tax?year=2019")
