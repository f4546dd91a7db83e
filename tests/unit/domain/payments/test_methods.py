"""Cards that are still good, and failures that another try cannot mend."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import Issue
from domain.payments.methods import card_issues, failure_of, mandate_issues
from domain.payments.retries import Failure


@pytest.mark.parametrize(
    ("expires", "issues"),
    [
        (None, []),  # a direct debit
        (date(2026, 11, 30), []),
        (date(2026, 11, 20), []),  # its last day
        (date(2026, 11, 19), [Issue("method", "card_expired", {"expires": date(2026, 11, 19)})]),
    ],
)
def test_a_card_is_good_to_its_last_day(expires, issues):
    assert card_issues(expires, date(2026, 11, 20)) == issues


@pytest.mark.parametrize(
    ("today", "issues"),
    [
        (date(2026, 11, 19), []),
        (date(2026, 11, 20), [Issue("method", "mandate_lapsed", {"until": date(2026, 11, 20)})]),
    ],
)
def test_a_mandate_lapses_after_36_months_without_a_collection(today, issues):
    assert mandate_issues(date(2023, 11, 20), today) == issues


@pytest.mark.parametrize(
    ("reason", "is_returned", "failure"),
    [
        ("insufficient_funds", False, Failure.SOFT),
        ("", False, Failure.SOFT),
        ("expired_card", False, Failure.HARD),
        ("", True, Failure.RETURNED),
        ("mandate_revoked", True, Failure.HARD),
    ],
)
def test_how_a_failure_is_treated(reason, is_returned, failure):
    assert failure_of(reason, is_returned=is_returned) is failure
