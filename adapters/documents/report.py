"""A report on the retailer's paper: a sentence in a box, then tables, as PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import typst

from adapters.brand import shades
from adapters.documents import words
from adapters.documents.pdf import logo_of
from domain.billing.invoice import Brand, Party
from domain.text import current_locale
from domain.text import gettext as _

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "report.typ"


@dataclass(frozen=True)
class Part:
    """A table under its heading; the first column is text, the others stand right."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Report:
    """All in the language of the reader. issued : a day that makes the same report the same file."""

    title: str
    lead: str
    box: str
    parts: Sequence[Part]
    note: str
    retailer: Party
    brand: Brand
    issued: date


def report_pdf(report: Report) -> bytes:
    """The PDF in the current language; the same bytes for the same report."""
    look, seller = shades(report.brand.accent, dark=False), report.retailer
    payload = {
        "language": current_locale(), "title": report.title, "lead": report.lead, "author": seller.name,
        "issued": [report.issued.year, report.issued.month, report.issued.day],
        "brand": {"name": report.brand.name, "soft": look.soft, "line": look.line, "text": look.text},
        "logo": logo_of(report.brand), "box": report.box, "note": report.note,
        "parts": [{"title": one.title, "head": list(one.head), "rows": [list(row) for row in one.rows]} for one in report.parts],
        "foot": " · ".join(part for part in (*words.address(seller), seller.phone, seller.email, seller.vat_id) if part),
        "say": {
            "logo": _("Logo of {name}", name=report.brand.name),
            "page": _("Page {page} of {pages}", page="{page}", pages="{pages}"),
        },
    }  # fmt: skip
    return typst.compile(
        str(TEMPLATE),
        root=str(HERE),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,  # what is installed here would change the bytes
        format="pdf",
        sys_inputs={"data": json.dumps(payload, ensure_ascii=False)},
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(datetime.combine(report.issued, time(), UTC).timestamp()),
    )
