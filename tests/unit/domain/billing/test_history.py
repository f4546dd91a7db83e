"""What a booking was: by what was issued with it, what it takes back, where its other side is."""

from __future__ import annotations

from typing import get_args

import pytest

from domain.billing.history import GROUPS, EntryKind, kind_of


@pytest.mark.parametrize(
    ("document", "reversal", "others", "kind"),
    [
        ("invoice", "", [("revenue:energy", -100), ("vat:S:0.19", -19)], "invoice"),
        ("feed_in_credit", "", [("feed_in", 100)], "feed_in_credit"),
        ("", "", [("bank", 119)], "payment"),
        ("", "", [("clearing:sandbox", 119)], "payment"),
        ("", "", [("clearing:transfers", -119)], "refund"),
        ("", "refund", [("clearing:sandbox", -119)], "refund"),
        ("", "return", [("bank", -119)], "return"),
        ("", "undone", [("bank", 119)], "undone"),
        ("", "", [("write_off", 119)], "write_off"),
        ("", "", [("dunning_fees", -5)], "fee"),
        ("", "", [("revenue:energy", -5)], "other"),
        ("", "", [], "other"),
    ],
)
def test_the_kind_of_a_booking(document, reversal, others, kind):
    assert kind_of(document, reversal, others) == kind


def test_each_kind_is_in_one_group():
    assert sorted(kind for own in GROUPS.values() for kind in own) == sorted(get_args(EntryKind))
