"""Budget billing: equal amounts over a year, the balance it will have, and its settlement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from domain.errors import InvalidInputError
from domain.money import largest_remainder


@dataclass(frozen=True)
class ForecastMonth:
    """balance_minor : paid less cost since the first month; negative is owed by the customer. [minor units]"""

    cost_minor: int
    paid_minor: int
    balance_minor: int


@dataclass(frozen=True)
class Settlement:
    """due_minor : left to pay after all instalments; negative goes back to the customer. [minor units]"""

    cost_minor: int
    paid_minor: int

    @property
    def due_minor(self) -> int:
        return self.cost_minor - self.paid_minor


def equal_amount(expected_minor: int, months: int = 12, step_minor: int = 100) -> int:
    """The smallest multiple of a step that pays the expected cost in so many months. [minor units]"""
    if months < 1:
        raise InvalidInputError("months", "not_positive")
    if step_minor < 1:
        raise InvalidInputError("step", "not_positive")
    if expected_minor <= 0:
        return 0
    return -(-expected_minor // (months * step_minor)) * step_minor


def shared_amounts(expected_minor: int, months: int = 12) -> list[int]:
    """Instalments that differ by a cent at most and sum to the expected cost exactly. [minor units]"""
    return largest_remainder(expected_minor, [1] * months)


def forecast(costs_minor: Sequence[int], amounts_minor: Sequence[int], opening_minor: int = 0) -> list[ForecastMonth]:
    """The balance after each month.

    costs_minor, amounts_minor : gross cost and instalment by month; opening_minor : balance before the first.
        [minor units]
    """
    if any(amount < 0 for amount in amounts_minor):
        raise InvalidInputError("amount", "negative")
    changes = (amount - cost for amount, cost in zip(amounts_minor, costs_minor, strict=True))
    after = list(accumulate(changes, initial=opening_minor))[1:]
    rows = zip(costs_minor, amounts_minor, after, strict=True)
    return [ForecastMonth(cost, amount, balance) for cost, amount, balance in rows]


def ends_between(known: Sequence[int | None], expected: Sequence[int]) -> tuple[int, int]:
    """The least and the most that a year may cost: its other months as expected, and changed as the known ones were.

    known : cost by month, None where it is not known (yet); expected : of the same months. Gross. [minor units]
    """
    pairs = list(zip(known, expected, strict=True))
    so_far = sum(cost for cost, _expected in pairs if cost is not None)
    foreseen = sum(usual for cost, usual in pairs if cost is not None)
    rest = sum(usual for cost, usual in pairs if cost is None)
    changed = rest if foreseen <= 0 or so_far < 0 else round(Fraction(rest * so_far, foreseen))
    return so_far + min(rest, changed), so_far + max(rest, changed)


def even_amount(cost_minor: int, paid_minor: int, months: int, step_minor: int = 100) -> int:
    """What to pay in the months left, so that nothing is left at the end; in whole steps, never too little. [minor units]"""
    return equal_amount(cost_minor - paid_minor, months, step_minor)


def settle(cost_minor: int, paid_minor: Sequence[int]) -> Settlement:
    """The year's invoice against what was paid, whatever the plan had been."""
    return Settlement(cost_minor, sum(paid_minor))
