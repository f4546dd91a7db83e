"""The reference year: the same each time, as large as published means, exact where the use is known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from domain.calendar import Period, PeriodKind
from domain.contracts.household import Answers
from domain.simulator.reference import model_of, reference_year, scaled
from domain.tariffs.base import Market
from domain.tariffs.compare import compare
from domain.tariffs.slots import Use
from domain.tariffs.taxes import TaxRule, TaxTable
from tests.factories.tariffs import make_energy, make_fixed, make_tariff

from .conftest import FREIBURG

YEAR = Period(PeriodKind.CUSTOM, date(2025, 11, 1), date(2026, 11, 1))


def made(**answers):
    return reference_year(Answers(**{"people": 2, "area_m2": 80, **answers}), FREIBURG, "Europe/Berlin", YEAR)


def test_equal_answers_give_equal_intervals_of_the_whole_year():
    one, two = made(), made()
    assert (one.imported.energy_wh == two.imported.energy_wh).all()
    assert len(one.imported.energy_wh) == 365 * 96 == one.imported.expected_count
    assert one.imported.total_wh == one.used_wh  # nothing is made or stored
    assert one.exported.total_wh == 0


def test_a_known_use_is_met_to_the_wh():
    assert made(known_wh=3_500_001).imported.total_wh == 3_500_001


def test_what_a_home_owns_adds_to_its_use():
    plain = made().used_wh
    car = made(car_km=10_000).used_wh - plain
    assert car == pytest.approx(10_000 * 190, rel=0.15)  # 190 Wh per km, evenings drawn by chance
    assert made(has_electric_water=True).used_wh > plain
    assert made(has_heat_pump=True, is_flat=False).used_wh > made(has_heat_pump=True).used_wh > plain


def test_a_roof_and_a_battery_leave_less_to_buy():
    roof = made(roof_w=8_000)
    assert roof.imported.total_wh < made().imported.total_wh
    assert roof.exported.total_wh > 0
    assert made(roof_w=8_000, battery_wh=8_000).imported.total_wh < roof.imported.total_wh


def test_water_from_the_heat_pump_is_not_heated_twice():
    home = model_of(Answers(4, 120, has_heat_pump=True, has_electric_water=True), FREIBURG).household
    assert (home.owns, home.rhythm) == (frozenset({"dishwasher"}), "family")


def test_scaled_parts_add_up_and_nothing_stays_nothing():
    assert scaled(np.array([1, 1, 1]), 100).tolist() == [33, 34, 33]  # running 33.3, 66.7, 100
    assert scaled(np.array([0, 0]), 0).tolist() == [0, 0]


def test_a_flat_tariff_costs_what_a_hand_sum_says():
    # 3,500 kWh x 0.30 + 12 x 9.90 = 1,168.80 net; with 19 % 1,390.872, to the cent 1,390.87
    vat = Market(taxes=TaxTable((TaxRule(vat_code="std", rate=Decimal("0.19")),)))
    flat = make_tariff(make_energy("0.30", vat_code="std"), make_fixed("9.90", vat_code="std"))
    use = Use("Europe/Berlin", {"import": made(known_wh=3_500_000).imported})
    (cost,) = compare([flat], YEAR, use, date(2026, 11, 1), None, vat)
    assert (cost.gross_minor, cost.energy_wh) == (139_087, 3_500_000)
