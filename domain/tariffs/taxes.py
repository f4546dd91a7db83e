"""VAT and levies as dated rows, looked up by the day of supply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeVar

from domain.errors import Issue
from domain.money import round_half_away
from domain.tariffs.errors import refuse


@dataclass(frozen=True, kw_only=True)
class TaxRule:
    """What a VAT code means from one local date to another.

    rate : share of the net amount, 0.19 for 19 %
    category : S standard, Z zero rate, E exempt, AE reverse charge, O outside the scope (EN 16931, UNTDID 5305)
    """

    __pydantic_config__ = {"extra": "forbid"}

    vat_code: str
    rate: Decimal
    category: Literal["S", "Z", "E", "AE", "O"] = "S"
    valid_from: date | None = None
    valid_to: date | None = None
    jurisdiction: str = ""


@dataclass(frozen=True, kw_only=True)
class LevyRate:
    """A public charge per kWh, such as the electricity tax. [currency / kWh]"""

    __pydantic_config__ = {"extra": "forbid"}

    levy: str
    price: Decimal
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class TaxTotal:
    """VAT of one category and rate: rounded once, on the sum of the rounded lines. [minor units]"""

    category: str
    rate: Decimal
    net_minor: int
    tax_minor: int


def tax_totals(rows: Iterable[tuple[str, Decimal, int]]) -> tuple[TaxTotal, ...]:
    """VAT by category and rate.

    rows : category, rate and rounded net amount of each line. [minor units]
    """
    found: dict[tuple[str, Decimal], int] = {}
    for category, rate, net_minor in rows:
        found[category, rate] = found.get((category, rate), 0) + net_minor
    return tuple(
        TaxTotal(category, rate, net, int(round_half_away(Fraction(rate) * net)))
        for (category, rate), net in sorted(found.items())
    )


Row = TypeVar("Row", TaxRule, LevyRate)
OUTSIDE = TaxRule(vat_code="", rate=Decimal(0), category="O")


def is_valid_on(row: TaxRule | LevyRate, day: date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day < row.valid_to)


@dataclass(frozen=True)
class TaxTable:
    rules: tuple[TaxRule, ...] = ()
    levies: tuple[LevyRate, ...] = ()

    def rule(self, vat_code: str, day: date) -> TaxRule:
        """The rule of a code on a day of supply. The empty code is outside the scope of VAT."""
        if not vat_code:
            return OUTSIDE
        for rule in self.rules:
            if rule.vat_code == vat_code and is_valid_on(rule, day):
                return rule
        raise refuse("tax_rule_missing", vat_code=vat_code, day=day)

    def levy(self, name: str, day: date) -> LevyRate:
        for row in self.levies:
            if row.levy == name and is_valid_on(row, day):
                return row
        raise refuse("levy_missing", levy=name, day=day)

    def changes(self, vat_code: str, levy: str, first: date, end: date) -> list[date]:
        """The dates inside `(first, end)` at which the VAT code or the levy gets another row."""
        rows: list[TaxRule | LevyRate] = [rule for rule in self.rules if rule.vat_code == vat_code]
        rows += [row for row in self.levies if row.levy == levy]
        edges = {edge for row in rows for edge in (row.valid_from, row.valid_to) if edge and first < edge < end}
        return sorted(edges)

    def as_of(self, day: date) -> TaxTable:
        """The rows in force on a day, made timeless: what a past year would cost at today's taxes."""
        return TaxTable(_timeless(self.rules, day), _timeless(self.levies, day))

    def issues(self) -> list[Issue]:
        rows = _overlaps("taxes", [(rule.vat_code, rule) for rule in self.rules])
        return rows + _overlaps("levies", [(row.levy, row) for row in self.levies])


def _timeless(rows: Iterable[Row], day: date) -> tuple[Row, ...]:
    return tuple(replace(row, valid_from=None, valid_to=None) for row in rows if is_valid_on(row, day))


def _overlaps(path: str, rows: Sequence[tuple[str, TaxRule | LevyRate]]) -> list[Issue]:
    found = []
    for place, (name, row) in enumerate(rows):
        if row.valid_from and row.valid_to and row.valid_from >= row.valid_to:
            found.append(Issue(f"{path}[{place}].valid_to", "ends_before_it_begins"))
        for other_name, other in rows[:place]:
            if name == other_name and overlap((row.valid_from, row.valid_to), (other.valid_from, other.valid_to)):
                found.append(Issue(f"{path}[{place}].valid_from", "overlaps", {"name": name}))
    return found


Span = tuple[date | None, date | None]


def overlap(one: Span, other: Span) -> bool:
    """Whether two half-open spans of days share one; None is open."""
    return (one[0] is None or other[1] is None or one[0] < other[1]) and (
        other[0] is None or one[1] is None or other[0] < one[1]
    )
