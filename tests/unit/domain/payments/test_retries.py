"""When a failed payment is tried again, and when somebody who owes is reminded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.payments.retries import DUNNING, DunningStep, Failure, RetryPlan, next_step

FAILED = date(2026, 11, 2)
DUE = date(2026, 10, 1)


def test_a_soft_failure_is_tried_again_after_one_three_and_seven_days():
    days = [RetryPlan().next_try(Failure.SOFT, FAILED, tries) for tries in range(4)]
    assert days == [date(2026, 11, 3), date(2026, 11, 5), date(2026, 11, 9), None]


def test_a_returned_direct_debit_is_presented_once_more():
    days = [RetryPlan().next_try(Failure.RETURNED, FAILED, tries) for tries in range(2)]
    assert days == [date(2026, 11, 7), None]


def test_a_hard_failure_needs_another_method():
    assert RetryPlan().next_try(Failure.HARD, FAILED, 0) is None


@pytest.mark.parametrize(
    ("days_late", "done", "code"),
    [
        (6, (), None),
        (7, (), "reminder"),
        (20, ("reminder",), None),
        (21, ("reminder",), "first_notice"),
        (35, ("reminder", "first_notice"), "last_notice"),
        (49, ("reminder", "first_notice", "last_notice"), "agent"),
        (400, ("reminder", "first_notice", "last_notice", "agent"), None),
        (40, (), "reminder"),  # nobody gets three letters at once because the portal stood still
    ],
)
def test_steps_come_one_at_a_time_and_in_order(days_late, done, code):
    step = next_step(DUE, DUE + timedelta(days=days_late), done)
    assert (step.code if step else None) == code


@pytest.mark.parametrize("why", ["dispute", "payment_plan", "extension", "vulnerable"])
def test_nobody_is_reminded_during_a_pause(why):
    assert next_step(DUE, DUE + timedelta(days=60), (), {why}) is None


def test_an_unknown_reason_to_pause_is_refused():
    with pytest.raises(ValueError, match="no such reason to pause: holiday"):
        next_step(DUE, DUE, (), {"holiday"})


def test_a_retailer_has_its_own_steps():
    own = (DunningStep("call", 3),)
    assert next_step(DUE, DUE + timedelta(days=3), (), steps=own) == own[0]


def test_a_reminder_is_free_and_letters_are_not():
    assert [(step.code, step.fee_minor) for step in DUNNING] == [
        ("reminder", 0), ("first_notice", 250), ("last_notice", 500), ("agent", 0),
    ]  # fmt: skip
