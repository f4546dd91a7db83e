"""Instalments of an overdue balance and later due dates: what may be agreed by itself, and when an agreement is broken."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.errors import Issue
from domain.money import largest_remainder


@dataclass(frozen=True)
class PlanRules:
    """What a customer may agree on without staff, and what nobody may. [minor units]

    grace_days : so long after a part's day it may still arrive
    """

    most_months: int = 6
    least_rate_minor: int = 2_000
    most_total_minor: int = 100_000
    first_within_days: int = 31
    grace_days: int = 5
    utmost_months: int = 24


@dataclass(frozen=True)
class ExtensionRules:
    """How much later a customer may pay without staff, how often in a year, and what nobody may."""

    most_days: int = 14
    most_per_year: int = 2
    utmost_days: int = 60


PLAN_RULES, EXTENSION_RULES = PlanRules(), ExtensionRules()


@dataclass(frozen=True)
class Part:
    """amount_minor : above zero. [minor units]"""

    due_on: date
    amount_minor: int


def parts_of(total_minor: int, months: int, first_due: date) -> tuple[Part, ...]:
    """Monthly parts that differ by a cent at most and sum to the debt exactly; on the last day where a month is shorter."""
    amounts = largest_remainder(total_minor, [1] * months)
    return tuple(Part(_months_later(first_due, place), amount) for place, amount in enumerate(amounts))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def plan_issues(
    total_minor: int, months: int, first_due: date, today: date, rules: PlanRules = PLAN_RULES
) -> list[Issue]:
    """Why it cannot even be asked for; empty when it can."""
    found = []
    if total_minor <= 0:
        found.append(Issue("amount", "nothing_overdue"))
    if not 2 <= months <= rules.utmost_months:
        found.append(Issue("months", "out_of_range", {"first": 2, "last": rules.utmost_months}))
    elif 0 < total_minor < months:
        found.append(Issue("months", "rate_too_small"))
    last = today + timedelta(days=rules.first_within_days)
    if not today < first_due <= last:
        found.append(Issue("first_due", "out_of_range", {"first": str(today + timedelta(days=1)), "last": str(last)}))
    return found


def plan_is_automatic(total_minor: int, months: int, *, broke_one: bool, rules: PlanRules = PLAN_RULES) -> bool:
    """Whether it is agreed at once; otherwise staff decide. broke_one : the customer broke an agreement before"""
    is_small = total_minor <= rules.most_total_minor and months <= rules.most_months
    return is_small and total_minor // months >= rules.least_rate_minor and not broke_one


def is_broken(parts: Sequence[Part], paid_minor: int, today: date, rules: PlanRules = PLAN_RULES) -> bool:
    """Whether less has arrived than was due when the days of grace were over."""
    latest = today - timedelta(days=rules.grace_days)
    return paid_minor < sum(part.amount_minor for part in parts if part.due_on < latest)


def extension_issues(due: date, until: date, today: date, rules: ExtensionRules = EXTENSION_RULES) -> list[Issue]:
    """Why a later day cannot even be asked for; empty when it can."""
    first, last = max(due, today) + timedelta(days=1), max(due, today) + timedelta(days=rules.utmost_days)
    if first <= until <= last:
        return []
    return [Issue("until", "out_of_range", {"first": str(first), "last": str(last)})]


def extension_is_automatic(
    due: date, until: date, granted_in_year: int, rules: ExtensionRules = EXTENSION_RULES
) -> bool:
    """Whether it is granted at once; otherwise staff decide."""
    return (until - due).days <= rules.most_days and granted_in_year < rules.most_per_year
