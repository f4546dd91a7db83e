"""What a billing document adds up to: lines, VAT by rate, gross, advances paid before it, balance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.tariffs.lines import Line
from domain.tariffs.taxes import TaxTotal, tax_totals


@dataclass(frozen=True)
class Entry:
    """A line of a document as far as its totals ask.

    net_minor : rounded. [minor units]
    rate : of VAT, as a share of the net amount
    category : of VAT, as in `TaxRule`
    """

    net_minor: int
    rate: Decimal
    category: str = "S"


@dataclass(frozen=True)
class Advance:
    """Instalments paid before the document, with the VAT that their own documents showed: it is taken over, never computed.

    net_minor, tax_minor : both rounded, positive where the customer paid. [minor units]
    rate, category : of VAT; None where one printed sum holds several rates
    """

    net_minor: int
    tax_minor: int
    rate: Decimal | None = None
    category: str = "S"

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


@dataclass(frozen=True)
class DocumentTotals:
    """All in minor units of one currency; a credit note has them negative.

    taxes : one row per VAT category and rate: net is the sum of the rounded lines, VAT is rounded once on it
    advances : one row per VAT category and rate of the instalments
    """

    taxes: tuple[TaxTotal, ...]
    advances: tuple[Advance, ...]

    @property
    def net_minor(self) -> int:
        return sum(row.net_minor for row in self.taxes)

    @property
    def tax_minor(self) -> int:
        return sum(row.tax_minor for row in self.taxes)

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor

    @property
    def advance_minor(self) -> int:
        """What was paid before, VAT included."""
        return sum(row.gross_minor for row in self.advances)

    @property
    def balance_minor(self) -> int:
        """What is left to pay; negative is a credit of the customer."""
        return self.gross_minor - self.advance_minor

    @property
    def advance_tax_minor(self) -> int:
        return sum(row.tax_minor for row in self.advances)

    @property
    def tax_left_minor(self) -> int:
        """The VAT that this document owes the state beyond that of its advances; negative is given back."""
        return self.tax_minor - self.advance_tax_minor


def entries(lines: Iterable[Line]) -> list[Entry]:
    """The lines of a rating as those of a document."""
    return [Entry(line.amount_minor, line.tax.rate, line.tax.category) for line in lines]


def totals(lines: Iterable[Entry], advances: Sequence[Advance] = ()) -> DocumentTotals:
    """Net per VAT rate, VAT rounded once per rate, gross, advances as they were printed, balance.

    Exact: every sum is one of integers, and only the VAT of each rate is rounded, half away from zero.
    """
    taxes = tax_totals((line.category, line.rate, line.net_minor) for line in lines)
    return DocumentTotals(taxes, _by_rate(advances))


def _by_rate(advances: Sequence[Advance]) -> tuple[Advance, ...]:
    found: dict[tuple[str, Decimal | None], Advance] = {}
    for one in advances:
        key = (one.category, one.rate)
        sofar = found.get(key, Advance(0, 0, one.rate, one.category))
        net, tax = sofar.net_minor + one.net_minor, sofar.tax_minor + one.tax_minor
        found[key] = Advance(net, tax, one.rate, one.category)
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0], key[1] is None, key[1] or Decimal(0))))
