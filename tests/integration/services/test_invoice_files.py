"""Papers of bills that come from the database, on both databases: valid, complete, the same bytes, and their owner's alone."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from adapters import catalogs
from adapters.documents import formats
from data.queries import billing as billing_queries
from domain import text as texts
from domain.access import Viewer
from domain.billing.drafts import instalment_line
from domain.billing.profiles import BillingProfile
from domain.errors import InvalidInputError, NotFoundError
from domain.tariffs.taxes import TaxRule
from services import billing, billing_issue, billing_profile, billing_run, invoice_files
from services.billing_drafts import Policy
from tests.factories.billing import make_document, make_line
from tests.factories.billing_world import AGENT, at, billing_world, owner
from tests.factories.databases import BOTH, current_database
from tests.factories.tariffs import month
from tests.unit.adapters.documents.test_einvoice import judge, values
from tests.unit.adapters.documents.test_pdf import words

JUNE = month("2026-06")
NONE = Decimal(0)


@pytest.fixture(autouse=True, scope="module")
def _languages():
    texts.install(catalogs.load())


@pytest.fixture(params=BOTH)
def world(request, tmp_path):
    """Two homes with the readings of June, billed on 3 July."""
    with current_database(request.param, tmp_path) as url:
        made = billing_world(tmp_path, 2, database_url=url, first=date(2025, 1, 1))
        with at(made, "2026-07-03T08:00"):
            billing_run.run(JUNE, Policy(grace_days=0))
            yield made
        made.readings.close()
        made.records.dispose()


def bills(made, number: int = 1) -> list[str]:
    with made.records.reading() as db:
        return [row.public_id for row in reversed(billing_queries.documents(db, [number]))]


def issued(*lines, kind="invoice") -> str:
    return billing_issue.issue(make_document(*lines, kind=kind, party="C-1"), f"{kind}-by-hand").public_id


def credit_of(public_id: str) -> str:
    number = billing.document(owner(1), public_id)[0].number
    return billing_issue.issue_credit_note(number, date(2026, 7, 4)).public_id


def of_kind(made, kind: str) -> str:
    """A stored bill of each kind."""
    if kind == "invoice":
        return bills(made)[0]
    if kind == "instalment":
        return issued(instalment_line(11_900, "EUR", JUNE, TaxRule(vat_code="std", rate=Decimal("0.19"))), kind=kind)
    if kind == "two_rates":
        return issued(make_line(10_000), make_line(5_000, "network", Decimal("0.16")))
    if kind == "outside":
        return issued(replace(make_line(10_000, rate=NONE), category="O"))
    if kind.startswith("feed_in"):
        fed_in = issued(replace(make_line(1_623, "feed_in", NONE), category="E"), kind="feed_in_credit")
        return fed_in if kind == "feed_in" else credit_of(fed_in)
    return credit_of(of_kind(made, "invoice"))


# Type codes of UNTDID 1001.
CODES = {
    "invoice": "380", "two_rates": "380", "outside": "380", "credit_note": "381", "instalment": "386", "feed_in": "389",
    "feed_in_taken_back": "261",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(CODES))
def test_every_kind_from_the_database_is_valid_and_says_every_amount(world, kind):
    public_id = of_kind(world, kind)
    summary, document = billing.document(owner(1), public_id)
    xml = invoice_files.einvoice(owner(1), public_id).content
    looked_at, broken = judge(xml)
    assert (broken, looked_at > 50) == ([], True)
    assert values(xml, ".//rsm:ExchangedDocument/ram:TypeCode") == [CODES[kind]]
    found = invoice_files.pdf(owner(1), public_id)
    assert found.name == f"{summary.number}.pdf"
    said = words(found.content)
    sums = document.totals
    amounts = [line.net_minor for line in document.lines] + [row.tax_minor for row in sums.taxes]
    for minor in (*amounts, sums.net_minor, sums.gross_minor, sums.balance_minor):
        assert formats.amount(minor, "EUR") in said


def test_signs_and_sides_are_right_in_both_worlds(world):
    gross = billing.document(owner(1), bills(world)[0])[0].gross_minor
    note, fed_in = (
        invoice_files.einvoice(owner(1), of_kind(world, kind)).content for kind in ("credit_note", "feed_in")
    )
    assert values(note, ".//ram:DuePayableAmount") == [f"{gross / 100:.2f}"]  # positive, its kind says that it is given
    assert values(note, ".//ram:SellerTradeParty/ram:Name") == ["Demo Energy GmbH"]
    assert values(fed_in, ".//ram:DuePayableAmount") == ["16.23"]
    assert values(fed_in, ".//ram:SellerTradeParty/ram:Name") == ["Home 1"]
    assert values(fed_in, ".//ram:BuyerTradeParty/ram:Name") == ["Demo Energy GmbH"]


def test_outside_the_scope_of_vat_is_refused_beside_vat_before_a_number_is_used(world):
    mixed = (make_line(10_000), replace(make_line(500, rate=NONE), category="O"))
    with pytest.raises(InvalidInputError) as refused:
        issued(*mixed)
    assert refused.value.params == {"field": "lines", "remedy": "outside_scope_stands_alone"}
    assert len(bills(world)) == 1


def test_the_same_paper_is_the_same_bytes_whatever_happens_to_its_files(world):
    public_id = bills(world)[0]
    first = invoice_files.pdf(owner(1), public_id).content
    (kept,) = (path for path in (world_files(world)).iterdir() if path.suffix == ".pdf")
    assert kept.read_bytes() == first
    kept.write_bytes(b"%PDF-1.7 tampered")
    assert invoice_files.pdf(owner(1), public_id).content == first
    assert kept.read_bytes() == first
    kept.unlink()
    assert invoice_files.pdf(owner(1), public_id).content == first


def world_files(made):
    return invoice_files.Path(made.config.files) / "papers"


def test_a_paper_keeps_what_was_said_when_its_bill_was_issued(world):
    public_id = bills(world)[0]
    home, office = BillingProfile(
        legal_name="Kern KG", street="Hauptstraße 3", postcode="79312", city="Emmendingen", vat_id="DE136695976",
        order_number="PO-7781",
    ), "account-1"  # fmt: skip
    with at(world, "2026-07-05T08:00"):
        billing_profile.change_profile(owner(1), office, home)
        assert invoice_files.paper(owner(1), public_id).buyer.name == "Home 1"
        later = billing_issue.issue(
            make_document(make_line(100), party="C-1", issued_on=date(2026, 7, 6), due_on=date(2026, 7, 20)), "later"
        )
        paper = invoice_files.paper(owner(1), later.public_id)
        assert (paper.buyer.name, paper.buyer.vat_id, paper.order_number) == ("Kern KG", "DE136695976", "PO-7781")


def test_what_is_written_is_never_changed(world):
    invoice_files.pdf(owner(1), bills(world)[0])
    with pytest.raises(DatabaseError, match="append-only"), world.records.transaction() as tx:
        tx.execute(text("update billing_paper set body = '{}'"))


def test_all_of_a_year_is_one_zip_the_same_each_time(world):
    of_kind(world, "credit_note")
    made = b"".join(invoice_files.all_as_zip(owner(1), "account-1", 2026))
    archive = zipfile.ZipFile(BytesIO(made))
    assert archive.testzip() is None
    assert archive.namelist() == ["G2026-000001.pdf", "R2026-000001.pdf"]
    assert archive.read("R2026-000001.pdf") == invoice_files.pdf(owner(1), bills(world)[0]).content
    assert b"".join(invoice_files.all_as_zip(owner(1), "account-1", 2026)) == made


def test_others_find_nothing(world):
    public_id = bills(world)[0]
    for viewer in (owner(2), AGENT, Viewer(0, "", "", AGENT.role)):
        for ask in (invoice_files.pdf, invoice_files.einvoice, invoice_files.paper):
            for name in (public_id, "doc-0000000000"):
                with pytest.raises(NotFoundError) as missing:
                    ask(viewer, name)
                assert missing.value.params == {"what": "document"}
        with pytest.raises(NotFoundError):
            invoice_files.all_as_zip(viewer, "account-1", 2026)
    with pytest.raises(NotFoundError):
        invoice_files.all_as_zip(owner(1), "account-1", 2025)


# What Annex I of Directive (EU) 2019/944 asks of a bill, by the numbers of the house's list.
OWED = {
    "1 price and its three parts": "The price in three parts", "1 statement on incentives": "support that is not paid for",
    "2 due date": "17 July 2026", "3 consumption": "290.880 kWh", "4 supplier": "Demo Energy GmbH",
    "4 hotline": "+49 761 555 0100", "4 e-mail": "help@demo.example", "5 tariff": "Tariff", "6 end": "no fixed end",
    "7 switching": "You may switch supplier free of charge", "8 supply point": "your grid operator knows it",
    "9 dispute settlement": "Schlichtungsstelle Energie", "10 contact point": "Bundesnetzagentur",
    "11 comparison tool": "www.vergleich.demo.example", "12 year before": "a year before we have no whole readings",
    "13 advice": "www.verbraucherzentrale.de", "14 usual customer": "An average customer of your kind used 287.7 kWh", "sources of the supplier": "Where the electricity of 2025 came from", "estimates": "None was estimated",
    "period": "June 2026", "number": "R2026-000001", "VAT id": "DE123456788",
}  # fmt: skip


def test_a_stored_invoice_says_what_an_electricity_bill_owes(world):
    # Home 1 takes 101 Wh in each of 96 x 30 quarter-hours: 290.880 kWh. 3 500 kWh x 30 / 365 = 287.671 kWh.
    said = words(invoice_files.pdf(owner(1), bills(world)[0]).content)
    missing = {
        name: words_ for name, words_ in OWED.items() if re.sub(r"\s+", " ", words_) not in said.replace("\u00a0", " ")
    }
    assert missing == {}, said
