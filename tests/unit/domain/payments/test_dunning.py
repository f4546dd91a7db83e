from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.payments.dunning import due_step, first_letter, shifted_due

DUE = date(2026, 7, 17)


def on(days: int) -> date:
    return DUE + timedelta(days=days)


@pytest.mark.parametrize(
    ("today", "taken", "code"),
    [
        (6, {}, None),
        (7, {}, "reminder"),
        (21, {"reminder": 7}, "first_notice"),
        # the portal stood still for a month: the reminder went out on day 40, the notice 14 days after it, not the next day
        (41, {"reminder": 40}, None),
        (53, {"reminder": 40}, None),
        (54, {"reminder": 40}, "first_notice"),
        (68, {"reminder": 40, "first_notice": 54}, "last_notice"),
        (82, {"reminder": 40, "first_notice": 54, "last_notice": 68}, "agent"),
        (99, {"reminder": 7, "first_notice": 21, "last_notice": 35, "agent": 49}, None),
    ],
)
def test_between_two_letters_lie_the_days_of_the_plan(today, taken, code):
    step = due_step(DUE, on(today), {name: on(days) for name, days in taken.items()})
    assert (step.code if step else None) == code


def test_nothing_happens_during_a_pause():
    assert due_step(DUE, on(30), {}, {"payment_plan"}) is None


def test_a_step_in_time_shifts_nothing():
    assert shifted_due(DUE, {}) == DUE
    assert shifted_due(DUE, {"reminder": on(7)}) == DUE
    assert shifted_due(DUE, {"reminder": on(9)}) == on(2)


def test_for_a_week_nothing_happens_at_all():
    assert first_letter() == timedelta(days=7)
