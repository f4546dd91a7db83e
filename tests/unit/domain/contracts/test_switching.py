"""When a tariff can be changed and what is told before: dates by the calendar, amounts as signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.switching import (
    Bound,
    Offer,
    bound,
    cautions,
    earliest_start,
    exit_fee_minor,
    free_from,
    issues,
    notice_deadline,
    withdraw_until,
)

TODAY = date(2026, 11, 23)
SIGNED = date(2026, 5, 16)
FIXED = bound(SIGNED, term_months=12, guarantee_months=12, notice_days=30, exit_fee_minor=4500)
FREE = Bound(date(2025, 1, 1))


def codes(held, offer, start):
    return [warning.code for warning in cautions(held, offer, start, TODAY)]


def test_a_term_binds_for_its_months_from_its_first_day():
    assert (FIXED.minimum_until, FIXED.guaranteed_until) == (date(2027, 5, 16), date(2027, 5, 16))
    assert bound(SIGNED, term_months=0, guarantee_months=0, notice_days=14, exit_fee_minor=0) == Bound(SIGNED)
    own = bound(
        SIGNED, term_months=12, guarantee_months=0, notice_days=14, exit_fee_minor=0, minimum_until=date(2026, 12, 31)
    )
    assert own.minimum_until == date(2026, 12, 31)


def test_without_a_minimum_term_a_change_waits_for_the_notice_only():
    assert free_from(FREE, TODAY) == earliest_start(FREE, Offer(), TODAY) == date(2026, 12, 7)  # 23 Nov + 14 days


def test_a_fee_buys_off_the_minimum_term_but_not_the_notice():
    assert earliest_start(FIXED, Offer(), TODAY) == date(2026, 12, 23)  # 23 Nov + 30 days
    assert free_from(FIXED, TODAY) == date(2027, 5, 16)


def test_without_a_fee_nobody_leaves_before_the_minimum_term():
    held = bound(SIGNED, term_months=12, guarantee_months=0, notice_days=30, exit_fee_minor=0)
    assert earliest_start(held, Offer(), TODAY) == date(2027, 5, 16)


def test_a_tariff_begins_when_it_is_offered_and_after_the_first_day_of_the_one_before():
    assert earliest_start(FREE, Offer(offered_from=date(2027, 1, 1)), TODAY) == date(2027, 1, 1)
    assert earliest_start(Bound(date(2027, 2, 1)), Offer(), TODAY) == date(2027, 2, 2)


def test_the_fee_is_due_before_the_minimum_term_ends_and_not_on_its_day():
    assert exit_fee_minor(FIXED, date(2027, 5, 15)) == 4500
    assert exit_fee_minor(FIXED, date(2027, 5, 16)) == 0
    assert exit_fee_minor(FREE, date(2026, 12, 7)) == 0


def test_the_last_day_for_notice_lies_the_notice_before_the_minimum_term_ends():
    assert notice_deadline(FIXED, TODAY) == date(2027, 4, 16)  # 16 May - 30 days
    assert notice_deadline(FREE, TODAY) is None
    assert notice_deadline(FIXED, date(2027, 4, 17)) is None


def test_an_order_can_be_withdrawn_for_fourteen_days():
    assert withdraw_until(TODAY) == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("held", "offer", "start", "code", "params"),
    [
        (FREE, Offer(), date(2026, 11, 22), "start_not_ahead", {"earliest": date(2026, 12, 7)}),
        (FREE, Offer(), TODAY, "start_not_ahead", {"earliest": date(2026, 12, 7)}),
        (FREE, Offer(), date(2026, 12, 6), "start_too_early", {"earliest": date(2026, 12, 7)}),
        (FREE, Offer(offered_until=date(2027, 1, 1)), date(2027, 1, 1), "offer_over", {"until": date(2027, 1, 1)}),
        (Bound(SIGNED, end_date=date(2026, 12, 31)), Offer(), date(2027, 1, 1), "contract_over", {"end": date(2026, 12, 31)}),
        (FREE, Offer(), date(2027, 11, 24), "start_too_late", {"latest": date(2027, 11, 23)}),
    ],
)  # fmt: skip
def test_a_day_on_which_nothing_can_begin_is_refused_with_the_field_and_the_day_that_would_do(
    held, offer, start, code, params
):
    (issue,) = issues(held, offer, start, TODAY)
    assert (issue.field, issue.code, issue.params) == ("start", code, params)


def test_a_contract_that_ends_is_continued_from_its_end_without_notice():
    held = Bound(SIGNED, notice_days=60, end_date=date(2026, 12, 1))
    assert earliest_start(held, Offer(), TODAY) == date(2026, 12, 1)  # the notice would last until January
    assert issues(held, Offer(), date(2026, 12, 1), TODAY) == []
    assert earliest_start(replace(held, end_date=TODAY), Offer(), TODAY) == TODAY + timedelta(days=60)  # it is over


def test_the_earliest_day_is_accepted():
    assert issues(FREE, Offer(), date(2026, 12, 7), TODAY) == []
    assert issues(FIXED, Offer(), date(2026, 12, 23), TODAY) == []


def test_losses_come_first_each_with_its_figure():
    held = bound(SIGNED, term_months=12, guarantee_months=12, notice_days=30, exit_fee_minor=4500, discount_minor=5000)
    found = cautions(held, Offer(term_months=6, guarantee_months=6, notice_days=30), date(2026, 12, 23), TODAY)
    assert [(warning.code, warning.is_loss) for warning in found] == [
        ("exit_fee", True), ("guarantee_lost", True), ("bonus_lost", True),
        ("new_minimum_term", False), ("new_guarantee", False), ("notice", False), ("withdrawal", False),
    ]  # fmt: skip
    by_code = {warning.code: warning.params for warning in found}
    assert by_code["exit_fee"] == {"minor": 4500, "free_from": date(2027, 5, 16)}
    assert by_code["bonus_lost"] == {"minor": 5000}
    assert by_code["new_minimum_term"] == {"months": 6, "until": date(2027, 6, 23)}
    assert by_code["withdrawal"] == {"days": 14, "until": date(2026, 12, 7)}


def test_who_is_free_and_takes_a_free_tariff_is_told_notice_and_withdrawal_only():
    assert codes(FREE, Offer(), date(2026, 12, 7)) == ["notice", "withdrawal"]
    assert codes(FIXED, Offer(), date(2027, 5, 16)) == ["notice", "withdrawal"]


@given(st.integers(0, 90), st.one_of(st.none(), st.integers(-400, 400)), st.sampled_from([0, 4500]))
def test_the_earliest_day_is_never_refused_and_the_day_before_always(notice, minimum, fee):
    until = None if minimum is None else date.fromordinal(TODAY.toordinal() + minimum)
    held = Bound(date(2025, 1, 1), notice, until, exit_fee_minor=fee)
    first = earliest_start(held, Offer(), TODAY)
    if first > TODAY and first <= date(2027, 11, 23):
        assert issues(held, Offer(), first, TODAY) == []
    assert issues(held, Offer(), date.fromordinal(first.toordinal() - 1), TODAY)
