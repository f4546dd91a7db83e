"""Documents and their lines, small enough to be added up by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.billing.documents import Document, DocumentKind, DocumentLine
from domain.billing.totals import Advance
from domain.tariffs.lines import CostGroup

FULL = Decimal("0.19")
FIRST, END = date(2026, 6, 1), date(2026, 7, 1)


def make_line(net_minor: int, group: CostGroup = "energy", rate: Decimal = FULL) -> DocumentLine:
    return DocumentLine(group, group.title(), group, FIRST, END, Decimal(1), "kWh", Decimal("0.30"), net_minor, rate)


def make_document(
    *lines: DocumentLine,
    kind: DocumentKind = "invoice",
    party: str = "C-1",
    advances: tuple[Advance, ...] = (),
    issued_on: date = date(2026, 7, 3),
    due_on: date = date(2026, 7, 17),
) -> Document:
    return Document(kind, party, "EUR", FIRST, END, issued_on, due_on, lines, advances)
