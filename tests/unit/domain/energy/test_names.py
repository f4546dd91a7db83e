"""Names of the demo world are words; everybody else's names are theirs."""

from __future__ import annotations

from adapters import catalogs
from domain import text
from domain.energy.names import given_name


def test_a_name_somebody_gave_stays_as_it_is():
    assert given_name("Omas Kühlschrank") == "Omas Kühlschrank"
    assert given_name("") == ""


def test_the_demo_worlds_names_are_said_in_the_readers_language():
    text.install(catalogs.load())
    before = text.current_locale()
    text.set_locale("de")
    try:
        assert given_name("Freezer") == "Gefrierschrank"
        assert given_name("Home battery") == "Heimspeicher"
    finally:
        text.set_locale(before)
    assert given_name("Freezer") == "Freezer"
