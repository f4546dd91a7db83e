from __future__ import annotations

from dataclasses import replace

import pytest

from domain.billing.profiles import BillingProfile, vat_id_problem

KERN = BillingProfile(
    legal_name="Bäckerei Kern & Söhne KG", street="Hauptstraße 3", postcode="79312", city="Emmendingen",
    vat_id="DE136695976", order_number="PO-7781", email="rechnung@kern.example",
)  # fmt: skip


def codes(profile: BillingProfile) -> list[tuple[str, str]]:
    return [(issue.field, issue.code) for issue in profile.issues()]


def test_a_whole_profile_has_no_issue():
    assert codes(KERN) == []
    assert codes(replace(KERN, vat_id="", order_number="", email="", postcode="")) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"legal_name": ""}, ("legal_name", "missing")), ({"street": ""}, ("street", "missing")),
        ({"city": ""}, ("city", "missing")), ({"order_number": "x" * 61}, ("order_number", "too_long")),
        ({"country": "D"}, ("country", "not_two_letters")), ({"email": "kern@example"}, ("email", "no_address")),
        ({"amounts": "both"}, ("amounts", "unknown")), ({"vat_id": "DE98765432"}, ("vat_id", "unlike_country")),
        ({"vat_id": "987654321"}, ("vat_id", "unknown_country")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_field(change, found):
    assert codes(replace(KERN, **change)) == [found]


# Forms as the European Commission publishes them for VIES, and those of Switzerland and the United Kingdom.
@pytest.mark.parametrize(
    "vat_id",
    ["ATU12345678", "BE0123456789", "CHE123456789MWST", "CY12345678X", "EL123456789", "ESX1234567X", "FI12345678",
     "FRXX123456789", "GB123456789012", "IE1234567WA", "LT123456789012", "NL123456789B01", "PL1234567890",
     "SE123456789012", "XI123456789"],
)  # fmt: skip
def test_vat_ids_of_other_countries_pass(vat_id):
    assert vat_id_problem(vat_id) == ""


def test_a_profile_is_tidied_before_it_is_kept():
    typed = replace(KERN, legal_name="  Bäckerei  Kern & Söhne KG ", country="de", vat_id="de 136.695-976")
    assert typed.tidy() == KERN
