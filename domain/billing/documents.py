"""Billing documents: invoice, instalment, credit note and self-billed feed-in credit, and what each books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from domain.billing.ledger import Posting, check, merged, vat_account
from domain.billing.totals import Advance, DocumentTotals, Entry, totals
from domain.errors import InvalidInputError
from domain.money import round_half_away
from domain.tariffs.lines import CostGroup, Line

DocumentKind = Literal["invoice", "instalment", "credit_note", "feed_in_credit"]
KINDS: tuple[DocumentKind, ...] = get_args(DocumentKind)
QUANTITY_DIGITS = 6


@dataclass(frozen=True)
class DocumentLine:
    """A line as printed: rounded, and free of the tariff it came from.

    first, end : the segment `[first, end)` in local dates
    quantity : to 6 decimals; net_minor : rounded once, when rated. [minor units]
    """

    code: str
    label: str
    cost_group: CostGroup
    first: date
    end: date
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net_minor: int
    rate: Decimal
    category: str = "S"
    band: str = ""


@dataclass(frozen=True)
class Document:
    """What is issued and never changed after it.

    first, end : the period `[first, end)` in local dates; service_on : the day by which supply was done
    refers_to : the number of the document that a credit note takes back
    """

    kind: DocumentKind
    party: str
    currency: str
    first: date
    end: date
    issued_on: date
    due_on: date
    lines: tuple[DocumentLine, ...]
    advances: tuple[Advance, ...] = ()
    refers_to: str = ""

    def __post_init__(self) -> None:
        if not self.lines:
            raise InvalidInputError("lines", "empty")
        if self.end <= self.first:
            raise InvalidInputError("end", "ends_before_it_begins")
        if self.due_on < self.issued_on:
            raise InvalidInputError("due_on", "before_issue")
        if (self.kind == "credit_note") != bool(self.refers_to):
            raise InvalidInputError("refers_to", "credit_notes_refer_to_a_document")

    @property
    def service_on(self) -> date:
        return date.fromordinal(self.end.toordinal() - 1)

    @property
    def totals(self) -> DocumentTotals:
        return totals((Entry(line.net_minor, line.rate, line.category) for line in self.lines), self.advances)


def lines_of(rated: Iterable[Line]) -> tuple[DocumentLine, ...]:
    """The lines of a rating as those of a document; their amounts are the rating's, to the cent."""
    return tuple(
        DocumentLine(
            line.code, line.label, line.cost_group, line.first, line.end, round_half_away(line.quantity, QUANTITY_DIGITS),
            line.unit, line.unit_price, line.amount_minor, line.tax.rate, line.tax.category, line.band,
        )
        for line in rated
    )  # fmt: skip


def credit_note(document: Document, number: str, issued_on: date) -> Document:
    """Takes a whole document back: each line negated at its own VAT rate, the advances given back likewise."""
    if document.kind == "credit_note":
        raise InvalidInputError("document", "credit_note_of_a_credit_note")
    lines = tuple(replace(line, quantity=-line.quantity, net_minor=-line.net_minor) for line in document.lines)
    advances = tuple(replace(one, net_minor=-one.net_minor, tax_minor=-one.tax_minor) for one in document.advances)
    return replace(
        document, kind="credit_note", lines=lines, advances=advances, refers_to=number, issued_on=issued_on, due_on=issued_on
    )  # fmt: skip


def advances_of(instalments: Sequence[Document]) -> tuple[Advance, ...]:
    """What instalment documents showed, for the invoice that settles them: never computed anew."""
    return tuple(
        Advance(row.net_minor, row.tax_minor, row.rate, row.category)
        for document in instalments
        for row in document.totals.taxes
    )


def check_vat(document: Document) -> None:
    """Refuse what no e-invoice could say: a line outside the scope of VAT stands alone (BR-O-11 of EN 16931)."""
    if len({line.category == "O" for line in document.lines}) > 1:
        raise InvalidInputError("lines", "outside_scope_stands_alone")


def postings(document: Document, of: DocumentKind | None = None) -> tuple[Posting, ...]:
    """What issuing a document books; the customer's account carries the balance due.

    of : for a credit note, the kind of what it takes back
    """
    kind = of or document.kind
    if kind == "credit_note":
        raise InvalidInputError("of", "credit_notes_refer_to_a_document")
    booked = _feed_in(document) if kind == "feed_in_credit" else _sale(document, kind)
    if not booked:
        return ()
    check(booked)
    return booked


def _sale(document: Document, kind: DocumentKind) -> tuple[Posting, ...]:
    found, currency = document.totals, document.currency
    rows = [Posting(f"receivable:{document.party}", found.balance_minor, currency)]
    for line in document.lines:
        name = (
            vat_account(line.category, line.rate, "advance") if kind == "instalment" else f"revenue:{line.cost_group}"
        )
        rows.append(Posting(name, -line.net_minor, currency))
    rows += [Posting(vat_account(row.category, row.rate), -row.tax_minor, currency) for row in found.taxes]
    for one in found.advances:
        if one.rate is None:
            raise InvalidInputError("advances", "without_a_vat_rate")
        rows.append(Posting(vat_account(one.category, one.rate, "advance"), one.net_minor, currency))
        rows.append(Posting(vat_account(one.category, one.rate), one.tax_minor, currency))
    return merged(rows)


def _feed_in(document: Document) -> tuple[Posting, ...]:
    """Self-billed: the amounts of its lines are positive and owed to the customer."""
    found, currency = document.totals, document.currency
    rows = [
        Posting("feed_in", found.net_minor, currency),
        Posting(f"feed_in_payable:{document.party}", -found.gross_minor, currency),
    ]
    rows += [Posting(vat_account(row.category, row.rate, "vat_in"), row.tax_minor, currency) for row in found.taxes]
    return merged(rows)
