"""`python -m cli invoice`: one billing document, described as JSON, made into a PDF or an e-invoice."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from adapters.documents.einvoice import einvoice
from adapters.documents.pdf import invoice_pdf
from domain.billing.invoice import InvoiceDocument
from domain.errors import InvalidInputError
from services import portal

DOCUMENTS = TypeAdapter(InvoiceDocument)
WRITERS = {".pdf": invoice_pdf, ".xml": einvoice}
# What is wrong with a field, and the remedy.
SENTENCES = {
    "missing": "is missing -> add it",
    "outside_scope_stands_alone": "mixes category O with others -> use E or Z for what bears no VAT",
    "unlike_category": "does not fit its tax_category -> only category S has a rate above 0",
    "before_first": "is before first -> give the last day of the period",
    "before_issue": "is before issued -> give a later day",
    "no_code": "is no such code -> write EUR for a currency, DE for a country, #0066CC for a colour",
    "no_svg": "is no SVG -> give the whole text of an SVG file",
    "check_iban": "is no valid IBAN -> compare length and check digits with the bank's letter",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--document", metavar="FILE", help="the document as JSON (docs/invoices.md)")
    parser.add_argument("--out", metavar="FILE", help="FILE.pdf with the e-invoice in it, or FILE.xml alone")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of documents and stop")


def command(arguments: argparse.Namespace, here: portal.Portal) -> int:
    """0 when written; 1 when refused, each problem on a line with its field."""
    portal.use(here)
    if arguments.schema:
        print(json.dumps(DOCUMENTS.json_schema(), indent=2))
        return 0
    problems = _write(arguments.document, arguments.out)
    print(
        "\n".join(problems) if problems else f"{arguments.out} is written.", file=sys.stderr if problems else sys.stdout
    )
    return 1 if problems else 0


def _write(document: str | None, out: str | None) -> list[str]:
    """The problems; with none the file is there."""
    if not document or not Path(document).is_file():
        return [f"--document: there is no file {document or ''}".rstrip()]
    writer = WRITERS.get(Path(out or "").suffix.lower())
    if not out or writer is None:
        return ["--out: give a file that ends in .pdf or .xml"]
    try:
        made = writer(DOCUMENTS.validate_json(Path(document).read_bytes()))
    except ValidationError as error:
        return [f"{document}: {'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors()]
    except InvalidInputError as error:
        return [f"{document}: {error.params['field']} {SENTENCES[str(error.params['remedy'])]}"]
    Path(out).write_bytes(made)
    return []
