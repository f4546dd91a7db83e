"""What a year of somebody's own readings costs under several tariffs, as lived: the same use, other prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.calendar import Period
from domain.money import Exact, to_minor
from domain.tariffs.base import Facts, Market, month_spans
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.lines import Line, Notice
from domain.tariffs.rate import RatingResult, rate
from domain.tariffs.slots import Coverage, Use
from domain.tariffs.tariff import Tariff
from domain.units import WH_PER_KWH

STANDING_KINDS = ("fixed", "capacity")  # due whatever is used


@dataclass(frozen=True)
class MonthCost:
    """The gross cost of one month; the months of a year sum to its gross cost."""

    first: date
    gross_minor: int


@dataclass(frozen=True)
class YearCost:
    """One tariff over the compared period, gross of VAT. [minor units]

    standing_minor : what would be due without any use
    discount_minor : bonuses and rebates in it, negative; a comparison says the cost with and without them
    energy_wh : import that was priced. [Wh]
    refusal : why the tariff could not be priced for this customer; then there is no cost
    """

    tariff: Tariff
    gross_minor: int = 0
    standing_minor: int = 0
    discount_minor: int = 0
    months: tuple[MonthCost, ...] = ()
    energy_wh: int = 0
    coverage: tuple[Coverage, ...] = ()
    notices: tuple[Notice, ...] = ()
    refusal: RatingRefusedError | None = None

    @property
    def worst_month(self) -> MonthCost:
        """The dearest month; the earlier of equal ones."""
        return max(self.months, key=lambda month: month.gross_minor)

    @property
    def without_discount_minor(self) -> int:
        return self.gross_minor - self.discount_minor

    @property
    def missing_share(self) -> Fraction:
        """The share of intervals without a reading: nothing was paid for them under any tariff."""
        expected = sum(flow.expected for flow in self.coverage)
        return Fraction(sum(flow.missing for flow in self.coverage), expected) if expected else Fraction(0)


@dataclass(frozen=True)
class Switch:
    """What changing from one tariff to another would have meant.

    saving_minor : in the compared period, negative when the other is dearer
    exit_fee_minor : what leaving costs once
    months_to_recover : until the savings have paid the fee; None when they never do
    break_even_kwh : the use per year at which both cost the same; None when no use makes them equal
    """

    saving_minor: int
    exit_fee_minor: int
    months_to_recover: int | None
    break_even_kwh: int | None


def compare(
    tariffs: Sequence[Tariff],
    period: Period,
    use: Use,
    prices_of: date,
    facts: Facts | None = None,
    market: Market | None = None,
) -> list[YearCost]:
    """The tariffs at the prices and taxes in force on a day, cheapest first; those that cannot be priced at the end.

    Market prices stay those of the compared period: what hours cost cannot be moved to today.
    """
    outside = market or Market()
    frozen = replace(outside, taxes=outside.taxes.as_of(prices_of))
    found = [_year(tariff, prices_of, period, use, facts, frozen) for tariff in tariffs]
    return sorted(found, key=lambda cost: (cost.refusal is not None, cost.gross_minor))


def _year(tariff: Tariff, prices_of: date, period: Period, use: Use, facts: Facts | None, market: Market) -> YearCost:
    try:
        result = rate(tariff.as_of(prices_of), period, use, facts, market)
    except RatingRefusedError as error:
        return YearCost(tariff, refusal=error)
    imported = [flow.energy_wh for flow in result.coverage if flow.flow == "import"]
    return YearCost(
        tariff=tariff,
        gross_minor=result.gross_minor,
        standing_minor=_gross(result, [line for line in result.lines if line.kind in STANDING_KINDS]),
        discount_minor=_gross(result, [line for line in result.lines if line.cost_group == "discount"]),
        months=_months(result),
        energy_wh=sum(imported),
        coverage=result.coverage,
        notices=result.notices,
    )


def _gross(result: RatingResult, lines: Sequence[Line]) -> int:
    return to_minor(sum((line.amount * (1 + Fraction(line.tax.rate)) for line in lines), Fraction(0)), result.currency)


def _months(result: RatingResult) -> tuple[MonthCost, ...]:
    """Exact costs of the months, rounded so that they sum to what the bills would say."""
    spans = month_spans(result.first, result.end)
    exact = []
    for span in spans:
        parts = (
            part.amount * (1 + Fraction(line.tax.rate))
            for line in result.lines
            for part in line.parts
            if part.first.replace(day=1) == span.month
        )
        exact.append(sum(parts, Fraction(0)))
    rounded = running(exact, result.gross_minor, result.currency)
    return tuple(MonthCost(span.first, minor) for span, minor in zip(spans, rounded, strict=True))


def running(amounts: Sequence[Exact], total_minor: int, currency: str) -> list[int]:
    """Round the running sum, so that rounded parts add up; the last one takes what is left to the total."""
    found: list[int] = []
    exact = Fraction(0)
    for amount in amounts[:-1]:
        exact += Fraction(amount)
        found.append(to_minor(exact, currency) - sum(found))
    return [*found, total_minor - sum(found)]


def switch(current: YearCost, other: YearCost, exit_fee: Decimal = Decimal(0)) -> Switch:
    """From one tariff to another, over the same period and use."""
    saving = current.gross_minor - other.gross_minor
    fee = to_minor(exit_fee, current.tariff.currency)
    months = len(current.months)
    recovered = -(-fee * months // saving) if saving > 0 else None  # rounded up
    return Switch(saving, fee, recovered if fee else (0 if saving >= 0 else None), _break_even_kwh(current, other))


def _break_even_kwh(current: YearCost, other: YearCost) -> int | None:
    """Where the two cost lines over yearly use meet, each with its own mean price per kWh of this use."""
    if not current.energy_wh:
        return None
    energy = Fraction(current.energy_wh, WH_PER_KWH)
    mine, theirs = (Fraction(cost.gross_minor - cost.standing_minor) / energy for cost in (current, other))
    standing = other.standing_minor - current.standing_minor
    if mine == theirs or (standing / (mine - theirs)) <= 0:
        return None
    per_year = Fraction(12, len(current.months))
    return round(standing / (mine - theirs) * per_year)
