"""When an overdue invoice gets its next letter, also where nights were missed or a pause lay between."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from domain.payments.retries import DUNNING, DunningStep, next_step


def due_step(
    due: date, today: date, taken: Mapping[str, date], pauses: Collection[str] = (), *,
    steps: tuple[DunningStep, ...] = DUNNING,
) -> DunningStep | None:  # fmt: skip
    """The step of today. Between two letters lie as many days as in the plan, however late the first one went out.

    taken : the day of each step that was taken
    """
    return next_step(shifted_due(due, taken, steps), today, tuple(taken), pauses, steps=steps)


def shifted_due(due: date, taken: Mapping[str, date], steps: tuple[DunningStep, ...] = DUNNING) -> date:
    """The due date that would have made the last step taken fall on its day; the real one where it was on time."""
    meant = [on - timedelta(days=step.days_after_due) for step in steps if (on := taken.get(step.code)) is not None]
    return max([due, *meant])


def first_letter(steps: tuple[DunningStep, ...] = DUNNING) -> timedelta:
    """How long after the due date nothing happens at all."""
    return timedelta(days=min(step.days_after_due for step in steps))
