"""What has become of a document, in every case there is."""

from __future__ import annotations

from datetime import date

import pytest

from domain.billing.status import STATUSES, status_of

DUE, BEFORE, AFTER = date(2026, 11, 18), date(2026, 11, 18), date(2026, 11, 19)
CASES = [
    ("invoice", 11_900, 11_900, BEFORE, False, "open"),  # on the due day it is not late yet
    ("invoice", 11_900, 11_900, AFTER, False, "overdue"),
    ("invoice", 11_900, 1_900, BEFORE, False, "part_paid"),
    ("invoice", 11_900, 1_900, AFTER, False, "overdue"),
    ("invoice", 11_900, 0, AFTER, False, "paid"),
    ("invoice", 11_900, 0, AFTER, True, "credited"),
    ("invoice", 0, 0, AFTER, False, "nothing_due"),
    ("invoice", -500, 0, AFTER, False, "credit"),  # the year's instalments were more than it cost
    ("instalment", 5_000, 5_000, AFTER, False, "overdue"),
    ("credit_note", -11_900, 0, AFTER, False, "credit"),
    ("feed_in_credit", 1_589, 0, AFTER, False, "credit"),
]


@pytest.mark.parametrize(("kind", "balance", "left", "today", "is_credited", "expected"), CASES)
def test_a_document_is_what_its_money_and_its_date_make_it(kind, balance, left, today, is_credited, expected):
    assert status_of(kind, balance, left, DUE, today, is_credited=is_credited) == expected


def test_every_status_has_a_case():
    assert {case[-1] for case in CASES} == set(STATUSES)
