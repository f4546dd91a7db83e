import pytest

from domain.simulator.heating import (
    House,
    boiler_gas_wh,
    circulation_pump_wh,
    district_heat_wh,
    heat_pump_wh,
    space_heat_w,
    water_heat_w,
)

HOUSE = House("x", 180.0, 3)  # 120 m2 at 1.5 W/(m2 K)


def test_a_gas_home_of_120_m2_burns_10_to_18_mwh(year, air):
    # Heizspiegel 2023: 82-140 kWh/m2 and year for gas, times 120 m2.
    assert 120 * 82 <= boiler_gas_wh(HOUSE, year, air).sum() / 1000 <= 120 * 140


def test_nothing_heats_rooms_in_july(year, air):
    month = (year.start_s.astype("datetime64[s]").astype("datetime64[M]").astype(int)) % 12 + 1
    rooms = space_heat_w(HOUSE, year, air)
    assert rooms[month == 7].sum() < 0.01 * rooms.sum()


def test_hot_water_is_about_580_kwh_a_person(year):
    # 1.6 kWh a day * 365 = 584 kWh of heat.
    assert water_heat_w(HOUSE, year).sum() / 4000 / 3 == pytest.approx(584, rel=0.1)


def test_a_boiler_burns_what_the_transfer_station_would_deliver_over_its_efficiency(year, air):
    assert boiler_gas_wh(HOUSE, year, air).sum() == pytest.approx(
        district_heat_wh(HOUSE, year, air).sum() / 0.93, rel=1e-3
    )


def test_a_heat_pump_needs_about_a_third_of_the_heat(year, air):
    # Field test of Fraunhofer ISE 2020: seasonal performance of air-source pumps 2.5 to 3.8.
    assert 2.5 <= district_heat_wh(HOUSE, year, air).sum() / heat_pump_wh(HOUSE, year, air).sum() <= 3.8


def test_the_pump_of_the_heating_circuit_takes_60_to_150_kwh(year, air):
    assert 60 <= circulation_pump_wh(HOUSE, year, air).sum() / 1000 <= 150
