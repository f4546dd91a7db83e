from __future__ import annotations

import json

import pytest

from adapters.documents.einvoice import einvoice
from adapters.documents.pdf import invoice_pdf
from cli import main
from domain.errors import Issue
from services.invoice import DOCUMENTS, SENTENCES
from tests.factories.invoices import make_business, make_feed_in, make_invoice


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the verb on a document with changes; gives exit code, what it said, and what it wrote."""
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path / 'portal.sqlite'}")
    monkeypatch.setenv("PORTAL_STORE", str(tmp_path / "store"))
    source = tmp_path / "document.json"

    def run_it(document, out="out.pdf", **change):
        source.write_text(json.dumps(DOCUMENTS.dump_python(document, mode="json") | change))
        code = main(["invoice", "--document", str(source), "--out", str(tmp_path / out)])
        said = capsys.readouterr()
        written = tmp_path / out
        return code, said.out + said.err, written.read_bytes() if written.exists() else None

    return run_it


@pytest.mark.parametrize("make", [make_invoice, make_business, make_feed_in], ids=lambda make: make.__name__)
def test_a_document_survives_json(make):
    assert DOCUMENTS.validate_json(DOCUMENTS.dump_json(make())) == make()


def test_it_writes_the_pdf_and_the_e_invoice(run):
    assert run(make_invoice())[::2] == (0, invoice_pdf(make_invoice()))
    assert run(make_business(), "out.xml")[::2] == (0, einvoice(make_business()))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": ""}, "number is missing -> add it"),
        ({"due": "2026-09-01"}, "due is before issued -> give a later day"),
        ({"payment": {"iban": "DE88370400440532013000"}}, "payment.iban is no valid IBAN ->"),
        ({"brand": {"name": "Demo", "logo": "<nosvg"}}, "brand.logo is no SVG ->"),
        ({"currency": "euro"}, "currency is no such code -> write EUR"),
        ({"issued": "03.09.2026"}, "issued: Input should be a valid date"),
        ({"number_of_order": "7"}, "number_of_order: Unexpected keyword argument"),
    ],
)
def test_a_refused_document_names_its_field_and_writes_nothing(run, change, said):
    code, found, written = run(make_invoice(), **change)
    assert (code, written) == (1, None)
    assert said in found


def test_another_kind_of_file_is_refused(run):
    assert run(make_invoice(), "out.docx")[:2] == (1, "--out: give a file that ends in .pdf or .xml\n")


def test_a_missing_file_is_refused(run, tmp_path, capsys):
    assert main(["invoice", "--document", str(tmp_path / "none.json"), "--out", "x.pdf"]) == 1
    assert "--document: there is no file" in capsys.readouterr().err


def test_the_schema_names_what_is_needed(run, capsys):
    assert main(["invoice", "--schema"]) == 0
    assert {"number", "lines", "supply", "seller"} <= set(json.loads(capsys.readouterr().out)["required"])


def test_every_issue_has_its_sentence():
    empty = make_invoice(number="", due=None)
    assert empty.issues() == [Issue("number", "missing"), Issue("due", "missing")]
    assert {issue.code for issue in empty.issues()} <= set(SENTENCES)
