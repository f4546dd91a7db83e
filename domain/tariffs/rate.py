"""The one function that prices energy: invoice, estimate, comparison, scenario and chart all call it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import partial
from itertools import pairwise

from domain.calendar import Period, PeriodKind
from domain.tariffs.base import Book, Charge, Facts, Market, Scope, month_spans
from domain.tariffs.errors import refuse
from domain.tariffs.lines import Line, Notice
from domain.tariffs.slots import Coverage, Use, coverage
from domain.tariffs.tariff import Tariff, canonical
from domain.tariffs.taxes import TaxRule, TaxTotal, tax_totals


@dataclass(frozen=True)
class Term:
    """A tariff version that applies to a site in `[first, end)`, local dates."""

    tariff: Tariff
    first: date
    end: date


@dataclass(frozen=True)
class MonthTotal:
    """What the lines of one rating cost in one month, unrounded and net of VAT."""

    first: date
    end: date
    amount: Fraction


@dataclass(frozen=True)
class RatingResult:
    """The lines of a period and how well the energy behind them is known.

    coverage : by flow; a missing interval was not priced, so the amounts are only as whole as `is_complete` says
    uncovered_days : days of the period without any tariff
    """

    first: date
    end: date
    currency: str
    lines: tuple[Line, ...]
    coverage: tuple[Coverage, ...]
    notices: tuple[Notice, ...] = ()
    uncovered_days: int = 0

    @property
    def net_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)

    @property
    def taxes(self) -> tuple[TaxTotal, ...]:
        return tax_totals((line.tax.category, line.tax.rate, line.amount_minor) for line in self.lines)

    @property
    def tax_minor(self) -> int:
        return sum(tax.tax_minor for tax in self.taxes)

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor

    @property
    def amount(self) -> Fraction:
        """Net of VAT, unrounded: for adding up and comparing, never for a bill."""
        return sum((line.amount for line in self.lines), Fraction(0))

    @property
    def missing(self) -> int:
        """Intervals without a reading, over all flows."""
        return sum(flow.missing for flow in self.coverage)

    @property
    def is_complete(self) -> bool:
        return self.missing == 0 and self.uncovered_days == 0

    def months(self) -> list[MonthTotal]:
        found = []
        for span in month_spans(self.first, self.end):
            parts = (part for line in self.lines for part in line.parts if part.first.replace(day=1) == span.month)
            found.append(MonthTotal(span.first, span.end, sum((part.amount for part in parts), Fraction(0))))
        return found


def rate(
    terms: Tariff | Sequence[Term], period: Period, use: Use, facts: Facts | None = None, market: Market | None = None
) -> RatingResult:
    """Price the local days of a period. Pure: the same inputs give the same result anywhere and for ever.

    terms : one tariff for all time, or the contract's versions with their days
    use : readings by flow; they may reach back before the period (ratchets and banks look there)
    """
    _refuse_empty(period)
    chosen = [Term(terms, date.min, date.max)] if isinstance(terms, Tariff) else _sound(terms)
    currency = _one_currency(chosen)
    book = Book(use, period.first, period.end, facts or Facts(), market or Market())
    lines: list[Line] = []
    flows: dict[str, None] = {}
    for term in chosen:
        if term.first < period.end and period.first < term.end:
            lines += _term_lines(term, book)
            flows |= dict.fromkeys(term.tariff.flows)
    covered = sum(max(0, (min(term.end, period.end) - max(term.first, period.first)).days) for term in chosen)
    return RatingResult(
        first=period.first,
        end=period.end,
        currency=currency,
        lines=tuple(lines),
        coverage=tuple(_coverage(book, flow) for flow in flows),
        notices=tuple(book.notices),
        uncovered_days=period.day_count - covered,
    )


def rate_months(
    terms: Tariff | Sequence[Term], period: Period, use: Use, facts: Facts | None = None, market: Market | None = None
) -> list[RatingResult]:
    """One rating per month of the period: what a monthly bill of it would say."""
    _refuse_empty(period)
    return [
        rate(terms, Period(PeriodKind.CUSTOM, span.first, span.end), use, facts, market)
        for span in month_spans(period.first, period.end)
    ]


def inputs_digest(terms: Sequence[Term], period: Period, use: Use) -> str:
    """SHA-256 of tariffs, period and every reading: an unchanged digest means that nothing has to be rated again."""
    found = hashlib.sha256(f"{period.first}/{period.end}/{use.zone_name}".encode())
    for term in terms:
        found.update(f"{term.first}/{term.end}/{canonical(term.tariff)}".encode())
    for flow in sorted(use.flows):
        part = use.flows[flow]
        found.update(f"{flow}/{part.interval_s}/".encode())
        for array in (part.start_utc.astype("datetime64[s]").astype("<i8"), part.energy_wh.astype("<i8"), part.quality):
            found.update(array.tobytes())
    return found.hexdigest()


def _refuse_empty(period: Period) -> None:
    if period.first >= period.end:
        raise refuse("period_empty", first=period.first, end=period.end)


def _sound(terms: Sequence[Term]) -> list[Term]:
    ordered = sorted(terms, key=lambda term: term.first)
    for before, after in pairwise(ordered):
        if after.first < before.end:
            raise refuse("contracts_overlap", first=after.first, end=before.end)
    return ordered


def _one_currency(terms: Sequence[Term]) -> str:
    found = sorted({term.tariff.currency for term in terms})
    if len(found) != 1:
        raise refuse("currencies_differ", currencies=", ".join(found))
    return found[0]


def _coverage(book: Book, flow: str) -> Coverage:
    laid = book.laid(flow)
    return coverage(flow, laid, slice(0, len(laid.slots)))


def _term_lines(term: Term, book: Book) -> list[Line]:
    """The lines of one tariff: first those priced from quantities, then those computed from them, in order."""
    lines: list[Line] = []
    for is_derived in (False, True):
        for charge in term.tariff.charges:
            if charge.is_derived is is_derived:
                for scope in _segments(charge, term, book, lines):
                    lines += charge.lines(scope)
    return lines


def _segments(charge: Charge, term: Term, book: Book, earlier: Sequence[Line]) -> Iterator[Scope]:
    """The charge's days, cut wherever its VAT or its levy changes: customers see both prices."""
    first = max(book.first, term.first, charge.valid_from or term.first)
    end = min(book.end, term.end, charge.valid_to or term.end)
    taxes = book.market.taxes
    edges = [first, *taxes.changes(charge.vat_code, charge.levy_name, first, end), end]
    for low, high in pairwise(edges):
        if low < high:
            tax: TaxRule = taxes.rule(charge.vat_code, low)
            yield Scope(
                book=book,
                currency=term.tariff.currency,
                bands=term.tariff.calendar,
                first=low,
                end=high,
                tax=tax,
                since=term.first,
                until=term.end,
                earlier=tuple(earlier),
                before=partial(_lines_before, charge, term, book),
            )


def _lines_before(charge: Charge, term: Term, book: Book, first: date) -> list[Line]:
    """The lines a derived charge is computed from, of the days from `first` to the rated period."""
    if first >= book.first:
        return []
    place = term.tariff.charges.index(charge)
    kept = tuple(other for at, other in enumerate(term.tariff.charges) if not other.is_derived or at < place)
    return _term_lines(
        replace(term, tariff=replace(term.tariff, charges=kept)), replace(book, first=first, end=book.first, notices=[])
    )
