"""Account numbers as they are typed; the German one is the example of the ISO 13616 register."""

from __future__ import annotations

import pytest

from adapters.bank.accounts import debit_account
from domain.errors import InvalidInputError


@pytest.mark.parametrize(
    "text", ["DE89370400440532013000", "de89 3704 0044 0532 0130 00", " DE89 3704 0044 0532 0130 00 "]
)
def test_spaces_and_case_do_not_matter(text):
    found = debit_account(text)
    assert (found.iban, found.last4, found.bank_name) == ("DE89370400440532013000", "3000", "Commerzbank")


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "missing"),
        ("DE89370400440532013001", "checksum"),
        ("DE8937040044053201300", "structure"),  # a digit short
        ("XX89370400440532013000", "structure"),
        ("4111111111111111", "structure"),  # a card number is no account
        ("TR330006100519786457841326", "no_sepa"),
    ],
)
def test_what_is_wrong_is_said(text, remedy):
    with pytest.raises(InvalidInputError, match=remedy) as refused:
        debit_account(text)
    assert refused.value.params["field"] == "iban"
