from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payments.plans import (
    Part,
    extension_is_automatic,
    extension_issues,
    is_broken,
    parts_of,
    plan_is_automatic,
    plan_issues,
)

TODAY = date(2026, 8, 1)
FIRST = date(2026, 8, 31)


def test_parts_differ_by_a_cent_and_fall_on_the_last_day_of_shorter_months():
    # 100.00 in three: 33.34 + 33.33 + 33.33
    assert parts_of(10_000, 3, FIRST) == (
        Part(FIRST, 3_334), Part(date(2026, 9, 30), 3_333), Part(date(2026, 10, 31), 3_333),
    )  # fmt: skip
    assert parts_of(100, 2, date(2026, 12, 31))[1].due_on == date(2027, 1, 31)


@given(st.integers(24, 10**7), st.integers(2, 24), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_law_parts_sum_to_the_debt_and_come_month_by_month(total, months, first):
    parts = parts_of(total, months, first)
    assert sum(part.amount_minor for part in parts) == total
    assert max(part.amount_minor for part in parts) - min(part.amount_minor for part in parts) <= 1
    ordinals = [part.due_on.year * 12 + part.due_on.month for part in parts]
    assert ordinals == list(range(ordinals[0], ordinals[0] + months))
    assert all(part.due_on.day <= first.day for part in parts)


@pytest.mark.parametrize(
    ("total", "months", "first", "found"),
    [
        (10_000, 3, FIRST, []),
        (0, 3, FIRST, [("amount", "nothing_overdue")]),
        (10_000, 1, FIRST, [("months", "out_of_range")]),
        (10_000, 25, FIRST, [("months", "out_of_range")]),
        (5, 6, FIRST, [("months", "rate_too_small")]),
        (10_000, 3, TODAY, [("first_due", "out_of_range")]),
        (10_000, 3, date(2026, 9, 2), [("first_due", "out_of_range")]),  # 32 days
    ],
)
def test_what_cannot_be_asked_names_its_field(total, months, first, found):
    assert [(issue.field, issue.code) for issue in plan_issues(total, months, first, TODAY)] == found


@pytest.mark.parametrize(
    ("total", "months", "broke_one", "automatic"),
    [
        (12_000, 6, False, True),  # 20.00 a month
        (11_999, 6, False, False),  # 19.99
        (100_000, 6, False, True),
        (100_001, 6, False, False),
        (100_000, 7, False, False),
        (12_000, 6, True, False),
    ],
)
def test_small_plans_of_who_kept_the_last_one_are_agreed_at_once(total, months, broke_one, automatic):
    assert plan_is_automatic(total, months, broke_one=broke_one) is automatic


def test_a_plan_is_broken_once_the_days_of_grace_are_over():
    parts = parts_of(10_000, 2, TODAY)  # 50.00 on 1 August and 1 September
    broken = {days: is_broken(parts, 4_999, TODAY + timedelta(days=days)) for days in (0, 5, 6)}
    assert broken == {0: False, 5: False, 6: True}
    assert not is_broken(parts, 5_000, TODAY + timedelta(days=6))
    assert is_broken(parts, 5_000, TODAY + timedelta(days=37))  # 7 September: the second part


def test_a_later_day_lies_after_the_due_date_and_not_too_far():
    due = date(2026, 8, 10)
    asked = {days: extension_issues(due, due + timedelta(days=days), TODAY) for days in (0, 1, 60, 61)}
    assert {days: bool(found) for days, found in asked.items()} == {0: True, 1: False, 60: False, 61: True}
    assert asked[0][0].params == {"first": "2026-08-11", "last": "2026-10-09"}
    assert extension_issues(date(2026, 7, 1), TODAY, TODAY)  # overdue already: from tomorrow


def test_two_weeks_twice_a_year_are_granted_at_once():
    due = date(2026, 8, 10)
    assert extension_is_automatic(due, due + timedelta(days=14), 1)
    assert not extension_is_automatic(due, due + timedelta(days=15), 1)
    assert not extension_is_automatic(due, due + timedelta(days=14), 2)
