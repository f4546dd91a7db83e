"""Units and the names that carry them."""

from __future__ import annotations

import pytest

from domain.ingest.units import source_unit, split_name


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("Bezug [kWh]", "Bezug", "kWh"),
        ("Verbrauch (MWh)", "Verbrauch", "MWh"),
        ("energy_wh", "energy_wh", "wh"),
        ("kWh", "kWh", "kWh"),
        ("garden [°C]", "garden", "°C"),
        ("Zone (north)", "Zone (north)", ""),
        ("import", "import", ""),
    ],
)
def test_a_header_says_its_unit(header, name, unit):
    assert split_name(header) == (name, unit)


def test_units_and_their_factors():
    assert [source_unit(text).factor for text in ("Wh", "kwh", " MWh ", "W", "kW", "°C")] == [
        1,
        1000,
        10**6,
        1,
        1000,
        1000,
    ]
    assert source_unit("kW").is_power
    assert source_unit("kWh/day") is None
