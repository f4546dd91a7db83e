"""Billing periods: months of the calendar, years of the contract, cut to the days of supply."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.billing.periods import Days, ending_in, instalment_months, periods, supplied
from tests.factories.tariffs import month


def spans(found):
    return [(str(period.first), str(period.end)) for period in found]


def test_months_are_cut_to_the_first_and_the_last_day_of_supply():
    found = periods(Days(date(2026, 1, 20), date(2026, 3, 11)), "monthly", date(2026, 1, 20), date(2027, 1, 1))
    assert spans(found) == [("2026-01-20", "2026-02-01"), ("2026-02-01", "2026-03-01"), ("2026-03-01", "2026-03-11")]


def test_a_year_begins_with_the_contract_or_with_the_calendar():
    days = Days(date(2025, 5, 16))
    assert spans(periods(days, "yearly", days.first, date(2026, 6, 1))) == [
        ("2025-05-16", "2026-05-16"), ("2026-05-16", "2027-05-16"),
    ]  # fmt: skip
    assert spans(periods(days, "yearly", days.first, date(2026, 6, 1), "calendar")) == [
        ("2025-05-16", "2026-01-01"), ("2026-01-01", "2027-01-01"),
    ]  # fmt: skip


def test_a_contract_of_29_february_comes_back_to_it():
    found = periods(Days(date(2024, 2, 29)), "yearly", date(2024, 2, 29), date(2028, 3, 1))
    assert [str(period.first) for period in found] == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]  # fmt: skip


def test_only_days_in_which_the_account_has_the_site_are_billed():
    contract = Days(date(2026, 1, 1))
    stays = [Days(date(2026, 9, 1)), Days(date(2025, 3, 1), date(2026, 2, 15))]  # moved out and came back
    assert supplied(contract, stays) == [Days(date(2026, 1, 1), date(2026, 2, 15)), Days(date(2026, 9, 1))]
    assert supplied(contract, []) == []
    assert supplied(Days(date(2026, 1, 1), date(2026, 2, 1)), [Days(date(2026, 2, 1))]) == []


def test_years_are_counted_from_the_contract_also_after_a_stay_elsewhere():
    found = periods(Days(date(2026, 9, 1)), "yearly", date(2025, 3, 1), date(2027, 1, 1))
    assert spans(found) == [("2026-09-01", "2027-03-01")]


def test_a_run_bills_the_periods_that_end_in_its_month():
    days = Days(date(2026, 1, 20), date(2026, 6, 30))
    monthly = periods(days, "monthly", days.first, date(2027, 1, 1))
    assert spans(ending_in(monthly, month("2026-06"))) == [("2026-06-01", "2026-06-30")]
    assert spans(ending_in(monthly, month("2026-07"))) == []
    # A year that ends with 31 May is billed in the run of May, not of June.
    yearly = periods(Days(date(2025, 6, 1)), "yearly", date(2025, 6, 1), date(2027, 1, 1))
    assert spans(ending_in(yearly, month("2026-05"))) == [("2025-06-01", "2026-06-01")]
    assert ending_in(yearly, month("2026-06")) == []


def test_a_billed_year_has_twelve_instalments_a_shortened_one_fewer():
    year = periods(Days(date(2025, 1, 31)), "yearly", date(2025, 1, 31), date(2025, 2, 1))[0]
    found = instalment_months(year)
    assert len(found) == 12
    assert spans(found[:2]) == [("2025-01-31", "2025-02-28"), ("2025-02-28", "2025-03-31")]
    short = periods(Days(date(2025, 1, 31), date(2025, 3, 5)), "yearly", date(2025, 1, 31), date(2026, 1, 1))[0]
    assert spans(instalment_months(short)) == [("2025-01-31", "2025-02-28"), ("2025-02-28", "2025-03-05")]


day = st.dates(date(2019, 1, 1), date(2030, 12, 31))
cycles = st.sampled_from(["monthly", "yearly"])
anchors = st.sampled_from(["contract", "calendar"])


@given(day, day, st.integers(0, 1200), cycles, anchors)
def test_law_any_cut_of_the_days_has_no_gap_and_no_overlap(since, first, length, cycle, anchor):
    since, first = min(since, first), max(since, first)
    end = first + timedelta(days=length + 1)
    found = periods(Days(first, end), cycle, since, end, anchor)
    assert (found[0].first, found[-1].end) == (first, end)
    assert all(one.end == following.first for one, following in pairwise(found))
    for period in found[1:]:
        begins = period.first
        anchor_day = since if (cycle, anchor) == ("yearly", "contract") else date(2019, 1, 1)
        assert begins.day == min(anchor_day.day, 31) or (begins + timedelta(days=1)).day == 1


@given(day, st.integers(1, 900), st.integers(1, 900), cycles, anchors)
def test_law_cutting_a_stay_in_two_bills_the_same_days(first, before, after, cycle, anchor):
    middle = first + timedelta(days=before)
    end = middle + timedelta(days=after)
    whole = periods(Days(first, end), cycle, first, end, anchor)
    parts = periods(Days(first, middle), cycle, first, end, anchor) + periods(
        Days(middle, end), cycle, first, end, anchor
    )
    assert sum(period.day_count for period in whole) == sum(period.day_count for period in parts) == before + after
    edges = {period.first for period in whole}
    assert {period.first for period in parts} == edges | {middle}
    assert all(one.end == following.first for one, following in pairwise(parts))


@given(day, st.integers(1, 800))
def test_law_the_instalments_of_a_year_are_its_days(first, length):
    whole = periods(Days(first, first + timedelta(days=length)), "yearly", first, date(2040, 1, 1))
    for year in whole:
        found = instalment_months(year)
        assert (found[0].first, found[-1].end) == (year.first, year.end)
        assert all(one.end == following.first for one, following in pairwise(found))
        assert len(found) <= 12
