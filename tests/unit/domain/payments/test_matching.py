from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.payments.matching import (
    Hit,
    Numbered,
    Unclear,
    candidates,
    choose,
    confirms,
    document_numbers,
    entry_keys,
    normal,
)

DAY = date(2026, 10, 1)


@pytest.mark.parametrize(
    "text",
    [
        "R2026-000001",
        "Invoice R2026-000001, thank you",
        "rechnung r 2026 000001",
        "RE:R2026/000001",
        "R2026-0000 01",  # broken by the bank after 35 signs
    ],
)
def test_an_invoice_number_is_found_however_it_is_written(text):
    assert normal("R2026-000001") == "R2026000001"
    assert "R2026000001" in candidates(text)


def test_document_numbers_are_written_as_printed():
    assert document_numbers({"R2026000001", "G2025000012", "C104880", "R202600001", "2026000001"}) == [
        "G2025-000012", "R2026-000001",
    ]  # fmt: skip


def test_an_account_number_of_several_groups_is_found():
    assert normal("C-104 880") in candidates("Abschlag Kd.-Nr. C-104 880 Herbst")


def test_a_number_within_another_and_short_words_are_no_candidates():
    found = candidates("XR2026-0000012 C 1")
    assert "R2026000001" not in found
    assert "C1" not in found
    assert candidates("") == frozenset()


ADA = Hit("account", "C-1")


@pytest.mark.parametrize(
    ("hits", "chosen"),
    [
        ([], Unclear("nothing_named")),
        ([ADA], ADA),
        ([ADA, Hit("account", "C-2")], Unclear("several_accounts")),
        ([Hit("account", "C-2"), Hit("document", "C-1", "R-1", "EUR")], Hit("document", "C-1", "R-1", "EUR")),
        ([Hit("document", "C-1", "R-1", "EUR"), Hit("end_to_end", "C-2")], Hit("end_to_end", "C-2")),
        # two of one customer's invoices: the oldest due goes first
        ([Hit("document", "C-1", "R-1", "EUR"), Hit("document", "C-1", "R-2", "EUR")], Hit("document", "C-1")),
        ([Hit("document", "C-1", "R-1", "EUR"), Hit("document", "C-2", "R-2", "EUR")], Unclear("several_accounts")),
        ([Hit("document", "C-1", "R-1", "SEK")], Unclear("other_currency")),
    ],
)
def test_the_surest_way_decides_where_it_names_one_account(hits, chosen):
    assert choose(hits, "EUR") == chosen


def numbered(place: int, reference: str = "B1", amount: int = 100) -> Numbered:
    return Numbered(f"DE1/2026-191/{place}", reference, DAY, amount)


def test_the_banks_number_makes_an_entry_the_same_in_two_statements():
    assert entry_keys("DE1", [numbered(1)]) == entry_keys("DE1", [numbered(7)])
    assert entry_keys("DE1", [numbered(1)]) != entry_keys("DE2", [numbered(1)])


def test_two_equal_payments_stay_two_and_others_are_told_apart():
    assert entry_keys("DE1", [numbered(1), numbered(2), numbered(3, amount=200)]) == [
        "DE1#B1/2026-10-01/100/1", "DE1#B1/2026-10-01/100/2", "DE1#B1/2026-10-01/200/1",
    ]  # fmt: skip


def test_without_a_number_the_place_in_the_statement_counts():
    assert entry_keys("DE1", [numbered(1, ""), numbered(2, "")]) == ["DE1/2026-191/1", "DE1/2026-191/2"]


def test_what_staff_wrote_down_is_confirmed_within_ten_days():
    found = [confirms(DAY, DAY + timedelta(days=days)) for days in (-11, -10, 0, 10, 11)]
    assert found == [False, True, True, True, False]
