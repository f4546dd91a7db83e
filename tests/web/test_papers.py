"""Bills as files over HTTP: for whom, under which name, and that nobody else's can be told from a missing one."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from io import BytesIO

import pytest

from services import accounts, billing_issue, billing_list, invoice_files, portal
from tests.factories.billing import make_document, make_line
from tests.web.test_app import route
from tests.web.walk import text_of


@pytest.fixture
def bill(world):
    """`bill(viewer)` is an invoice of the viewer's first account, issued in a year that no other test looks at."""

    def issue(viewer) -> str:
        with portal.using(world):
            (account, *_) = accounts.accounts_of(viewer)
            document = make_document(
                make_line(12_345), party=account.number, issued_on=date(2019, 7, 3), due_on=date(2019, 7, 17)
            )
            return billing_issue.issue(document, f"web-paper:{account.number}").public_id

    return issue


def test_its_owner_gets_the_pdf_and_the_e_invoice_under_the_bills_number(sign_in, viewer_in, bill):
    public_id, client = bill(viewer_in("consumer")), sign_in("consumer")
    for suffix, begins, mime_type in (("pdf", b"%PDF-", "application/pdf"), ("xml", b"<?xml", "application/xml")):
        answer = client.get(f"/billing/{public_id}/{suffix}")
        assert (answer.status_code, answer.mimetype) == (200, mime_type)
        assert answer.get_data().startswith(begins)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=R2019-")
        assert answer.headers["Content-Disposition"].endswith(f".{suffix}")
        assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")


def test_a_years_bills_come_as_one_zip(sign_in, viewer_in, bill, world):
    public_id = bill(viewer_in("consumer"))
    answer = sign_in("consumer").get("/billing/invoices.zip?year=2019")
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "application/zip",
        "no-store",
    )
    archive = zipfile.ZipFile(BytesIO(answer.get_data()))
    with portal.using(world):
        made = invoice_files.pdf(viewer_in("consumer"), public_id)
    assert {name: archive.read(name) for name in archive.namelist()} == {made.name: made.content}


def test_the_zip_is_of_what_the_list_shows(sign_in, viewer_in, bill, world):
    bill(viewer_in("consumer"))
    client = sign_in("consumer")
    assert client.get("/billing/invoices.zip?year=2019&kind=invoice").status_code == 200
    assert client.get("/billing/invoices.zip?year=2019&kind=credit_note").status_code == 404
    with portal.using(world):
        rows = billing_list.bills(viewer_in("business"))
    site = next(row.site_public_id for row in rows if row.site_public_id and row.issued_on.year == 2026)
    said = json.dumps(route(sign_in("business"), "/billing", f"?site={site}&year=2026").get_json())
    address = f"/billing/invoices.zip?kind=&status=&site={site}&year=2026".replace("kind=&status=&", "")
    assert address in said
    assert "These of 2026 as a zip" in said
    answer = sign_in("business").get(address)
    names = zipfile.ZipFile(BytesIO(answer.get_data())).namelist()
    wanted = sorted(row.number for row in rows if row.site_public_id == site and row.issued_on.year == 2026)
    assert names == [f"{number}.pdf" for number in wanted]


def test_foreign_bills_are_missing_bills(sign_in, viewer_in, bill, world):
    public_id, other = bill(viewer_in("consumer")), sign_in("business")
    for suffix in ("pdf", "xml"):
        answers = [other.get(f"/billing/{name}/{suffix}") for name in (public_id, "doc-0000000000")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert text_of(answers[0]) == text_of(answers[1])
    with portal.using(world):
        account = accounts.accounts_of(viewer_in("consumer"))[0].account_public_id
    for query in (f"year=2019&account={account}", "year=2018", "year=x", "", "year=2019&account=account-0000000000"):
        assert other.get(f"/billing/invoices.zip?{query}").status_code == 404


@pytest.mark.parametrize("name", ["agent", "admin", "analyst"])
def test_staff_outside_a_customers_pages_get_nothing(sign_in, viewer_in, bill, name):
    public_id = bill(viewer_in("consumer"))
    assert sign_in(name).get(f"/billing/{public_id}/pdf").status_code == 403


def test_strangers_are_asked_to_sign_in(stranger):
    assert stranger.get("/billing/doc-0000000000/pdf").status_code == 302
