from __future__ import annotations

import pytest

from adapters.vat_numbers import has_right_digits


@pytest.mark.parametrize(
    "vat_id", ["DE136695976", "ATU13585627", "FR40303265045", "NL004495445B01", "EL094259216", "GB980780684"]
)
def test_numbers_of_the_official_descriptions_have_right_digits(vat_id):
    assert has_right_digits(vat_id)  # examples of the documentation of python-stdnum, country by country


@pytest.mark.parametrize("vat_id", ["DE136695977", "DE987654321", "ATU13585626", "FR41303265045", "EL094259217"])
def test_one_wrong_digit_is_found(vat_id):
    assert not has_right_digits(vat_id)


def test_a_country_without_known_digits_is_left_alone():
    assert has_right_digits("XX1")
