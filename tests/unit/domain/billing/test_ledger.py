from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.ledger import (
    Allocation,
    OpenItem,
    Posting,
    Transaction,
    UnbalancedError,
    account_kind,
    age,
    ageing,
    allocate,
    balances,
    merged,
    party_accounts,
    payment_postings,
    reversed_postings,
    sums,
    vat_account,
)
from domain.errors import InvalidInputError

DAY = date(2026, 6, 30)
ITEMS = [OpenItem("R-2", date(2026, 6, 1), 5_000), OpenItem("R-1", date(2026, 5, 1), 3_000)]


def test_a_transaction_sums_to_zero_in_each_currency():
    eur = (Posting("bank", 100, "EUR"), Posting("receivable:C-1", -100, "EUR"))
    assert Transaction("pay:1", DAY, eur).postings == eur
    mixed = (Posting("bank", 100, "EUR"), Posting("receivable:C-1", -100, "CHF"))
    with pytest.raises(UnbalancedError) as refused:
        Transaction("pay:1", DAY, mixed)
    assert refused.value.params == {"off": {"EUR": 100, "CHF": -100}}
    with pytest.raises(UnbalancedError):  # nothing is no booking, though it sums to zero
        Transaction("pay:1", DAY, ())


@pytest.mark.parametrize("account", ["cash", "bank:1", "receivable", "receivable:", ""])
def test_an_account_outside_the_chart_is_refused(account):
    with pytest.raises(InvalidInputError) as refused:
        account_kind(account)
    assert refused.value.params["field"] == "account"


def test_a_currency_is_three_capitals():
    with pytest.raises(InvalidInputError, match="not_iso_4217"):
        Transaction("pay:1", DAY, (Posting("bank", 1, "eur"), Posting("write_off", -1, "eur")))


def test_names_of_accounts():
    assert (account_kind("revenue:energy"), account_kind("bank")) == ("revenue", "asset")
    assert vat_account("S", Decimal("0.190")) == vat_account("S", Decimal("0.19")) == "vat:S:0.19"
    assert vat_account("E", Decimal("0.00"), "advance") == "advance:E:0"
    assert vat_account("S", Decimal(1)) == "vat:S:1"
    assert party_accounts("C-1") == ("receivable:C-1", "unapplied:C-1", "feed_in_payable:C-1")


def test_a_payment_settles_the_oldest_first():
    assert allocate(4_000, ITEMS) == Allocation((("R-1", 3_000), ("R-2", 1_000)), 0)  # 3 000 of May, 1 000 of June


def test_a_reference_comes_before_age():
    assert allocate(6_000, ITEMS, "R-2") == Allocation((("R-2", 5_000), ("R-1", 1_000)), 0)


def test_an_overpayment_is_kept_as_surplus():
    found = allocate(10_000, ITEMS)
    assert found == Allocation((("R-1", 3_000), ("R-2", 5_000)), 2_000)  # 10 000 - 8 000
    assert payment_postings("C-1", "EUR", found) == (
        Posting("bank", 10_000, "EUR"), Posting("receivable:C-1", -8_000, "EUR"), Posting("unapplied:C-1", -2_000, "EUR"),
    )  # fmt: skip


@pytest.mark.parametrize("amount", [0, -1])
def test_a_payment_is_more_than_nothing(amount):
    with pytest.raises(InvalidInputError, match="not_positive"):
        allocate(amount, ITEMS)


items = st.lists(
    st.builds(
        OpenItem, st.uuids().map(str), st.integers(0, 1000).map(lambda n: DAY + timedelta(n)), st.integers(0, 10**9)
    ),
    max_size=12,
)


@given(st.integers(1, 10**10), items)
def test_law_an_allocation_loses_nothing_and_settles_nothing_twice(amount, open_items):
    found = allocate(amount, open_items)
    open_minor = {item.document: item.open_minor for item in open_items}
    assert sum(share for _, share in found.parts) + found.surplus_minor == amount
    assert len({document for document, _ in found.parts}) == len(found.parts)
    assert all(0 < share <= open_minor[document] for document, share in found.parts)
    assert found.surplus_minor == max(0, amount - sum(open_minor.values()))
    assert sums(payment_postings("C-1", "EUR", found)) == {"EUR": 0}


rows = st.lists(
    st.builds(
        Posting, st.sampled_from(["bank", "write_off", "revenue:energy"]), st.integers(-999, 999), st.sampled_from(["EUR", "CHF"])
    )
)  # fmt: skip


@given(rows)
def test_law_a_booking_and_its_storno_leave_every_account_even(postings):
    assert balances([*postings, *reversed_postings(postings)]) == {}


@given(rows)
def test_law_merging_changes_no_balance(postings):
    assert balances(merged(postings)) == balances(postings)


@pytest.mark.parametrize(
    ("days", "name"),
    [(-5, "not_due"), (0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (60, "31_60"), (90, "61_90"), (91, "over_90")],
)  # fmt: skip
def test_the_age_of_an_open_item_is_counted_from_the_day_after_it_was_due(days, name):
    assert age(DAY, DAY + timedelta(days)) == name


def test_ageing_shows_every_age():
    on = date(2026, 6, 1)  # R-2 is due on the day, R-1 has been for 31 days
    assert ageing(ITEMS, on) == {"not_due": 5_000, "1_30": 0, "31_60": 3_000, "61_90": 0, "over_90": 0}


@given(items)
def test_law_the_ages_sum_to_what_is_open(open_items):
    assert sum(ageing(open_items, DAY).values()) == sum(item.open_minor for item in open_items)
