"""Which bookings a payment's facts ask for: amounts in cents, worked out by hand."""

from __future__ import annotations

import itertools

from domain.payments.bookings import Move, PaymentBooking, bookings
from domain.payments.facts import Fact, FactKind, known

CAPTURE = Fact(FactKind.CAPTURED, "ch_1", 8_450)
REFUND = Fact(FactKind.REFUNDED, "re_1", 1_000)
REFUND_FAILED = Fact(FactKind.REFUND_FAILED, "re_1")
DISPUTE = Fact(FactKind.DISPUTED, "dp_1", 7_450)
WON = Fact(FactKind.DISPUTE_WON, "dp_1")
LOST = Fact(FactKind.DISPUTE_LOST, "dp_1")
RECEIVED = PaymentBooking(Move.RECEIVED, "captured:ch_1", 8_450)
REFUNDED = PaymentBooking(Move.REFUNDED, "refunded:re_1", 1_000, "captured:ch_1")
RETURNED = PaymentBooking(Move.RETURNED, "disputed:dp_1", 7_450, "captured:ch_1")


def of(*facts):
    return bookings(known(8_450, facts))


def test_what_moved_no_money_is_not_booked():
    assert of() == []
    assert of(Fact(FactKind.PROCESSING, "p"), Fact(FactKind.DECLINED, "p", reason="no_funds")) == []
    assert of(CAPTURE, Fact(FactKind.PROCESSING, "p"), LOST) == [RECEIVED]


def test_what_leaves_waits_for_what_came_in():
    assert of(REFUND, DISPUTE) == []
    assert of(REFUND, CAPTURE, DISPUTE) == [RECEIVED, RETURNED, REFUNDED]


def test_a_failed_refund_and_a_won_dispute_come_back_in_full():
    assert of(CAPTURE, REFUND, REFUND_FAILED, DISPUTE, WON) == [
        RECEIVED, RETURNED, REFUNDED,
        PaymentBooking(Move.UNDONE, "dispute_won:dp_1", 7_450, "disputed:dp_1"),
        PaymentBooking(Move.UNDONE, "refund_failed:re_1", 1_000, "refunded:re_1"),
    ]  # fmt: skip
    assert of(CAPTURE, WON) == [RECEIVED]  # the dispute itself is not told yet


def test_a_direct_debit_that_came_back():
    returned = Fact(FactKind.RETURNED, "rt_1", 8_450)
    assert of(CAPTURE, returned)[1] == PaymentBooking(Move.RETURNED, "returned:rt_1", 8_450, "captured:ch_1")


def test_law_the_order_of_the_news_changes_nothing():
    facts = (CAPTURE, REFUND, DISPUTE, WON)
    assert len({tuple(of(*order)) for order in itertools.permutations(facts)}) == 1
    # 84.50 - 10.00 - 74.50 + 74.50 = 74.50, as kept
    signs = {Move.RECEIVED: 1, Move.REFUNDED: -1, Move.RETURNED: -1, Move.UNDONE: 1}
    total = sum(signs[one.move] * one.amount_minor for one in of(*facts))
    assert total == known(8_450, facts).kept_minor == 7_450
