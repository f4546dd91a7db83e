"""Budget billing: equal amounts over a year, the balance it will have, and its settlement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


def forecast(costs_minor: Sequence[int], amount_minor: int, opening_minor: int = 0) -> list[ForecastMonth]:
    """The balance after each month when the same amount is paid in each.

    costs_minor : expected gross cost by month; opening_minor : balance before the first. [minor units]
    """
    if amount_minor < 0:
        raise InvalidInputError("amount", "negative")
    changes = (amount_minor - cost for cost in costs_minor)
    after = list(accumulate(changes, initial=opening_minor))[1:]
    return [ForecastMonth(cost, amount_minor, balance) for cost, balance in zip(costs_minor, after, strict=True)]


def settle(cost_minor: int, paid_minor: Sequence[int]) -> Settlement:
    """The year's invoice against what was paid, whatever the plan had been."""
    return Settlement(cost_minor, sum(paid_minor))
