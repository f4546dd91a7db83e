"""What follows a payment that failed, and an invoice that stays open: plans as data, days counted from a date.

A soft failure (no funds, bank not reached) is tried again; after a hard one (card expired or stolen, mandate revoked)
trying again would fail again, so the customer is asked for another method at once. A direct debit that the bank took
back is presented once more and no oftener.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Failure(StrEnum):
    SOFT = "soft"
    HARD = "hard"
    RETURNED = "returned"  # a direct debit came back


@dataclass(frozen=True)
class RetryPlan:
    """Days after the first failure on which the same method is tried again, by the kind of the last failure."""

    soft_days: tuple[int, ...] = (1, 3, 7)
    returned_days: tuple[int, ...] = (5,)

    def next_try(self, failure: Failure, first_failed: date, tries_after_first: int) -> date | None:
        """When to try again; None where only another method helps.

        tries_after_first : how often it was tried again already
        """
        days = {Failure.SOFT: self.soft_days, Failure.RETURNED: self.returned_days}.get(failure, ())
        if tries_after_first >= len(days):
            return None
        return first_failed + timedelta(days=days[tries_after_first])


@dataclass(frozen=True)
class DunningStep:
    """A letter so many days after the due date.

    fee_minor : what it costs the customer. [minor units]
    """

    code: str
    days_after_due: int
    fee_minor: int = 0


DUNNING = (
    DunningStep("reminder", 7),
    DunningStep("first_notice", 21, 250),
    DunningStep("last_notice", 35, 500),
    DunningStep("agent", 49),
)
PAUSES = frozenset({"dispute", "payment_plan", "extension", "vulnerable"})  # why nobody is reminded for now


def next_step(due: date, today: date, done: Collection[str], pauses: Collection[str] = (), *,
              steps: tuple[DunningStep, ...] = DUNNING) -> DunningStep | None:  # fmt: skip
    """The step to take today for an invoice that is still open; one at a time, in order, none while it is paused."""
    unknown = set(pauses) - PAUSES
    if unknown:
        raise ValueError(f"no such reason to pause: {', '.join(sorted(unknown))}")
    if pauses:
        return None
    following = next((step for step in steps if step.code not in done), None)
    if following is None or today < due + timedelta(days=following.days_after_due):
        return None
    return following
