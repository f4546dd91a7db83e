"""One climate and one year, so that annual figures can be compared with published ones."""

from __future__ import annotations

from datetime import date

import pytest

from domain.simulator.grid import make_grid
from domain.simulator.weather import Region, weather

SEED = 2026
FREIBURG = Region("Freiburg", "Europe/Berlin", 47.99, 7.85, 280.0, 11.8, 9.2, 4.6, 0.62, 4.2)


@pytest.fixture(scope="session")
def region():
    return FREIBURG


@pytest.fixture(scope="session")
def year():
    """2025 in Berlin: 35,040 quarter-hours."""
    return make_grid("Europe/Berlin", date(2025, 1, 1), date(2026, 1, 1))


@pytest.fixture(scope="session")
def air(region, year):
    return weather(region, SEED, year)
