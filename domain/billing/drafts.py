"""From a rating to a document: the lines of an invoice or a self-billed credit, and the one line of an instalment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from domain.billing.documents import Document, DocumentKind, DocumentLine, lines_of
from domain.billing.totals import Advance, Entry, totals
from domain.calendar import Period
from domain.money import from_minor, round_half_away
from domain.tariffs.rate import RatingResult
from domain.tariffs.taxes import TaxRule


@dataclass(frozen=True)
class Dates:
    """issued_on : the local day of issue; terms_days : until it is due."""

    issued_on: date
    terms_days: int = 14

    @property
    def due_on(self) -> date:
        return self.issued_on + timedelta(days=self.terms_days)


def billed_lines(result: RatingResult, kind: DocumentKind) -> tuple[DocumentLine, ...]:
    """The lines of a rating as billed; a feed-in credit says what is paid, where the rating says what it costs."""
    lines = lines_of(result.lines)
    if kind != "feed_in_credit":
        return lines
    return tuple(replace(line, net_minor=-line.net_minor, unit_price=-line.unit_price) for line in lines)


def gross_minor(lines: Sequence[DocumentLine]) -> int:
    """VAT included, before instalments. [minor units]"""
    return totals(Entry(line.net_minor, line.rate, line.category) for line in lines).gross_minor


def bill(
    lines: Sequence[DocumentLine],
    kind: DocumentKind,
    party: str,
    currency: str,
    period: Period,
    dates: Dates,
    advances: Sequence[Advance] = (),
) -> Document:
    return Document(
        kind, party, currency, period.first, period.end, dates.issued_on, dates.due_on, tuple(lines), tuple(advances)
    )


def instalment_line(amount_minor: int, currency: str, period: Period, tax: TaxRule) -> DocumentLine:
    """An instalment of a gross amount, with the VAT of its first day of supply; within a cent of it where VAT rounds so."""
    exact = Fraction(amount_minor) / (1 + Fraction(tax.rate))
    nearest = int(round_half_away(exact))
    net = min((nearest, nearest - 1, nearest + 1), key=lambda each: abs(_gross(each, tax) - amount_minor))
    return DocumentLine(
        "instalment", "Instalment", "energy", period.first, period.end, Decimal(1), "month", from_minor(net, currency),
        net, tax.rate, tax.category,
    )  # fmt: skip


def _gross(net_minor: int, tax: TaxRule) -> int:
    return totals([Entry(net_minor, tax.rate, tax.category)]).gross_minor
