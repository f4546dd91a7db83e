from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.ledger import Posting, check
from domain.billing.receivables import (
    Credit,
    Release,
    Settled,
    fee_postings,
    is_money,
    moved_postings,
    payout_postings,
    release,
    release_postings,
    write_off_postings,
)
from domain.errors import InvalidInputError

MAY = Settled("R-5", date(2026, 5, 20), 5_000)
JUNE = Settled("R-6", date(2026, 6, 20), 11_900, by_payment_minor=4_000)
JULY = Settled("R-7", date(2026, 7, 20), 2_000)


def test_money_is_held_by_bank_providers_and_suspense():
    names = ("bank", "clearing:sandbox", "suspense", "receivable:C-1", "revenue:energy")
    assert [is_money(name) for name in names] == [True, True, True, False, False]


def test_what_waits_is_taken_first():
    assert release(1_000, 1_500, [JUNE]) == Release(1_000, (), 0)
    assert release(2_000, 1_500, [JUNE]) == Release(1_500, (("R-6", 500),), 0)
    assert release(500, -300, [JUNE]) == Release(0, (("R-6", 500),), 0)  # owed without a document: nothing waits


def test_what_the_payment_settled_opens_before_other_documents_and_those_due_last_before_older_ones():
    # 4,000 of June were this payment's; then July, then the rest of June, then May
    found = release(14_500, 0, [MAY, JUNE, JULY])
    assert found == Release(0, (("R-6", 11_900), ("R-7", 2_000), ("R-5", 600)), 0)


def test_what_nothing_stands_for_any_more_is_owed_without_a_document():
    found = release(20_000, 100, [MAY, JUNE, JULY])
    assert found.beyond_minor == 20_000 - 100 - 5_000 - 11_900 - 2_000
    assert found.amount_minor == 20_000


def test_a_part_of_a_document_that_was_opened_before_opens_no_further():
    assert release(100, 0, [Settled("R-1", date(2026, 1, 1), 60, by_payment_minor=100)]) == Release(
        0, (("R-1", 60),), 40
    )


def test_a_release_books_receivable_unapplied_and_the_money():
    postings = release_postings("C-1", "EUR", Release(300, (("R-6", 500),), 200), "clearing:sandbox")
    assert postings == (
        Posting("clearing:sandbox", -1_000, "EUR"), Posting("receivable:C-1", 500, "EUR"), Posting("unapplied:C-1", 500, "EUR"),
    )  # fmt: skip


@given(
    st.integers(1, 10**7), st.integers(0, 10**6), st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6))),
)  # fmt: skip
def test_law_a_release_is_exact_balanced_and_opens_no_more_than_was_settled(amount, waiting, parts):
    settled = [Settled(f"R-{n}", date(2026, 1, 1), each, own) for n, (each, own) in enumerate(parts)]
    found = release(amount, waiting, settled)
    assert found.amount_minor == amount
    most = {one.document: one.settled_minor for one in settled}
    assert all(0 < part <= most[document] for document, part in found.parts)
    assert found.beyond_minor == max(0, amount - waiting - sum(most.values()))
    check(release_postings("C-1", "EUR", found, "bank"))


def test_credit_is_paid_out_too_much_paid_first_then_feed_in():
    owed = Credit(1_000, 700)
    assert payout_postings("C-1", "EUR", 1_200, owed, "bank") == (
        Posting("bank", -1_200, "EUR"), Posting("feed_in_payable:C-1", 200, "EUR"), Posting("unapplied:C-1", 1_000, "EUR"),
    )  # fmt: skip
    assert [one.account for one in payout_postings("C-1", "EUR", 700, Credit(-50, 700), "bank")] == [
        "bank", "feed_in_payable:C-1",
    ]  # fmt: skip


def test_no_more_is_paid_out_than_there_is():
    with pytest.raises(InvalidInputError) as refused:
        payout_postings("C-1", "EUR", 1_701, Credit(1_000, 700), "bank")
    assert refused.value.params == {"field": "amount", "remedy": "above_credit", "most_minor": 1_700}
    assert Credit(-200, 300).most_minor == 300


def test_an_item_given_up_and_a_fee():
    assert write_off_postings("C-1", "EUR", 250) == (
        Posting("receivable:C-1", -250, "EUR"), Posting("write_off", 250, "EUR"),
    )  # fmt: skip
    assert fee_postings("C-1", "EUR", 250) == (
        Posting("dunning_fees", -250, "EUR"), Posting("receivable:C-1", 250, "EUR"),
    )  # fmt: skip


def test_money_moves_between_our_own_accounts():
    assert moved_postings("EUR", 500, "bank", "clearing:transfers") == (
        Posting("bank", -500, "EUR"), Posting("clearing:transfers", 500, "EUR"),
    )  # fmt: skip


@pytest.mark.parametrize("amount", [0, -1])
def test_every_amount_is_above_zero(amount):
    for book in (
        lambda: release(amount, 0, []),
        lambda: payout_postings("C-1", "EUR", amount, Credit(100, 0), "bank"),
        lambda: write_off_postings("C-1", "EUR", amount),
        lambda: fee_postings("C-1", "EUR", amount),
        lambda: moved_postings("EUR", amount, "bank", "suspense"),
    ):
        with pytest.raises(InvalidInputError, match="not_positive"):
            book()
