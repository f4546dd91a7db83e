"""Collecting without the customer's doing: only as agreed, never twice, never before it was announced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payments.autopay import AutopayRule, Collection, Invoice, Skip, collect

RULE = AutopayRule(date(2026, 1, 15))
INVOICE = Invoice(date(2026, 11, 3), date(2026, 11, 24), 8_450)


def test_it_is_collected_on_the_due_date():
    assert collect(RULE, INVOICE, has_method=True) == Collection(date(2026, 11, 24), 8_450)


@pytest.mark.parametrize(
    ("preferred_day", "on"),
    [
        (15, date(2026, 11, 15)),
        (24, date(2026, 11, 24)),
        (28, date(2026, 11, 24)),  # 28 November is past due, 28 October before the invoice
        (3, date(2026, 11, 3)),
        (2, date(2026, 11, 24)),  # the day before it was issued
    ],
)
def test_a_preferred_day_is_kept_where_it_is_between_issue_and_due_date(preferred_day, on):
    assert collect(replace(RULE, preferred_day=preferred_day), INVOICE, has_method=True) == Collection(on, 8_450)


def test_the_31st_is_the_last_day_of_a_shorter_month():
    invoice = replace(INVOICE, issued=date(2026, 2, 10), due=date(2026, 3, 5))
    got = collect(replace(RULE, preferred_day=31), invoice, has_method=True)
    assert got == Collection(date(2026, 2, 28), 8_450)


def test_a_direct_debit_waits_for_its_announcement():
    invoice = replace(INVOICE, due=date(2026, 11, 10))
    assert collect(RULE, invoice, has_method=True, notice_days=14) == Collection(date(2026, 11, 17), 8_450)  # 3 + 14


@pytest.mark.parametrize(
    ("rule", "invoice", "has_method", "why"),
    [
        (AutopayRule(None), INVOICE, True, Skip.OFF),
        (RULE, replace(INVOICE, open_minor=0), True, Skip.NOTHING_OPEN),
        (RULE, replace(INVOICE, open_minor=-500), True, Skip.NOTHING_OPEN),
        (RULE, replace(INVOICE, is_disputed=True), True, Skip.DISPUTED),
        (RULE, replace(INVOICE, has_open_attempt=True), True, Skip.IN_FLIGHT),
        (RULE, INVOICE, False, Skip.NO_METHOD),
        (replace(RULE, cap_minor=8_449), INVOICE, True, Skip.ABOVE_CAP),
    ],
)
def test_why_nothing_is_collected(rule, invoice, has_method, why):
    assert collect(rule, invoice, has_method=has_method) is why


def test_an_invoice_of_just_the_cap_is_collected():
    assert collect(replace(RULE, cap_minor=8_450), INVOICE, has_method=True) == Collection(date(2026, 11, 24), 8_450)


@pytest.mark.parametrize("fields", [{"preferred_day": 0}, {"preferred_day": 32}, {"cap_minor": 0}, {"cap_minor": -1}])
def test_a_rule_that_cannot_be_is_refused_by_field(fields):
    with pytest.raises(ValueError, match=next(iter(fields))):
        replace(RULE, **fields)


@given(
    st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(0, 40), st.integers(0, 20),
    st.one_of(st.none(), st.integers(1, 31)),
)  # fmt: skip
def test_nothing_is_collected_before_it_was_announced(issued, days, notice_days, preferred_day):
    invoice = Invoice(issued, date.fromordinal(issued.toordinal() + days), 100)
    got = collect(replace(RULE, preferred_day=preferred_day), invoice, has_method=True, notice_days=notice_days)
    earliest = issued.toordinal() + notice_days
    assert earliest <= got.on.toordinal() <= max(earliest, invoice.due.toordinal())
