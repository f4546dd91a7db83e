"""Payments as sets of facts: duplicates and disorder change nothing, and money is never given back twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payments.facts import (
    ContradictoryFactError,
    Fact,
    FactKind,
    Payment,
    PaymentStatus,
    known,
)

CAPTURE = Fact(FactKind.CAPTURED, "ch_1", 8_450)
HALF_BACK = Fact(FactKind.REFUNDED, "re_1", 4_000)
REST_BACK = Fact(FactKind.REFUNDED, "re_2", 4_450)
DISPUTE = Fact(FactKind.DISPUTED, "dp_1", 8_450)
EVERYTHING = (
    Fact(FactKind.AUTHENTICATION, "pi_1"),
    Fact(FactKind.PROCESSING, "pi_1"),
    Fact(FactKind.DECLINED, "pi_1", reason="insufficient_funds"),
    CAPTURE,
    HALF_BACK,
    Fact(FactKind.REFUND_FAILED, "re_1"),
    REST_BACK,
    Fact(FactKind.DISPUTED, "dp_1", 4_000),
    Fact(FactKind.DISPUTE_WON, "dp_1"),
)


@pytest.mark.parametrize(
    ("facts", "status", "kept_minor"),
    [
        ((), "created", 0),
        ((Fact(FactKind.AUTHENTICATION, "pi_1"),), "authentication", 0),
        ((Fact(FactKind.AUTHENTICATION, "pi_1"), Fact(FactKind.PROCESSING, "pi_1")), "processing", 0),
        ((Fact(FactKind.PROCESSING, "pi_1"), Fact(FactKind.DECLINED, "pi_1", reason="x")), "failed", 0),
        ((Fact(FactKind.CANCELLED, "pi_1"),), "cancelled", 0),
        ((CAPTURE,), "succeeded", 8_450),
        ((CAPTURE, HALF_BACK), "partly_refunded", 4_450),  # 84.50 - 40.00
        ((CAPTURE, HALF_BACK, REST_BACK), "refunded", 0),
        ((CAPTURE, HALF_BACK, Fact(FactKind.REFUND_FAILED, "re_1")), "succeeded", 8_450),
        ((CAPTURE, DISPUTE), "disputed", 0),
        ((CAPTURE, DISPUTE, Fact(FactKind.DISPUTE_LOST, "dp_1")), "disputed", 0),
        ((CAPTURE, DISPUTE, Fact(FactKind.DISPUTE_WON, "dp_1")), "succeeded", 8_450),
        ((CAPTURE, Fact(FactKind.RETURNED, "rt_1", 8_450)), "returned", 0),  # a direct debit, weeks later
    ],
)
def test_the_status_and_what_is_ours_follow_from_the_facts(facts, status, kept_minor):
    payment = known(8_450, facts)
    assert (payment.status, payment.kept_minor) == (status, kept_minor)


@given(st.lists(st.sampled_from(EVERYTHING), max_size=30).flatmap(lambda seen: st.permutations([*EVERYTHING, *seen])))
def test_law_11_duplicated_and_reordered_news_lead_to_the_same_payment(news):
    assert known(8_450, news) == known(8_450, EVERYTHING)


@given(st.lists(st.sampled_from(EVERYTHING), max_size=30))
def test_law_11_what_is_ours_is_captures_less_what_went_back(news):
    payment = known(8_450, news)
    went_back = payment.refunded_minor + payment.disputed_minor + payment.returned_minor
    assert payment.kept_minor == payment.captured_minor - went_back
    assert 0 <= payment.refundable_minor <= payment.captured_minor


def test_a_refund_told_before_its_capture_waits_for_it():
    early = known(8_450, [HALF_BACK])
    assert (early.kept_minor, early.refundable_minor, early.status) == (-4_000, 0, PaymentStatus.CREATED)
    assert early.knowing(CAPTURE).kept_minor == 4_450


def test_a_known_fact_changes_nothing_and_an_other_amount_under_its_key_is_refused():
    payment = known(8_450, [CAPTURE])
    assert payment.knowing(CAPTURE) == payment
    with pytest.raises(ContradictoryFactError) as refused:
        payment.knowing(Fact(FactKind.CAPTURED, "ch_1", 8_451))
    assert refused.value.params == {"key": "ch_1", "kind": "captured"}


@pytest.mark.parametrize("first", [FactKind.DISPUTE_WON, FactKind.DISPUTE_LOST])
def test_a_dispute_is_not_both_won_and_lost(first):
    other = {FactKind.DISPUTE_WON: FactKind.DISPUTE_LOST, FactKind.DISPUTE_LOST: FactKind.DISPUTE_WON}[first]
    with pytest.raises(ContradictoryFactError):
        known(8_450, [CAPTURE, DISPUTE, Fact(first, "dp_1"), Fact(other, "dp_1")])
    known(8_450, [CAPTURE, DISPUTE, Fact(first, "dp_1"), Fact(other, "dp_2")])  # another dispute


def test_no_second_attempt_while_money_may_still_come():
    open_ones = [Payment(100), known(100, [EVERYTHING[0]]), known(100, [EVERYTHING[1]])]
    assert [payment.is_open for payment in open_ones] == [True, True, True]
    over = [known(100, [EVERYTHING[2]]), known(100, [Fact(FactKind.CANCELLED, "pi_1")]), known(100, [CAPTURE])]
    assert [payment.is_open for payment in over] == [False, False, False]


def test_the_reason_of_a_decline_is_kept():
    assert known(8_450, EVERYTHING[:3]).decline_reason == "insufficient_funds"
    assert Payment(8_450).decline_reason == ""


@pytest.mark.parametrize(
    ("kind", "key", "amount_minor"),
    [(FactKind.CAPTURED, "ch_1", 0), (FactKind.CAPTURED, "ch_1", -5), (FactKind.DECLINED, "pi_1", 5), (FactKind.CANCELLED, "", 0)],
)  # fmt: skip
def test_a_fact_that_cannot_be_is_not_made(kind, key, amount_minor):
    with pytest.raises(ValueError, match=r"an amount of|has a key"):
        Fact(kind, key, amount_minor)
